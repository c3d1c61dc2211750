"""Lists made from kept facts are the lists that all records would give, whatever happened before."""

import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from sqlalchemy import Connection

from clinic_toolkit.journal import integrity, inventory_snapshot, list_facts, records
from clinic_toolkit.journal.integrity_reasons import IntegrityReason
from clinic_toolkit.journal.list_facts import FactsReader
from clinic_toolkit.record import daily_overview
from clinic_toolkit.record.daily_overview import DailyOverview
from clinic_toolkit.record.people import session_list_facts
from clinic_toolkit.record.people.session_list_facts import RING_SESSIONS, RingSessions
from clinic_toolkit.record.people.therapy_session_record import THERAPY_SESSION
from clinic_toolkit.record.questionnaires.own_questionnaire_record import OWN_QUESTIONNAIRE
from clinic_toolkit.record.safety.safety_list_facts import PERSON_SAFETY
from clinic_toolkit.record.writing.therapy_session_lines import TherapySessionLine
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.vault import key_slots
from clinic_toolkit.vault.inventory import KeptFacts
from clinic_toolkit.vault.vault import Vault
from tests.fixtures import lists_from_records, practices
from tests.fixtures.histories import History, Undone, moments_around
from tests.fixtures.practices import NOW, Work

HISTORIES, STEPS = 5, 40


def today_from_facts(db: Connection, vault: Vault, *, now: datetime) -> dict[str, Any]:
    """What *Today* lists, in the values of `lists_from_records.today_from_records`."""
    day = daily_overview.build_daily_overview(db, vault, now=now)
    planned = [day.next_session] if day.next_session else []
    return {
        "open": _lines(day.open_sessions),
        "planned": _lines([*planned, *day.later_sessions]),
        "earlier": _lines(day.earlier_sessions),
        "coming": _lines(day.upcoming_sessions),
        "unfinished": _lines(day.unfinished_sessions),
        "asked": _asked(day),
        "checks": sorted(
            ((check.planned_for, check.who, check.risk_entry.id) for check in day.coming_checks),
            key=repr,
        ),
        "drafts": [(line.begun_on, line.initials, line.path) for line in day.unfinished_entries],
        "sheets": sorted(
            (line.id, sorted(sheet.id for sheet in line.sheets_out))
            for line in (*day.open_sessions, *planned, *day.later_sessions)
            if line.sheets_out
        ),
    }


def _lines(lines: Any) -> list[tuple[Any, ...]]:
    return [_line(line) for line in lines]


def _line(line: TherapySessionLine) -> tuple[Any, ...]:
    agreed = (line.agreement, line.agreement_date)
    return line.id, line.who, line.note_state, line.has_stopped_questionnaire, line.unfinished_work, agreed


def _asked(day: DailyOverview) -> list[tuple[Any, ...]]:
    lines: list[tuple[Any, ...]] = []
    for line in day.ask_lines:
        source = line.administration or line.risk_entry
        assert source
        deferred_by = line.deferred_by.id if line.deferred_by and line.administration else None
        lines.append((line.since, line.who, source.id, line.questionnaire_count, deferred_by))
    return sorted(lines, key=repr)


def test_every_list_is_the_one_that_all_records_give(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Random histories; after each step the lists of three days are compared, with what was kept before."""
    seen: set[str] = set()
    for seed in range(request.config.getoption("--rounds") or HISTORIES):
        (tmp_path / str(seed)).mkdir()
        history = History(practices.at_work(tmp_path / str(seed)), seed)
        for number in range(STEPS):
            act = history.step()
            seen |= _compare(history, f"history {seed}, after step {number}, {act}")
            if number % 5 == 0:
                with reading(history.work.engine) as db:
                    list_facts.check_for(db, history.work.vault, seconds=60)
        history.work.engine.dispose()
    # What never appears in a list would not be tested here.
    assert seen == {
        "open",
        "planned",
        "earlier",
        "coming",
        "unfinished",
        "asked",
        "checks",
        "drafts",
        "sheets",
    }


def _compare(history: History, when: str) -> set[str]:
    vault, shown = history.work.vault, set()
    with reading(history.work.engine) as db:
        for now in moments_around(history.now):
            found = today_from_facts(db, vault, now=now)
            assert found == lists_from_records.today_from_records(db, vault, now=now), when
            shown |= {name for name, lines in found.items() if lines}
    return shown


@pytest.fixture
def busy(work: Work, monkeypatch: pytest.MonkeyPatch) -> Work:
    """A practice with a history, whose facts are kept; a snapshot is saved whenever one is asked for."""
    monkeypatch.setattr(inventory_snapshot, "MIN_UNSAVED_FACTS", 1)
    history = History(work, 4)
    for _ in range(30):
        history.step()
    with reading(history.work.engine) as db:
        today_from_facts(db, history.work.vault, now=history.now)
    return history.work


@pytest.fixture
def corrected(caplog: pytest.LogCaptureFixture) -> Callable[[], int]:
    """How often the log said that facts were not those of the records."""
    return lambda: sum(record.message == "list_facts.corrected" for record in caplog.records)


def reopened(work: Work) -> Work:
    with writing(work.engine) as db:
        vault = key_slots.unlock_with_keys(db, work.vault.user_id, work.vault.unlocked_keys())
        inventory_snapshot.load_inventory(db, vault)
    return Work(engine=work.engine, vault=vault, groups=work.groups)


def saved(work: Work) -> Work:
    """Opened again after a snapshot was saved."""
    with writing(work.engine) as db:
        inventory_snapshot.save_snapshot(db, work.vault)
    return reopened(work)


def harm(work: Work, statement: str) -> None:
    """Change the file from outside the program, with no trigger in the way."""
    raw = sqlite3.connect(str(work.engine.url.database))
    for (name,) in raw.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
        raw.execute(f"DROP TRIGGER {name}")
    raw.execute(statement)
    raw.commit()
    raw.close()


def kept_of(work: Work) -> dict[tuple[str, bytes], KeptFacts]:
    assert work.vault.inventory
    return work.vault.inventory.kept_facts


def assert_lists_are_right(work: Work) -> None:
    with reading(work.engine) as db:
        assert today_from_facts(db, work.vault, now=NOW) == lists_from_records.today_from_records(
            db, work.vault, now=NOW
        )


def test_what_was_not_written_since_is_not_read_again(busy: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the facts of a snapshot only what is shown is opened; without them, everything."""
    listed: list[str] = []
    list_in_rings = records.list_records_in_rings

    def counting(db: Connection, vault: Vault, kind: Any, rings: Any) -> Any:
        listed.append(kind.name)
        return list_in_rings(db, vault, kind, rings)

    monkeypatch.setattr(records, "list_records_in_rings", counting)
    again = saved(busy)
    with reading(again.engine) as db:
        today_from_facts(db, again.vault, now=NOW)
    assert listed == []
    again.vault.inventory = None
    harm(again, "DELETE FROM ledger")
    with reading(again.engine) as db:
        today_from_facts(db, again.vault, now=NOW)
    assert len(listed) > 10


def test_facts_of_a_snapshot_are_checked_once(busy: Work, corrected: Callable[[], int]) -> None:
    again = saved(busy)
    count = list_facts.count_unchecked(again.vault)
    assert count == len(kept_of(again)) > 10
    with reading(again.engine) as db:
        assert list_facts.check_next(db, again.vault)
        assert list_facts.count_unchecked(again.vault) == count - 1
        list_facts.check_for(db, again.vault, seconds=60)
        assert not list_facts.check_next(db, again.vault)
    assert list_facts.count_unchecked(again.vault) == 0 and corrected() == 0
    assert not again.vault.integrity_failures


def keep_wrong_sessions(work: Work) -> None:
    """As if the snapshot said that nobody has a session."""
    wrong = {
        place: kept._replace(facts=msgspec.Raw(msgspec.msgpack.encode(RingSessions((), False, b"\x90"))))
        for place, kept in kept_of(work).items()
        if place[0] == RING_SESSIONS.name
    }
    kept_of(work).update(wrong)


def test_a_check_that_finds_all_right_asks_for_no_new_snapshot(busy: Work) -> None:
    """Else every unlock would save again what was just read, though nothing was written."""
    again = saved(busy)
    with reading(again.engine) as db:
        assert not inventory_snapshot.needs_snapshot(db, again.vault)
        list_facts.check_for(db, again.vault, seconds=60)
        assert list_facts.count_unchecked(again.vault) == 0
        assert not inventory_snapshot.needs_snapshot(db, again.vault)


def test_a_list_made_from_wrong_facts_is_made_again(busy: Work, corrected: Callable[[], int]) -> None:
    again = saved(busy)
    keep_wrong_sessions(again)
    with reading(again.engine) as db:
        shown = today_from_facts(db, again.vault, now=NOW)
        assert shown != lists_from_records.today_from_records(db, again.vault, now=NOW)
        list_facts.check_for(db, again.vault, seconds=60)
    assert corrected() > 0
    assert_lists_are_right(again)


def test_wrong_facts_of_a_snapshot_are_replaced_and_said(busy: Work, corrected: Callable[[], int]) -> None:
    again = saved(busy)
    keep_wrong_sessions(again)
    with reading(again.engine) as db:
        list_facts.check_for(db, again.vault, seconds=60)
    assert corrected() > 0
    assert_lists_are_right(again)


def test_facts_that_do_not_decode_are_computed_again(busy: Work) -> None:
    again = saved(busy)
    kept = {place: one._replace(facts=msgspec.Raw(b"\xc1")) for place, one in kept_of(again).items()}
    kept_of(again).update(kept)
    assert_lists_are_right(again)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM ledger",
        "UPDATE ledger SET sealed = zeroblob(900)",
        "UPDATE ledger SET seq = seq - 1",
        "UPDATE ledger SET user = randomblob(16)",
    ],
)
def test_a_bad_snapshot_costs_only_time(busy: Work, statement: str) -> None:
    saved(busy)
    harm(busy, statement)
    again = reopened(busy)
    assert kept_of(again) == {}
    assert_lists_are_right(again)


def test_an_older_snapshot_is_brought_up_to_date(busy: Work) -> None:
    """What was written after it is not in it; nothing of it is shown."""
    with writing(busy.engine) as db:
        inventory_snapshot.save_snapshot(db, busy.vault)
    history = History(busy, 3)
    for _ in range(25):
        history.step()
    again = reopened(busy)
    assert any(not kept.is_checked for kept in kept_of(again).values())
    assert_lists_are_right(again)


def test_a_snapshot_of_another_program_or_zone_brings_no_facts(
    busy: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    with writing(busy.engine) as db:
        inventory_snapshot.save_snapshot(db, busy.vault)
    assert kept_of(reopened(busy))
    monkeypatch.setattr(inventory_snapshot, "__version__", "99.0")
    assert kept_of(reopened(busy)) == {}
    monkeypatch.undo()
    monkeypatch.setattr("time.tzname", ("XST", "XDT"))
    again = reopened(busy)
    assert kept_of(again) == {}
    assert_lists_are_right(again)


def test_what_a_lost_save_would_have_shown_is_not_kept(work: Work) -> None:
    """Facts that were read during a save that is then lost; the next save gets the same line number."""
    session = work.session(work.client(), NOW.date())

    def save(state: str, *, is_lost: bool) -> None:
        with writing(work.engine) as db:
            records.append_version(
                *(db, work.vault, THERAPY_SESSION, session, session.payload),
                state=state,
                event="session.revised",
                now=NOW,
            )
            reader = FactsReader(db, work.vault)
            ((_, facts),) = session_list_facts.list_open_or_since(reader, NOW.date())
            assert facts.state == state
            if is_lost:
                raise Undone

    with pytest.raises(Undone):
        save("open", is_lost=True)
    with writing(work.engine) as db:
        records.append_version(
            *(db, work.vault, THERAPY_SESSION, session, session.payload),
            state="closed",
            event="session.revised",
            now=NOW,
        )
    assert_lists_are_right(work)


def test_facts_beside_an_unreadable_definition_are_not_saved(busy: Work) -> None:
    """A definition that cannot be read hides what a form raised, until it is read again."""
    definition = uuid4()
    integrity.record_integrity_failure(
        busy.vault,
        OWN_QUESTIONNAIRE.table,
        definition,
        busy.vault.practice_ring,
        IntegrityReason.DAMAGED,
    )
    for place in [place for place in kept_of(busy) if place[0] == PERSON_SAFETY.name]:
        kept_of(busy).pop(place)
    assert busy.vault.inventory
    busy.vault.inventory.kept_lists.clear()
    assert_lists_are_right(busy)
    beside = [kept for place, kept in kept_of(busy).items() if place[0] == PERSON_SAFETY.name]
    assert beside and all(kept.failures == {definition.bytes} for kept in beside)
    again = saved(busy)
    assert kept_of(again) and not any(place[0] == PERSON_SAFETY.name for place in kept_of(again))
    integrity.clear_failure(busy.vault, definition.bytes)
    assert_lists_are_right(busy)
    assert not any(kept.failures for kept in kept_of(busy).values())


class TestDamage:
    """A record that is damaged behind kept facts."""

    @pytest.fixture
    def harmed(self, busy: Work) -> Work:
        again = saved(busy)
        harm(again, "UPDATE therapy_session SET sealed = zeroblob(900)")
        return again

    def test_it_is_found_by_the_check(self, harmed: Work) -> None:
        with reading(harmed.engine) as db:
            list_facts.check_for(db, harmed.vault, seconds=60)
        assert harmed.vault.integrity_failures
        assert_lists_are_right(harmed)

    def test_what_is_shown_is_opened_and_so_it_is_found_there(self, harmed: Work) -> None:
        with reading(harmed.engine) as db:
            day = daily_overview.build_daily_overview(db, harmed.vault, now=NOW)
        assert day.unfinished_sessions == () and harmed.vault.integrity_failures
