"""The acts that change what opens a practice, or what is kept of it; to be stopped anywhere.

python -m tests.reliability.acts FOLDER ACT…     each in the folder of its name below this one
python -m tests.reliability.acts                 as it is told on its input, each in a process of its own
"""

import os
import shutil
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from unittest import mock

from sqlalchemy import Engine

from clinic_toolkit.backup import backup_files, backup_run, restoration, verification
from clinic_toolkit.backup.progress import report_nothing
from clinic_toolkit.crypto.passphrase_kdf import MIN_COST
from clinic_toolkit.journal import records
from clinic_toolkit.record import key_replacement
from clinic_toolkit.record.key_replacement import NewSecrets
from clinic_toolkit.record.people import clinician, executor_access, practice_access, secret_changes
from clinic_toolkit.record.people.client_record import CLIENT, ClientState
from clinic_toolkit.record.retention import client_erasure
from clinic_toolkit.store import folder
from clinic_toolkit.store.opening import open_store
from clinic_toolkit.store.transactions import reading, store_of, writing
from clinic_toolkit.vault import key_slot_list_store, key_slots, recovery_sheet
from clinic_toolkit.vault.key_slot_contents import SlotKeys
from clinic_toolkit.vault.key_slot_tables import KeySlotKind, slot_table
from clinic_toolkit.vault.recovery_sheet import SheetKind
from clinic_toolkit.vault.vault import Vault
from tests.fixtures.cheap_derivations import quickly
from tests.fixtures.practices import NOW
from tests.fixtures.rekeyed import FIRST, SECOND

# What a new sheet and new halves are drawn from here, so that whoever looks afterwards has them too.
_SHEET, _HALVES = bytes(range(20)), (bytes(range(20, 40)), bytes(range(40, 60)))
NEW_SHEET = recovery_sheet.encode_groups(_SHEET)
NEW_HALVES = (
    recovery_sheet.encode_groups(_HALVES[0], SheetKind.FIRST_HALF),
    recovery_sheet.encode_groups(_HALVES[1], SheetKind.SECOND_HALF),
)
# Folders that stand once an act has begun, and once the person was told that it is done.
BEGUN, DONE = "begun", "done"
# How a process ends that does an act.
BY_ITSELF, KILLED = "by itself", "killed"
ACTED_AT, UNLOCKED_AT = NOW + timedelta(hours=1), NOW + timedelta(hours=2)
_PAUSE = 0.3
# Longer than anything here takes; whoever was to kill it is gone by then.
_UNTIL_KILLED = 600


class Act(StrEnum):
    """What is done; the last two are controls, which do it as nobody should."""

    PASSPHRASE = "passphrase"
    SHEET = "sheet"
    HALVES = "halves"
    KEYS = "keys"
    BACKUP = "backup"
    RESTORE = "restore"
    RESTORE_ALONE = "restore on another machine"
    ERASURE = "erasure"
    CARELESS_PASSPHRASE = "careless passphrase"
    CARELESS_RESTORE = "careless restore"


CONTROLS = (Act.CARELESS_PASSPHRASE, Act.CARELESS_RESTORE)
ACTS = tuple(act for act in Act if act not in CONTROLS)


def do(act: Act, place: Path, begin: Callable[[], None]) -> None:
    """Do it with the practice in `data` and the backups in `kept`.

    Args:
        begin: called when whatever has to be opened first is open.
    """
    data = place / "data"
    if act in (Act.RESTORE, Act.RESTORE_ALONE, Act.CARELESS_RESTORE):
        [older] = (place / "kept").glob("*.tar")
        if act is Act.RESTORE_ALONE:
            shutil.rmtree(data)
            folder.sync_folder(place)
        _mark(place, BEGUN, begin)
        if act is Act.CARELESS_RESTORE:
            _restore_carelessly(older, data)
        else:
            restoration.restore_backup(older, data, replace=act is Act.RESTORE, report=report_nothing)
        _mark(place, DONE)
        if act is not Act.CARELESS_RESTORE:
            _start_again(data, FIRST)
        return
    engine = open_store(data)
    with writing(engine) as db:
        vault = practice_access.unlock_with_passphrase(db, FIRST, now=NOW)
    with reading(engine) as db:
        keys = key_slots.open_keys_with_passphrase(db, vault.user_id, FIRST)
    _mark(place, BEGUN, begin)
    if act not in (Act.KEYS, Act.BACKUP):
        # What a page does before it commits.
        store_of(engine).schedule_purge()
    _VERBS[act](engine, vault, keys)
    _mark(place, DONE)
    engine.dispose()
    _start_again(data, FIRST if act in (Act.SHEET, Act.HALVES, Act.BACKUP, Act.ERASURE) else SECOND)


def _start_again(data: Path, words: str) -> None:
    """The next start and the first unlock, which put new keys in place and carry out newer deletions."""
    engine = open_store(data)
    with writing(engine) as db:
        practice_access.unlock_with_passphrase(db, words, now=UNLOCKED_AT)
    engine.dispose()


def _mark(place: Path, name: str, call: Callable[[], None] = lambda: None) -> None:
    (place / name).mkdir()
    call()


def _change_passphrase(engine: Engine, vault: Vault, keys: SlotKeys) -> None:
    with writing(engine) as db:
        secret_changes.change_passphrase(
            db, vault, SECOND, psychotherapy_key=keys.psychotherapy_key, now=ACTED_AT
        )
    _purge(engine)


def _change_passphrase_carelessly(engine: Engine, vault: Vault, keys: SlotKeys) -> None:
    with writing(engine) as db:
        db.execute(slot_table.delete().where(slot_table.c.kind == KeySlotKind.PASSPHRASE))
        key_slot_list_store.update_slot_list(db, vault)
        secret_changes.note_slot_change(db, vault, "practice.passphrase_changed", now=ACTED_AT)
    time.sleep(_PAUSE)
    _change_passphrase(engine, vault, keys)


def _replace_sheet(engine: Engine, vault: Vault, keys: SlotKeys) -> None:
    with _drawing(_SHEET):
        sheet = secret_changes.generate_recovery_sheet(vault, psychotherapy_key=keys.psychotherapy_key)
    with writing(engine) as db:
        seen = clinician.load_clinician(db, vault)
        secret_changes.activate_recovery_sheet(db, vault, seen, sheet, made_on=NOW.date(), now=ACTED_AT)
    _purge(engine)


def _replace_halves(engine: Engine, vault: Vault, keys: SlotKeys) -> None:
    with _drawing(*_HALVES):
        halves = executor_access.generate_halves(vault, psychotherapy_key=keys.psychotherapy_key)
    with writing(engine) as db:
        executor_access.activate_halves(db, vault, halves, now=ACTED_AT)
    _purge(engine)


def _replace_keys(engine: Engine, vault: Vault, keys: SlotKeys) -> None:
    secrets = NewSecrets(SECOND, NEW_SHEET)
    key_replacement.replace_all_keys(
        engine, vault, keys, secrets, now=ACTED_AT, report_progress=report_nothing,
        removed_copies=key_replacement.list_old_copies(engine), cost=MIN_COST,
    )  # fmt: skip


def _make_backup(engine: Engine, vault: Vault, keys: SlotKeys) -> None:
    data = Path(engine.url.database or "").parent
    place = data.with_name("kept")
    backup_run.run_backup(store_of(engine), data, place, vault=vault, now=ACTED_AT, report=report_nothing)


def _erase(engine: Engine, vault: Vault, keys: SlotKeys) -> None:
    with reading(engine) as db:
        every = records.list_all_records(db, vault, CLIENT)
    [leaving] = [client for client in every if client.state == ClientState.LEAVING]
    with writing(engine) as db:
        client_erasure.erase_due_client(
            db, vault, leaving.id, confirmed_day=ACTED_AT.astimezone().date(), now=ACTED_AT
        )
    _purge(engine)


def _restore_carelessly(older: Path, data: Path) -> None:
    """The files that are there go first, and the backup is unpacked in their place."""
    shutil.rmtree(data)
    time.sleep(_PAUSE)
    verification.unpack(older, backup_files.read_signed_manifest(older).manifest, data, lambda length: None)


_VERBS: dict[Act, Callable[[Engine, Vault, SlotKeys], None]] = {
    Act.PASSPHRASE: _change_passphrase,
    Act.SHEET: _replace_sheet,
    Act.HALVES: _replace_halves,
    Act.KEYS: _replace_keys,
    Act.BACKUP: _make_backup,
    Act.ERASURE: _erase,
    Act.CARELESS_PASSPHRASE: _change_passphrase_carelessly,
}


def _purge(engine: Engine) -> None:
    """What a page does before it says that it is done."""
    assert backup_run.remove_interrupted_copies(Path(engine.url.database or "").parent)
    assert store_of(engine).purge_copies()


@contextmanager
def _drawing(*secrets: bytes) -> Iterator[None]:
    with mock.patch.object(recovery_sheet, "generate_secret", side_effect=secrets):
        yield


def _serve() -> None:
    """Do each act that is named on the input in a process of its own; its number is printed as it begins.

    One that is to be killed waits for it, so that nobody else ever has its number.
    """
    for line in sys.stdin:
        act, place, end = line.rstrip("\n").split("\t")
        child = os.fork()
        if not child:
            try:
                do(Act(act), Path(place), lambda: print(os.getpid(), flush=True))
                if end == KILLED:
                    time.sleep(_UNTIL_KILLED)
                os._exit(0)
            except BaseException:
                traceback.print_exc()
                os._exit(1)
        _, status = os.waitpid(child, 0)
        print("ended", status, flush=True)


if __name__ == "__main__":
    with quickly():
        if len(sys.argv) > 1:
            for act in map(Act, sys.argv[2:]):
                do(act, Path(sys.argv[1]) / act, lambda: None)
        else:
            _serve()
