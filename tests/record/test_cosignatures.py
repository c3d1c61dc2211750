"""A co-signature: by another's key, over the very bytes and the first signature, and checked as that."""

from datetime import timedelta

import pytest
from msgspec import structs

from clinic_toolkit.journal import inspection, records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import confirmed_colleagues, therapy_sessions
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.record.writing import addition_rendering, cosignatures, notes, signatures
from clinic_toolkit.record.writing.cosignature_record import (
    COSIGNATURE,
    COSIGNATURE_PURPOSE,
    Cosignature,
    CosignatureEvent,
    CosignatureState,
)
from clinic_toolkit.record.writing.note_additions import NoteNotSigned
from clinic_toolkit.record.writing.note_record import ClinicalNote, NotePart, PartSource
from clinic_toolkit.store.transactions import reading, writing
from tests.fixtures.practices import NOW, Work, signed
from tests.fixtures.second_identity import at_work_together

LATER = NOW + timedelta(days=1)
Both = tuple[Work, Work]
Note = RecordVersion[ClinicalNote]


@pytest.fixture
def shared(work: Work) -> RecordVersion[Client]:
    return work.client("Ana Reyes")


@pytest.fixture
def both(work: Work, shared: RecordVersion[Client]) -> Both:
    """The trainee, who founded the practice here, and the supervisor."""
    return at_work_together(work, shared)


@pytest.fixture
def draft(both: Both, shared: RecordVersion[Client]) -> Note:
    trainee, _ = both
    session = trainee.session(shared)
    with writing(trainee.engine) as db:
        part = NotePart(section="data", source=PartSource.CLINICIAN, text="Spoke of the harvest.")
        return notes.create_note(db, trainee.vault, session, [part], now=NOW)


@pytest.fixture
def note(both: Both, draft: Note, shared: RecordVersion[Client]) -> Note:
    trainee, _ = both
    with writing(trainee.engine) as db:
        session = therapy_sessions.load_therapy_session(db, trainee.vault, draft.payload.therapy_session_id)
        return signed(db, trainee.vault, session, draft)


def cosign(work: Work, note: Note) -> RecordVersion[Cosignature]:
    with writing(work.engine) as db:
        found = notes.load_note(db, work.vault, note.id)
        return cosignatures.cosign_note(
            db, work.vault, found, name="Ivo Marin", licence_line="PSI 1234", now=LATER
        )


def test_the_supervisor_signs_the_bytes_and_the_first_signature(both: Both, note: Note) -> None:
    trainee, supervisor = both
    made = cosign(supervisor, note)
    assert (made.payload.note_content_id, made.payload.first_signature) == (note.content_id, note.signature)
    with reading(trainee.engine) as db:
        again = notes.load_note(db, trainee.vault, note.id)
        [found] = cosignatures.list_cosignatures(db, trainee.vault, again)
        assert again == note and cosignatures.holds(trainee.vault, again, found)
        assert signatures.has_valid_signature(trainee.vault, found, COSIGNATURE_PURPOSE)
        assert not signatures.has_valid_signature(trainee.vault, found, "sig/note"), "a label of its own"
        [page] = addition_rendering.list_addition_pages(db, trainee.vault, again)
        assert page.heading == "Countersigned" and page.lines == (("Licence", "PSI 1234"),)
        assert "author not confirmed" in page.signer_name
    with writing(trainee.engine) as db:
        words = confirmed_colleagues.words_of_key(trainee.vault, supervisor.vault.user_id)
        confirmed_colleagues.confirm_colleague(
            db, trainee.vault, supervisor.vault.user_id, words=words, name="Ivo Marin", now=LATER
        )
    with reading(trainee.engine) as db:
        assert cosignatures.signer_label(trainee.vault, again, found) == "Ivo Marin"
        report = inspection.inspect_all(db, trainee.vault, lambda done, total: None)
    assert report.findings == ()


def test_nobody_cosigns_their_own_note_or_a_draft(both: Both, draft: Note, note: Note) -> None:
    trainee, supervisor = both
    with pytest.raises(cosignatures.OwnNote):
        cosign(trainee, note)
    with writing(supervisor.engine) as db, pytest.raises(NoteNotSigned):
        cosignatures.cosign_note(db, supervisor.vault, draft, name="I", licence_line="", now=LATER)


def test_a_first_signature_that_does_not_hold_is_not_cosigned(both: Both, note: Note) -> None:
    _, supervisor = both
    forged = structs.replace(note, signature=bytes(64))
    with writing(supervisor.engine) as db, pytest.raises(cosignatures.FirstSignatureInvalid):
        cosignatures.cosign_note(db, supervisor.vault, forged, name="I", licence_line="", now=LATER)


@pytest.mark.parametrize("changed", ["note_content_id", "first_signature"])
def test_one_that_covers_something_else_does_not_hold(both: Both, note: Note, changed: str) -> None:
    trainee, supervisor = both
    made = cosign(supervisor, note)
    other = structs.replace(made.payload, **{changed: bytes(len(getattr(made.payload, changed)))})
    with writing(supervisor.engine) as db:
        planted = records.create_record(
            *(db, supervisor.vault, COSIGNATURE, other),
            ring=note.ring,
            state=CosignatureState.SIGNED,
            event=CosignatureEvent.SIGNED,
            now=LATER,
            final=True,
        )
    assert signatures.has_valid_signature(supervisor.vault, planted, COSIGNATURE_PURPOSE), "it is signed"
    assert not cosignatures.holds(trainee.vault, note, planted)
    assert signatures.SIGNATURE_INVALID in cosignatures.signer_label(trainee.vault, note, planted)


def test_one_of_the_authors_own_does_not_hold(both: Both, note: Note) -> None:
    trainee, supervisor = both
    made = cosign(supervisor, note)
    with writing(trainee.engine) as db:
        own = records.create_record(
            *(db, trainee.vault, COSIGNATURE, made.payload),
            ring=note.ring,
            state=CosignatureState.SIGNED,
            event=CosignatureEvent.SIGNED,
            now=LATER,
            final=True,
        )
    assert not cosignatures.holds(trainee.vault, note, own)
