"""Hardening of a process before it holds anything worth protecting, and limits on its resources.

Threat T6: another program of the same user must not read this one's memory, and a crash must not write it to
disk. `spawn` resets the dumpable flag, so every process sets it for itself.
"""

import ctypes
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4


def protect_memory() -> None:
    """Forbid debuggers and core dumps where the system allows it, and make new files private."""
    os.umask(0o077)
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def end_with_parent() -> None:
    """Make the system kill this process when its parent ends; Linux only."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def exit_after(seconds: float) -> None:
    """Make this process end after this many seconds, whatever it is doing then."""
    if sys.platform == "win32":
        timer = threading.Timer(seconds, os._exit, args=(1,))
        timer.daemon = True
        timer.start()
    else:
        # The default action of the signal ends the process even if a library never returns to Python.
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, seconds)


def limit_resources(*, memory: int, seconds: float) -> bool:
    """Limit the address space of this process, in bytes, and its further CPU time, in seconds.

    Returns whether the system enforces the memory limit. Only Linux does: macOS accepts a limit but ignores
    it, and Windows has none, so there another process must watch `resident_bytes`.
    """
    if sys.platform == "win32":
        return False
    import resource
    import time

    cpu_limit = int(time.process_time() + seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_limit, cpu_limit + 1))
    if sys.platform != "linux":
        return False
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    return True


def resident_bytes(pid: int) -> int | None:
    """Resident memory of one of our processes, in bytes; None if the system does not say."""
    try:
        if sys.platform == "linux":
            pages = Path(f"/proc/{pid}/statm").read_bytes().split()[1]
            return int(pages) * os.sysconf("SC_PAGE_SIZE")
        if sys.platform == "darwin":
            return _resident_on_macos(pid)
        if sys.platform == "win32":
            return _resident_on_windows(pid)
    except (OSError, ValueError, IndexError, AttributeError):
        pass
    return None


def _resident_on_macos(pid: int) -> int | None:
    # struct proc_taskinfo, 96 bytes: virtual size, then resident size, 64 bits each.
    info = (ctypes.c_uint64 * 12)()
    size = ctypes.sizeof(info)
    written = ctypes.CDLL("/usr/lib/libproc.dylib").proc_pidinfo(pid, 4, ctypes.c_uint64(0), info, size)
    return int(info[1]) if written == size else None


def _resident_on_windows(pid: int) -> int | None:
    if sys.platform != "win32":
        return None
    kernel = ctypes.WinDLL("kernel32")
    kernel.OpenProcess.restype = ctypes.c_void_p
    # PROCESS_QUERY_LIMITED_INFORMATION and PROCESS_VM_READ.
    handle = ctypes.c_void_p(kernel.OpenProcess(0x1010, False, pid))
    # PROCESS_MEMORY_COUNTERS: two 32-bit numbers, then sizes: peak working set, current working set.
    counters = (ctypes.c_size_t * 10)()
    ctypes.cast(counters, ctypes.POINTER(ctypes.c_uint32))[0] = ctypes.sizeof(ctypes.c_size_t) * 9
    try:
        succeeded = kernel.K32GetProcessMemoryInfo(handle, counters, ctypes.sizeof(ctypes.c_size_t) * 9)
    finally:
        kernel.CloseHandle(handle)
    return int(counters[2]) if succeeded else None


@contextmanager
def blocking_interrupts() -> Iterator[None]:
    """Block SIGINT while a process is started, so that Ctrl-C reaches only the keeper, which ends the others.

    Child processes inherit the blocked signal. Windows has no signal mask; there each process ignores SIGINT.
    """
    has_signal_mask = hasattr(signal, "pthread_sigmask")
    if has_signal_mask:
        # The first start of a process also starts multiprocessing's tracker, and that unblocks SIGINT,
        # whatever it was before (seen in Python 3.11 to 3.13). So the tracker is started now.
        resource_tracker.ensure_running()
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        if has_signal_mask:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
