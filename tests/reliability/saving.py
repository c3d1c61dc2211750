"""Things saved one after another until the program is killed, and what must be there afterwards."""

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

Save = Callable[[int, str], bool]
ITEMS = 12
# Beside the answers to twelve items: a draft that is saved again and again, and a note that is signed once.
DRAFT, SIGNED = ITEMS, ITEMS + 1


@dataclass
class Saves:
    """What was sent and what was confirmed, by what it is. Every text is sent once only."""

    chance: random.Random
    confirmed: dict[int, str] = field(default_factory=dict)
    under_way: tuple[int, str] | None = None
    sent: int = 0
    told: int = 0

    def until_killed(self, save: Save, kill: Callable[[], None], *, kinds: int = ITEMS) -> None:
        """Save without a pause; kill after a random moment; note what was confirmed until then.

        Args:
            save: sends one text for one thing; True when the program said that it is saved. Raises
                OSError when the program is gone.
            kill: ends the program at once.
            kinds: how many of the things are saved.
        """
        delay = self.chance.uniform(0, 0.05)
        killer = threading.Timer(delay, kill)
        before = self.told
        while True:
            item = self._thing(kinds)
            self.sent += 1
            # The value is told by the text: a save of which one half is old would not fit itself.
            text = f"text {self.sent} {self.chance.getrandbits(64):x}"
            self.under_way = (item, text)
            try:
                saved = save(item, text)
            except OSError:
                break
            if saved:
                self.confirmed[item] = text
                self.under_way = None
                self.told += 1
            if self.told == before + 1 and not killer.ident:
                killer.start()
        killer.join()

    def _thing(self, kinds: int) -> int:
        # A note as often as all answers together.
        chosen = self.chance.choice([self.chance.randrange(ITEMS), *range(ITEMS, kinds)])
        return DRAFT if chosen == SIGNED and SIGNED in self.confirmed else chosen

    def lost(self, found: dict[int, str]) -> list[str]:
        """What was confirmed and is not there, and what is there although it was never sent."""
        wrong = []
        for item in range(SIGNED + 1):
            allowed = {self.confirmed.get(item, "")}
            if self.under_way and self.under_way[0] == item:
                # It may have been kept without our hearing of it.
                allowed.add(self.under_way[1])
            if found.get(item, "") not in allowed:
                wrong.append(f"item {item}: {found.get(item, '')!r}, and not {sorted(allowed)}")
        # What was kept unheard is what stands from now on.
        self.confirmed = {item: text for item, text in found.items() if text}
        self.under_way = None
        return wrong


def value_of(text: str) -> int:
    """The answer that goes with a text."""
    return int(text.split()[1]) % 5
