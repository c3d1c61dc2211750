"""Finds which user owns the other end of a local connection; possible on Linux only.

Other systems do not tell an unprivileged program, so there only the launch file and the random host name
keep other users of the machine out.
"""

import os
import socket
import struct
import sys
from typing import Any

# From the kernel's linux/netlink.h and linux/sock_diag.h.
_SOCK_DIAG, _SOCK_DIAG_BY_FAMILY, _NLM_F_REQUEST = 4, 20, 1
_ANY_STATE = 0xFFFFFFFF
_UID_OFFSET = 16 + 4 + 48 + 12
_PROC_TABLES = {socket.AF_INET: ("/proc/net/tcp", "/proc/net/tcp6"), socket.AF_INET6: ("/proc/net/tcp6",)}
# Column numbers in a row of /proc/net/tcp, counted after the two addresses.
_UID_COLUMN, _INODE_COLUMN = 4, 6

if sys.platform == "linux":

    def is_same_user(family: int, peer_address: Any, own_address: Any) -> bool:
        """Whether the other end belongs to a running program of this user.

        Args:
            family: the address family of the socket.
            peer_address: the address of the other end.
            own_address: the address of this end.
        """
        return find_owner_uid(family, peer_address, own_address) == os.geteuid()

    def find_owner_uid(family: int, peer_address: Any, own_address: Any) -> int | None:
        """The user id that owns the other end of a local connection; None if it is closed."""
        if family not in _PROC_TABLES:
            return None
        try:
            return query_kernel(family, peer_address, own_address)
        except OSError:
            # A sandbox may forbid the query, or the kernel may not support it.
            return search_proc_tables(family, peer_address, own_address)

    def query_kernel(family: int, peer_address: Any, own_address: Any) -> int | None:
        """Ask the kernel about this one socket (sock_diag): 0.05 ms, however many sockets there are.

        Raises:
            OSError: the kernel gave no answer.
        """
        addresses = [
            socket.inet_pton(family, address[0].partition("%")[0]).ljust(16, b"\0")
            for address in (peer_address, own_address)
        ]
        query = struct.pack("=BBBBI", family, socket.IPPROTO_TCP, 0, 0, _ANY_STATE)
        query += (
            struct.pack("!HH", peer_address[1], own_address[1])
            + b"".join(addresses)
            + struct.pack("=III", 0, _ANY_STATE, _ANY_STATE)
        )
        with socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, _SOCK_DIAG) as kernel:
            kernel.settimeout(1)
            kernel.sendto(
                struct.pack("=IHHII", 16 + len(query), _SOCK_DIAG_BY_FAMILY, _NLM_F_REQUEST, 1, 0) + query,
                (0, 0),
            )
            reply = kernel.recv(4096)
        if len(reply) < _UID_OFFSET + 8 or struct.unpack_from("=IH", reply)[1] != _SOCK_DIAG_BY_FAMILY:
            # The kernel's answer is the same for a missing socket and for an unsupported query.
            raise OSError("the kernel does not tell")
        uid, inode = struct.unpack_from("=II", reply, _UID_OFFSET)
        # A socket that its program has closed has no inode, and user 0 instead of its owner.
        return int(uid) if inode else None

else:

    def is_same_user(family: int, peer_address: Any, own_address: Any) -> bool:
        """Always True, because this system does not tell who owns the other end."""
        return True


def search_proc_tables(family: int, peer_address: Any, own_address: Any) -> int | None:
    """Like `query_kernel`, but searches the table of all connections in /proc, which takes milliseconds."""
    for path in _PROC_TABLES.get(socket.AddressFamily(family), ()):
        mapped = family == socket.AF_INET and path.endswith("6")
        row = f" {_proc_address(peer_address, family, mapped)} {_proc_address(own_address, family, mapped)} "
        try:
            with open(path, "rb") as table:
                _, match, following = table.read().partition(row.encode())
        except OSError:
            continue
        columns = following.partition(b"\n")[0].split() if match else []
        if len(columns) > _INODE_COLUMN and columns[_INODE_COLUMN] != b"0":
            return int(columns[_UID_COLUMN])
    return None


def _proc_address(address: Any, family: int, mapped: bool) -> str:
    packed = socket.inet_pton(family, address[0].partition("%")[0])
    if mapped:
        packed = bytes(10) + b"\xff\xff" + packed
    groups = struct.unpack(f"={len(packed) // 4}I", packed)
    return f"{''.join(f'{group:08X}' for group in groups)}:{address[1]:04X}"
