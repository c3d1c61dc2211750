"""The line between the keeper and one worker: a pipe, and the words that go over it.

The keeper is told nothing it could leak: that a worker answered, that it ends, and, when a
clinician chose quick return, a blob that is sealed under a code the keeper never sees.
"""

import logging
import os
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from queue import Empty, SimpleQueue

from clinic_toolkit.cli import definition_pipe
from clinic_toolkit.cli.tray import Tray

# Longer than a parser may take to start and to parse; then the keeper itself is in trouble.
LONGEST_WAIT = 45.0

log = logging.getLogger("clinic")


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


@dataclass(frozen=True, kw_only=True, slots=True)
class Quit:
    """From a worker: the person has ended the program; no other worker follows."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Parse:
    """From a worker: start a parser on my definition pipe, which the definition itself goes over."""

    number: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Parsed:
    """To a worker: the parser of this number has ended, how, and what held it to its limits."""

    number: int
    outcome: str
    guard: str


class KeeperLine:
    """A worker's end of the line. It fits `web.context.Keeper`."""

    def __init__(
        self, pipe: "Connection[object, object]", tray: Tray, definitions: definition_pipe.Ends
    ) -> None:
        self._pipe = pipe
        self.tray = tray
        self._definitions = definitions
        self._asking = threading.Lock()
        self._parsing = threading.Lock()
        self._parsed: SimpleQueue[Parsed] = SimpleQueue()
        self._number = 0
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
            elif isinstance(said, Parsed):
                self._parsed.put(said)
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

    def quit(self) -> None:
        """End the program, once this worker has given its answers."""
        self.say(Quit())

    def hand_over(self, ticket: bytes) -> None:
        """Leave a ticket for the next worker. It does not go over this line: the keeper never has it."""
        self.tray.put(ticket)

    def parse(self, asked: bytes) -> bytes:
        """Have a definition parsed by a process without keys, and return its answer, which nobody has read.

        Raises:
            NotParsed: there is no answer, and why.
        """
        from clinic_toolkit.instruments.parsing import BROKEN, LARGE, SLOW, NotParsed

        # A second press waits for its turn, so that it gets an answer as good as the first.
        if not self._parsing.acquire(timeout=LONGEST_WAIT):
            raise NotParsed(BROKEN)
        try:
            reply, how = self._parsed_by_another(asked)
        finally:
            self._parsing.release()
        if how.outcome in (SLOW, LARGE):
            if how.guard == "watched":
                log.warning("parser.stopped_by_keeper")
            else:
                log.warning("parser.stopped_by_limit")
            raise NotParsed(how.outcome)
        if reply is None:
            log.warning("parser.no_answer")
            raise NotParsed(BROKEN)
        return reply

    def _parsed_by_another(self, asked: bytes) -> tuple[bytes | None, Parsed]:
        from clinic_toolkit.instruments.parsing import LONGEST_REPLY

        self._number += 1
        how = Parsed(number=self._number, outcome="", guard="")
        until = time.monotonic() + LONGEST_WAIT

        def has_ended() -> bool:
            nonlocal how
            with suppress(Empty):
                while how.outcome == "":
                    told = self._parsed.get_nowait()
                    how = told if told.number == how.number else how
            return how.outcome != "" or self.end.is_set() or time.monotonic() > until

        definition_pipe.clear(self._definitions)
        self.say(Parse(number=self._number))
        reply = definition_pipe.exchange(self._definitions[0], asked, most=LONGEST_REPLY, ended=has_ended)
        definition_pipe.clear(self._definitions)
        return reply, how

    def _ask(self, *, take: bool) -> bytes | None:
        with self._asking:
            self.say(Ask(take=take))
            return self._blobs.get(timeout=5)
