"""How long nobody has touched the keys, and whether the machine slept meanwhile.

Measured on a clock that nobody can set: a changed date must never lock a session in the middle of
a sentence, nor keep one open. The clock also runs while the machine sleeps, so that a closed lid
is seen as the long silence it was.
"""

import sys
import threading
import time
from collections.abc import Callable

# Asked every second; a gap this long means that the machine was asleep.
SLEPT = 30.0
LONGEST = 8 * 3600.0


def clock() -> float:
    """Seconds from an arbitrary start, counting the time the machine is suspended."""
    if sys.platform == "linux":
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    if sys.platform == "darwin":  # here, unlike on Linux, it goes on during sleep
        return time.clock_gettime(time.CLOCK_MONOTONIC)
    return time.monotonic()


class Activity:
    """The last sign of a person at an unlocked worker."""

    def __init__(self, *, idle: float, idle_in_session: float, clock: Callable[[], float] = clock) -> None:
        self._idle, self._idle_in_session = idle, idle_in_session
        self._clock = clock
        self._lock = threading.Lock()
        self._asked = self._touched = clock()
        self._opened: float | None = None
        self.hour_open = False

    def open(self) -> None:
        """The keys came in: count from here."""
        with self._lock:
            self._touched = self._asked = self._clock()
            self._opened = self._opened if self._opened is not None else self._touched

    def touch(self) -> None:
        """A person did something."""
        with self._lock:
            self._touched = self._clock()

    @property
    def limit(self) -> float:
        """Seconds without a sign after which the worker ends."""
        return self._idle_in_session if self.hour_open else self._idle

    def reason_to_end(self) -> str | None:
        """Why an unlocked worker should end now: "suspended", "idle", "eight hours", or None."""
        with self._lock:
            now = self._clock()
            gap, self._asked = now - self._asked, now
            if self._opened is None:
                return None
            if gap >= SLEPT:
                return "suspended"
            if now - self._touched >= self.limit:
                return "idle"
            if now - self._opened >= LONGEST:
                return "eight hours"
            return None
