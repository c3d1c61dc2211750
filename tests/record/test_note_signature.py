"""A note whose signature does not hold names nobody as its signer without saying so, wherever it is shown."""

import dataclasses

import pytest
from msgspec import structs

from clinic_toolkit.journal import inspection, records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people.therapy_session_record import TherapySession
from clinic_toolkit.record.values.page_values import Letterhead, PaperSize
from clinic_toolkit.record.writing import note_rendering, notes, signature_facts, signatures
from clinic_toolkit.record.writing.note_record import (
    CLINICAL_NOTE,
    ClinicalNote,
    NoteEvent,
    NotePart,
    NoteState,
    PartSource,
)
from clinic_toolkit.store.transactions import reading, writing
from tests.fixtures.practices import NOW, Work, signed

LETTERHEAD = Letterhead(practice_name="", clinician_name="", crisis_text="", paper_size=PaperSize.A4)

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


def unsigned(work: Work, session: Session, draft: Note) -> Note:
    """A final note that looks signed and carries no signature, as a member of its ring could write it."""
    kind = dataclasses.replace(CLINICAL_NOTE, signature_purpose=None)
    with writing(work.engine) as db:
        facts = signature_facts.build_note_facts(db, work.vault, session, draft)
        payload = structs.replace(draft.payload, signed_at=NOW, facts=facts)
        return records.replace_draft(
            *(db, work.vault, kind, draft, payload),
            state=NoteState.FINAL,
            event=NoteEvent.SIGNED,
            now=NOW,
            final=True,
        )


def shown(work: Work, session: Session, note: Note) -> tuple[str, str]:
    """The signer on paper, and the last lines of the plain text."""
    with reading(work.engine) as db:
        page = note_rendering.build_note_page(db, work.vault, LETTERHEAD, session, note)
        plain = note_rendering.load_plain_note(db, work.vault, session, note)
    return page.signer_name or "", plain.splitlines()[-1]


def findings(work: Work) -> list[str]:
    with reading(work.engine) as db:
        report = inspection.inspect_all(db, work.vault, lambda done, total: None)
    return [finding.sentence for finding in report.findings]


def test_a_signed_note_names_its_signer(work: Work, session: Session, draft: Note) -> None:
    with writing(work.engine) as db:
        note = signed(db, work.vault, session, draft)
    assert notes.has_valid_signature(work.vault, note)
    assert all(signatures.SIGNATURE_INVALID not in words for words in shown(work, session, note))
    assert findings(work) == []


def test_a_final_note_without_a_signature_says_so_on_paper_and_as_text(
    work: Work, session: Session, draft: Note
) -> None:
    note = unsigned(work, session, draft)
    assert not notes.has_valid_signature(work.vault, note)
    assert all(signatures.SIGNATURE_INVALID in words for words in shown(work, session, note))
    assert any("signature" in sentence for sentence in findings(work))
