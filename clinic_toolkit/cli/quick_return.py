"""The sealed blob for a quick return, and everything that destroys it.

The keeper cannot open it: it is sealed under the clinician's short code. It guards against a
person at the keyboard, not against someone who can copy the machine's memory.
"""

import time
from collections.abc import Callable
from datetime import datetime

from clinic_toolkit.web.perimeter.timeouts import SUSPEND_GAP_SECONDS, suspend_aware_clock

MAX_SECONDS = 8 * 3600.0
MAX_TRIES = 3
# The date was set, or the machine came back from somewhere: ask for the passphrase again.
MAX_CLOCK_JUMP_SECONDS = 300.0


class QuickReturn:
    """At most one blob, for at most eight hours of this day."""

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
        """Keep this one instead of any earlier one."""
        self._blob, self._tries = blob, 0
        self._held_since, self._day = self._clock(), self._today()

    def peek_blob(self) -> bytes | None:
        """The blob if it is still there, without counting."""
        self.expire_if_due()
        if self._tries >= MAX_TRIES:
            self._blob = None
        return self._blob

    def take_blob(self) -> bytes | None:
        """Hand the blob out for one try. After the third without success it is gone."""
        blob = self.peek_blob()
        self._tries += 1
        return blob

    def reset_tries(self) -> None:
        """The last try was right: the next ones are counted from the start."""
        self._tries = 0

    def drop_blob(self) -> None:
        """Destroy the blob."""
        self._blob = None

    def expire_if_due(self) -> None:
        """Destroy the blob when its time is over. Called every second."""
        now, apart = self._clock(), self._wall() - self._clock()
        slept = now - self._last_tick >= SUSPEND_GAP_SECONDS
        jumped = abs(apart - self._clock_offset) >= MAX_CLOCK_JUMP_SECONDS
        self._last_tick, self._clock_offset = now, apart
        if slept or jumped or now - self._held_since >= MAX_SECONDS or self._today() != self._day:
            self._blob = None
