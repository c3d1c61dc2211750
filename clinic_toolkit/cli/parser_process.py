"""A parser process as the keeper sees it: started, watched, and ended in time. Its file is not read here."""

import socket
import time
from collections.abc import Callable
from multiprocessing import connection, get_context
from multiprocessing.context import SpawnProcess

from clinic_toolkit.cli import definition_pipe, parser
from clinic_toolkit.cli.process_limits import blocking_interrupts, resident_bytes

# The longest that its own imports may take, in seconds; no file has been read by then.
MAX_START_SECONDS = 30.0
# As `instruments.parsing` has them; that module is not loaded into the keeper, which parses nothing.
SECONDS = 5.0
MAX_BYTES = 256 * 2**20
POLL_SECONDS = 0.05
SLOW, LARGE, BROKEN, DONE = "slow", "large", "broken", "done"

ParserTarget = Callable[[socket.socket, "connection.Connection[object, object]"], None]

_spawn = get_context("spawn")


class ParserProcess:
    """One parser, from its start to its end.

    Args:
        number: the worker's number for the file.
        ends: the worker's definition pipe; the process is given the parser's end and nothing else.
        work: what the process runs.
    """

    def __init__(
        self, number: int, ends: definition_pipe.SocketPair, *, target: ParserTarget = parser.run_parser
    ) -> None:
        self.number = number
        self.limited_by = ""
        self._deadline = time.monotonic() + MAX_START_SECONDS
        self.pipe, theirs = _spawn.Pipe(duplex=False)
        self.process: SpawnProcess = _spawn.Process(
            target=target, args=(ends[1], theirs), name="clinic-parser", daemon=True
        )
        with blocking_interrupts():
            self.process.start()
        theirs.close()

    def seconds_to_next_check(self) -> float:
        """In how many seconds it has to be looked at, whatever happens before."""
        if self.limited_by == parser.WATCHED.decode():
            return POLL_SECONDS
        return max(0.0, self._deadline - time.monotonic())

    def poll_outcome(self) -> str | None:
        """How it ended; it is ended here if its time or its memory is used up. None: it is at work."""
        self._read_limit_kind()
        if self.process.exitcode is None:
            if time.monotonic() >= self._deadline:
                return self._kill_with_outcome(SLOW if self.limited_by else BROKEN)
            if self.limited_by == parser.WATCHED.decode() and self._exceeds_memory():
                return self._kill_with_outcome(LARGE)
            return None
        return self._kill_with_outcome(self._outcome_of_exit_code(self.process.exitcode))

    def kill(self) -> None:
        """End it now, whatever it is doing."""
        self._kill_with_outcome(BROKEN)

    def _read_limit_kind(self) -> None:
        try:
            # It may be in the hands of a stranger's file by now: bytes are taken from it, and no objects.
            while not self.limited_by and self.pipe.poll():
                said = self.pipe.recv_bytes(16)
                self.limited_by = (
                    parser.LIMITED.decode() if said == parser.LIMITED else parser.WATCHED.decode()
                )
                self._deadline = time.monotonic() + SECONDS
        except (EOFError, OSError):
            pass

    def _exceeds_memory(self) -> bool:
        held = resident_bytes(self.process.pid or 0)
        return held is not None and held > MAX_BYTES

    def _outcome_of_exit_code(self, code: int) -> str:
        if code == parser.EXIT_DONE:
            return DONE
        if code == parser.EXIT_TOO_LARGE:
            return LARGE
        # SIGXCPU: its time was used up. SIGABRT: a library ended it, because it was given no more memory.
        return {-24: SLOW, -6: LARGE}.get(code, BROKEN) if self.limited_by else BROKEN

    def _kill_with_outcome(self, outcome: str) -> str:
        self.process.kill()
        self.process.join()
        self.pipe.close()
        return outcome
