"""Background jobs: one thread each, owned by one login and held in memory only.

A page that reloads itself shows the progress, so no script is needed. A running job counts as activity.
Locking cancels it, so that it does not hold keys after the lock.
"""

import logging
import threading
import time
from collections.abc import Callable
from contextvars import copy_context
from typing import Any, Generic, TypeVar

from flask import session as cookie
from sqlalchemy import Connection

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.store.transactions import reading
from clinic_toolkit.vault.vault import Vault
from clinic_toolkit.web import context
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult

log = logging.getLogger("clinic")

R = TypeVar("R")
Progress = Callable[[int, int], None]
Work = Callable[[Connection, Vault, Progress], R]
# The number of steps after which the thread yields the processor to requests.
_STEPS_PER_YIELD = 50
# Seconds until the page of a running job reloads itself; a stop waits as long for the job to end.
REFRESH_SECONDS = 2


class JobCancelled(ClinicError):
    """The job was stopped by the person or by a lock."""

    def __init__(self) -> None:
        super().__init__("This was stopped. Nothing was changed.")


class Job(Generic[R]):
    """A job that is running, or its result."""

    def __init__(self) -> None:
        self.done, self.total = 0, 0
        self.result: R | None = None
        self.error_message = ""
        self.ended = threading.Event()
        self._stop = threading.Event()

    @property
    def percent(self) -> int:
        """Progress in percent, from 0 to 99 while running and 100 at the end."""
        return 100 if self.ended.is_set() else min(99, 100 * self.done // self.total) if self.total else 0

    def cancel(self) -> None:
        """Stop at the next step."""
        self._stop.set()

    def run(self, work: Work[R], vault: Vault, worker: context.WorkerState, sid: str) -> None:
        """Do the work in one read transaction; an error is stored as its message."""

        def progress(done: int, total: int) -> None:
            self.done, self.total = done, total
            if self._stop.is_set() or worker.is_ending or sid not in worker.logins:
                raise JobCancelled
            if done % _STEPS_PER_YIELD == 0:
                worker.timeouts.record_activity()
                time.sleep(0.001)

        try:
            if worker.engine is not None:
                with reading(worker.engine) as db:
                    self.result = work(db, vault, progress)
        except ClinicError as error:
            self.error_message = error.sentence
        except Exception:
            log.exception("job.failed")
            self.error_message = "This could not be finished. Nothing was changed."
        finally:
            self.ended.set()


def start_job(name: str, work: Work[R]) -> Job[R]:
    """Start a job under this name, unless one of this name is still running."""
    running = find_job(name)
    if running is not None and not running.ended.is_set():
        return running
    job: Job[R] = Job()
    context.put_in_login(name, job)
    arguments = (work, context.vault(), context.worker(), cookie[context.LOGIN_ID_KEY])
    # What it writes is written in the style of this request.
    in_this_context = copy_context().run
    threading.Thread(target=in_this_context, args=(job.run, *arguments), name="job", daemon=True).start()
    return job


def find_job(name: str) -> Job[Any] | None:
    """The job of this name, running or finished, or None."""
    job: Job[Any] | None = context.get_from_login(name)
    return job


def stop_job(name: str) -> None:
    """Stop the job of this name at its next step, if there is one, and wait a moment for its end."""
    if job := find_job(name):
        job.cancel()
        job.ended.wait(REFRESH_SECONDS)


def reload_while_running(page: str, job: Job[Any]) -> ViewResult:
    """Return the page of a job so that it reloads itself until the job has ended."""
    if job.ended.is_set():
        return page
    return responses.refreshing_page(page, seconds=REFRESH_SECONDS)
