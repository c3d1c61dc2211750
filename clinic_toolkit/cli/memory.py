"""What a process does first, before anything worth protecting is in it.

Threat T6: another program of the same user must not read this one's memory, and a crash must not
write it to disk. `spawn` resets the dumpable flag, so every process sets it for itself.
"""

import ctypes
import os
import sys

_PR_SET_DUMPABLE = 4


def guard_memory() -> None:
    """Refuse memory readers and core dumps where the system allows it; keep new files private."""
    os.umask(0o077)
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
