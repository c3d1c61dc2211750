"""The daily backup: a thread of the worker makes one when it is due, whether the record is locked or not.

It needs no key. While somebody is unlocked their key signs it; a lock ends the thread with its process, and
the next worker makes the backup that was not finished.
"""

import logging
import os
import threading
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine

from clinic_toolkit.backup import backup_run, backup_state, refusals
from clinic_toolkit.backup.refusals import BackupCancelled, BackupUnderWay
from clinic_toolkit.errors import ClinicError
from clinic_toolkit.store.transactions import store_of
from clinic_toolkit.store.types import to_microseconds
from clinic_toolkit.vault.vault import Vault
from clinic_toolkit.web.context import WorkerState

log = logging.getLogger("clinic")

# Nothing competes with the first pages; then a stick that was plugged in is found soon.
FIRST_LOOK_SECONDS, LOOK_SECONDS = 20.0, 60.0
# After a failure other than a place that is not there, which costs nothing to ask again.
AFTER_FAILURE_SECONDS = 900.0


def make_when_due(worker: WorkerState, must_end: threading.Event) -> None:
    """Make a backup whenever one is due, until the process ends; run this in a thread of its own."""
    pause = FIRST_LOOK_SECONDS
    while not must_end.wait(pause):
        try:
            pause = look_once(worker, must_end, now=datetime.now(UTC))
        except Exception:
            # No error may end the thread: tomorrow there may be room, or the disk is back.
            log.exception("backup.failed")
            pause = AFTER_FAILURE_SECONDS


def look_once(worker: WorkerState, must_end: threading.Event, *, now: datetime) -> float:
    """Make a backup if one is due; returns the seconds until the next look."""
    engine, data_folder = worker.engine, worker.settings.data_folder
    state = backup_state.load_state(data_folder)
    if engine is None or not worker.has_practice or not state.place:
        return LOOK_SECONDS
    if store_of(engine).verdict.write_protected:
        # Nothing changes here, and that a backup was made could not be noted.
        return LOOK_SECONDS
    if not backup_run.is_due(state, store_of(engine), now=now):
        return LOOK_SECONDS
    place = Path(state.place)
    if not os.path.isdir(place):
        _note(data_folder, refusals.place_gone(place).sentence, now)
        return LOOK_SECONDS
    try:
        _run(worker, engine, place, must_end, now=now)
    except (BackupCancelled, BackupUnderWay):
        # It is looked again soon, and nothing is wrong.
        return LOOK_SECONDS
    except ClinicError as error:
        log.exception("backup.not_made")
        _note(data_folder, error.sentence, now)
        return AFTER_FAILURE_SECONDS
    return LOOK_SECONDS


def _run(
    worker: WorkerState, engine: Engine, place: Path, must_end: threading.Event, *, now: datetime
) -> None:
    def report(done: int, total: int) -> None:
        if must_end.is_set() or worker.is_ending:
            raise BackupCancelled
        # Pages go first.
        must_end.wait(0.001)

    backup_run.run_backup(
        store_of(engine),
        worker.settings.data_folder,
        place,
        vault=_open_vault(worker),
        now=now,
        report=report,
    )


def _open_vault(worker: WorkerState) -> Vault | None:
    # An executor cannot sign, so a backup is then made as while the practice is locked.
    vaults = (login.vault for login in list(worker.logins.values()))
    return next((vault for vault in vaults if vault.can_sign), None)


def _note(data_folder: Path, sentence: str, now: datetime) -> None:
    if backup_state.load_state(data_folder).problem != sentence:
        backup_state.note_problem(data_folder, sentence, at=to_microseconds(now))
