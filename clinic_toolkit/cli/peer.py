"""Whose program is at the other end of a connection: on Linux the system tells.

Elsewhere it does not tell a program without rights, so there the launch file and the random name
are what keeps other users of the machine out.
"""

import os
import socket
import struct
import sys
from typing import Any

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

else:

    def is_ours(family: int, theirs: Any, ours: Any) -> bool:
        """Not told by this system: every end on this machine counts as ours."""
        return True


def owner(family: int, theirs: Any, ours: Any) -> int | None:
    """The user id behind the other end of a connection on this machine; None when nobody is there."""
    for path in _TABLES.get(socket.AddressFamily(family), ()):
        mapped = family == socket.AF_INET and path.endswith("6")
        row = f" {_hex(theirs, family, mapped)} {_hex(ours, family, mapped)} "
        try:
            with open(path, "rb") as table:
                _, found, rest = table.read().partition(row.encode())
        except OSError:
            continue
        columns = rest.partition(b"\n")[0].split() if found else []
        # A socket that its program has closed has no inode, and user 0 in place of its owner.
        if len(columns) > _INODE and columns[_INODE] != b"0":
            return int(columns[_UID])
    return None


def _hex(address: Any, family: int, mapped: bool) -> str:
    packed = socket.inet_pton(family, address[0].partition("%")[0])
    if mapped:
        packed = bytes(10) + b"\xff\xff" + packed
    words = struct.unpack(f"={len(packed) // 4}I", packed)
    return f"{''.join(f'{word:08X}' for word in words)}:{address[1]:04X}"
