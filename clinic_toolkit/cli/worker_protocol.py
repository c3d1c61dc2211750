"""The worker protocol: the messages between the keeper and a worker, and the worker's side of it.

The keeper learns nothing that it could leak: that a worker answered, that it ends, and, if the clinician
chose quick return, a blob that is sealed under a code which the keeper never sees.
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
from clinic_toolkit.cli.definition_parser import LimitedBy
from clinic_toolkit.cli.ticket_pipe import TicketPipe
from clinic_toolkit.instruments.parser_outcome import ParserOutcome

# Longer than a parser may take to start and to parse; after that, the keeper itself does not respond.
MAX_WAIT_SECONDS = 45.0
# For the blob of a quick return, which the keeper has in memory.
MAX_BLOB_WAIT_SECONDS = 5.0

log = logging.getLogger("clinic")


@dataclass(frozen=True, kw_only=True, slots=True)
class Activate:
    """To a worker: open the store and begin to serve."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stop:
    """To a worker: run the last upkeep of the store and end."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PrepareForSleep:
    """To a worker: the machine is about to sleep; discard the ticket and end."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReturnBlob:
    """To a worker: the sealed blob that the request of this number asked for, or None."""

    blob: bytes | None
    number: int


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
    """From a worker: it is ending on purpose, which is no crash."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Failed:
    """From a worker: it cannot go on, for a reason that would stop any other worker too."""

    sentence: str
    exit_code: int


@dataclass(frozen=True, kw_only=True, slots=True)
class HoldReturnBlob:
    """From a worker: hold this blob for a quick return."""

    blob: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class RequestReturnBlob:
    """From a worker: send the blob; `counted` says whether this counts as a try."""

    counted: bool
    number: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ReturnOpened:
    """From a worker: the blob that was handed out opened with the code."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DropReturnBlob:
    """From a worker: destroy the blob."""


@dataclass(frozen=True, kw_only=True, slots=True)
class QuitProgram:
    """From a worker: the person quit the program, so no other worker is to follow."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StartParser:
    """From a worker: start a parser on this worker's definition pipe, over which the file is sent."""

    number: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ParserEnded:
    """To a worker: the parser with this number has ended, how, and what enforced its limits."""

    number: int
    outcome: ParserOutcome
    limited_by: LimitedBy | None


class KeeperConnection:
    """A worker's connection to the keeper. It implements `web.context.KeeperServices`."""

    def __init__(
        self,
        pipe: "Connection[object, object]",
        ticket_pipe: TicketPipe,
        definitions: definition_pipe.SocketPair,
    ) -> None:
        self._pipe = pipe
        self.ticket_pipe = ticket_pipe
        self._definitions = definitions
        self._blob_lock = threading.Lock()
        self._parser_lock = threading.Lock()
        self._parser_results: SimpleQueue[ParserEnded] = SimpleQueue()
        self._parser_number = 0
        self._send_lock = threading.Lock()
        self._blobs: SimpleQueue[ReturnBlob] = SimpleQueue()
        self._blob_number = 0
        self.activated = threading.Event()
        self.worker_must_end = threading.Event()

    def receive_messages(self) -> None:
        """Receive messages until the keeper is gone, then end this process at once.

        A worker without a keeper would go on serving with keys in memory, and nobody could lock it.
        """
        while True:
            try:
                message = self._pipe.recv()
            except (EOFError, OSError):
                os._exit(0)
            if isinstance(message, Activate):
                self.activated.set()
            elif isinstance(message, ReturnBlob):
                self._blobs.put(message)
            elif isinstance(message, ParserEnded):
                self._parser_results.put(message)
            elif isinstance(message, (Stop, PrepareForSleep)):
                if isinstance(message, PrepareForSleep):
                    self.ticket_pipe.discard_ticket()
                self.worker_must_end.set()

    def send_message(self, message: object) -> None:
        """Send a message to the keeper; if the keeper is gone, this process ends at once."""
        with self._send_lock:
            try:
                self._pipe.send(message)
            except OSError:
                os._exit(0)

    def hold_return_blob(self, blob: bytes) -> None:
        """Have the keeper hold this sealed blob for a quick return."""
        self.send_message(HoldReturnBlob(blob=blob))

    def has_return_blob(self) -> bool:
        """Whether a quick return is possible now."""
        return self._request_blob(counted=False) is not None

    def take_return_blob(self) -> bytes | None:
        """Fetch the sealed blob for one try, or None; three tries without success destroy it."""
        return self._request_blob(counted=True)

    def confirm_return_opened(self) -> None:
        """Tell the keeper that the blob opened with the code."""
        self.send_message(ReturnOpened())

    def drop_return_blob(self) -> None:
        """Destroy the blob."""
        self.send_message(DropReturnBlob())

    def quit_program(self) -> None:
        """End the program, after this worker has sent its responses."""
        self.send_message(QuitProgram())

    def pass_ticket(self, ticket: bytes) -> None:
        """Pass a ticket to the next worker, over the ticket pipe, so that the keeper never has it.

        Raises:
            OSError: it did not fit.
        """
        self.ticket_pipe.put_ticket(ticket)

    def parse_definition(self, request: bytes) -> bytes:
        """Have a definition, or another file from outside, read by a process without keys.

        Returns:
            Its reply, which is not validated yet.

        Raises:
            ParsingFailed: the parser gave no reply; the error says why.
        """
        from clinic_toolkit.instruments.parser_protocol import ParsingFailed

        # A second request, from a second press of the button, waits until the first is done.
        if not self._parser_lock.acquire(timeout=MAX_WAIT_SECONDS):
            raise ParsingFailed(ParserOutcome.BROKEN)
        try:
            reply, result = self._run_parser_process(request)
        finally:
            self._parser_lock.release()
        if result is not None and result.outcome in (ParserOutcome.SLOW, ParserOutcome.LARGE):
            if result.limited_by == LimitedBy.KEEPER:
                log.warning("parser.stopped_by_keeper")
            else:
                log.warning("parser.stopped_by_limit")
            raise ParsingFailed(result.outcome)
        if reply is None:
            log.warning("parser.no_answer")
            raise ParsingFailed(ParserOutcome.BROKEN)
        return reply

    def _run_parser_process(self, request: bytes) -> tuple[bytes | None, ParserEnded | None]:
        from clinic_toolkit.instruments.parser_protocol import MAX_REPLY_BYTES

        self._parser_number += 1
        result: ParserEnded | None = None
        deadline = time.monotonic() + MAX_WAIT_SECONDS

        def has_ended() -> bool:
            nonlocal result
            with suppress(Empty):
                while result is None:
                    ended = self._parser_results.get_nowait()
                    result = ended if ended.number == self._parser_number else None
            return result is not None or self.worker_must_end.is_set() or time.monotonic() > deadline

        definition_pipe.discard_pending(self._definitions)
        self.send_message(StartParser(number=self._parser_number))
        reply = definition_pipe.exchange_message(
            self._definitions[0], request, max_bytes=MAX_REPLY_BYTES, has_ended=has_ended
        )
        definition_pipe.discard_pending(self._definitions)
        return reply, result

    def _request_blob(self, *, counted: bool) -> bytes | None:
        """Return the blob, or None if the keeper has none or does not answer in time."""
        deadline = time.monotonic() + MAX_BLOB_WAIT_SECONDS
        with self._blob_lock:
            self._blob_number += 1
            self.send_message(RequestReturnBlob(counted=counted, number=self._blob_number))
            with suppress(Empty):
                while True:
                    answer = self._blobs.get(timeout=max(0.0, deadline - time.monotonic()))
                    # A late answer to an earlier request must not be taken for the answer to this one.
                    if answer.number == self._blob_number:
                        return answer.blob
        log.warning("keeper.no_answer")
        return None
