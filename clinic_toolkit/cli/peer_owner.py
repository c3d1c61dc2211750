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
_SOCK_DIAG, _SOCK_DIAG_BY_FAMILY, _NLM_F_REQUEST = 4, 20, 1
_ANY_STATE = 0xFFFFFFFF
_UID_OFFSET = 16 + 4 + 48 + 12
_PROC_TABLES = {socket.AF_INET: ("/proc/net/tcp", "/proc/net/tcp6"), socket.AF_INET6: ("/proc/net/tcp6",)}
# Columns of a row, counted after the two addresses.
_UID_COLUMN, _INODE_COLUMN = 4, 6

if sys.platform == "linux":

    def is_same_user(family: int, theirs: Any, ours: Any) -> bool:
        """Whether the other end belongs to a living program of this same user.

        Args:
            theirs: the address of the other end.
            ours: the address of this end.
        """
        return find_owner_uid(family, theirs, ours) == os.geteuid()

    def find_owner_uid(family: int, theirs: Any, ours: Any) -> int | None:
        """The user id behind the other end of a connection on this machine; None when nobody is there."""
        if family not in _PROC_TABLES:
            return None
        try:
            return query_kernel(family, theirs, ours)
        except OSError:
            return search_proc_tables(
                family, theirs, ours
            )  # a closed-in system may not let us ask, or not know

    def query_kernel(family: int, theirs: Any, ours: Any) -> int | None:
        """Ask the kernel for this one socket: a twentieth of a millisecond, however many there are."""
        ends = [socket.inet_pton(family, end[0].partition("%")[0]).ljust(16, b"\0") for end in (theirs, ours)]
        wanted = struct.pack("=BBBBI", family, socket.IPPROTO_TCP, 0, 0, _ANY_STATE)
        wanted += (
            struct.pack("!HH", theirs[1], ours[1])
            + b"".join(ends)
            + struct.pack("=III", 0, _ANY_STATE, _ANY_STATE)
        )
        with socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, _SOCK_DIAG) as kernel:
            kernel.settimeout(1)
            kernel.sendto(
                struct.pack("=IHHII", 16 + len(wanted), _SOCK_DIAG_BY_FAMILY, _NLM_F_REQUEST, 1, 0) + wanted,
                (0, 0),
            )
            told = kernel.recv(4096)
        if len(told) < _UID_OFFSET + 8 or struct.unpack_from("=IH", told)[1] != _SOCK_DIAG_BY_FAMILY:
            # The kernel says the same of an end that there is not as of a question that it cannot answer.
            raise OSError("the kernel does not tell")
        uid, inode = struct.unpack_from("=II", told, _UID_OFFSET)
        # A socket that its program has closed has no inode, and user 0 in place of its owner.
        return int(uid) if inode else None

else:

    def is_same_user(family: int, theirs: Any, ours: Any) -> bool:
        """Not told by this system: every end on this machine counts as ours."""
        return True


def search_proc_tables(family: int, theirs: Any, ours: Any) -> int | None:
    """The same from the system's table of all connections, which takes milliseconds to be written."""
    for path in _PROC_TABLES.get(socket.AddressFamily(family), ()):
        mapped = family == socket.AF_INET and path.endswith("6")
        row = f" {_proc_address(theirs, family, mapped)} {_proc_address(ours, family, mapped)} "
        try:
            with open(path, "rb") as table:
                _, found, rest = table.read().partition(row.encode())
        except OSError:
            continue
        columns = rest.partition(b"\n")[0].split() if found else []
        if len(columns) > _INODE_COLUMN and columns[_INODE_COLUMN] != b"0":
            return int(columns[_UID_COLUMN])
    return None


def _proc_address(address: Any, family: int, mapped: bool) -> str:
    packed = socket.inet_pton(family, address[0].partition("%")[0])
    if mapped:
        packed = bytes(10) + b"\xff\xff" + packed
    words = struct.unpack(f"={len(packed) // 4}I", packed)
    return f"{''.join(f'{word:08X}' for word in words)}:{address[1]:04X}"
