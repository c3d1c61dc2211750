"""The sealed blob for a quick return, and everything that destroys it.

The keeper cannot open it: it is sealed under the clinician's short code. It guards against a
person at the keyboard, not against someone who can copy the machine's memory.
"""

import time
from collections.abc import Callable
from datetime import datetime

from clinic_toolkit.web.activity import SLEPT, clock

LONGEST = 8 * 3600.0
TRIES = 3
# The date was set, or the machine came back from somewhere: ask for the passphrase again.
JUMP = 300.0


class QuickReturn:
    """At most one blob, for at most eight hours of this day."""

    def __init__(
        self,
        *,
        clock: Callable[[], float] = clock,
        wall: Callable[[], float] = time.time,
        today: Callable[[], object] = lambda: datetime.now().astimezone().date(),
    ) -> None:
        self._clock, self._wall, self._today = clock, wall, today
        self._blob: bytes | None = None
        self._since, self._day, self._tries = 0.0, today(), 0
        self._asked, self._apart = clock(), wall() - clock()

    def hold(self, blob: bytes) -> None:
        """Keep this one instead of any earlier one."""
        self._blob, self._tries = blob, 0
        self._since, self._day = self._clock(), self._today()

    def look(self) -> bytes | None:
        """The blob if it is still there, without counting."""
        self.tick()
        if self._tries >= TRIES:
            self._blob = None
        return self._blob

    def take(self) -> bytes | None:
        """Hand the blob out for one try. After the third without success it is gone."""
        blob = self.look()
        self._tries += 1
        return blob

    def opened(self) -> None:
        """The last try was right: the next ones are counted from the start."""
        self._tries = 0

    def drop(self) -> None:
        """Destroy the blob."""
        self._blob = None

    def tick(self) -> None:
        """Destroy the blob when its time is over. Called every second."""
        now, apart = self._clock(), self._wall() - self._clock()
        slept = now - self._asked >= SLEPT
        jumped = abs(apart - self._apart) >= JUMP
        self._asked, self._apart = now, apart
        if slept or jumped or now - self._since >= LONGEST or self._today() != self._day:
            self._blob = None
