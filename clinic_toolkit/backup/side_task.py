"""One piece of work in a thread of its own, beside what its caller does meanwhile.

What fails there is no error of the caller: the work is done once more in the usual way, which tells what is
wrong.
"""

import logging
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Generic, TypeVar

log = logging.getLogger("clinic")

T = TypeVar("T")
# Called with how much was done since the last call.
CountDone = Callable[[int], None]

_REPORT_SECONDS = 0.05


class TaskStopped(Exception):
    """Ends the work of a task whose caller does not want it any more."""


class SideTask(Generic[T]):
    """Work that begins with the block and is over at its end, whatever happened in it.

    `error` is what it raised, if it failed.
    """

    def __init__(
        self, work: Callable[[CountDone], T], *, interrupt: Callable[[], None] | None = None
    ) -> None:
        """Define the work.

        Args:
            work: is given a function that it calls now and then, and that ends it once nobody wants it.
            interrupt: lets a long step of the work fail, so that nobody has to wait for it.
        """
        self._work, self._interrupt = work, interrupt
        self._is_unwanted = threading.Event()
        self._result: T | None = None
        self.error: Exception | None = None
        # A process that ends does not wait for it.
        self._thread = threading.Thread(target=self._run, name="side task", daemon=True)

    def __enter__(self) -> "SideTask[T]":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_unwanted.set()
        if self._interrupt and self._thread.is_alive():
            self._interrupt()
        self._thread.join()

    def wait(self, report: Callable[[], None]) -> T | None:
        """Wait for the result; None if the work failed.

        Args:
            report: called now and then meanwhile; raise in it to stop.
        """
        while self._thread.is_alive():
            self._thread.join(_REPORT_SECONDS)
            report()
        return self._result

    def _run(self) -> None:
        try:
            self._result = self._work(self._stop_if_unwanted)
        except Exception as error:
            self.error = error
            if not self._is_unwanted.is_set():
                log.exception("backup.side_task_failed")

    def _stop_if_unwanted(self, done: int) -> None:
        if self._is_unwanted.is_set():
            raise TaskStopped
