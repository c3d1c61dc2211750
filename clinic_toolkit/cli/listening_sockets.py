"""The listening sockets: loopback addresses only, all on one port."""

import socket
import sys
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class ListeningSockets:
    """The keeper's listening sockets, all on the same port."""

    listening: tuple[socket.socket, ...]
    port: int


def open_sockets(wanted_port: int, *, alternatives: int = 19) -> ListeningSockets:
    """Listen on the loopback addresses: on the wanted port, one of the next ones, or any free one.

    IPv4 and IPv6 must be bound together: a browser may try either for a `.localhost` name, and another
    program listening on the other one would receive the passphrase.

    Args:
        wanted_port: the port to try first.
        alternatives: how many following ports to try before any free one.

    Raises:
        OSError: not even a free port could be bound.
    """
    for port in [*range(wanted_port, min(wanted_port + alternatives, 65535) + 1), 0]:
        try:
            return _listen_on_port(port)
        except OSError:
            if port == 0:
                raise
    raise AssertionError("unreachable: port 0 either listens or raises")


def _listen_on_port(port: int) -> ListeningSockets:
    ipv4 = _bind_socket(socket.AF_INET, "127.0.0.1", port)
    port = ipv4.getsockname()[1]
    try:
        ipv6 = _bind_socket(socket.AF_INET6, "::1", port) if _has_ipv6() else None
    except OSError:
        ipv4.close()
        raise
    listening = (ipv4,) if ipv6 is None else (ipv4, ipv6)
    for sock in listening:
        sock.listen(128)
    return ListeningSockets(listening=listening, port=port)


def _bind_socket(family: socket.AddressFamily, host: str, port: int) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        if sys.platform == "win32":
            # On Windows SO_REUSEADDR would let another program take over the port.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.bind((host, port))
    except OSError:
        sock.close()
        raise
    return sock


def _has_ipv6() -> bool:
    if not socket.has_ipv6:
        return False
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True
