"""What a guess at the passphrase costs is raised at a later entry, and never lowered or half changed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from clinic_toolkit.crypto.passphrase_kdf import MIN_COST, KdfCost
from clinic_toolkit.record.people import practice_access
from clinic_toolkit.store.opening import open_store
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.vault import header_backup, key_slot_changes, key_slot_tables
from clinic_toolkit.vault.key_slot_tables import KeySlotKind, slot_table
from clinic_toolkit.vault.key_slots import WrongSecret
from tests.fixtures import audit_lines
from tests.fixtures.cheap_derivations import quickly
from tests.fixtures.practices import CLINICIAN, NOW, SETTINGS
from tests.reliability.small_practice import LATER

WORDS = "glacier mandolin unwrapped spoken dentist walnut"
HIGHER = KdfCost(memory_kib=128 * 1024, passes=4, lanes=4)


@pytest.fixture(autouse=True)
def openings() -> Iterator[None]:
    with quickly():
        yield


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Engine]:
    made = open_store(tmp_path / "data")
    with writing(made) as db:
        practice_access.create_practice(db, SETTINGS, CLINICIAN, passphrase=WORDS, now=NOW)
    yield made
    made.dispose()


@pytest.fixture
def a_better_moment(store: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine is found to bear more than when the practice was made."""
    monkeypatch.setattr(key_slot_changes, "calibrate_cost", lambda: HIGHER)


def cost(store: Engine) -> KdfCost:
    with reading(store) as db:
        row = db.execute(select(slot_table).where(slot_table.c.kind == KeySlotKind.PASSPHRASE)).one()
    return KdfCost(memory_kib=row.memory_kib, passes=row.passes, lanes=row.lanes)


def enter(store: Engine) -> list[str]:
    """Unlock; returns the events of the entry, the newest first."""
    with writing(store) as db:
        vault = practice_access.unlock_with_passphrase(db, WORDS, now=LATER)
    assert vault.slots_intact
    with reading(store) as db:
        assert header_backup.find_fault(db, vault) is None
        return [line.event for line in audit_lines.lines(db, vault, newest=2)]


@pytest.mark.usefixtures("a_better_moment")
def test_it_is_raised_once_and_written_down(store: Engine) -> None:
    assert cost(store) == MIN_COST
    assert enter(store) == ["practice.passphrase_cost_raised slots-3", "practice.unlocked slots-2"]
    assert cost(store) == HIGHER
    assert enter(store)[0] == "practice.unlocked slots-3"


def test_it_stays_where_the_machine_bears_no_more(store: Engine) -> None:
    assert enter(store)[0] == "practice.unlocked slots-2"
    assert cost(store) == MIN_COST


@pytest.mark.usefixtures("a_better_moment")
def test_it_is_not_measured_again_where_the_entry_took_its_time(
    store: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(practice_access, "is_fast_derivation", lambda seconds: False)
    assert enter(store)[0] == "practice.unlocked slots-2"
    assert cost(store) == MIN_COST


def test_it_is_never_lowered(store: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_slot_changes, "calibrate_cost", lambda: HIGHER)
    enter(store)
    monkeypatch.setattr(
        key_slot_changes, "calibrate_cost", lambda: KdfCost(memory_kib=64 * 1024, passes=10, lanes=4)
    )
    enter(store)
    assert cost(store) == HIGHER


@pytest.mark.usefixtures("a_better_moment")
def test_cut_off_before_the_commit_the_old_slot_opens_as_before(
    store: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_off(*_: object, **more: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(header_backup, "write_before_commit", cut_off)
    with pytest.raises(RuntimeError):
        enter(store)
    monkeypatch.undo()
    assert cost(store) == MIN_COST
    with quickly():
        assert enter(store)[0] == "practice.unlocked slots-2"


@pytest.mark.usefixtures("a_better_moment")
def test_a_wrong_passphrase_raises_nothing(store: Engine) -> None:
    with writing(store) as db, pytest.raises(WrongSecret):
        practice_access.unlock_with_passphrase(db, WORDS + "s", now=LATER)
    assert cost(store) == MIN_COST


@pytest.mark.usefixtures("a_better_moment")
def test_nothing_is_raised_where_the_list_of_ways_in_was_changed(store: Engine) -> None:
    with writing(store) as db:
        db.execute(key_slot_tables.slot_list_table.delete())
    with writing(store) as db:
        vault = practice_access.unlock_with_passphrase(db, WORDS, now=LATER)
        assert not vault.slots_intact
    assert cost(store) == MIN_COST
