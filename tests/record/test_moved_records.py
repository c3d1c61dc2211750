"""What belongs to another client is gone from the wrong record, and a late entry in the right one."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from clinic_toolkit.journal import inspection, records, version_history
from clinic_toolkit.journal.list_facts import FactsReader
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.journal.set_aside_record import SET_ASIDE, SET_ASIDE_PURPOSE, SetAsideState
from clinic_toolkit.journal.tombstone_record import ErasureReason
from clinic_toolkit.record import daily_overview, moved_records
from clinic_toolkit.record.people import cases, therapy_sessions
from clinic_toolkit.record.people.client_record import Client, record_ring
from clinic_toolkit.record.questionnaires import administrations, progress
from clinic_toolkit.record.questionnaires.administration_record import ADMINISTRATION, Administration
from clinic_toolkit.record.retention import client_erasure
from clinic_toolkit.record.safety import fear_holds, open_prompt_groups, risk_entries
from clinic_toolkit.record.safety.risk_entry_record import RISK_ENTRY, RiskAction, RiskEntry
from clinic_toolkit.record.search import folded_texts
from clinic_toolkit.record.writing import (
    late_entries,
    moved_notes,
    note_formats,
    note_rendering,
    notes,
    set_aside_marks,
    signature_facts,
    signatures,
)
from clinic_toolkit.record.writing.note_formats import NOTE_FORMATS
from clinic_toolkit.record.writing.note_list_facts import RING_NOTES
from clinic_toolkit.record.writing.note_record import CLINICAL_NOTE, NotePart, PartSource
from clinic_toolkit.store.transactions import reading, writing
from tests.fixtures.plans import GOAL, write_plan
from tests.fixtures.practices import NOW, Work, added_to, giving, signed
from tests.fixtures.second_identity import drop_triggers, reopened

LATER = NOW + timedelta(days=12)
WHY = "The wrong record was open."

Person = RecordVersion[Client]


@pytest.fixture
def wrong(work: Work) -> Person:
    return work.client("Wanda Falk")


@pytest.fixture
def right(work: Work) -> Person:
    return work.client("Rina Holt")


def finished(work: Work, client: Person, values: list[int]) -> RecordVersion[Administration]:
    kept = work.answer(work.begun(client, giving(), word="Mother"), list(values))
    with writing(work.engine) as db:
        return progress.complete_administration(db, work.vault, kept, now=NOW)


def ask(work: Work, verb: Callable[..., Any], *more: Any, **named: Any) -> Any:
    with reading(work.engine) as db:
        return verb(db, work.vault, *more, **named)


def move_form(work: Work, form: RecordVersion[Administration], whom: Person, why: str = WHY) -> Any:
    with writing(work.engine) as db:
        return moved_records.move_administration(db, work.vault, form, whom.id, reason=why, now=LATER)


def findings(work: Work) -> list[str]:
    report = ask(work, inspection.inspect_all, lambda done, total: None)
    return [finding.sentence for finding in report.findings]


def test_a_form_is_gone_from_the_wrong_record_and_whole_in_the_right_one(
    work: Work, wrong: Person, right: Person
) -> None:
    form = finished(work, wrong, [4] * 12)
    other = finished(work, wrong, [1] * 12)
    moved = move_form(work, form, right)
    assert [each.id for each in ask(work, administrations.list_administrations, wrong.id)] == [other.id]
    assert [each.id for each in ask(work, administrations.list_administrations, right.id)] == [moved.id]
    assert moved.payload.answers == form.payload.answers and moved.final
    assert (moved.payload.answered_on, moved.payload.begun_at) == (
        form.payload.answered_on,
        form.payload.begun_at,
    )
    with pytest.raises(records.RecordNotFound):
        ask(work, administrations.load_administration, form.id)
    said = ask(work, set_aside_marks.describe_arrival, moved)
    assert "19 November 2026" in said and WHY in said and "Wanda" not in said
    assert ask(work, set_aside_marks.describe_arrival, other) == "", "the control"
    assert {each.id for each in ask(work, records.list_all_records, ADMINISTRATION)} == {other.id, moved.id}


def test_open_prompts_and_holds_go_with_a_form(work: Work, wrong: Person, right: Person) -> None:
    def prompts(client: Person) -> int:
        return len(ask(work, open_prompt_groups.list_prompt_groups, client.id))

    form = finished(work, wrong, [4] * 12)
    before = prompts(wrong)
    assert before and not prompts(right)
    moved = move_form(work, form, right)
    assert (prompts(wrong), prompts(right)) == (0, before)
    assert ask(work, fear_holds.has_own_hold, right.id, moved.payload.relationship_id)
    assert not ask(work, fear_holds.has_own_hold, wrong.id, form.payload.relationship_id)


def test_an_entry_goes_and_the_prompt_that_it_closed_is_open_again(
    work: Work, wrong: Person, right: Person
) -> None:
    form = finished(work, wrong, [4] * 12)
    [*groups] = ask(work, open_prompt_groups.list_prompt_groups, wrong.id)
    answers = tuple(answer for group in groups for answer in group.raised_by)
    entry = RiskEntry(
        client=wrong.id.bytes,
        therapy_session=None,
        entry_date=NOW.date(),
        relationship=form.payload.relationship,
        administration=form.id.bytes,
        named_answers=answers,
        action=RiskAction.ASKED,
        asked_text="Asked in private.",
    )
    with writing(work.engine) as db:
        written = risk_entries.create_risk_entry(db, work.vault, entry, now=NOW)
    assert ask(work, open_prompt_groups.list_prompt_groups, wrong.id) == []
    with writing(work.engine) as db:
        moved = moved_records.move_risk_entry(db, work.vault, written, right.id, reason=WHY, now=LATER)
    assert len(ask(work, open_prompt_groups.list_prompt_groups, wrong.id)) == len(groups)
    assert ask(work, risk_entries.list_risk_entries_of_client, wrong.id) == []
    assert ask(work, risk_entries.list_risk_entries_of_client, right.id) == [moved]
    assert moved.payload.entry_date == NOW.date() and moved.payload.asked_text == "Asked in private."
    assert not moved.payload.named_answers and moved.payload.administration is None


def test_a_note_begins_as_a_late_entry_with_its_true_days(work: Work, wrong: Person, right: Person) -> None:
    session = work.session(wrong, NOW.date())
    with writing(work.engine) as db:
        parts = [NotePart(section="data", source=PartSource.CLINICIAN, text="Spoke of the harvest.")]
        note = signed(db, work.vault, session, notes.create_note(db, work.vault, session, parts, now=NOW))
        added_to(db, work.vault, session, note, text="And of the rain.")
        case = cases.load_single_case(db, work.vault, right.id)
        draft = moved_notes.move_note(db, work.vault, note, session, case, reason=WHY, now=LATER)
    assert not draft.final and draft.payload.begun_at == NOW and draft.ring == case.ring
    text = draft.payload.parts[0].text
    assert "Spoke of the harvest." in text and "And of the rain." in text
    for said in ("19 November 2026", "1 December 2026", notes.format_check_code(note), WHY):
        assert said in draft.payload.late_reason
    assert ask(work, notes.find_note_of_session, session) is None
    new_session = ask(work, therapy_sessions.load_therapy_session, draft.payload.therapy_session_id)
    assert new_session.payload.on == session.payload.on
    assert late_entries.is_late(new_session, draft)
    with writing(work.engine) as db:
        final = signed(db, work.vault, new_session, draft, LATER)
    assert "another client by mistake" in late_entries.describe_late_entry(final.payload)
    # The sealed original is there, byte for byte, and nothing finds it.
    [*versions] = ask(work, version_history.list_versions, CLINICAL_NOTE, note.id)
    assert versions[-1] == note
    with pytest.raises(records.RecordNotFound):
        ask(work, notes.load_note, note.id)


def test_a_note_that_moves_takes_nothing_along_that_was_filled_in_from_the_wrong_client(
    work: Work, wrong: Person, right: Person
) -> None:
    session, girp = work.session(wrong, NOW.date()), note_formats.find_shipped_format("GIRP")
    assert girp
    with writing(work.engine) as db:
        write_plan(db, work.vault, wrong.id, now=NOW)
        parts = [
            NotePart(section="goal", source=PartSource.GOAL, text=f"“{GOAL.words}”", source_label="plan"),
            *(
                NotePart(section="intervention", source=source, text="Of Ana.", source_label="form")
                for source in PartSource
                if source not in (PartSource.GOAL, PartSource.CLINICIAN)
            ),
            NotePart(section="plan", source=PartSource.CLINICIAN, text="Spoke of the harvest."),
        ]
        goal_ids = [GOAL.id_bytes]
        note = notes.create_note(db, work.vault, session, parts, now=NOW, goal_ids=goal_ids, note_format=girp)
        assert signature_facts.build_note_facts(db, work.vault, session, note).goals
        case = cases.load_single_case(db, work.vault, right.id)
        draft = moved_notes.move_note(db, work.vault, note, session, case, reason=WHY, now=LATER)
    assert [part.text for part in draft.payload.parts if part.text] == ["Spoke of the harvest."]
    assert draft.payload.goal_ids == ()


def test_lists_that_are_kept_know_of_it(work: Work, wrong: Person, right: Person) -> None:
    session = work.session(wrong, NOW.date())
    with writing(work.engine) as db:
        parts = [NotePart(section="data", source=PartSource.CLINICIAN, text="Spoke of the harvest.")]
        note = notes.create_note(db, work.vault, session, parts, now=NOW)

    def states(ring: UUID) -> list[str]:
        with reading(work.engine) as db:
            facts = FactsReader(db, work.vault).load(RING_NOTES, ring, [ring])
            return list(facts.state_by_session.values())

    assert states(session.ring) == ["draft"]
    with writing(work.engine) as db:
        case = cases.load_single_case(db, work.vault, right.id)
        moved_notes.move_note(db, work.vault, note, session, case, reason=WHY, now=LATER)
    assert states(session.ring) == [] and states(case.ring) == ["draft"]
    day = ask(work, daily_overview.build_daily_overview, now=NOW)
    assert day is not None


def test_a_search_finds_it_with_the_right_client_alone(work: Work, wrong: Person, right: Person) -> None:
    session = work.session(wrong, NOW.date())
    with writing(work.engine) as db:
        parts = [NotePart(section="data", source=PartSource.CLINICIAN, text="Spoke of the harvest.")]
        note = notes.create_note(db, work.vault, session, parts, now=NOW)

    def found(ring: UUID) -> bool:
        folded = ask(work, folded_texts.find_kept, ring) or ask(work, folded_texts.fold_ring, ring)
        return any(b"harvest" in record.folded for record in folded.records)

    assert found(session.ring)
    with writing(work.engine) as db:
        case = cases.load_single_case(db, work.vault, right.id)
        moved_notes.move_note(db, work.vault, note, session, case, reason=WHY, now=LATER)
    assert not found(session.ring) and found(case.ring)


def test_both_marks_are_signed_and_name_nothing_of_the_other_side(
    work: Work, wrong: Person, right: Person
) -> None:
    form = finished(work, wrong, [4] * 12)
    moved = move_form(work, form, right)
    [left, arrived] = ask(work, records.list_all_records, SET_ASIDE)
    assert (left.state, arrived.state) == (SetAsideState.SET_ASIDE, SetAsideState.ARRIVED)
    assert (left.ring, arrived.ring) == (form.ring, moved.ring)
    for mark in (left, arrived):
        assert signatures.has_valid_signature(work.vault, mark, SET_ASIDE_PURPOSE)
    assert left.payload.content_id == form.content_id and left.payload.origin == b""
    ids_of_right = {right.id.bytes, moved.id.bytes, moved.ring.bytes}
    assert not ids_of_right & {left.payload.record, left.payload.origin, left.payload.content_id}
    assert findings(work) == []


def test_a_damaged_or_missing_mark_brings_nothing_back(work: Work, wrong: Person, right: Person) -> None:
    form = finished(work, wrong, [4] * 12)
    move_form(work, form, right)
    [mark, _] = ask(work, records.list_all_records, SET_ASIDE)
    for damage in (
        SET_ASIDE.table.update().values(sealed=bytes(400)),
        SET_ASIDE.table.delete(),
    ):
        with writing(work.engine) as db:
            drop_triggers(db)
            db.execute(damage.where(SET_ASIDE.table.c.record == mark.id))
        fresh = reopened(work.engine, work.vault)
        with reading(work.engine) as db:
            assert administrations.list_administrations(db, fresh, wrong.id) == []
            with pytest.raises(records.RecordNotFound):
                administrations.load_administration(db, fresh, form.id)
            report = inspection.inspect_all(db, fresh, lambda done, total: None)
        assert any("belongs elsewhere" in finding.sentence for finding in report.findings)


@pytest.mark.parametrize("why", ["", "  "])
def test_it_is_said_why_and_to_whom(work: Work, wrong: Person, right: Person, why: str) -> None:
    form = finished(work, wrong, [1] * 12)
    with pytest.raises(set_aside_marks.ReasonMissing):
        move_form(work, form, right, why)
    with pytest.raises(set_aside_marks.SameClient):
        move_form(work, form, wrong)
    assert ask(work, administrations.load_administration, form.id) == form


def test_a_form_that_is_being_answered_stays(work: Work, wrong: Person, right: Person) -> None:
    form = work.begun(wrong, giving())
    with pytest.raises(moved_records.StillOpen):
        move_form(work, form, right)


def test_erasing_the_wrong_client_takes_the_original_and_leaves_the_right_record(
    work: Work, wrong: Person, right: Person
) -> None:
    form = finished(work, wrong, [4] * 12)
    moved = move_form(work, form, right)
    asked_at = LATER
    with writing(work.engine) as db:
        client_erasure.ask_erasure(
            db,
            work.vault,
            wrong.id,
            reason=ErasureReason.MISTAKE,
            words="Never came.",
            couples=(),
            now=asked_at,
        )
    due = asked_at + timedelta(days=8)
    with writing(work.engine) as db:
        client_erasure.erase_due_client(
            db, work.vault, wrong.id, confirmed_day=due.astimezone().date(), now=due
        )
    assert ask(work, administrations.load_administration, moved.id) == moved
    assert WHY in ask(work, set_aside_marks.describe_arrival, moved)
    assert ask(work, version_history.list_versions, ADMINISTRATION, form.id) == []
    assert findings(work) == []


def test_a_note_that_changed_its_format_moves_with_every_word(
    work: Work, wrong: Person, right: Person
) -> None:
    session = work.session(wrong)
    parts = (NotePart(section="data", source=PartSource.CLINICIAN, text="Came on time."),)
    soap = next(each for each in NOTE_FORMATS if each.id == "SOAP")
    with writing(work.engine) as db:
        draft = notes.create_note(db, work.vault, session, parts, now=NOW)
        other = NotePart(section="subjective", source=PartSource.CLINICIAN, text="Slept badly.")
        draft = notes.revise_note(
            db,
            work.vault,
            draft,
            [*parts, other],
            expected_version=draft.version,
            now=NOW,
            note_format=soap,
        )
        note = signed(db, work.vault, session, draft)
        case = cases.load_single_case(db, work.vault, right.id)
        moved = moved_notes.move_note(db, work.vault, note, session, case, reason=WHY, now=LATER)
    sections = {each.heading: each.text for each in note_rendering.build_sections(moved.payload, ())}
    assert sections == {"Subjective": "Slept badly.", "Data": "Came on time."}


def test_a_couples_note_goes_to_one_partner_and_into_that_ring_alone(work: Work) -> None:
    one, two = work.client("Ines Bo"), work.client("Jan Bo")
    case, session = work.joint_session(one, two)
    with writing(work.engine) as db:
        parts = [NotePart(section="data", source=PartSource.CLINICIAN, text="Said alone.")]
        note = signed(db, work.vault, session, notes.create_note(db, work.vault, session, parts, now=NOW))
        own = cases.load_single_case(db, work.vault, one.id)
        draft = moved_notes.move_note(db, work.vault, note, session, own, reason=WHY, now=LATER)
    assert draft.ring == record_ring(work.vault, one.id) != case.ring
    assert ask(work, notes.find_note_of_session, session) is None
    assert ask(work, records.list_records_in_rings, RISK_ENTRY, [case.ring]) == []
