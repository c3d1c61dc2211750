"""Psychotherapy notes through their verbs: whose they are, their versions, and where they are not."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import select

from clinic_toolkit.journal import inventory_snapshot, records
from clinic_toolkit.journal.list_facts import FactsReader
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.journal.tombstone_record import ErasureReason
from clinic_toolkit.record.people import cases, ring_owners
from clinic_toolkit.record.people.case_record import Case
from clinic_toolkit.record.people.client_record import record_ring
from clinic_toolkit.record.record_kinds import ALL_KINDS
from clinic_toolkit.record.retention import client_erasure
from clinic_toolkit.record.writing import form_drafts, psychotherapy_notes
from clinic_toolkit.record.writing.draft_list_facts import RING_DRAFTS
from clinic_toolkit.record.writing.form_draft_record import FORM_DRAFT, FormDraft
from clinic_toolkit.record.writing.psychotherapy_note_record import (
    PSYCHOTHERAPY_NOTE,
    PsychotherapyNote,
    psychotherapy_note_table,
)
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.vault import key_slots
from clinic_toolkit.vault.ring_grants import PsychotherapyClosed
from clinic_toolkit.vault.rings import RingClass
from clinic_toolkit.vault.vault import Vault
from tests.fixtures import practices, private_notes
from tests.fixtures.practices import NOW, Work

THOUGHT = "I felt sent away, as her father is."


@pytest.fixture
def work(tmp_path: Path) -> Work:
    """A practice whose psychotherapy notes are open."""
    made = practices.at_work(tmp_path)
    private_notes.prepare(made)
    private_notes.open_notes(made)
    return made


def case_of(work: Work, client_id: UUID) -> RecordVersion[Case]:
    with reading(work.engine) as db:
        return cases.load_single_case(db, work.vault, client_id)


def write(work: Work, case: RecordVersion[Case], text: str = THOUGHT) -> RecordVersion[PsychotherapyNote]:
    with writing(work.engine) as db:
        return psychotherapy_notes.write_note(db, work.vault, case, text=text, note_date=NOW.date(), now=NOW)


def closed_vault(work: Work) -> Vault:
    """As an ordinary unlock, or one with the return code, has it."""
    with writing(work.engine) as db:
        return key_slots.unlock_with_keys(db, work.vault.user_id, work.vault.unlocked_keys())


def test_nothing_is_written_or_read_while_they_are_closed(work: Work) -> None:
    ana = work.client("Ana Reyes")
    case = case_of(work, ana.id)
    note = write(work, case)
    vault = closed_vault(work)
    with writing(work.engine) as db:
        with pytest.raises(PsychotherapyClosed):
            psychotherapy_notes.load_note(db, vault, note.id)
        with pytest.raises(PsychotherapyClosed):
            psychotherapy_notes.list_cases_with_notes(db, vault)
        with pytest.raises(PsychotherapyClosed):
            psychotherapy_notes.write_note(db, vault, case, text="x", note_date=NOW.date(), now=NOW)
        assert records.list_all_records(db, vault, PSYCHOTHERAPY_NOTE) == []
        with pytest.raises(records.RecordNotFound):
            records.load_record(db, vault, PSYCHOTHERAPY_NOTE, note.id)
        assert vault.integrity_failures == {}
    with reading(work.engine) as db:
        read = psychotherapy_notes.load_note(db, work.vault, note.id)
    assert read.payload.text == THOUGHT, "the control"


def test_every_version_stays_and_the_same_words_make_none(work: Work) -> None:
    note = write(work, case_of(work, work.client("Ana Reyes").id))
    words: dict[str, Any] = {"note_date": NOW.date(), "now": NOW}
    with writing(work.engine) as db:
        again = psychotherapy_notes.change_note(
            db, work.vault, note, text=THOUGHT, expected_version=1, **words
        )
        assert again.version == 1
        changed = psychotherapy_notes.change_note(
            db, work.vault, note, text="Later I saw it differently.", expected_version=1, **words
        )
        with pytest.raises(records.StaleVersion):
            psychotherapy_notes.change_note(
                db, work.vault, changed, text="From another window.", expected_version=1, **words
            )
        with pytest.raises(psychotherapy_notes.NoteIsEmpty):
            psychotherapy_notes.change_note(db, work.vault, changed, text=" ", expected_version=2, **words)
    with reading(work.engine) as db:
        earlier = psychotherapy_notes.list_earlier_versions(db, work.vault, changed)
        assert [version.payload.text for version in earlier] == [THOUGHT]
        assert psychotherapy_notes.load_note(db, work.vault, note.id).signature is None


def test_a_couples_notes_lie_in_the_couples_ring_of_this_class(work: Work) -> None:
    cy, _, case = work.couple("Cy Hart", "Di Moor")
    single = case_of(work, cy.id)
    alone, joint = write(work, single), write(work, case, "What happens between them.")
    rings = work.vault.rings
    assert joint.ring == rings.get_ring(case.id, RingClass.PSYCHOTHERAPY)
    assert alone.ring == rings.get_ring(cy.id, RingClass.PSYCHOTHERAPY)
    with reading(work.engine) as db:
        of_couple = psychotherapy_notes.list_notes_of_case(db, work.vault, case)
        of_first = psychotherapy_notes.list_notes_of_case(db, work.vault, single)
        listed = psychotherapy_notes.list_cases_with_notes(db, work.vault)
    assert [note.id for note in of_couple] == [joint.id] and [note.id for note in of_first] == [alone.id]
    assert {each.case_id for each in listed} == {case.id, single.id}


def test_no_ring_of_the_record_holds_one_and_no_row_shows_it(work: Work) -> None:
    ana = work.client("Ana Reyes")
    note = write(work, case_of(work, ana.id))
    vault = work.vault
    with reading(work.engine) as db:
        rings, held = [record_ring(vault, ana.id)], list[RecordVersion[Any]]()
        for kind in ALL_KINDS:
            found: list[RecordVersion[Any]] = records.list_records_in_rings(db, vault, kind, rings)
            held += found
        assert held, "the control: the ring of the record holds something"
        assert all(THOUGHT not in repr(msgspec.to_builtins(version.payload)) for version in held)
        row = db.execute(select(psychotherapy_note_table.c.sealed)).scalar_one()
        assert THOUGHT.encode() not in row
        owners = ring_owners.load_ring_owners(db, vault)
    assert owners.names_of_ring(note.ring) == "", "no line of the audit trail says about whom it is"
    assert owners.names_of_ring(record_ring(vault, ana.id)) == "Ana Reyes", "the control"


def test_list_facts_and_the_snapshot_hold_nothing_of_them(work: Work) -> None:
    ana, vault = work.client("Ana Reyes"), work.vault
    note = write(work, case_of(work, ana.id))
    draft = FormDraft(
        form_name=form_drafts.RISK_ENTRY_FORM,
        subject_id=ana.id.bytes,
        path="/x",
        begun_at=NOW,
        fields=(("text", THOUGHT),),
    )
    with writing(work.engine) as db:
        for ring in (note.ring, record_ring(vault, ana.id)):
            form_drafts.save_form_draft(db, vault, None, draft, ring=ring, now=NOW)
    with writing(work.engine) as db:
        reader = FactsReader(db, vault)
        rings = reader.list_rings(*ALL_KINDS)
        assert record_ring(vault, ana.id) in rings, "the control"
        assert note.ring not in rings
        assert len(list(reader.load_of_rings(RING_DRAFTS))) == 1, "the control: the draft of the record alone"
        inventory_snapshot.save_snapshot(db, vault)
    inventory = vault.inventory
    assert inventory is not None
    kept = {ring for facts in inventory.kept_facts.values() for ring in facts.rings}
    assert record_ring(vault, ana.id).bytes in kept, "the control"
    assert note.ring.bytes not in kept


def test_erasing_a_client_erases_them_open_or_closed(work: Work) -> None:
    ana, bo = work.client("Ana Reyes"), work.client("Bo Lind")
    of_ana, of_bo = write(work, case_of(work, ana.id)), write(work, case_of(work, bo.id))
    for vault, client_id in ((work.vault, ana.id), (closed_vault(work), bo.id)):
        rings = client_erasure.list_rings(vault, [client_id])
        assert (of_ana if client_id == ana.id else of_bo).ring in rings
    with writing(work.engine) as db:
        client_erasure.ask_erasure(
            db, work.vault, ana.id, reason=ErasureReason.MISTAKE, words="Twice.", couples=(), now=NOW
        )
    later = NOW + timedelta(days=8)
    with writing(work.engine) as db:
        client_erasure.erase_due_client(
            db, work.vault, ana.id, confirmed_day=later.astimezone().date(), now=later
        )
    with reading(work.engine) as db:
        with pytest.raises(records.RecordNotFound):
            psychotherapy_notes.load_note(db, work.vault, of_ana.id)
        assert psychotherapy_notes.load_note(db, work.vault, of_bo.id).payload.text == THOUGHT, "the control"
        assert db.execute(select(psychotherapy_note_table.c.record)).scalars().all() == [of_bo.id]


def test_a_draft_of_one_lies_in_its_ring_and_in_no_other(work: Work) -> None:
    ana, vault = work.client("Ana Reyes"), work.vault
    case = case_of(work, ana.id)
    with writing(work.engine) as db:
        ring = psychotherapy_notes.ensure_ring(db, vault, case)
        draft = FormDraft(
            form_name=psychotherapy_notes.NOTE_FORM,
            subject_id=case.id.bytes,
            path="/x",
            begun_at=NOW,
            fields=(("text", THOUGHT),),
        )
        form_drafts.save_form_draft(db, vault, None, draft, ring=ring, now=NOW)
    with reading(work.engine) as db:
        assert len(records.list_all_records(db, vault, FORM_DRAFT)) == 1, "the control"
    vault = closed_vault(work)
    with reading(work.engine) as db:
        assert records.list_all_records(db, vault, FORM_DRAFT) == []
