"""The practice in which the acts are done, and a look at what one of them left: which secrets open what."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import Connection, Engine, select

from clinic_toolkit.backup import backup_files, restoration, verification
from clinic_toolkit.backup.progress import report_nothing
from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal import inspection
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.journal.tombstone_record import ErasureReason
from clinic_toolkit.record.people import practice_access
from clinic_toolkit.record.people.client_record import CLIENT, Client
from clinic_toolkit.record.retention import client_erasure
from clinic_toolkit.store import folder, old_copies
from clinic_toolkit.store.opening import open_store
from clinic_toolkit.store.sqlite import log_copies
from clinic_toolkit.store.transactions import reading, store_of, writing
from clinic_toolkit.vault import key_slots, ring_erasure
from clinic_toolkit.vault.key_slot_contents import SlotKeys
from clinic_toolkit.vault.key_slot_tables import KeySlotKind, slot_table
from clinic_toolkit.vault.key_slots import WrongSecret
from clinic_toolkit.vault.vault import Vault
from tests.fixtures.backups import erase, make_backup
from tests.fixtures.cheap_derivations import quickly
from tests.fixtures.practices import NOW, Work, giving
from tests.fixtures.rekeyed import FIRST, SECOND, Practice, Versions, make_practice
from tests.reliability.acts import NEW_HALVES, NEW_SHEET, Act
from tests.reliability.test_erasure import SEAL_HEAD, holding, seals_of

LOOKED_AT = NOW + timedelta(hours=3)
ASIDE = f"{old_copies.PUT_ASIDE_PREFIX}1"
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


@dataclass(kw_only=True)
class Found:
    """Whether it is as before the act or as after it, what is wrong, and whether the program says so."""

    state: str = "neither"
    wrong: list[str] = field(default_factory=list)
    noticed: bool = False


def make_world(place: Path) -> World:
    """Make it.

    Since the backup in `kept` was made, one client was erased in `data` and two came. One is due to go.
    """
    with quickly():
        practice = make_practice(place / "data")
        work, database = practice_at_work(practice), place / "data" / folder.DATABASE_FILE
        gone = work.client("Dana Ito")
        leaving = work.client("Cleo Marsh")
        work.hour(leaving)
        work.answer(work.begun(leaving, giving(), word="K."), [3, None, 2])
        _ask_to_erase(work, leaving)
        # What an earlier start put aside of a log.
        shutil.copy(f"{database}-wal", log_copies.copy_path(database, 1))
        in_backup = practice.versions()
        erased = _versions_of(work, gone, in_backup)
        make_backup(work, place)
        erase(work, gone)
        work.client("Ines Moreau")
        # A copy of a file that was exchanged while it was open.
        store_of(work.engine).checkpoint()
        shutil.copy(database, f"{database}.rescued.1")
        work.client("Tomas Lindqvist")
        versions, seals = practice.versions(), _seals(work, leaving)
        of_leaving = _versions_of(work, leaving, versions)
        practice.engine.dispose()
    copies = {database.name, f"{database.name}.rescued.1", f"{database.name}-wal.aside.1"}
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
    return key_slots.unlock_with_session_keys(db, user_id, keys.session_keys), keys


# What opens it before the act and what after it. All other ways in open it before and after.
_BEFORE_AND_AFTER: dict[Act, tuple[set[str], set[str]]] = {
    Act.PASSPHRASE: ({"passphrase"}, {"new passphrase"}),
    Act.SHEET: ({"sheet"}, {"new sheet"}),
    Act.HALVES: ({"halves"}, {"new halves"}),
    Act.KEYS: ({"passphrase", "sheet", "halves"}, {"new passphrase", "new sheet"}),
}
_USUAL = {"passphrase", "sheet", "halves"}


def look(act: Act, place: Path, world: World, *, told: bool) -> Found:
    """What the next start finds here.

    Args:
        told: whether the person was told that the act is done.
    """
    found = Found()
    data = place / "data"
    with quickly():
        try:
            if (data / folder.RESTORE_PLAN).exists():
                restoration.finish_restore(data)
            engine = open_store(data)
        except ClinicError as refusal:
            return Found(state="refused", wrong=[refusal.sentence], noticed=True)
        try:
            found.noticed = not store_of(engine).verdict.is_clean
            _look_inside(act, engine, world, found)
        except ClinicError as refusal:
            found.wrong.append(refusal.sentence)
            found.noticed = True
        finally:
            engine.dispose()
        _look_beside(act, place, world, found, told=told)
    if told and found.state == "old":
        found.wrong.append("it was said to be done, and is not")
    return found


def _look_inside(act: Act, engine: Engine, world: World, found: Found) -> None:
    old, new = _BEFORE_AND_AFTER.get(act, (_USUAL, _USUAL))
    opened = {way: _everything(engine, world, opens) for way, opens in world.ways.items()}
    opening = {way for way, versions in opened.items() if versions is not None}
    always = _USUAL - old
    if opening not in (old | always, new | always):
        found.wrong.append(f"it is open to {sorted(opening)}")
    if not opening:
        return
    contents = [versions for versions in opened.values() if versions is not None]
    found.state = _state_of(act, contents[0], is_new=opening == new | always, world=world)
    expected = {
        "old": world.versions,
        "new": world.in_backup if act is Act.RESTORE else world.versions,
    }[found.state]
    gone = {Act.ERASURE: world.leaving, Act.RESTORE: world.erased}.get(act, set())
    gone = gone if found.state == "new" else set()
    for versions in contents:
        lost = {key for key in expected.keys() - gone if versions.get(key) != expected[key]}
        found.wrong += [f"{len(lost)} versions are lost"] if lost else []
        is_left = act is Act.ERASURE and versions.keys() & gone
        found.wrong += ["a part of the client is left"] if is_left else []
    if "passphrase" in opening or "new passphrase" in opening:
        words = FIRST if "passphrase" in opening else SECOND
        with writing(engine) as db:
            vault = practice_access.unlock_with_passphrase(db, words, now=LOOKED_AT)
        with reading(engine) as db:
            report = inspection.inspect_all(db, vault, report_nothing)
        found.wrong += [finding.sentence for finding in report.findings]
        found.noticed |= bool(report.findings)
        if world.practice.versions(vault, engine).keys() & world.erased:
            found.wrong.append("who was erased is here again")
            # A page says before any other that no deletion was carried out, and what to look through.
            found.noticed |= vault.restore_notice is not None and not vault.restore_notice.erased_at


def _state_of(act: Act, versions: Versions, *, is_new: bool, world: World) -> str:
    if act in _BEFORE_AND_AFTER:
        return "new" if is_new else "old"
    if act is Act.RESTORE:
        # The first unlock after it copies the erasures that are newer, and none of the clients.
        since = {key for key in world.versions.keys() - world.in_backup.keys() if key[0] == CLIENT.name}
        return "old" if versions.keys() & since else "new"
    if act is Act.ERASURE:
        return "old" if versions.keys() & world.leaving else "new"
    return "old"


def _everything(engine: Engine, world: World, opens: Opens) -> Versions | None:
    with reading(engine) as db:
        try:
            vault, keys = opens(db)
        except (WrongSecret, ValueError):
            return None
        if keys.psychotherapy_key is not None:
            vault.open_psychotherapy_notes(db, keys.psychotherapy_key)
    return world.practice.versions(vault, engine)


def _look_beside(act: Act, place: Path, world: World, found: Found, *, told: bool) -> None:
    left = [path.name for path in (place / "data").iterdir() if path.name.startswith("clinic.successor")]
    found.wrong += [f"{name} is left" for name in left]
    seals = world.seals.get(act, []) if told and found.state == "new" else []
    if seals and holding(place / "data", seals):
        found.wrong.append(f"what is gone is still in {holding(place / 'data', seals)}")
    if act is Act.RESTORE and found.state == "new":
        engine = open_store(place / "data" / ASIDE)
        if _everything(engine, world, world.ways["passphrase"]) != world.versions:
            found.wrong.append("what was put aside is not whole")
        engine.dispose()
    named = sorted((place / "kept").glob("*.tar"))
    for file in named:
        try:
            made = backup_files.read_signed_manifest(file).manifest
            verification.check_contents(file, made, lambda length: None)
        except ClinicError as refusal:
            found.wrong.append(refusal.sentence)
            found.noticed = True
    if act is Act.BACKUP and len(named) > 1:
        found.state = "new"


def copied(world: World, place: Path) -> Path:
    """A copy of it, in a new folder."""
    return shutil.copytree(world.place, place)
