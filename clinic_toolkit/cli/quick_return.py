"""Holds the sealed blob for a quick return in the keeper, and destroys it when it expires.

The keeper cannot open the blob: it is sealed under the clinician's short code. The code protects against a
person at the keyboard, not against someone who can copy the machine's memory.
"""

import time
from collections.abc import Callable
from datetime import datetime

from clinic_toolkit.web.perimeter.timeouts import SUSPEND_GAP_SECONDS, suspend_aware_clock

MAX_SECONDS = 8 * 3600.0
MAX_TRIES = 3
# A larger jump means that the clock was set or the machine was suspended: ask for the passphrase again.
MAX_CLOCK_JUMP_SECONDS = 300.0


class QuickReturn:
    """Holds at most one blob, for at most eight hours and not beyond the current day."""

    def __init__(
        self,
        *,
        clock: Callable[[], float] = suspend_aware_clock,
        wall: Callable[[], float] = time.time,
        today: Callable[[], object] = lambda: datetime.now().astimezone().date(),
    ) -> None:
        self._clock, self._wall, self._today = clock, wall, today
        self._blob: bytes | None = None
        self._held_since, self._day, self._tries = 0.0, today(), 0
        self._last_tick, self._clock_offset = clock(), wall() - clock()

    def hold_blob(self, blob: bytes) -> None:
        """Hold this blob instead of any earlier one."""
        self._blob, self._tries = blob, 0
        self._held_since, self._day = self._clock(), self._today()

    def peek_blob(self) -> bytes | None:
        """The blob, or None if it expired; does not count as a try."""
        self.expire_if_due()
        if self._tries >= MAX_TRIES:
            self._blob = None
        return self._blob

    def take_blob(self) -> bytes | None:
        """Return the blob for one try, or None; it is destroyed after `MAX_TRIES` without success."""
        blob = self.peek_blob()
        self._tries += 1
        return blob

    def reset_tries(self) -> None:
        """Reset the count after a successful try."""
        self._tries = 0

    def drop_blob(self) -> None:
        """Destroy the blob."""
        self._blob = None

    def expire_if_due(self) -> None:
        """Destroy the blob if it has expired. The keeper calls this every second."""
        now, clock_offset = self._clock(), self._wall() - self._clock()
        slept = now - self._last_tick >= SUSPEND_GAP_SECONDS
        jumped = abs(clock_offset - self._clock_offset) >= MAX_CLOCK_JUMP_SECONDS
        self._last_tick, self._clock_offset = now, clock_offset
        if slept or jumped or now - self._held_since >= MAX_SECONDS or self._today() != self._day:
            self._blob = None
