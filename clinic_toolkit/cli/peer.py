"""Whose program is at the other end of a connection: on Linux the system tells.

Elsewhere it does not tell a program without rights, so there the launch file and the random name
are what keeps other users of the machine out.
"""

import os
import socket
import struct
import sys
from typing import Any

# From the kernel's linux/netlink.h and linux/sock_diag.h.
_SOCK_DIAG, _BY_FAMILY, _REQUEST = 4, 20, 1
_ANY = 0xFFFFFFFF
_AT_UID = 16 + 4 + 48 + 12
_TABLES = {socket.AF_INET: ("/proc/net/tcp", "/proc/net/tcp6"), socket.AF_INET6: ("/proc/net/tcp6",)}
# Columns of a row, counted after the two addresses.
_UID, _INODE = 4, 6

if sys.platform == "linux":

    def is_ours(family: int, theirs: Any, ours: Any) -> bool:
        """Whether the other end belongs to a living program of this same user.

        Args:
            theirs: the address of the other end.
            ours: the address of this end.
        """
        return owner(family, theirs, ours) == os.geteuid()

    def owner(family: int, theirs: Any, ours: Any) -> int | None:
        """The user id behind the other end of a connection on this machine; None when nobody is there."""
        if family not in _TABLES:
            return None
        try:
            return asked(family, theirs, ours)
        except OSError:
            return looked_up(family, theirs, ours)  # a closed-in system may not let us ask, or not know

    def asked(family: int, theirs: Any, ours: Any) -> int | None:
        """Ask the kernel for this one socket: a twentieth of a millisecond, however many there are."""
        ends = [socket.inet_pton(family, end[0].partition("%")[0]).ljust(16, b"\0") for end in (theirs, ours)]
        wanted = struct.pack("=BBBBI", family, socket.IPPROTO_TCP, 0, 0, _ANY)
        wanted += struct.pack("!HH", theirs[1], ours[1]) + b"".join(ends) + struct.pack("=III", 0, _ANY, _ANY)
        with socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, _SOCK_DIAG) as kernel:
            kernel.settimeout(1)
            kernel.sendto(
                struct.pack("=IHHII", 16 + len(wanted), _BY_FAMILY, _REQUEST, 1, 0) + wanted, (0, 0)
            )
            told = kernel.recv(4096)
        if len(told) < _AT_UID + 8 or struct.unpack_from("=IH", told)[1] != _BY_FAMILY:
            # The kernel says the same of an end that there is not as of a question that it cannot answer.
            raise OSError("the kernel does not tell")
        uid, inode = struct.unpack_from("=II", told, _AT_UID)
        # A socket that its program has closed has no inode, and user 0 in place of its owner.
        return int(uid) if inode else None

else:

    def is_ours(family: int, theirs: Any, ours: Any) -> bool:
        """Not told by this system: every end on this machine counts as ours."""
        return True


def looked_up(family: int, theirs: Any, ours: Any) -> int | None:
    """The same from the system's table of all connections, which takes milliseconds to be written."""
    for path in _TABLES.get(socket.AddressFamily(family), ()):
        mapped = family == socket.AF_INET and path.endswith("6")
        row = f" {_hex(theirs, family, mapped)} {_hex(ours, family, mapped)} "
        try:
            with open(path, "rb") as table:
                _, found, rest = table.read().partition(row.encode())
        except OSError:
            continue
        columns = rest.partition(b"\n")[0].split() if found else []
        if len(columns) > _INODE and columns[_INODE] != b"0":
            return int(columns[_UID])
    return None


def _hex(address: Any, family: int, mapped: bool) -> str:
    packed = socket.inet_pton(family, address[0].partition("%")[0])
    if mapped:
        packed = bytes(10) + b"\xff\xff" + packed
    words = struct.unpack(f"={len(packed) // 4}I", packed)
    return f"{''.join(f'{word:08X}' for word in words)}:{address[1]:04X}"
