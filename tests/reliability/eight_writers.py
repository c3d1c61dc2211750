"""Eight threads that save without a pause, in a process that ends itself between commit and anchor.

    python -m tests.reliability.eight_writers FOLDER at|half|after|never|lying

Every line on standard output is a save that was confirmed: thread, version, line of the chain.
"""

import os
import random
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from clinic_toolkit.store.chain import ChainEntry
from clinic_toolkit.store.sqlite.anchor import Anchor
from clinic_toolkit.store.sqlite.anchor_slot import SLOT_BYTES
from clinic_toolkit.store.transactions import writing
from tests.store import chains

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

THREADS = 8
ODDS = 60


def record_of(number: int) -> UUID:
    """The record that all threads with this remainder save."""
    return UUID(int=number % 3 + 1)


def end() -> None:
    """kill -9, from inside: at exactly this point."""
    os.kill(os.getpid(), signal.SIGKILL)


def main(place: Path, when: str) -> None:
    """Save until the end."""
    engine = chains.opened(place)
    keep, chance = Anchor.write_entries, random.Random()

    def half(handle: int, raw: "ReadableBuffer", /) -> int:
        written = real(handle, memoryview(raw)[: chance.randrange(SLOT_BYTES)])
        end()
        return written

    def kept(self: Anchor, entries: list[ChainEntry]) -> None:
        last = chance.randrange(ODDS) == 0
        if when == "lying":
            # The control: a program that confirms saves and writes the anchor at every fourth only.
            if entries[-1].seq % 4 == 0:
                keep(self, entries)
            return
        if last and when == "at":
            end()
        if last and when == "half":
            os.write = half
        keep(self, entries)
        if last and when == "after":
            end()

    real = os.write
    Anchor.write_entries = kept  # type: ignore[method-assign]

    def save(number: int) -> None:
        while True:
            with writing(engine) as db:
                chains.save_in(db, record=record_of(number))
                version, seq = chains.newest_version(db, record_of(number)), chains.tip_in(db)
            real(1, f"{number} {version} {seq}\n".encode())

    for number in range(THREADS):
        threading.Thread(target=save, args=(number,), daemon=True).start()
    threading.Event().wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
