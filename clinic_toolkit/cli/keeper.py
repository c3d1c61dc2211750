"""The keeper: holds the listening sockets, starts workers, and never sees a key.

One worker serves; one more waits, already imported, so that a lock costs a fraction of a second.
While there is no worker the system's listen queue holds the connections: none is refused.
"""

import secrets
import signal
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import connection, get_context
from multiprocessing.context import SpawnProcess
from types import FrameType

import click

from clinic_toolkit.cli import definition_pipe, line, parser, parser_process, tray, worker
from clinic_toolkit.cli.memory import without_interrupt
from clinic_toolkit.cli.parser_process import ParserProcess
from clinic_toolkit.cli.quick_return import QuickReturn
from clinic_toolkit.cli.sockets import Sockets
from clinic_toolkit.cli.suspend import Suspend
from clinic_toolkit.settings import Settings

SHORT_LIFE = 10.0
CRASHES = 3
PATIENCE = 3.0

TAKEN = (
    "The lock file in the data folder was replaced or removed, and this program was started a second "
    "time on the same folder. This first one ends now, so that they do not write over each other."
)

_spawn = get_context("spawn")


@dataclass(kw_only=True)
class Helper:
    """A worker process as the keeper sees it."""

    process: SpawnProcess
    pipe: "connection.Connection[object, object]"
    definitions: definition_pipe.Ends
    parser: ParserProcess | None = None
    started: float = field(default_factory=time.monotonic)
    warm: bool = False
    answered: bool = False
    ending: bool = False


Work = Callable[
    [
        Settings,
        tuple[socket.socket, ...],
        "connection.Connection[object, object]",
        bytes,
        tray.Ends,
        definition_pipe.Ends,
    ],
    None,
]


class Keeper:
    """Keeps one worker at work and one waiting, until told to stop.

    Args:
        work: what a worker process runs.
        parse: what a parser process runs.
        when_ready: called each time a worker begins to accept requests.
        holds: asked every second, whether the data folder is still this program's alone.
    """

    def __init__(
        self,
        settings: Settings,
        sockets: Sockets,
        *,
        when_ready: Callable[[], None],
        work: Work = worker.run,
        parse: parser_process.Work = parser.run,
        holds: Callable[[], bool] = lambda: True,
    ) -> None:
        self._settings, self._sockets, self._when_ready = settings, sockets, when_ready
        self._work, self._parse, self._holds = work, parse, holds
        self._cookie_key = secrets.token_bytes(32)
        # Kept open between two workers, and never read here.
        self._tray = tray.ends()
        self._return = QuickReturn()
        self._suspend = Suspend()
        self._active: Helper | None = None
        self._standby: Helper | None = None
        self._deaths = 0
        self._stop = False
        self._exit_code = 0
        self._heard, self._bell = socket.socketpair()

    def run(self) -> int:
        """Serve until SIGTERM or SIGINT, and return the exit code."""
        self._heard.setblocking(False)
        self._bell.setblocking(False)
        signal.set_wakeup_fd(self._bell.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._asked_to_stop)
        self._active = self._start()
        self._promote()
        self._suspend.listen()
        while not self._stop:
            self._wait()
            self._return.tick()
            self._look_at_parsers()
            self._bury()
            if not self._holds():
                self._give_up(TAKEN, 1)
        self._return.drop()
        self._end_all()
        return self._exit_code

    def _asked_to_stop(self, number: int, frame: FrameType | None) -> None:
        self._stop = True

    def _start(self) -> Helper:
        ours, theirs = _spawn.Pipe()
        definitions = definition_pipe.ends()
        process = _spawn.Process(
            target=self._work,
            args=(self._settings, self._sockets.listening, theirs, self._cookie_key, self._tray, definitions),
            name="clinic-worker",
        )
        with without_interrupt():
            process.start()
        theirs.close()
        return Helper(process=process, pipe=ours, definitions=definitions)

    def _promote(self) -> None:
        if self._active is None:
            self._active, self._standby = self._standby or self._start(), None
        self._tell(self._active, line.Go())

    def _wait(self) -> None:
        helpers = [helper for helper in (self._active, self._standby) if helper is not None]
        by_pipe = {helper.pipe: helper for helper in helpers}
        parsers = [helper.parser for helper in helpers if helper.parser is not None]
        sentinels = [helper.process.sentinel for helper in helpers]
        sentinels += [one.process.sentinel for one in parsers]
        starting = [one.heard for one in parsers if not one.guard]
        ears = (self._heard, self._suspend.heard)
        soon = min((one.next_look() for one in parsers), default=1.0)
        for ready in connection.wait([*by_pipe, *sentinels, *starting, *ears], timeout=min(1.0, soon)):
            if ready is self._heard:
                self._heard.recv(512)
            elif ready is self._suspend.heard:
                self._before_sleep()
            elif isinstance(ready, connection.Connection) and ready in by_pipe:
                self._listen(by_pipe[ready])

    def _before_sleep(self) -> None:
        if not self._suspend.about_to_sleep():
            return
        # Nothing that opens the record may lie in the memory of a machine that sleeps.
        self._return.drop()
        if self._active is not None:
            self._end_parser(self._active)
            self._tell(self._active, line.Sleep())
            self._active.process.join(timeout=PATIENCE)
            # A blob that was on its way meanwhile must not outlive the sleep either.
            self._listen(self._active)
            self._return.drop()
        self._suspend.let_go()

    def _listen(self, helper: Helper) -> None:
        try:
            while helper.pipe.poll():
                self._obey(helper, helper.pipe.recv())
        except (EOFError, OSError):
            # The process is on its way out; its sentinel says when it is gone.
            helper.process.join(timeout=PATIENCE)
            if helper.process.is_alive():
                helper.process.kill()

    def _obey(self, helper: Helper, word: object) -> None:
        match word:
            case line.Warm():
                helper.warm = True
            case line.Serving():
                self._when_ready()
                if self._standby is None:
                    self._standby = self._start()
            case line.Answered():
                helper.answered = True
                self._deaths = 0
            case line.Parse(number=number):
                self._end_parser(helper)
                self._start_parser(helper, number)
            case line.Ending():
                helper.ending = True
                self._end_parser(helper)
            case line.Broken(sentence=sentence, exit_code=exit_code):
                helper.ending = True
                self._give_up(sentence, exit_code)
            case line.Hold(blob=blob):
                self._return.hold(blob)
            case line.Ask(take=take):
                self._tell(helper, line.Blob(blob=self._return.take() if take else self._return.look()))
            case line.Opened():
                self._return.opened()
            case line.Drop():
                self._return.drop()
            case line.Quit():
                helper.ending = True
                self._stop = True

    def _look_at_parsers(self) -> None:
        for helper in (self._active, self._standby):
            if helper is None or helper.parser is None:
                continue
            outcome = helper.parser.outcome()
            if outcome is not None:
                ended, helper.parser = helper.parser, None
                self._tell(helper, line.Parsed(number=ended.number, outcome=outcome, guard=ended.guard))

    def _start_parser(self, helper: Helper, number: int) -> None:
        try:
            helper.parser = ParserProcess(number, helper.definitions, work=self._parse)
        except OSError:
            # The system starts no more processes now; the person is told to try again.
            self._tell(helper, line.Parsed(number=number, outcome=parser_process.BROKEN, guard=""))

    def _end_parser(self, helper: Helper) -> None:
        if helper.parser is not None:
            helper.parser.end()
            helper.parser = None

    def _bury(self) -> None:
        for helper in (self._active, self._standby):
            if helper is None or helper.process.exitcode is None:
                continue
            self._listen(helper)
            self._count(helper)
            self._end_parser(helper)
            helper.pipe.close()
            for end in helper.definitions:
                end.close()
            helper.process.join()
            if helper is self._standby:
                self._standby = None
                if not self._stop:
                    self._standby = self._start()
            else:
                self._active = None
        if self._active is None and not self._stop:
            self._promote()

    def _count(self, helper: Helper) -> None:
        if helper.ending or helper.answered or time.monotonic() - helper.started >= SHORT_LIFE:
            self._deaths = 0
            return
        self._deaths += 1
        if self._deaths >= CRASHES:
            self._give_up(
                "The program could not start its pages: it stopped three times at once. Nothing in "
                "the record was changed. If starting it again does not help, restart the computer.",
                1,
            )

    def _give_up(self, sentence: str, exit_code: int) -> None:
        if not self._stop:
            click.echo(sentence, err=True)
            self._exit_code = exit_code
        self._stop = True

    def _tell(self, helper: Helper, word: object) -> None:
        # Whoever is gone already is replaced by `_bury`.
        with suppress(OSError):
            helper.pipe.send(word)

    def _end_all(self) -> None:
        helpers = [helper for helper in (self._active, self._standby) if helper is not None]
        for helper in helpers:
            self._end_parser(helper)
            self._tell(helper, line.End())
        until = time.monotonic() + PATIENCE
        for helper in helpers:
            helper.process.join(timeout=max(0.0, until - time.monotonic()))
            if helper.process.is_alive():
                helper.process.kill()
                helper.process.join()
