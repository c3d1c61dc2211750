"""What was typed and not recorded: kept sealed, one for each form and subject, and no part of the record."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from clinic_toolkit.journal import inspection, inventory_snapshot, records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.writing import form_drafts
from clinic_toolkit.record.writing.form_draft_record import FORM_DRAFT, FormDraft
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.vault import key_slots
from clinic_toolkit.vault.own_ring import ensure_own_ring
from clinic_toolkit.vault.ring_errors import OwnRingLost
from clinic_toolkit.vault.rings import RingClass
from tests.fixtures import audit_lines
from tests.fixtures.practices import NOW, Work

WORDS = "Said that nobody would miss him."


def body(subject: UUID, words: str = WORDS) -> FormDraft:
    fields = (("asked", words),)
    return FormDraft(form_name="risk_entry", subject_id=subject.bytes, path="/", begun_at=NOW, fields=fields)


def kept(
    work: Work,
    seen: RecordVersion[FormDraft] | None,
    subject: UUID,
    ring: UUID | None = None,
    words: str = WORDS,
) -> RecordVersion[FormDraft]:
    with writing(work.engine) as db:
        place = ring or ensure_own_ring(db, work.vault)
        return form_drafts.save_form_draft(db, work.vault, seen, body(subject, words), ring=place, now=NOW)


def test_it_is_found_again_and_each_save_carries_the_version_it_saw(work: Work) -> None:
    client = work.client()
    ring = work.vault.rings.get_ring(client.id, RingClass.RECORD)
    first = kept(work, None, client.id, ring)
    second = kept(work, first, client.id, ring, "More words.")
    assert (first.version, second.version) == (1, 2)
    with pytest.raises(records.StaleVersion):
        kept(work, first, client.id, ring, "From an older tab.")
    with reading(work.engine) as db:
        found = form_drafts.find_form_draft(db, work.vault, ring, "risk_entry", client.id)
        assert found and found.payload.fields == (("asked", "More words."),)
        assert form_drafts.find_form_draft(db, work.vault, ring, "risk_entry", uuid4()) is None
        assert form_drafts.find_form_draft(db, work.vault, ring, "session", client.id) is None


def test_the_own_ring_is_there_before_any_folder_can_be_copied(work: Work) -> None:
    """Two copies that each made one would both be right, and a random number would choose between them."""
    own = work.vault.own_ring
    assert own is not None
    with writing(work.engine) as db:
        assert ensure_own_ring(db, work.vault) == own
        with pytest.raises(ValueError, match="second ring"):
            work.vault.rings.create_ring(db, owner=work.vault.user_id, ring_class=RingClass.OWN)


@pytest.mark.parametrize("gone", ["spoilt", "removed"])
def test_no_other_own_ring_is_made_while_it_may_be_one_that_does_not_open(work: Work, gone: str) -> None:
    draft = kept(work, None, work.vault.user_id)
    with writing(work.engine) as db:
        named = {"ring": draft.ring.bytes}
        if gone == "spoilt":
            db.execute(text("UPDATE ring_grant SET sealed = zeroblob(80) WHERE ring = :ring"), named)
        else:
            db.execute(text("DELETE FROM ring_grant WHERE ring = :ring"), named)
            db.execute(text("DELETE FROM ring WHERE ring = :ring"), named)
    with writing(work.engine) as db:
        later = key_slots.unlock_with_keys(db, work.vault.user_id, work.vault.unlocked_keys())
        inventory_snapshot.load_inventory(db, later)
        assert later.own_ring is None
        with pytest.raises(OwnRingLost):
            ensure_own_ring(db, later)


def test_without_a_ring_it_lies_under_the_clinicians_own_key(work: Work) -> None:
    draft = kept(work, None, work.vault.user_id)
    assert draft.ring == work.vault.own_ring != work.vault.practice_ring
    # Found again by another process with the same user key.
    with reading(work.engine) as db:
        later = key_slots.unlock_with_keys(db, work.vault.user_id, work.vault.unlocked_keys())
        assert later.own_ring == draft.ring
        found = form_drafts.find_form_draft(db, later, later.own_ring, "risk_entry", work.vault.user_id)
        assert found and found.payload == draft.payload
        # Its key is granted to one clinician, and that grant is sealed under the user key.
        grants = db.scalar(
            text("SELECT count(*) FROM ring_grant WHERE ring = :ring"), {"ring": draft.ring.bytes}
        )
        assert grants == 1


@pytest.mark.parametrize("end", [form_drafts.discard_form_draft, form_drafts.clear_recorded_draft])
def test_at_its_end_the_words_are_overwritten(work: Work, end) -> None:  # type: ignore[no-untyped-def]
    client = work.client()
    ring = work.vault.rings.get_ring(client.id, RingClass.RECORD)
    draft = kept(work, None, client.id, ring, WORDS * 40)
    with reading(work.engine) as db:
        before = db.scalar(text("SELECT sealed FROM draft"))
    with writing(work.engine) as db:
        empty = end(db, work.vault, draft, now=NOW)
        assert end(db, work.vault, empty, now=NOW) == empty
    with reading(work.engine) as db:
        rows_left = db.execute(text("SELECT version, sealed FROM draft")).all()
        assert [row.version for row in rows_left] == [2]
        assert len(rows_left[0].sealed) < len(before)
        assert not empty.payload.fields
        assert audit_lines.lines(db, work.vault)[0].event in ("draft.discarded", "draft.recorded")
        # Nothing is missed, and nothing is wrong.
        assert inspection.inspect_all(db, work.vault, lambda *_: None).findings == ()
    again = kept(work, empty, client.id, ring)
    assert again.id == draft.id and again.version == 3


def test_a_hurt_draft_is_named_and_in_nobodys_way(work: Work) -> None:
    client = work.client()
    ring = work.vault.rings.get_ring(client.id, RingClass.RECORD)
    kept(work, None, client.id, ring)
    with writing(work.engine) as db:
        db.execute(text("UPDATE draft SET sealed = zeroblob(400)"))
    with reading(work.engine) as db:
        assert form_drafts.find_form_draft(db, work.vault, ring, "risk_entry", client.id) is None
    assert [each.noun for each in work.vault.integrity_failures.values()] == [FORM_DRAFT.nouns.in_sentence]
    assert kept(work, None, client.id, ring).version == 1


def test_no_word_of_it_is_in_its_repr(work: Work) -> None:
    assert WORDS not in repr(body(uuid4()))
