"""The full check names rows of clinicians who are not in the practice, and no row of those who are."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection

from clinic_toolkit.journal import inspection, inventory_snapshot
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.vault.identity import identity_table
from clinic_toolkit.vault.key_slot_tables import slot_list_table, slot_table
from clinic_toolkit.vault.vault import Vault
from tests.fixtures.practices import Work
from tests.fixtures.second_identity import at_work_together, grant_ring, reopened


@pytest.fixture
def both(work: Work) -> tuple[Work, Work]:
    """The founder and a colleague, each with every row that a clinician has."""
    founder, colleague = at_work_together(work)
    with writing(work.engine) as db:
        for each in (founder, colleague):
            values = {"user": each.vault.user_id, "seq": 1, "key_id": bytes(16), "sealed": b"some bytes"}
            db.execute(inventory_snapshot.inventory_snapshot_table.insert().values(values))
    return founder, colleague


def inspected(work: Work, vault: Vault) -> list[str]:
    with reading(work.engine) as db:
        report = inspection.inspect_all(db, vault, lambda done, total: None)
    return [finding.sentence for finding in report.findings]


def _identity(db: Connection, user_id: UUID) -> None:
    db.execute(identity_table.insert().values(user=user_id, sealed=bytes(106), sealed_signing=bytes(106)))


def _slot(db: Connection, user_id: UUID) -> None:
    values = {"slot": uuid4(), "user": user_id, "kind": 2, "salt": bytes(16), "sealed": bytes(80)}
    values["sealed_signing"] = bytes(80)
    db.execute(slot_table.insert().values(values))


def _slot_list(db: Connection, user_id: UUID) -> None:
    db.execute(slot_list_table.insert().values(user=user_id, generation=1, mac=bytes(32)))


def _snapshot(db: Connection, user_id: UUID) -> None:
    values = {"user": user_id, "seq": 1, "key_id": bytes(16), "sealed": b"some bytes"}
    db.execute(inventory_snapshot.inventory_snapshot_table.insert().values(values))


PLANTED: dict[str, Callable[[Connection, UUID], None]] = {
    "A sealed key": _identity,
    "A way to unlock": _slot,
    "A list of ways to unlock": _slot_list,
    "A summary of the trail": _snapshot,
}


@pytest.mark.parametrize("noun", PLANTED)
def test_a_row_of_a_stranger_is_named(both: tuple[Work, Work], noun: str) -> None:
    stranger = uuid4()
    for work in both:
        assert inspected(work, reopened(work.engine, work.vault)) == [], "the control"
    with writing(both[0].engine) as db:
        PLANTED[noun](db, stranger)
    expected = (
        f"{noun} of a clinician ({stranger.hex[:8]}) who is not in this practice was added from outside this "
        "program."
    )
    for work in both:
        assert inspected(work, reopened(work.engine, work.vault)) == [expected]


def test_who_was_taken_out_of_the_practice_was_in_it(both: tuple[Work, Work]) -> None:
    founder, _ = both
    with writing(founder.engine) as db:
        grant_ring(db, founder.vault, founder.vault.practice_ring)
    vault = reopened(founder.engine, founder.vault)
    assert not vault.list_colleagues() and inspected(founder, vault) == []
