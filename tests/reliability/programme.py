"""The rounds of a long test: how many, where they stood when they were stopped, and what they added up to."""

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2] / "clinic_toolkit"
# Where the progress of long tests is kept; else in pytest's own cache.
FOLDER = "CLINIC_RELIABILITY"


class Programme:
    """So many rounds of one test. A run that was stopped goes on where it stood, with what it had counted.

    Args:
        file: where that is kept; None for a short form, which is over before anyone stops it.
    """

    def __init__(self, rounds: int, file: Path | None) -> None:
        self.rounds, self._file = rounds, file
        self.done = 0
        self.tally: dict[str, float] = {}
        self._of = _digest() if file else ""
        if file and file.exists():
            kept = json.loads(file.read_text(encoding="utf-8"))
            # What was shown of another state of the program does not count.
            if kept["of"] == self._of:
                self.done, self.tally = kept["done"], kept["tally"]

    def __iter__(self) -> Iterator[int]:
        """The numbers of the rounds that are left. A round counts once its body came to its end."""
        while self.done < self.rounds:
            yield self.done
            self.done += 1
            self._keep()

    def add(self, name: str, number: float = 1) -> None:
        """Count."""
        self.tally[name] = self.tally.get(name, 0) + number

    def longest(self, name: str, seconds: float) -> None:
        """Keep the longest of a number of times."""
        self.tally[name] = max(self.tally.get(name, 0), seconds)

    def of(self, name: str) -> int:
        """What was counted under a name, in this run and the ones before it."""
        return round(self.tally.get(name, 0))

    def end(self) -> None:
        """All rounds are done and told: the next run begins anew."""
        if self._file:
            self._file.unlink(missing_ok=True)

    def _keep(self) -> None:
        if self._file is None:
            return
        self._file.parent.mkdir(parents=True, exist_ok=True)
        draft = self._file.with_suffix(".new")
        kept = {"of": self._of, "done": self.done, "tally": self.tally}
        draft.write_text(json.dumps(kept), encoding="utf-8")
        os.replace(draft, self._file)


def _digest() -> str:
    found = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*.py")):
        found.update(path.read_bytes())
    return found.hexdigest()[:16]
