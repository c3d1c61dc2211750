"""What is added to a signed note: signed on its own, bound to the very bytes, and the note stays."""

import dataclasses
from datetime import timedelta

import pytest
from msgspec import structs

from clinic_toolkit.journal import inspection, records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people.therapy_session_record import TherapySession
from clinic_toolkit.record.writing import (
    addition_rendering,
    late_entries,
    note_additions,
    note_rendering,
    notes,
    signature_facts,
    signatures,
)
from clinic_toolkit.record.writing.note_addition_record import (
    ADDITION_PURPOSE,
    NOTE_ADDITION,
    AdditionEvent,
    AdditionKind,
    AdditionState,
    FactChange,
    NoteAddition,
)
from clinic_toolkit.record.writing.note_record import ClinicalNote, NotePart, PartSource
from clinic_toolkit.store.transactions import reading, writing
from tests.fixtures.practices import NOW, Work, signed

LATER = NOW + timedelta(days=2)
WORDS = {"text": "The letter of the surgery came.", "reason": "It was not there that day."}

Session = RecordVersion[TherapySession]
Note = RecordVersion[ClinicalNote]


@pytest.fixture
def session(work: Work) -> Session:
    return work.session(work.client(), NOW.date())


@pytest.fixture
def draft(work: Work, session: Session) -> Note:
    part = NotePart(section="data", text="A quiet hour.", source=PartSource.CLINICIAN)
    with writing(work.engine) as db:
        return notes.create_note(db, work.vault, session, (part,), now=NOW)


@pytest.fixture
def note(work: Work, session: Session, draft: Note) -> Note:
    with writing(work.engine) as db:
        return signed(db, work.vault, session, draft)


def built(work: Work, session: Session, note: Note, kind: AdditionKind, **more: object) -> NoteAddition:
    with reading(work.engine) as db:
        facts = signature_facts.build_note_facts(db, work.vault, session, note)
    return note_additions.build_addition(note, facts, kind, now=LATER, **more)  # type: ignore[arg-type]


def add(work: Work, note: Note, addition: NoteAddition) -> RecordVersion[NoteAddition]:
    with writing(work.engine) as db:
        return note_additions.sign_addition(db, work.vault, note, addition, now=LATER)


@pytest.mark.parametrize("kind", [AdditionKind.ADDENDUM, AdditionKind.AMENDMENT])
def test_an_addition_is_signed_and_the_note_stays_as_it_was(
    work: Work, session: Session, note: Note, kind: AdditionKind
) -> None:
    with reading(work.engine) as db:
        before = note_rendering.load_plain_note(db, work.vault, session, note)
    made = add(work, note, built(work, session, note, kind, **WORDS))
    assert made.final and made.ring == note.ring
    assert signatures.has_valid_signature(work.vault, made, ADDITION_PURPOSE)
    assert not signatures.has_valid_signature(work.vault, made, "sig/note"), "a label of its own"
    with reading(work.engine) as db:
        again = notes.load_note(db, work.vault, note.id)
        plain = note_rendering.load_plain_note(db, work.vault, session, again)
        [page] = addition_rendering.list_addition_pages(db, work.vault, again)
    assert again == note and plain.startswith(before)
    assert page.signer_name == "Nora Whelan" and page.heading.lower() == kind
    for said in (*WORDS.values(), page.heading, page.check_code, "Added after the note was signed"):
        assert said in plain and said not in before


def test_a_draft_has_no_additions(work: Work, session: Session, draft: Note) -> None:
    with pytest.raises(note_additions.NoteNotSigned):
        add(work, draft, built(work, session, draft, AdditionKind.ADDENDUM, **WORDS))


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (AdditionKind.ADDENDUM, {"text": " ", "reason": "x"}),
        (AdditionKind.AMENDMENT, {"text": "x", "reason": " "}),
        (AdditionKind.FACTS, {"text": "x", "reason": "x"}),
        (AdditionKind.COUNTERSIGNED, {"reason": "", "countersigner_name": "Iris Hale"}),
    ],
)
def test_an_addition_that_says_nothing_or_not_why_is_not_signed(
    work: Work, session: Session, note: Note, kind: AdditionKind, words: dict[str, str]
) -> None:
    addition = built(work, session, note, kind, **words)
    with pytest.raises(note_additions.AdditionIsEmpty):
        add(work, note, addition)
    with reading(work.engine) as db:
        assert note_additions.list_additions(db, work.vault, note) == []


def test_changed_facts_and_a_signature_on_paper_say_what_they_are(
    work: Work, session: Session, note: Note
) -> None:
    change = FactChange(fact_name="Time", old_value="10:00", new_value="11:00")
    add(work, note, built(work, session, note, AdditionKind.FACTS, reason="A slip.", changes=(change,)))
    on_paper = built(
        *(work, session, note, AdditionKind.COUNTERSIGNED),
        reason="",
        countersigner_name="Iris Hale",
        licence_line="PSI 1234",
        countersigned_on=NOW.date(),
    )
    add(work, note, on_paper)
    with reading(work.engine) as db:
        facts, paper = addition_rendering.list_addition_pages(db, work.vault, note)
    assert facts.lines == (("Time", "was 10:00, is 11:00"), ("Why", "A slip."))
    assert paper.lines == (("By", "Iris Hale"), ("Licence", "PSI 1234"), ("On", "19 November 2026"))


def test_an_addition_of_another_text_says_so(work: Work, session: Session, note: Note) -> None:
    addition = built(work, session, note, AdditionKind.ADDENDUM, **WORDS)
    made = add(work, note, structs.replace(addition, note_content_id=bytes(32)))
    assert "signed for another text" in note_additions.signer_label(work.vault, note, made)


def test_the_check_names_an_addition_that_nobody_signed(work: Work, session: Session, note: Note) -> None:
    addition = built(work, session, note, AdditionKind.ADDENDUM, **WORDS)
    add(work, note, addition)

    def findings() -> list[str]:
        with reading(work.engine) as db:
            report = inspection.inspect_all(db, work.vault, lambda done, total: None)
        return [finding.sentence for finding in report.findings]

    assert findings() == []
    unsigned = structs.replace(addition, text="Planted.")
    kind = dataclasses.replace(NOTE_ADDITION, signature_purpose=None)
    with writing(work.engine) as db:
        made = records.create_record(
            *(db, work.vault, kind, unsigned),
            ring=note.ring,
            state=AdditionState.SIGNED,
            event=AdditionEvent.ADDENDUM,
            now=LATER,
            final=True,
        )
    assert signatures.SIGNATURE_INVALID in note_additions.signer_label(work.vault, note, made)
    [sentence] = findings()
    assert sentence.startswith("An addition to a signed note") and "signature" in sentence


@pytest.mark.parametrize(("days", "late"), [(0, False), (3, False), (4, True), (30, True)])
def test_a_note_begun_long_after_its_session_is_late(
    work: Work, session: Session, days: int, late: bool
) -> None:
    part = NotePart(section="data", text="A quiet hour.", source=PartSource.CLINICIAN)
    begun = NOW + timedelta(days=days)
    with writing(work.engine) as db:
        made = notes.create_note(db, work.vault, session, (part,), now=begun)
    assert late_entries.is_late(session, made) is late
    if not late:
        assert late_entries.require_reason(session, made, "Away.") == ""
        return
    with pytest.raises(late_entries.LateReasonMissing):
        late_entries.require_reason(session, made, "  ")
    with writing(work.engine) as db:
        facts = signature_facts.build_note_facts(db, work.vault, session, made)
        reason = late_entries.require_reason(session, made, "I was ill.")
        final = notes.sign_note(
            *(db, work.vault, made),
            facts=facts,
            expected_version=made.version,
            now=begun + timedelta(days=1),
            late_reason=reason,
        )
        plain = note_rendering.load_plain_note(db, work.vault, session, final)
    assert notes.has_valid_signature(work.vault, final)
    told = late_entries.describe_late_entry(final.payload)
    assert told in plain and "19 November 2026" in told and "I was ill." in told
    assert f"written on {begun.day}" in told, "the day of writing, and not of signing"


def test_a_draft_begun_in_time_is_no_late_entry_when_it_is_signed_late(
    work: Work, session: Session, draft: Note
) -> None:
    with writing(work.engine) as db:
        later = notes.revise_note(
            *(db, work.vault, draft, [structs.replace(draft.payload.parts[0], text="More.")]),
            expected_version=draft.version,
            now=NOW + timedelta(days=20),
        )
    assert not late_entries.is_late(session, later)
