"""The practice in which the acts are done: what is in it, and what opens it before them and after."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import Connection, select

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.journal.tombstone_record import ErasureReason
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.record.retention import client_erasure
from clinic_toolkit.store import folder
from clinic_toolkit.store.sqlite import log_copies
from clinic_toolkit.store.transactions import reading, store_of, writing
from clinic_toolkit.vault import key_slots, ring_erasure
from clinic_toolkit.vault.key_slot_contents import SlotKeys
from clinic_toolkit.vault.key_slot_tables import KeySlotKind, slot_table
from clinic_toolkit.vault.vault import Vault
from tests.fixtures.backups import erase, make_backup
from tests.fixtures.cheap_derivations import quickly
from tests.fixtures.practices import NOW, Work, giving
from tests.fixtures.rekeyed import FIRST, SECOND, Practice, Versions, make_practice
from tests.reliability.acts import NEW_HALVES, NEW_SHEET, Act
from tests.reliability.test_erasure import SEAL_HEAD, holding, seals_of

Place = tuple[str, UUID, int]
Opens = Callable[[Connection], tuple[Vault, SlotKeys]]


@dataclass(kw_only=True, repr=False)
class World:
    """A closed practice to be copied: what is in it, what opens it, and who is about to be erased.

    `seals` are the beginnings of what is sealed in a way in, or of the client who is about to be erased.
    `erased` is of a client who was erased since the backup was made.
    """

    place: Path
    practice: Practice
    versions: Versions
    leaving: set[Place]
    erased: set[Place]
    seals: dict[str, list[bytes]]
    in_backup: Versions
    ways: dict[str, Opens] = field(default_factory=dict)


def make_world(place: Path) -> World:
    """Make it.

    Since the backup in `kept` was made, one client was erased in `data` and two came. One is due to go.
    """
    with quickly():
        practice = make_practice(place / "data")
        work, database = practice_at_work(practice), place / "data" / folder.DATABASE_FILE
        gone = work.client("Dana Ito")
        leaving = work.client("Cleo Marsh")
        work.session(leaving)
        work.answer(work.begun(leaving, giving(), word="K."), [3, None, 2])
        _ask_to_erase(work, leaving)
        # What an earlier start put aside of a log.
        shutil.copy(f"{database}-wal", log_copies.copy_path(database, 1))
        in_backup = practice.versions()
        erased = _versions_of(work, gone, in_backup)
        # As the one that is made before the tables are brought up to date.
        (place / "data" / folder.UPGRADE_BACKUP_FOLDER).mkdir(mode=0o700)
        upgrade_backup = shutil.copy(
            make_backup(work, place).file, place / "data" / folder.UPGRADE_BACKUP_FOLDER
        )
        erase(work, gone)
        work.client("Ines Moreau")
        # A copy of a file that was exchanged while it was open.
        store_of(work.engine).checkpoint()
        shutil.copy(database, f"{database}.rescued.1")
        work.client("Tomas Lindqvist")
        versions, seals = practice.versions(), _seals(work, leaving)
        of_leaving = _versions_of(work, leaving, versions)
        practice.engine.dispose()
    copies = {f"{database.name}{suffix}" for suffix in ("", ".rescued.1", "-wal.aside.1")}
    copies.add(Path(upgrade_backup).name)
    assert holding(place / "data", seals[Act.ERASURE]) >= copies and erased and of_leaving
    assert all(database.name in holding(place / "data", [seal]) for each in seals.values() for seal in each)
    return World(
        place=place, practice=practice, versions=versions, leaving=of_leaving, erased=erased, seals=seals,
        in_backup=in_backup, ways=_ways(practice),
    )  # fmt: skip


def practice_at_work(practice: Practice) -> Work:
    """The same practice, with the verbs of a day's work."""
    return Work(engine=practice.engine, vault=practice.vault, groups=())


def _ask_to_erase(work: Work, client: RecordVersion[Client]) -> None:
    with writing(work.engine) as db:
        client_erasure.ask_erasure(
            db, work.vault, client.id, reason=ErasureReason.ASKED_FOR, words="As agreed.", couples=(),
            now=NOW - timedelta(days=8),
        )  # fmt: skip


def _versions_of(work: Work, client: RecordVersion[Client], versions: Versions) -> set[Place]:
    rings = ring_erasure.list_owner_rings(work.vault, client.id)
    with reading(work.engine) as db:
        return {key for key in versions if _ring_of(db, *key[:2]) in rings}


def _seals(work: Work, leaving: RecordVersion[Client]) -> dict[str, list[bytes]]:
    with reading(work.engine) as db:
        slots = {row.kind: [row.sealed[:SEAL_HEAD]] for row in db.execute(select(slot_table))}
    return {
        Act.PASSPHRASE: slots[KeySlotKind.PASSPHRASE],
        Act.SHEET: slots[KeySlotKind.RECOVERY_SHEET],
        Act.HALVES: slots[KeySlotKind.EXECUTOR],
        Act.KEYS: [seal for each in slots.values() for seal in each],
        Act.ERASURE: seals_of(work, ring_erasure.list_owner_rings(work.vault, leaving.id)),
    }


def _ring_of(db: Connection, table: str, record: UUID) -> UUID:
    found = db.exec_driver_sql(f"SELECT ring FROM {table} WHERE record = ? LIMIT 1", (record.bytes,))
    return UUID(bytes=found.scalar_one())


def _ways(practice: Practice) -> dict[str, Opens]:
    user_id = practice.vault.user_id

    def passphrase(words: str) -> Opens:
        return lambda db: _opened(db, user_id, key_slots.open_keys_with_passphrase(db, user_id, words))

    def sheet(groups: str) -> Opens:
        return lambda db: _opened(db, user_id, key_slots.open_keys_with_recovery_sheet(db, user_id, groups))

    def halves(first: str, second: str) -> Opens:
        return lambda db: key_slots.unlock_with_executor_halves(db, first, second)

    return {
        "passphrase": passphrase(FIRST),
        "new passphrase": passphrase(SECOND),
        "sheet": sheet(practice.sheet),
        "new sheet": sheet(" ".join(NEW_SHEET)),
        "halves": halves(*practice.halves),
        "new halves": halves(" ".join(NEW_HALVES[0]), " ".join(NEW_HALVES[1])),
    }


def _opened(db: Connection, user_id: UUID, keys: SlotKeys) -> tuple[Vault, SlotKeys]:
    return key_slots.unlock_with_keys(db, user_id, keys.unlocked_keys), keys


def copied(world: World, place: Path) -> Path:
    """A copy of it, in a new folder."""
    return shutil.copytree(world.place, place)
