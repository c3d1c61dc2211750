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
from clinic_toolkit.cli.ticket_pipe import TicketPipe

# Longer than a parser may take to start and to parse; then the keeper itself is in trouble.
MAX_WAIT_SECONDS = 45.0

log = logging.getLogger("clinic")


@dataclass(frozen=True, kw_only=True, slots=True)
class Activate:
    """To a worker: you are next."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stop:
    """To a worker: checkpoint and end."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PrepareForSleep:
    """To a worker: the machine is about to sleep; leave nothing in the tray and end."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReturnBlob:
    """To a worker: the sealed blob it asked for, or None."""

    blob: bytes | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Imported:
    """From a worker: everything is imported."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Serving:
    """From a worker: the store is open and requests are being accepted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FirstAnswered:
    """From a worker: the first request was answered."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Exiting:
    """From a worker: this is on purpose."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Failed:
    """From a worker: it cannot go on, for this reason, and no other worker could."""

    sentence: str
    exit_code: int


@dataclass(frozen=True, kw_only=True, slots=True)
class HoldReturnBlob:
    """From a worker: keep this blob for a quick return."""

    blob: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class RequestReturnBlob:
    """From a worker: is there a blob (`counted` False), or hand it out (`counted` True)."""

    counted: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ReturnOpened:
    """From a worker: the blob that was handed out opened with the code."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DropReturnBlob:
    """From a worker: destroy the blob."""


@dataclass(frozen=True, kw_only=True, slots=True)
class QuitProgram:
    """From a worker: the person has ended the program; no other worker follows."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StartParser:
    """From a worker: start a parser on my definition pipe, which the definition itself goes over."""

    number: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ParserEnded:
    """To a worker: the parser of this number has ended, how, and what held it to its limits."""

    number: int
    outcome: str
    limited_by: str


class KeeperConnection:
    """A worker's end of the line. It fits `web.context.Keeper`."""

    def __init__(
        self, pipe: "Connection[object, object]", tray: TicketPipe, definitions: definition_pipe.SocketPair
    ) -> None:
        self._pipe = pipe
        self.ticket_pipe = tray
        self._definitions = definitions
        self._blob_lock = threading.Lock()
        self._parser_lock = threading.Lock()
        self._parser_results: SimpleQueue[ParserEnded] = SimpleQueue()
        self._parser_number = 0
        self._send_lock = threading.Lock()
        self._blobs: SimpleQueue[bytes | None] = SimpleQueue()
        self.activated = threading.Event()
        self.stopping = threading.Event()

    def receive_messages(self) -> None:
        """Read until the keeper is gone, then end this process at once.

        A worker without a keeper would go on serving with keys inside, and nobody could lock it.
        """
        while True:
            try:
                said = self._pipe.recv()
            except (EOFError, OSError):
                os._exit(0)
            if isinstance(said, Activate):
                self.activated.set()
            elif isinstance(said, ReturnBlob):
                self._blobs.put(said.blob)
            elif isinstance(said, ParserEnded):
                self._parser_results.put(said)
            elif isinstance(said, (Stop, PrepareForSleep)):
                if isinstance(said, PrepareForSleep):
                    self.ticket_pipe.discard_ticket()
                self.stopping.set()

    def send_message(self, message: object) -> None:
        """Tell the keeper; a keeper that is gone is noticed by `receive_messages`."""
        with self._send_lock:
            try:
                self._pipe.send(message)
            except OSError:
                os._exit(0)

    def hold_return_blob(self, blob: bytes) -> None:
        """Keep this sealed blob for a quick return."""
        self.send_message(HoldReturnBlob(blob=blob))

    def has_return_blob(self) -> bool:
        """Whether a quick return is possible now."""
        return self._request_blob(counted=False) is not None

    def take_return_blob(self) -> bytes | None:
        """The sealed blob; three of these without `confirm_return_opened` destroy it."""
        return self._request_blob(counted=True)

    def confirm_return_opened(self) -> None:
        """The blob opened with the code."""
        self.send_message(ReturnOpened())

    def drop_return_blob(self) -> None:
        """Destroy the blob."""
        self.send_message(DropReturnBlob())

    def quit_program(self) -> None:
        """End the program, once this worker has given its answers."""
        self.send_message(QuitProgram())

    def pass_ticket(self, ticket: bytes) -> None:
        """Leave a ticket for the next worker. It does not go over this line: the keeper never has it."""
        self.ticket_pipe.put_ticket(ticket)

    def parse_definition(self, request: bytes) -> bytes:
        """Have a definition parsed by a process without keys, and return its answer, which nobody has read.

        Raises:
            ParsingFailed: there is no answer, and why.
        """
        from clinic_toolkit.instruments.parser_protocol import BROKEN, LARGE, SLOW, ParsingFailed

        # A second press waits for its turn, so that it gets an answer as good as the first.
        if not self._parser_lock.acquire(timeout=MAX_WAIT_SECONDS):
            raise ParsingFailed(BROKEN)
        try:
            reply, how = self._run_parser_process(request)
        finally:
            self._parser_lock.release()
        if how.outcome in (SLOW, LARGE):
            if how.limited_by == "watched":
                log.warning("parser.stopped_by_keeper")
            else:
                log.warning("parser.stopped_by_limit")
            raise ParsingFailed(how.outcome)
        if reply is None:
            log.warning("parser.no_answer")
            raise ParsingFailed(BROKEN)
        return reply

    def _run_parser_process(self, request: bytes) -> tuple[bytes | None, ParserEnded]:
        from clinic_toolkit.instruments.parser_protocol import MAX_REPLY_BYTES

        self._parser_number += 1
        how = ParserEnded(number=self._parser_number, outcome="", limited_by="")
        until = time.monotonic() + MAX_WAIT_SECONDS

        def has_ended() -> bool:
            nonlocal how
            with suppress(Empty):
                while how.outcome == "":
                    told = self._parser_results.get_nowait()
                    how = told if told.number == how.number else how
            return how.outcome != "" or self.stopping.is_set() or time.monotonic() > until

        definition_pipe.discard_pending(self._definitions)
        self.send_message(StartParser(number=self._parser_number))
        reply = definition_pipe.exchange_message(
            self._definitions[0], request, max_bytes=MAX_REPLY_BYTES, has_ended=has_ended
        )
        definition_pipe.discard_pending(self._definitions)
        return reply, how

    def _request_blob(self, *, counted: bool) -> bytes | None:
        with self._blob_lock:
            self.send_message(RequestReturnBlob(counted=counted))
            return self._blobs.get(timeout=5)
