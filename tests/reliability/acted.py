"""A look at what one of the acts left: which secrets open what, and what is in the files."""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine

from clinic_toolkit.backup import restoration
from clinic_toolkit.backup.progress import report_nothing
from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal import inspection
from clinic_toolkit.record.people import practice_access
from clinic_toolkit.record.people.client_record import CLIENT
from clinic_toolkit.store import folder, old_copies
from clinic_toolkit.store.opening import open_store
from clinic_toolkit.store.transactions import reading, store_of, writing
from clinic_toolkit.vault.key_slots import WrongSecret
from tests.fixtures.backups import check_contents
from tests.fixtures.cheap_derivations import quickly
from tests.fixtures.practices import NOW
from tests.fixtures.rekeyed import FIRST, SECOND, Versions
from tests.reliability.acted_practice import Opens, World
from tests.reliability.acts import Act
from tests.reliability.test_erasure import holding

LOOKED_AT = NOW + timedelta(hours=3)
ASIDE = f"{old_copies.PUT_ASIDE_PREFIX}1"


@dataclass(kw_only=True)
class Found:
    """Whether it is as before the act or as after it, what is wrong, and whether the program says so."""

    state: str = "neither"
    wrong: list[str] = field(default_factory=list)
    noticed: bool = False


# What opens it before the act and what after it. All other ways in open it before and after.
_BEFORE_AND_AFTER: dict[Act, tuple[set[str], set[str]]] = {
    Act.PASSPHRASE: ({"passphrase"}, {"new passphrase"}),
    Act.SHEET: ({"sheet"}, {"new sheet"}),
    Act.HALVES: ({"halves"}, {"new halves"}),
    Act.KEYS: ({"passphrase", "sheet", "halves"}, {"new passphrase", "new sheet"}),
}
_USUAL = {"passphrase", "sheet", "halves"}
_RESTORES = (Act.RESTORE, Act.RESTORE_ALONE)


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
            if act is Act.RESTORE_ALONE and not folder.database_path(data).exists():
                return _restored_again(place, told=told)
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
        _look_beside(act, place, world, found)
    if told and found.state == "old":
        found.wrong.append("it was said to be done, and is not")
    return found


def _restored_again(place: Path, *, told: bool) -> Found:
    """Nothing was restored yet: then it must be possible to begin once more."""
    [older] = (place / "kept").glob("*.tar")
    restoration.restore_backup(older, place / "data", replace=False, report=report_nothing)
    return Found(state="old", wrong=["it was said to be restored, and is not"] if told else [])


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
        "new": world.in_backup if act in _RESTORES else world.versions,
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
        if act is not Act.RESTORE_ALONE and world.practice.versions(vault, engine).keys() & world.erased:
            found.wrong.append("who was erased is here again")
            # A page says before any other that no deletion was carried out, and what to look through.
            found.noticed |= vault.restore_notice is not None and not vault.restore_notice.erased_at


def _state_of(act: Act, versions: Versions, *, is_new: bool, world: World) -> str:
    if act in _BEFORE_AND_AFTER:
        return "new" if is_new else "old"
    if act in _RESTORES:
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


def _look_beside(act: Act, place: Path, world: World, found: Found) -> None:
    left = [path.name for path in (place / "data").iterdir() if path.name.startswith("clinic.successor")]
    found.wrong += [f"{name} is left" for name in left]
    seals = world.seals.get(act, []) if found.state == "new" else []
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
            check_contents(file)
        except ClinicError as refusal:
            found.wrong.append(refusal.sentence)
            found.noticed = True
    if act is Act.BACKUP and len(named) > 1:
        found.state = "new"
