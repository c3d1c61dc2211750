"""A parser process as the keeper sees it: started, watched, and ended in time. Its file is not read here."""

import socket
import time
from collections.abc import Callable
from multiprocessing import connection, get_context
from multiprocessing.context import SpawnProcess

from clinic_toolkit.cli import definition_pipe, parser
from clinic_toolkit.cli.memory import resident_bytes, without_interrupt

# The longest that its own imports may take, in seconds; no file has been read by then.
LONGEST_START = 30.0
# As `instruments.parsing` has them; that module is not loaded into the keeper, which parses nothing.
SECONDS = 5.0
MOST_BYTES = 256 * 2**20
WATCH = 0.05
SLOW, LARGE, BROKEN, DONE = "slow", "large", "broken", "done"

Work = Callable[[socket.socket, "connection.Connection[object, object]"], None]

_spawn = get_context("spawn")


class ParserProcess:
    """One parser, from its start to its end.

    Args:
        number: the worker's number for the file.
        ends: the worker's definition pipe; the process is given the parser's end and nothing else.
        work: what the process runs.
    """

    def __init__(self, number: int, ends: definition_pipe.Ends, *, work: Work = parser.run) -> None:
        self.number = number
        self.guard = ""
        self._until = time.monotonic() + LONGEST_START
        self.heard, theirs = _spawn.Pipe(duplex=False)
        self.process: SpawnProcess = _spawn.Process(
            target=work, args=(ends[1], theirs), name="clinic-parser", daemon=True
        )
        with without_interrupt():
            self.process.start()
        theirs.close()

    def next_look(self) -> float:
        """In how many seconds it has to be looked at, whatever happens before."""
        if self.guard == parser.WATCHED.decode():
            return WATCH
        return max(0.0, self._until - time.monotonic())

    def outcome(self) -> str | None:
        """How it ended; it is ended here if its time or its memory is used up. None: it is at work."""
        self._listen()
        if self.process.exitcode is None:
            if time.monotonic() >= self._until:
                return self._stopped(SLOW if self.guard else BROKEN)
            if self.guard == parser.WATCHED.decode() and self._is_large():
                return self._stopped(LARGE)
            return None
        return self._stopped(self._by_exit_code(self.process.exitcode))

    def end(self) -> None:
        """End it now, whatever it is doing."""
        self._stopped(BROKEN)

    def _listen(self) -> None:
        try:
            # It may be in the hands of a stranger's file by now: bytes are taken from it, and no objects.
            while not self.guard and self.heard.poll():
                said = self.heard.recv_bytes(16)
                self.guard = parser.LIMITED.decode() if said == parser.LIMITED else parser.WATCHED.decode()
                self._until = time.monotonic() + SECONDS
        except (EOFError, OSError):
            pass

    def _is_large(self) -> bool:
        held = resident_bytes(self.process.pid or 0)
        return held is not None and held > MOST_BYTES

    def _by_exit_code(self, code: int) -> str:
        if code == parser.DONE:
            return DONE
        if code == parser.TOO_LARGE:
            return LARGE
        # SIGXCPU: its time was used up. SIGABRT: a library ended it, because it was given no more memory.
        return {-24: SLOW, -6: LARGE}.get(code, BROKEN) if self.guard else BROKEN

    def _stopped(self, outcome: str) -> str:
        self.process.kill()
        self.process.join()
        self.heard.close()
        return outcome
