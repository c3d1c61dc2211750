"""A new recovery sheet: at every moment the old one or the new one opens the practice, never neither."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Connection

from clinic_toolkit.journal import audit_log, records
from clinic_toolkit.record.people import clinician, secret_changes
from clinic_toolkit.store.opening import open_store
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.vault import key_slot_changes, key_slots
from clinic_toolkit.vault.key_slots import WrongSecret
from tests.fixtures import audit_lines, file_steps
from tests.fixtures.practices import NOW, Work

MADE_ON = date(2026, 11, 22)


def take(work: Work, sheet: secret_changes.NewRecoverySheet) -> None:
    with writing(work.engine) as db:
        activate(db, work, sheet)


def activate(db: Connection, work: Work, sheet: secret_changes.NewRecoverySheet) -> None:
    seen = clinician.load_clinician(db, work.vault)
    secret_changes.activate_recovery_sheet(db, work.vault, seen, sheet, made_on=MADE_ON, now=NOW)


def opens(place: Path, groups: tuple[str, ...]) -> bool:
    """Whether this sheet opens what lies in this folder, as the next start finds it."""
    engine = open_store(place)
    try:
        with reading(engine) as db:
            return key_slots.unlock_with_recovery_sheet(db, " ".join(groups)).slots_intact
    except WrongSecret:
        return False
    finally:
        engine.dispose()


@pytest.fixture
def data(tmp_path: Path, work: Work) -> Path:
    return tmp_path / "data"


def test_the_new_sheet_opens_the_old_one_is_refused_and_the_date_is_kept(work: Work) -> None:
    drawn = secret_changes.generate_recovery_sheet(work.vault)
    take(work, drawn)
    with reading(work.engine) as db:
        with pytest.raises(WrongSecret, match="newer sheet"):
            key_slots.unlock_with_recovery_sheet(db, " ".join(work.groups))
        opened = key_slots.unlock_with_recovery_sheet(db, " ".join(drawn.groups).lower())
        assert opened.slots_intact
        kept = clinician.load_clinician(db, opened).payload
        said = [line.event for line in audit_lines.lines(db, opened, newest=2)]
    assert (kept.recovery_sheet_proved, kept.recovery_sheet_made_on) == (True, MADE_ON)
    assert said == ["clinician.saved", "practice.sheet_replaced slots-2"]


def test_a_sheet_that_is_only_drawn_opens_nothing(data: Path, work: Work) -> None:
    drawn = secret_changes.generate_recovery_sheet(work.vault)
    work.engine.dispose()
    assert not opens(data, drawn.groups)
    assert opens(data, work.groups)


def test_a_kill_at_any_step_leaves_the_old_sheet_or_the_new_one(data: Path, work: Work) -> None:
    drawn = secret_changes.generate_recovery_sheet(work.vault)
    copies, inside = file_steps.copied_at_each_statement(
        work.engine, data, lambda db: activate(db, work, drawn)
    )
    assert inside > 6
    found = [(opens(copy, work.groups), opens(copy, drawn.groups)) for copy in copies]
    assert found == [(True, False)] * inside + [(False, True)] * 2


@pytest.mark.parametrize(
    ("place", "step"),
    [
        (key_slot_changes, "store_slot"),
        (key_slots, "unlock_with_recovery_sheet"),
        (audit_log, "append_entry"),
        (records, "append_version"),
    ],
    ids=["slot", "trial", "trail", "settings"],
)
def test_a_step_that_fails_takes_everything_back(
    data: Path, work: Work, monkeypatch: pytest.MonkeyPatch, place: object, step: str
) -> None:
    drawn, before = secret_changes.generate_recovery_sheet(work.vault), work.vault.key_slots
    done = getattr(place, step)

    def fail_after(*given: object, **named: object) -> None:
        done(*given, **named)
        raise OSError("the disk is gone")

    with monkeypatch.context() as broken, pytest.raises(OSError, match="gone"):
        broken.setattr(place, step, fail_after)
        take(work, drawn)
    assert work.vault.key_slots == before
    work.engine.dispose()
    assert opens(data, work.groups)
    assert not opens(data, drawn.groups)
