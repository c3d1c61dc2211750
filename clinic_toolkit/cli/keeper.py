"""The keeper: holds the listening sockets, starts and replaces workers, and never holds a key.

One worker serves; another is on standby with everything imported, so that a lock costs a fraction of a
second. While there is no worker, the kernel's listen queue holds new connections, so none is refused.
"""

import secrets
import signal
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import connection, get_context
from types import FrameType

import click

from clinic_toolkit.cli import (
    definition_parser,
    definition_pipe,
    parser_process,
    ticket_pipe,
    worker_protocol,
)
from clinic_toolkit.cli.listening_sockets import ListeningSockets
from clinic_toolkit.cli.parser_process import ParserProcess
from clinic_toolkit.cli.process_limits import blocking_interrupts
from clinic_toolkit.cli.quick_return import QuickReturn
from clinic_toolkit.cli.sleep_monitor import SleepMonitor
from clinic_toolkit.cli.worker import run_worker
from clinic_toolkit.cli.worker_process import WorkerProcess, WorkerTarget
from clinic_toolkit.instruments.parser_outcome import ParserOutcome
from clinic_toolkit.settings import Settings

CRASH_WINDOW_SECONDS = 10.0
MAX_CRASHES = 3
STOP_TIMEOUT_SECONDS = 3.0

LOCK_LOST_MESSAGE = (
    "The lock file in the data folder was replaced or removed, and this program was started a second "
    "time on the same folder. This first one ends now, so that they do not write over each other."
)

_spawn = get_context("spawn")


class Keeper:
    """Keeps one worker serving and one on standby, until told to stop.

    Args:
        settings: passed to every worker.
        sockets: the listening sockets, passed to every worker.
        on_ready: called each time a worker begins to accept requests.
        worker_target: what a worker process runs.
        parser_target: what a parser process runs.
        holds_folder: whether this program still holds the lock on the data folder; called every second.
    """

    def __init__(
        self,
        settings: Settings,
        sockets: ListeningSockets,
        *,
        on_ready: Callable[[], None],
        worker_target: WorkerTarget = run_worker,
        parser_target: parser_process.ParserTarget = definition_parser.run_parser,
        holds_folder: Callable[[], bool] = lambda: True,
    ) -> None:
        self._settings, self._sockets, self._on_ready = settings, sockets, on_ready
        self._worker_target, self._parser_target, self._holds_folder = (
            worker_target,
            parser_target,
            holds_folder,
        )
        self._cookie_key = secrets.token_bytes(32)
        # Kept open from one worker to the next, and never read here.
        self._ticket_pipe = ticket_pipe.create_pair()
        self._quick_return = QuickReturn()
        self._suspend = SleepMonitor()
        self._active: WorkerProcess | None = None
        self._standby: WorkerProcess | None = None
        self._crash_count = 0
        self._stopping = False
        self._exit_code = 0
        self._wakeup_reader, self._wakeup_writer = socket.socketpair()

    def run(self) -> int:
        """Serve until SIGTERM or SIGINT, or until the program is quit; returns the exit code."""
        self._wakeup_reader.setblocking(False)
        self._wakeup_writer.setblocking(False)
        signal.set_wakeup_fd(self._wakeup_writer.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._handle_stop_signal)
        self._active = self._start_worker()
        self._activate_worker()
        self._suspend.start_listening()
        while not self._stopping:
            self._wait_for_events()
            self._quick_return.expire_if_due()
            self._poll_parsers()
            self._reap_workers()
            if not self._holds_folder():
                self._stop_with_error(LOCK_LOST_MESSAGE, 1)
        self._quick_return.drop_blob()
        self._stop_workers()
        return self._exit_code

    def _handle_stop_signal(self, number: int, frame: FrameType | None) -> None:
        self._stopping = True

    def _start_worker(self) -> WorkerProcess:
        keeper_pipe, worker_pipe = _spawn.Pipe()
        definition_sockets = definition_pipe.create_pair()
        process = _spawn.Process(
            target=self._worker_target,
            args=(
                self._settings,
                self._sockets.listening,
                worker_pipe,
                self._cookie_key,
                self._ticket_pipe,
                definition_sockets,
            ),
            name="clinic-worker",
        )
        with blocking_interrupts():
            process.start()
        worker_pipe.close()
        return WorkerProcess(process=process, pipe=keeper_pipe, definition_sockets=definition_sockets)

    def _activate_worker(self) -> None:
        if self._active is None:
            self._active, self._standby = self._standby or self._start_worker(), None
        self._send_message(self._active, worker_protocol.Activate())

    def _wait_for_events(self) -> None:
        workers = [worker for worker in (self._active, self._standby) if worker is not None]
        by_pipe = {worker.pipe: worker for worker in workers}
        parsers = [worker.parser for worker in workers if worker.parser is not None]
        sentinels = [worker.process.sentinel for worker in workers]
        sentinels += [running.process.sentinel for running in parsers]
        starting_pipes = [running.pipe for running in parsers if not running.limited_by]
        wakeup_sockets = (self._wakeup_reader, self._suspend.reader)
        next_check = min((running.seconds_to_next_check() for running in parsers), default=1.0)
        for ready in connection.wait(
            [*by_pipe, *sentinels, *starting_pipes, *wakeup_sockets], timeout=min(1.0, next_check)
        ):
            if ready is self._wakeup_reader:
                self._wakeup_reader.recv(512)
            elif ready is self._suspend.reader:
                self._before_sleep()
            elif isinstance(ready, connection.Connection) and ready in by_pipe:
                self._receive_messages(by_pipe[ready])

    def _before_sleep(self) -> None:
        if not self._suspend.is_sleep_announced():
            return
        # No key and nothing that leads to one may stay in the memory of a sleeping machine.
        self._quick_return.drop_blob()
        if self._active is not None:
            self._end_parser(self._active)
            self._send_message(self._active, worker_protocol.PrepareForSleep())
            self._active.process.join(timeout=STOP_TIMEOUT_SECONDS)
            # Also drop a blob that the worker sent while it was ending.
            self._receive_messages(self._active)
            self._quick_return.drop_blob()
        self._suspend.release_inhibitor()

    def _receive_messages(self, worker: WorkerProcess) -> None:
        try:
            while worker.pipe.poll():
                self._handle_message(worker, worker.pipe.recv())
        except (EOFError, OSError):
            # The process is ending; its sentinel signals when it has ended.
            worker.process.join(timeout=STOP_TIMEOUT_SECONDS)
            if worker.process.is_alive():
                worker.process.kill()

    def _handle_message(self, worker: WorkerProcess, message: object) -> None:
        match message:
            case worker_protocol.Imported():
                worker.warm = True
            case worker_protocol.Serving():
                self._on_ready()
                if self._standby is None:
                    self._standby = self._start_worker()
            case worker_protocol.FirstAnswered():
                worker.answered = True
                self._crash_count = 0
            case worker_protocol.StartParser(number=number):
                self._end_parser(worker)
                self._start_parser(worker, number)
            case worker_protocol.Exiting():
                worker.ending = True
                self._end_parser(worker)
            case worker_protocol.Failed(sentence=sentence, exit_code=exit_code):
                worker.ending = True
                self._stop_with_error(sentence, exit_code)
            case worker_protocol.HoldReturnBlob(blob=blob):
                self._quick_return.hold_blob(blob)
            case worker_protocol.RequestReturnBlob(counted=counted, number=number):
                held = self._quick_return.take_blob() if counted else self._quick_return.peek_blob()
                self._send_message(worker, worker_protocol.ReturnBlob(blob=held, number=number))
            case worker_protocol.ReturnOpened():
                self._quick_return.reset_tries()
            case worker_protocol.DropReturnBlob():
                self._quick_return.drop_blob()
            case worker_protocol.QuitProgram():
                worker.ending = True
                self._stopping = True

    def _poll_parsers(self) -> None:
        for worker in (self._active, self._standby):
            if worker is None or worker.parser is None:
                continue
            outcome = worker.parser.poll_outcome()
            if outcome is not None:
                ended_parser, worker.parser = worker.parser, None
                self._send_message(
                    worker,
                    worker_protocol.ParserEnded(
                        number=ended_parser.number, outcome=outcome, limited_by=ended_parser.limited_by
                    ),
                )

    def _start_parser(self, worker: WorkerProcess, number: int) -> None:
        try:
            worker.parser = ParserProcess(number, worker.definition_sockets, target=self._parser_target)
        except OSError:
            # The system cannot start a process now; the worker tells the person to try again.
            self._send_message(
                worker,
                worker_protocol.ParserEnded(number=number, outcome=ParserOutcome.BROKEN, limited_by=None),
            )

    def _end_parser(self, worker: WorkerProcess) -> None:
        if worker.parser is not None:
            worker.parser.kill()
            worker.parser = None

    def _reap_workers(self) -> None:
        for worker in (self._active, self._standby):
            if worker is None or worker.process.exitcode is None:
                continue
            self._receive_messages(worker)
            self._count_crash(worker)
            self._end_parser(worker)
            worker.pipe.close()
            for sock in worker.definition_sockets:
                sock.close()
            worker.process.join()
            if worker is self._standby:
                self._standby = None
                if not self._stopping:
                    self._standby = self._start_worker()
            else:
                self._active = None
        if self._active is None and not self._stopping:
            self._activate_worker()

    def _count_crash(self, worker: WorkerProcess) -> None:
        if worker.ending or worker.answered or time.monotonic() - worker.started >= CRASH_WINDOW_SECONDS:
            self._crash_count = 0
            return
        self._crash_count += 1
        if self._crash_count >= MAX_CRASHES:
            self._stop_with_error(
                "The program could not start its pages: it stopped three times at once. Nothing in "
                "the record was changed. If starting it again does not help, restart the computer.",
                1,
            )

    def _stop_with_error(self, sentence: str, exit_code: int) -> None:
        if not self._stopping:
            click.echo(sentence, err=True)
            self._exit_code = exit_code
        self._stopping = True

    def _send_message(self, worker: WorkerProcess, message: object) -> None:
        # `_reap_workers` replaces a worker that has ended already.
        with suppress(OSError):
            worker.pipe.send(message)

    def _stop_workers(self) -> None:
        workers = [worker for worker in (self._active, self._standby) if worker is not None]
        for worker in workers:
            self._end_parser(worker)
            self._send_message(worker, worker_protocol.Stop())
        deadline = time.monotonic() + STOP_TIMEOUT_SECONDS
        for worker in workers:
            worker.process.join(timeout=max(0.0, deadline - time.monotonic()))
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()
