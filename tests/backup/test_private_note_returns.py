"""A client comes back from a backup with psychotherapy notes if these are open, and never without them."""

from pathlib import Path
from uuid import UUID

import pytest

from clinic_toolkit.journal import erasure
from clinic_toolkit.journal.tombstone_record import ErasureReason
from clinic_toolkit.record.people import cases
from clinic_toolkit.record.retention import client_erasure
from clinic_toolkit.record.retention.client_return import ReturnRefused
from clinic_toolkit.record.writing import psychotherapy_notes
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.vault import key_slots
from tests.fixtures import practices, private_notes, returns
from tests.fixtures.practices import NOW, Work

THOUGHT = "I felt sent away, as her father is."


def written(work: Work) -> tuple[UUID, UUID]:
    """A client about whom there is a note in two versions; their ids."""
    client = work.client("Edda Moen")
    with writing(work.engine) as db:
        case, day = cases.load_single_case(db, work.vault, client.id), NOW.date()
        note = psychotherapy_notes.write_note(db, work.vault, case, text="First.", note_date=day, now=NOW)
        psychotherapy_notes.change_note(
            db, work.vault, note, text=THOUGHT, note_date=day, expected_version=1, now=NOW
        )
    return client.id, note.id


def erase(work: Work, client_id: UUID) -> None:
    rings = client_erasure.list_rings(work.vault, [client_id])
    with writing(work.engine) as db:
        erasure.erase_rings(db, work.vault, rings, reason=ErasureReason.MISTAKE, now=NOW)


def close_notes(work: Work) -> None:
    """As after an ordinary unlock."""
    with writing(work.engine) as db:
        work.vault = key_slots.unlock_with_keys(db, work.vault.user_id, work.vault.unlocked_keys())


@pytest.fixture
def work(tmp_path: Path) -> Work:
    made = practices.at_work(tmp_path)
    private_notes.prepare(made)
    private_notes.open_notes(made)
    return made


def test_with_the_notes_open_every_version_comes_back(work: Work, tmp_path: Path) -> None:
    client_id, note_id = written(work)
    file = returns.back_up(work, tmp_path)
    erase(work, client_id)
    returns.bring_back(work, file, client_id)
    with reading(work.engine) as db:
        note = psychotherapy_notes.load_note(db, work.vault, note_id)
        earlier = psychotherapy_notes.list_earlier_versions(db, work.vault, note)
    assert note.payload.text == THOUGHT and [one.payload.text for one in earlier] == ["First."]
    assert work.vault.rings.is_psychotherapy(note.ring)
    close_notes(work)
    assert work.vault.is_closed(note.ring), "they are closed to an ordinary unlock again"


def test_while_they_are_closed_nothing_comes_back_and_nothing_is_left_behind(
    work: Work, tmp_path: Path
) -> None:
    client_id, _ = written(work)
    file = returns.back_up(work, tmp_path)
    erase(work, client_id)
    close_notes(work)
    with pytest.raises(ReturnRefused, match="Open psychotherapy notes first"):
        returns.bring_back(work, file, client_id)
    private_notes.open_notes(work)
    returns.bring_back(work, file, client_id)


def test_another_key_than_that_of_the_backup_refuses_it(work: Work, tmp_path: Path) -> None:
    client_id, _ = written(work)
    file = returns.back_up(work, tmp_path)
    erase(work, client_id)
    close_notes(work)
    with reading(work.engine) as db:
        work.vault.open_psychotherapy_notes(db, b"\x06" * 32)
    with pytest.raises(ReturnRefused, match="before every key was replaced"):
        returns.bring_back(work, file, client_id)
