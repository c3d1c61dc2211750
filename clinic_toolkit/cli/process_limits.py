"""What a process does first, before anything worth protecting is in it, and what one may use.

Threat T6: another program of the same user must not read this one's memory, and a crash must not
write it to disk. `spawn` resets the dumpable flag, so every process sets it for itself.
"""

import ctypes
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4


def protect_memory() -> None:
    """Refuse memory readers and core dumps where the system allows it; keep new files private."""
    os.umask(0o077)
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def end_with_parent() -> None:
    """Have this process killed when the one that started it ends, where the system offers that."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def exit_after(seconds: float) -> None:
    """Have this process end after so many seconds, whatever it is doing then."""
    if sys.platform == "win32":
        timer = threading.Timer(seconds, os._exit, args=(1,))
        timer.daemon = True
        timer.start()
    else:
        # The system itself ends it, even where a library never comes back to Python.
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, seconds)


def limit_resources(*, memory: int, seconds: float) -> bool:
    """Hold this process to so many bytes of address space and so much more processor time.

    Returns whether the system keeps the limit on memory. Only Linux does: macOS takes the number and does
    not keep to it, and Windows has no such limit, so there `resident_bytes` has to be watched from outside.
    """
    if sys.platform == "win32":
        return False
    import resource
    import time

    spent = int(time.process_time() + seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (spent, spent + 1))
    if sys.platform != "linux":
        return False
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    return True


def resident_bytes(pid: int) -> int | None:
    """How much memory a process of ours holds, in bytes; None if the system does not say."""
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
    # struct proc_taskinfo, 96 bytes: the virtual size first, then the resident size, each of 64 bits.
    told = (ctypes.c_uint64 * 12)()
    wanted = ctypes.sizeof(told)
    filled = ctypes.CDLL("/usr/lib/libproc.dylib").proc_pidinfo(pid, 4, ctypes.c_uint64(0), told, wanted)
    return int(told[1]) if filled == wanted else None


def _resident_on_windows(pid: int) -> int | None:
    if sys.platform != "win32":
        return None
    kernel = ctypes.WinDLL("kernel32")
    kernel.OpenProcess.restype = ctypes.c_void_p
    # PROCESS_QUERY_LIMITED_INFORMATION and PROCESS_VM_READ.
    handle = ctypes.c_void_p(kernel.OpenProcess(0x1010, False, pid))
    # PROCESS_MEMORY_COUNTERS: two numbers of 32 bits, then sizes: the most it held, and what it holds now.
    told = (ctypes.c_size_t * 10)()
    ctypes.cast(told, ctypes.POINTER(ctypes.c_uint32))[0] = ctypes.sizeof(ctypes.c_size_t) * 9
    try:
        found = kernel.K32GetProcessMemoryInfo(handle, told, ctypes.sizeof(ctypes.c_size_t) * 9)
    finally:
        kernel.CloseHandle(handle)
    return int(told[2]) if found else None


@contextmanager
def blocking_interrupts() -> Iterator[None]:
    """A process that is started in here does not hear Ctrl-C: the keeper alone does, and ends the others.

    A blocked signal is inherited. Windows has no such mask; there each process ignores it for itself.
    """
    blocked = hasattr(signal, "pthread_sigmask")
    if blocked:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        if blocked:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
