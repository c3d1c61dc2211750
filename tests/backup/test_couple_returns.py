"""Bringing back one partner of a couple: the joint record comes too, is joined again, or stays as it is."""

import shutil
from pathlib import Path
from uuid import UUID

import pytest

from clinic_toolkit.backup.creation import MadeBackup
from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.journal.tombstone_record import ErasureReason
from clinic_toolkit.record.people import cases, therapy_session_timeline
from clinic_toolkit.record.people.case_record import Case
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.record.retention import client_erasure, retentions
from clinic_toolkit.record.retention.retention_record import UNDO_TIME
from clinic_toolkit.store.transactions import reading, writing
from tests.backup.test_returns_and_restores import restored_beside
from tests.fixtures.backups import faults_of, make_backup
from tests.fixtures.practices import NOW, Couple, Work
from tests.fixtures.returns import (
    bring_back,
    clients_of,
    list_absent,
    plain_of,
)

DUE = NOW + UNDO_TIME


@pytest.fixture
def couple(work: Work) -> Couple:
    """Two partners with a joint session."""
    return work.couple("Edda Moen", "Faruk Demir")


@pytest.fixture
def older(work: Work, couple: Couple, tmp_path: Path) -> MadeBackup:
    """A backup from before."""
    return make_backup(work, tmp_path)


def erase_client(work: Work, client: RecordVersion[Client], *, couples: tuple[UUID, ...] = ()) -> None:
    with writing(work.engine) as db:
        client_erasure.ask_erasure(
            db,
            work.vault,
            client.id,
            reason=ErasureReason.MISTAKE,
            words="The wrong one",
            couples=couples,
            now=NOW,
        )
    with writing(work.engine) as db:
        client_erasure.erase_due_client(
            db, work.vault, client.id, confirmed_day=DUE.astimezone().date(), now=DUE
        )


def partners(work: Work, case: RecordVersion[Case]) -> tuple[UUID, ...] | None:
    with reading(work.engine) as db:
        try:
            return cases.load_case(db, work.vault, case.id).payload.client_ids
        except records.RecordNotFound:
            return None


def count_joint_sessions(work: Work, case: RecordVersion[Case]) -> int:
    with reading(work.engine) as db:
        # In whichever ring it lies now.
        found = [each for each in cases.list_cases(db, work.vault) if each.id == case.id]
        return len(therapy_session_timeline.list_therapy_sessions_of_cases(db, work.vault, found))


@pytest.mark.parametrize("joined_again", [True, False])
def test_a_joint_record_that_stayed_is_joined_again_if_that_is_said(
    joined_again: bool, work: Work, couple: Couple, older: MadeBackup
) -> None:
    one, two, case = couple
    erase_client(work, one)
    joint = plain_of(work, case.id)
    [person] = list_absent(work, older.file)
    [offered] = person.couples
    assert (offered.case_id, offered.is_here, offered.partner_name) == (case.id, True, "Faruk Demir")
    bring_back(work, older.file, one.id, couples=(case.id,) if joined_again else ())
    assert partners(work, case) == ((one.id, two.id) if joined_again else (two.id,))
    assert joint.items() <= plain_of(work, case.id).items()
    assert len(plain_of(work, case.id)) == len(joint) + joined_again
    assert faults_of(work) == ()


@pytest.mark.parametrize("wanted", [True, False])
def test_a_joint_record_that_was_erased_comes_back_if_that_is_said(
    wanted: bool, work: Work, couple: Couple, older: MadeBackup
) -> None:
    one, two, case = couple
    before = plain_of(work, case.id)
    erase_client(work, one, couples=(case.id,))
    assert partners(work, case) is None, "the control"
    [person] = list_absent(work, older.file)
    [offered] = person.couples
    assert not offered.is_here and sorted(offered.tables) == ["clinical_case", "therapy_session"]
    bring_back(work, older.file, one.id, couples=(case.id,) if wanted else ())
    assert partners(work, case) == ((one.id, two.id) if wanted else None)
    assert not wanted or plain_of(work, case.id) == before
    assert count_joint_sessions(work, case) == (1 if wanted else 0)
    assert faults_of(work) == () and set(clients_of(work)) >= {"Edda Moen", "Faruk Demir"}


def test_without_the_other_partner_the_joint_record_does_not_come(
    work: Work, couple: Couple, older: MadeBackup
) -> None:
    one, two, case = couple
    erase_client(work, one)
    erase_client(work, two)
    assert partners(work, case) is None, "the control"
    people = {person.name: person for person in list_absent(work, older.file)}
    assert [person.lone_couples for person in people.values()] == [1, 1]
    bring_back(work, older.file, one.id, couples=(case.id,))
    assert partners(work, case) is None and faults_of(work) == ()
    # And with the second one it does.
    [person] = list_absent(work, older.file)
    assert person.name == "Faruk Demir" and len(person.couples) == 1 and not person.lone_couples
    bring_back(work, older.file, two.id, couples=(case.id,))
    assert partners(work, case) == (one.id, two.id) and faults_of(work) == ()
    with reading(work.engine) as db:
        assert retentions.load_retention(db, work.vault, two.id)


def test_a_later_restore_leaves_the_couple_together(
    work: Work, couple: Couple, older: MadeBackup, tmp_path: Path
) -> None:
    one, two, case = couple
    erase_client(work, one)
    control = restored_beside(work, older, tmp_path / "control")
    assert partners(control, case) == (two.id,), "the control"
    control.engine.dispose()
    shutil.rmtree(tmp_path / "control")
    bring_back(work, older.file, one.id, couples=(case.id,))
    again = restored_beside(work, older, tmp_path / "again")
    assert partners(again, case) == (one.id, two.id) and faults_of(again) == ()
