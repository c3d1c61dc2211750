"""Idle timeout, absolute timeout, and detection of system sleep.

Time is measured on a monotonic clock: changing the system date must neither lock a login nor keep one
open. The clock also runs while the machine sleeps, so that sleep counts as idle time.
"""

import sys
import threading
import time
from collections.abc import Callable

from clinic_toolkit.web.perimeter.end_reason import EndReason

# `reason_to_end` is called twice a second; a gap this long means that the machine was asleep.
SUSPEND_GAP_SECONDS = 30.0
ABSOLUTE_TIMEOUT_SECONDS = 8 * 3600.0
# While psychotherapy notes are open, whatever else was chosen.
NOTES_TIMEOUT_SECONDS = 120.0


def suspend_aware_clock() -> float:
    """Seconds from an arbitrary start, counting the time the machine is suspended."""
    if sys.platform == "linux":
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    if sys.platform == "darwin":  # `CLOCK_MONOTONIC` runs during sleep here, unlike on Linux
        return time.clock_gettime(time.CLOCK_MONOTONIC)
    return time.monotonic()


class Timeouts:
    """Measures how long an unlocked worker has been idle and how long it has been unlocked."""

    def __init__(
        self, *, idle: float, idle_in_session: float, clock: Callable[[], float] = suspend_aware_clock
    ) -> None:
        self._idle, self._idle_in_session = idle, idle_in_session
        self._clock = clock
        self._lock = threading.Lock()
        self._last_polled = self._last_active = clock()
        self._started: float | None = None
        self.session_open = self.notes_open = False

    def start(self) -> None:
        """Start measuring at the unlock."""
        with self._lock:
            self._last_active = self._last_polled = self._clock()
            self._started = self._started if self._started is not None else self._last_active

    def record_activity(self) -> None:
        """Note that a person was active now."""
        with self._lock:
            self._last_active = self._clock()

    def seconds_idle(self) -> float:
        """Seconds since a person was last active."""
        with self._lock:
            return self._clock() - self._last_active

    @property
    def idle_timeout(self) -> float:
        """Seconds without activity after which the worker ends."""
        idle = self._idle_in_session if self.session_open else self._idle
        return min(idle, NOTES_TIMEOUT_SECONDS) if self.notes_open else idle

    def reason_to_end(self) -> EndReason | None:
        """The reason to end an unlocked worker now, or None."""
        with self._lock:
            now = self._clock()
            gap, self._last_polled = now - self._last_polled, now
            if self._started is None:
                return None
            if gap >= SUSPEND_GAP_SECONDS:
                return EndReason.SUSPENDED
            if now - self._last_active >= self.idle_timeout:
                return EndReason.IDLE
            if now - self._started >= ABSOLUTE_TIMEOUT_SECONDS:
                return EndReason.EIGHT_HOURS
            return None
