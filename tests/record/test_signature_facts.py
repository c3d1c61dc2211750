"""What a note is signed with, and what came after it: by the order of the trail, never by a clock."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta

import msgspec
import pytest
from sqlalchemy import text

from clinic_toolkit.documents import note as paper
from clinic_toolkit.journal import records
from clinic_toolkit.journal.integrity import UnreadableRecord
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import cases, clients, clinician, practice, therapy_sessions
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.record.people.therapy_session_record import Attendance, TherapySession, TherapySessionKind
from clinic_toolkit.record.questionnaires import administrations, progress
from clinic_toolkit.record.writing import (
    additions_after_signing,
    changes_after_signing,
    handouts,
    note_prefill,
    note_rendering,
    notes,
    signature_facts,
    therapy_session_summary,
)
from clinic_toolkit.record.writing.additions_after_signing import ADDED_AFTER_SIGNING, CHANGED_AFTER_SIGNING
from clinic_toolkit.record.writing.note_facts import FactVersions
from clinic_toolkit.record.writing.note_record import ClinicalNote, NotePart, PartSource
from clinic_toolkit.store.transactions import reading, store_of, writing
from clinic_toolkit.worksheets import catalogue as sheets
from tests.fixtures.practices import LETTERHEAD, NOW, Work, giving, signed
from tests.fixtures.vaults import reopened

LONG = timedelta(days=4000)


def noted(
    work: Work, session: RecordVersion[TherapySession], said: str = "Came on time."
) -> RecordVersion[ClinicalNote]:
    """A signed note of this session."""
    with writing(work.engine) as db:
        part = NotePart(section="data", source=PartSource.CLINICIAN, text=said)
        return signed(db, work.vault, session, notes.create_note(db, work.vault, session, [part], now=NOW))


def marks(
    work: Work, session: RecordVersion[TherapySession], note: RecordVersion[ClinicalNote]
) -> dict[bytes, str]:
    with reading(work.engine) as db:
        return {
            each.id.bytes: each.after_signing_label
            for each in additions_after_signing.list_additions_after_signing(db, work.vault, session, note)
        }


def printed(work: Work, session: RecordVersion[TherapySession], note: RecordVersion[ClinicalNote]) -> bytes:
    with reading(work.engine) as db:
        now = therapy_sessions.load_therapy_session_of_note(
            db, work.vault, session.id, note_date=date(2026, 1, 1)
        )
        letterhead = practice.build_letterhead(
            practice.load_practice_settings(db, work.vault).payload,
            clinician.load_clinician(db, work.vault).payload,
        )
        return paper.render_note(note_rendering.build_note_page(db, work.vault, letterhead, now, note))


@pytest.mark.parametrize("clock", [-LONG, timedelta(), LONG])
def test_a_clock_that_jumps_changes_nothing_of_what_came_before_or_after(
    work: Work, clock: timedelta
) -> None:
    ana = work.client()
    session = work.session(ana)

    def give() -> bytes:
        with writing(work.engine) as db:
            kept = handouts.create_handout(
                db, work.vault, sheets.list_worksheets()[0], client_id=ana.id, therapy_session_id=session.id,
                client_sentence="", now=NOW + clock,
            )  # fmt: skip
        return kept.id.bytes

    before = give()
    note = noted(work, session)
    after = give()
    assert marks(work, session, note) == {after: ADDED_AFTER_SIGNING}
    assert before not in marks(work, session, note)


def test_nothing_came_later_as_long_as_the_note_is_a_draft(work: Work) -> None:
    ana = work.client()
    session = work.session(ana)
    with writing(work.engine) as db:
        draft = notes.create_note(db, work.vault, session, [], now=NOW)
    work.begun(ana, giving(), session=session.id)
    assert marks(work, session, draft) == {}


def test_answers_that_are_corrected_after_the_note_are_marked(work: Work) -> None:
    ana = work.client()
    session = work.session(ana)
    kept = work.answer(work.begun(ana, giving(), session=session.id), [1] * 12)
    with writing(work.engine) as db:
        kept = progress.complete_administration(db, work.vault, kept, now=NOW)
    note = noted(work, session)
    assert marks(work, session, note) == {}
    other = msgspec.structs.replace(kept.payload.answers, values=bytes([2]) + kept.payload.answers.values[1:])
    with writing(work.engine) as db:
        progress.apply_returned_answers(
            db, work.vault, kept, other, frozenset([0]), open_line_answer="", finished=True, now=NOW
        )
    assert marks(work, session, note) == {kept.id.bytes: CHANGED_AFTER_SIGNING}


def test_the_names_lie_in_the_ring_of_the_case_and_reading_writes_nothing(work: Work) -> None:
    ana, ben = work.client("Ana Reyes"), work.client("Ben Ode")
    with writing(work.engine) as db:
        case = cases.create_couple_case(db, work.vault, ana.id, ben.id, now=NOW)
        body = TherapySession(
            case_id_bytes=case.id.bytes,
            kind=TherapySessionKind.SESSION,
            on=NOW.date(),
            attendance=Attendance.CAME,
            present=case.payload.client_id_bytes,
        )
        session = therapy_sessions.create_therapy_session(db, work.vault, case, body, now=NOW)
    note = noted(work, session)
    assert (
        note.ring == case.ring
        and note.payload.facts
        and note.payload.facts.client_names == ("Ana Reyes", "Ben Ode")
    )

    def count() -> int:
        tables = ("clinical_note", "therapy_session", "client", "practice", "clinician", "audit_line")
        with reading(work.engine) as db:
            return sum(db.scalar(text(f"SELECT count(*) FROM {table}")) or 0 for table in tables)

    with writing(work.engine) as db:
        clients.revise_client(db, work.vault, ben, Client(name="Ben Hale"), now=NOW)
    before = count()
    with reading(work.engine) as db:
        later = changes_after_signing.find_changes_after_signing(
            db, work.vault, signature_facts.facts_of_signed_note(note), session, author_id=note.author_id
        )
        said = note_rendering.load_plain_note(db, work.vault, session, note)
    assert [(each.fact_name, each.old_value, each.new_value) for each in later.changes] == [
        ("Client", "Ben Ode", "Ben Hale")
    ]
    assert "Ana Reyes and Ben Ode" in said.partition("Changed after")[0] and "Ben Hale" in said
    assert count() == before


def test_a_change_is_dated_by_the_version_that_made_it(work: Work) -> None:
    session = work.session(work.client())
    note = noted(work, session)
    with writing(work.engine) as db:
        for days, place in ((1, "A"), (2, "B"), (3, "C"), (4, "C")):
            body = msgspec.structs.replace(session.payload, place=place, agreed_for_next=str(days))
            session = therapy_sessions.revise_therapy_session(
                db, work.vault, session, body, now=NOW + timedelta(days=days)
            )
    with reading(work.engine) as db:
        [change] = changes_after_signing.find_changes_after_signing(
            db, work.vault, signature_facts.facts_of_signed_note(note), session, author_id=note.author_id
        ).changes
    assert change.changed_on == (NOW + timedelta(days=3)).astimezone().date()
    assert (change.old_value, change.new_value) == ("In the room", "In the room: C")


@pytest.mark.parametrize("table", ["therapy_session", "client", "clinical_case", "practice", "clinician"])
def test_a_signed_note_is_read_whatever_is_hurt(work: Work, table: str) -> None:
    session = work.session(work.client())
    note = noted(work, session)
    with reading(work.engine) as db:
        before = note_rendering.load_plain_note(db, work.vault, session, note)
    store_of(work.engine).checkpoint()
    with closing(sqlite3.connect(work.engine.url.database or "")) as raw:
        for (name,) in raw.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            raw.execute(f"DROP TRIGGER {name}")
        raw.execute(f"UPDATE {table} SET sealed = zeroblob(500)")
        raw.commit()
    work.vault = reopened(work.engine, work.vault)
    with reading(work.engine) as db:
        now = therapy_sessions.load_therapy_session_of_note(
            db, work.vault, session.id, note_date=date(2020, 1, 1)
        )
        after = note_rendering.load_plain_note(db, work.vault, now, note)
    assert after.startswith(before)
    # Whose case it is stands in its ring as well, so that nothing is missing without the case itself.
    assert ("a later change may be missing here" in after) == (table != "clinical_case")


def test_a_signed_note_without_facts_is_hurt(work: Work) -> None:
    session = work.session(work.client())
    note = noted(work, session)
    bare = msgspec.structs.replace(note, payload=msgspec.structs.replace(note.payload, facts=None))
    with pytest.raises(UnreadableRecord):
        signature_facts.facts_of_signed_note(bare)
    assert signature_facts.facts_of_signed_note(note).client_names == ("Ana Reyes",)


def test_the_definition_of_a_quoted_questionnaire_may_go(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    ana = work.client()
    session = work.session(ana)
    kept = work.answer(work.begun(ana, giving(), session=session.id), [1] * 12)
    with writing(work.engine) as db:
        progress.complete_administration(db, work.vault, kept, now=NOW)
        parts = note_prefill.list_prefilled_parts(db, work.vault, session)
        note = signed(db, work.vault, session, notes.create_note(db, work.vault, session, parts, now=NOW))
    assert note.payload.facts and "Not validated" in note.payload.facts.evidence_lines[0]
    before = printed(work, session, note)

    def gone(*_: object, **__: object) -> None:
        raise records.RecordNotFound

    monkeypatch.setattr(administrations, "load_administration", gone)
    monkeypatch.setattr(administrations, "instrument_of", gone)
    assert printed(work, session, note) == before


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    if not hasattr(time, "tzset"):
        pytest.skip("this system has one time zone")
    yield
    monkeypatch.undo()
    time.tzset()


def test_the_time_of_a_signature_reads_the_same_in_another_place(
    work: Work, monkeypatch: pytest.MonkeyPatch, elsewhere: None
) -> None:
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    time.tzset()
    session = work.session(work.client())
    note = noted(work, session)
    before = printed(work, session, note)
    with reading(work.engine) as db:
        said = note_rendering.load_plain_note(db, work.vault, session, note)
    assert "19 November 2026, 15:30" in said
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    with reading(work.engine) as db:
        assert note_rendering.load_plain_note(db, work.vault, session, note) == said
    assert printed(work, session, note) == before


def test_another_paper_of_the_practice_changes_no_signed_sheet(work: Work) -> None:
    session = work.session(work.client())
    note = noted(work, session)
    before = printed(work, session, note)
    with writing(work.engine) as db:
        seen = practice.load_practice_settings(db, work.vault)
        practice.revise_practice_settings(
            db, work.vault, seen, msgspec.structs.replace(seen.payload, country="US"), now=NOW
        )
    assert printed(work, session, note) == before


def test_versions_are_read_back_as_they_were_written() -> None:
    seen = FactVersions(therapy_session=5, practice=2, clinician=3, clients=(1, 7))
    assert FactVersions.decode(seen.encoded) == seen
    for odd in (
        "",
        "-",
        "5",
        "5-2",
        "5-2-",
        "a-1-1",
        "-1-2-2",
        "1.0-2-2",
        "5-2-3-",
        "٥-2-1",
        "9" * 40 + "-1-1",
    ):
        assert FactVersions.decode(odd) is None


def test_what_one_partner_was_given_is_on_the_clinicians_page_and_not_in_what_both_may_get(
    work: Work,
) -> None:
    ana, ben = work.client("Ana Reyes"), work.client("Ben Ode")
    _, session = work.joint_session(ana, ben)
    note = noted(work, session)
    with writing(work.engine) as db:
        sheet = handouts.create_handout(
            db,
            work.vault,
            sheets.list_worksheets()[0],
            client_id=ben.id,
            therapy_session_id=session.id,
            client_sentence="",
            now=NOW,
        )
        assert note_prefill.list_prefilled_parts(db, work.vault, session) == []
        summary = therapy_session_summary.build_session_summary(db, work.vault, LETTERHEAD, session, [])
    assert summary.worksheet_titles == ()
    assert marks(work, session, note) == {sheet.id.bytes: ADDED_AFTER_SIGNING}
