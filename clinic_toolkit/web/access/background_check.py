"""What is done while nobody uses the program: the list facts of a snapshot are compared with the records.

So damage is found soon after the unlock, also in what no list shows, and no page has to wait for it. The
thread belongs to the process of the pages: it holds no key of its own, counts as no activity, and ends with
the lock as they do.
"""

import logging
import threading

from sqlalchemy import Engine

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal import inventory_snapshot, list_facts
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.vault.vault import Vault
from clinic_toolkit.web import context
from clinic_toolkit.web.context import Login, WorkerState

log = logging.getLogger("clinic")

# Seconds without a request after which the check goes on, and seconds without one before a snapshot is saved.
QUIET_SECONDS, LONG_QUIET_SECONDS = 3.0, 60.0
_SECONDS_AT_A_TIME = 0.05
_PAUSE_SECONDS, _LONG_PAUSE_SECONDS = 0.25, 20.0
# The most that the first look at *Today* waits for: a small practice is then checked as a whole.
FIRST_LOOK_SECONDS = 0.05

_BEGUN_KEY = "check_begun"


def check_at_first_look() -> None:
    """Compare what can be compared in a moment, once in a login."""
    if not context.get_from_login(_BEGUN_KEY):
        context.put_in_login(_BEGUN_KEY, True)
        list_facts.check_for(context.db(), context.vault(), seconds=FIRST_LOOK_SECONDS)


def save_snapshot_within(seconds: float, engine: Engine, vault: Vault) -> None:
    """Save the snapshot, and wait no longer than this for it; what is not saved only costs time later."""
    thread = threading.Thread(target=save_snapshot, args=(engine, vault), name="snapshot", daemon=True)
    thread.start()
    thread.join(seconds)


def save_snapshot(engine: Engine, vault: Vault) -> None:
    """Save the inventory and the list facts if it pays off; if they cannot be saved, only time is lost."""
    try:
        with reading(engine) as db:
            is_needed = inventory_snapshot.needs_snapshot(db, vault)
        if is_needed:
            with writing(engine) as db:
                inventory_snapshot.save_snapshot(db, vault)
    except ClinicError:
        log.exception("snapshot.not_saved")


def check_while_idle(worker: WorkerState) -> None:
    """Check and save whatever is open, whenever nobody uses the program; run this in a thread of its own."""
    while not worker.is_ending:
        worker.was_unlocked.wait()
        for vault in {id(login.vault): login.vault for login in _logins(worker)}.values():
            _use_idle_time(worker, vault)
        is_behind = any(list_facts.count_unchecked(login.vault) for login in _logins(worker))
        worker.end_of_pause.wait(_PAUSE_SECONDS if is_behind else _LONG_PAUSE_SECONDS)


def _logins(worker: WorkerState) -> list[Login]:
    return list(worker.logins.values())


def _use_idle_time(worker: WorkerState, vault: Vault) -> None:
    idle, engine = worker.timeouts.seconds_idle(), worker.engine
    if engine is None or worker.is_ending or idle < QUIET_SECONDS:
        return
    try:
        if list_facts.count_unchecked(vault):
            with reading(engine) as db:
                list_facts.check_for(db, vault, seconds=_SECONDS_AT_A_TIME)
        elif idle >= LONG_QUIET_SECONDS:
            save_snapshot(engine, vault)
    except ClinicError:
        # The pages meet the same error and name it.
        log.exception("check.stopped")
