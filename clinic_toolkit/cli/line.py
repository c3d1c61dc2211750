"""The line between the keeper and one worker: a pipe, and the words that go over it.

The keeper is told nothing it could leak: that a worker answered, that it ends, and, when a
clinician chose quick return, a blob that is sealed under a code the keeper never sees.
"""

import os
import threading
from dataclasses import dataclass
from multiprocessing.connection import Connection
from queue import SimpleQueue

from clinic_toolkit.cli.tray import Tray


@dataclass(frozen=True, kw_only=True, slots=True)
class Go:
    """To a worker: you are next."""


@dataclass(frozen=True, kw_only=True, slots=True)
class End:
    """To a worker: checkpoint and end."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sleep:
    """To a worker: the machine is about to sleep; leave nothing in the tray and end."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Blob:
    """To a worker: the sealed blob it asked for, or None."""

    blob: bytes | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Warm:
    """From a worker: everything is imported."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Serving:
    """From a worker: the store is open and requests are being accepted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """From a worker: the first request was answered."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ending:
    """From a worker: this is on purpose."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Broken:
    """From a worker: it cannot go on, for this reason, and no other worker could."""

    sentence: str
    exit_code: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Hold:
    """From a worker: keep this blob for a quick return."""

    blob: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Ask:
    """From a worker: is there a blob (`take` False), or hand it out (`take` True, counted)."""

    take: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Opened:
    """From a worker: the blob that was handed out opened with the code."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Drop:
    """From a worker: destroy the blob."""


class KeeperLine:
    """A worker's end of the line. It fits `web.context.Keeper`."""

    def __init__(self, pipe: "Connection[object, object]", tray: Tray) -> None:
        self._pipe = pipe
        self.tray = tray
        self._asking = threading.Lock()
        self._sending = threading.Lock()
        self._blobs: SimpleQueue[bytes | None] = SimpleQueue()
        self.go = threading.Event()
        self.end = threading.Event()

    def listen(self) -> None:
        """Read until the keeper is gone, then end this process at once.

        A worker without a keeper would go on serving with keys inside, and nobody could lock it.
        """
        while True:
            try:
                said = self._pipe.recv()
            except (EOFError, OSError):
                os._exit(0)
            if isinstance(said, Go):
                self.go.set()
            elif isinstance(said, Blob):
                self._blobs.put(said.blob)
            elif isinstance(said, (End, Sleep)):
                if isinstance(said, Sleep):
                    self.tray.clear()
                self.end.set()

    def say(self, word: object) -> None:
        """Tell the keeper; a keeper that is gone is noticed by `listen`."""
        with self._sending:
            try:
                self._pipe.send(word)
            except OSError:
                os._exit(0)

    def hold(self, blob: bytes) -> None:
        """Keep this sealed blob for a quick return."""
        self.say(Hold(blob=blob))

    def holds(self) -> bool:
        """Whether a quick return is possible now."""
        return self._ask(take=False) is not None

    def take(self) -> bytes | None:
        """The sealed blob; three of these without `opened` destroy it."""
        return self._ask(take=True)

    def opened(self) -> None:
        """The blob opened with the code."""
        self.say(Opened())

    def drop(self) -> None:
        """Destroy the blob."""
        self.say(Drop())

    def hand_over(self, ticket: bytes) -> None:
        """Leave a ticket for the next worker. It does not go over this line: the keeper never has it."""
        self.tray.put(ticket)

    def _ask(self, *, take: bool) -> bytes | None:
        with self._asking:
            self.say(Ask(take=take))
            return self._blobs.get(timeout=5)
