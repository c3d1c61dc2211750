"""A long unlock: the secret was right, and the audit log is replayed in a thread while a page says how far.

Nobody is unlocked before it has ended, so meanwhile this browser gets what any locked one gets. The thread
does, in one write transaction, what the unlock would have done; a lock stops it, and nothing is written.
"""

import logging
import secrets
import threading
from collections.abc import Callable
from datetime import datetime

from flask import Flask, current_app
from flask import session as cookie

from clinic_toolkit.record.people.practice_access import FinishUnlock, LongReplay
from clinic_toolkit.store.storage_errors import storage_error_of
from clinic_toolkit.vault.secret_attempt import Attempt
from clinic_toolkit.vault.vault import Vault
from clinic_toolkit.web import context
from clinic_toolkit.web.context import LOGIN_ID_KEY, WorkerState
from clinic_toolkit.web.perimeter.end_reason import EndReason

# Replaying as many entries takes half a second, and over one on a machine that is half as quick.
MAX_ENTRIES_AT_ONCE = 20_000
# How long an error waits for its page before the process ends, and a lock for the thread to stop.
MAX_ERROR_SECONDS, MAX_STOP_SECONDS = 5.0, 0.4

_EXTENSION = "clinic record reading"

log = logging.getLogger("clinic")


class ReadingBegun(Exception):
    """The transaction of this request must be rolled back; the thread unlocks, and a page shows how far."""


class ReadingStopped(Exception):
    """The practice was locked while the log was replayed."""


class RecordReading:
    """One unlock in a thread, for the browser whose request began it.

    `error` is what stopped it.
    """

    def __init__(
        self, attempt: Attempt, *, total: int, back: str, log_in: Callable[["RecordReading"], None]
    ) -> None:
        self.attempt, self.back, self.log_in = attempt, back, log_in
        self.done, self.total = 0, total
        self.vault: Vault | None = None
        self.error: Exception | None = None
        self.ended, self.error_shown = threading.Event(), threading.Event()
        self._stopped = threading.Event()
        self.sid = secrets.token_urlsafe(32)

    @property
    def percent(self) -> int:
        """Progress in percent, from 0 to 99."""
        return min(99, 100 * self.done // self.total) if self.total else 0

    def stop(self) -> None:
        """Stop at the next step."""
        self._stopped.set()
        self.ended.wait(MAX_STOP_SECONDS)

    def run(self, finish: FinishUnlock, worker: WorkerState, now: datetime) -> None:
        """Unlock in one write transaction; the attempt counts no more once this ended well or was stopped."""

        def report_progress(done: int, total: int) -> None:
            self.done, self.total = done, total
            if self._stopped.is_set() or worker.is_ending:
                raise ReadingStopped

        try:
            if worker.engine is None:
                raise ReadingStopped
            with worker.waiting_reads.writing(worker.engine) as db:
                vault = finish(db, now, report_progress)
                self.attempt.clear(vault)
            self.vault = vault
        except ReadingStopped:
            self.attempt.take_back()
        except Exception as error:
            log.exception("unlock.stopped")
            self.error = storage_error_of(error) if isinstance(error, OSError) else error
        finally:
            self.ended.set()
        if self.error is not None:
            # The right secret is in memory although nobody is unlocked, so this process ends.
            self.error_shown.wait(MAX_ERROR_SECONDS)
            worker.logins.clear()
            worker.is_ending = True
            worker.end_process(EndReason.NOT_OPENED)


def begin_reading(
    postponed: LongReplay, attempt: Attempt, *, back: str, log_in: Callable[[RecordReading], None]
) -> None:
    """Begin to unlock in a thread; it waits for the write transaction of this request to end.

    Args:
        postponed: what is left to do.
        attempt: the attempt at the secret, which was right.
        back: the path that the person wanted to go to, as the form sent it.
        log_in: called in the request of the browser that comes for the page when the record is read.
    """
    worker = context.worker()
    reading = RecordReading(attempt, total=postponed.total, back=back, log_in=log_in)
    cookie.clear()
    cookie[LOGIN_ID_KEY] = reading.sid
    current_app.extensions[_EXTENSION] = reading
    # There are keys in this process from now on, so its idle time counts.
    worker.timeouts.start()
    threading.Thread(
        target=reading.run, args=(postponed.finish, worker, context.now()), name="record reading", daemon=True
    ).start()


def find_reading() -> RecordReading | None:
    """The reading that this browser waits for, or None."""
    reading = _find_any(current_app)
    return reading if reading and cookie.get(LOGIN_ID_KEY) == reading.sid else None


def wait_for_reading(seconds: float) -> bool:
    """Wait until no reading is under way; returns whether that is so."""
    reading = _find_any(current_app)
    return reading is None or reading.ended.wait(seconds)


def forget_reading() -> None:
    """Forget the reading: its browser is unlocked now, or was told why it is not."""
    current_app.extensions.pop(_EXTENSION, None)


def stop_reading() -> None:
    """Stop the reading that is under way, if there is one, because the practice is locked."""
    reading = _find_any(current_app)
    if reading is not None:
        reading.stop()


def _find_any(app: Flask) -> RecordReading | None:
    reading: RecordReading | None = app.extensions.get(_EXTENSION)
    return reading
