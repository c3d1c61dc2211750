"""A parser process as the keeper sees it: starts, watches and ends it, and never reads the file."""

import socket
import time
from collections.abc import Callable
from multiprocessing import connection, get_context
from multiprocessing.context import SpawnProcess

from clinic_toolkit.cli import definition_parser, definition_pipe
from clinic_toolkit.cli.definition_parser import LimitedBy, ParserExit
from clinic_toolkit.cli.process_limits import blocking_interrupts, resident_bytes
from clinic_toolkit.instruments.parser_outcome import ParserOutcome

# The longest that the parser's own imports may take, in seconds, before it reads a file.
MAX_START_SECONDS = 30.0
# The same values as in `instruments.parser_protocol`, which the keeper does not import.
SECONDS = 5.0
MAX_BYTES = 256 * 2**20
POLL_SECONDS = 0.05

ParserTarget = Callable[[socket.socket, "connection.Connection[object, object]"], None]

_spawn = get_context("spawn")


class ParserProcess:
    """One parser process, from its start to its end.

    Args:
        number: the worker's number for this request.
        definition_sockets: the worker's definition pipe; the process only gets the parser's end.
        target: what the process runs.
    """

    def __init__(
        self,
        number: int,
        definition_sockets: definition_pipe.SocketPair,
        *,
        target: ParserTarget = definition_parser.run_parser,
    ) -> None:
        self.number = number
        self.limited_by: LimitedBy | None = None
        self._deadline = time.monotonic() + MAX_START_SECONDS
        self.pipe, parser_pipe = _spawn.Pipe(duplex=False)
        self.process: SpawnProcess = _spawn.Process(
            target=target, args=(definition_sockets[1], parser_pipe), name="clinic-parser", daemon=True
        )
        with blocking_interrupts():
            self.process.start()
        parser_pipe.close()

    def seconds_to_next_check(self) -> float:
        """Seconds until `poll_outcome` must be called again, even if no event occurs."""
        if self.limited_by == LimitedBy.KEEPER:
            return POLL_SECONDS
        return max(0.0, self._deadline - time.monotonic())

    def poll_outcome(self) -> ParserOutcome | None:
        """Return how the process ended, after killing it if it exceeds a limit; None while it is running."""
        self._read_limit_kind()
        if self.process.exitcode is None:
            if time.monotonic() >= self._deadline:
                return self._kill_with_outcome(
                    ParserOutcome.SLOW if self.limited_by else ParserOutcome.BROKEN
                )
            if self.limited_by == LimitedBy.KEEPER and self._exceeds_memory():
                return self._kill_with_outcome(ParserOutcome.LARGE)
            return None
        return self._kill_with_outcome(self._outcome_of_exit_code(self.process.exitcode))

    def kill(self) -> None:
        """Kill the process now."""
        self._kill_with_outcome(ParserOutcome.BROKEN)

    def _read_limit_kind(self) -> None:
        try:
            # A hostile file may control the process by now: read raw bytes only, never pickled objects.
            while not self.limited_by and self.pipe.poll():
                message = self.pipe.recv_bytes(16)
                is_limited = message == LimitedBy.SYSTEM.encode()
                self.limited_by = LimitedBy.SYSTEM if is_limited else LimitedBy.KEEPER
                self._deadline = time.monotonic() + SECONDS
        except (EOFError, OSError):
            pass

    def _exceeds_memory(self) -> bool:
        resident = resident_bytes(self.process.pid or 0)
        return resident is not None and resident > MAX_BYTES

    def _outcome_of_exit_code(self, code: int) -> ParserOutcome:
        if code == ParserExit.DONE:
            return ParserOutcome.DONE
        if code == ParserExit.TOO_LARGE:
            return ParserOutcome.LARGE
        # -24 is SIGXCPU: out of CPU time. -6 is SIGABRT: a library aborted because it got no more memory.
        return (
            {-24: ParserOutcome.SLOW, -6: ParserOutcome.LARGE}.get(code, ParserOutcome.BROKEN)
            if self.limited_by
            else ParserOutcome.BROKEN
        )

    def _kill_with_outcome(self, outcome: ParserOutcome) -> ParserOutcome:
        self.process.kill()
        self.process.join()
        self.pipe.close()
        return outcome
