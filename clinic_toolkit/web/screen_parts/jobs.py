"""Long work: one thread in memory, of one unlocked session.

Its progress is told by a page that asks again by itself, so it works without the script. A job that
runs is a sign of a person. Locking cancels it: it must not hold keys that were put away.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from flask import session
from sqlalchemy import Connection

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.store.engine import reading
from clinic_toolkit.vault.vault import Vault
from clinic_toolkit.web import context

log = logging.getLogger("clinic")

R = TypeVar("R")
Progress = Callable[[int, int], None]
Work = Callable[[Connection, Vault, Progress], R]
# After so many steps the thread lets the pages have the processor.
_STEPS_PER_YIELD = 50


class JobCancelled(ClinicError):
    """The person stopped it, or the keys were put away."""

    def __init__(self) -> None:
        super().__init__("This was stopped. Nothing was changed.")


class Job(Generic[R]):
    """Work under way, or its result."""

    def __init__(self) -> None:
        self.done, self.total = 0, 0
        self.result: R | None = None
        self.error_message = ""
        self.ended = threading.Event()
        self._stop = threading.Event()

    @property
    def percent(self) -> int:
        """How much is done; never a hundred before the end."""
        return 100 if self.ended.is_set() else min(99, 100 * self.done // self.total) if self.total else 0

    def cancel(self) -> None:
        """Stop at the next step."""
        self._stop.set()

    def run(self, work: Work[R], vault: Vault, worker: context.WorkerState, sid: str) -> None:
        """Do the work on one consistent view of the store; what went wrong is kept as a sentence."""

        def progress(done: int, total: int) -> None:
            self.done, self.total = done, total
            if self._stop.is_set() or worker.is_ending or sid not in worker.unlocked_sessions:
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
    """Begin a piece of work under this name; one that is still under way goes on instead."""
    running: Job[R] | None = find_job(name)
    if running is not None and not running.ended.is_set():
        return running
    job: Job[R] = Job()
    context.put_in_session(name, job)
    arguments = (work, context.vault(), context.worker(), session[context.SESSION_ID_KEY])
    threading.Thread(target=job.run, args=arguments, name="job", daemon=True).start()
    return job


def find_job(name: str) -> Job[R] | None:
    """The work of this name, under way or done, or None."""
    found: Job[R] | None = context.get_from_session(name)
    return found
