"""The line that vouches for all before it: what a replay need not verify again, and what it always does."""

from collections.abc import Callable
from typing import Any

import pytest

from clinic_toolkit.crypto import signature
from clinic_toolkit.crypto.signature import SigningKey
from clinic_toolkit.journal import audit_entries, checked_entries, inventory_snapshot
from clinic_toolkit.journal.unsigned_entries import UnsignedEntriesEvent
from clinic_toolkit.record.people import clients, practice_access
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.vault.inventory import Inventory
from tests.fixtures import audit_lines
from tests.fixtures.practices import NOW, Work
from tests.fixtures.second_identity import add_line, at_work_together, drop_triggers, reopened

INTERVAL = 20


@pytest.fixture(autouse=True)
def _short_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checked_entries, "CHECKED_INTERVAL", INTERVAL)


@pytest.fixture
def verified(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The number of each line whose signature was verified since the last time this list was cleared."""
    numbers: list[int] = []
    verify = signature.verify_signature

    def counting(key: bytes, label: str, *fields: Any, signature: bytes) -> bool:
        if label == "sig/audit":
            numbers.append(fields[1])
        return verify(key, label, *fields, signature=signature)

    monkeypatch.setattr(audit_entries, "verify_signature", counting)
    return numbers


def write(work: Work, count: int) -> None:
    """Revise a client so often."""
    client = work.client()
    with writing(work.engine) as db:
        for number in range(count):
            client = clients.revise_client(
                db, work.vault, client, Client(name="Ana Reyes", phone=str(number)), now=NOW
            )


def unlock(work: Work) -> Work:
    with writing(work.engine) as db:
        vault = practice_access.unlock_with_recovery_sheet(db, " ".join(work.groups), now=NOW)
    return Work(engine=work.engine, vault=vault, groups=work.groups)


def checked_lines(work: Work) -> list[int]:
    with reading(work.engine) as db:
        lines = audit_lines.lines(db, work.vault, newest=10_000)
        return sorted(line.seq for line in lines if line.event == UnsignedEntriesEvent.ALL_CHECKED)


def replayed(work: Work) -> Inventory:
    """The inventory as an unlock without a snapshot makes it."""
    with writing(work.engine) as db:
        drop_triggers(db)
        db.exec_driver_sql("DELETE FROM ledger")
    vault = reopened(work.engine, work.vault)
    with reading(work.engine) as db:
        return inventory_snapshot.load_inventory(db, vault)


def test_an_unlock_writes_it_now_and_then(work: Work) -> None:
    work = unlock(work)
    assert checked_lines(work) == [], "there is too little before it"
    write(work, INTERVAL)
    work = unlock(work)
    (first,) = checked_lines(work)
    work = unlock(unlock(work))
    assert checked_lines(work) == [first]
    write(work, INTERVAL)
    work = unlock(work)
    assert len(checked_lines(work)) == 2


def test_own_lines_before_it_are_not_verified_again(work: Work, verified: list[int]) -> None:
    write(work, 3 * INTERVAL)
    verified.clear()
    as_before = replayed(work)
    assert len(verified) == as_before.seq, "the control: without such a line every one is"
    work = unlock(work)
    (checked,) = checked_lines(work)
    write(work, 5)
    verified.clear()
    inventory = replayed(work)
    assert inventory.gaps == [] and set(verified) == set(range(checked, inventory.seq + 1))
    assert dict(as_before.items()).items() <= dict(inventory.items()).items()


def test_the_snapshot_remembers_where_it_was(work: Work) -> None:
    write(work, 3 * INTERVAL)
    work = unlock(work)
    with writing(work.engine) as db:
        inventory_snapshot.save_snapshot(db, work.vault)
    vault = reopened(work.engine, work.vault)
    with reading(work.engine) as db:
        assert [inventory_snapshot.load_inventory(db, vault).checked_seq] == checked_lines(work)


def test_beside_a_line_that_is_not_trusted_none_is_written(work: Work) -> None:
    write(work, 3 * INTERVAL)
    with writing(work.engine) as db:
        forged = add_line(db, work.vault, work.vault.user_id, SigningKey(b"\x07" * 32))
    write(work, 1)
    work = unlock(work)
    assert checked_lines(work) == []
    assert replayed(work).gaps == [forged]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_line SET body = zeroblob(200) WHERE seq = {seq}",
        "DELETE FROM audit_line WHERE seq = {seq}",
    ],
)
def test_a_line_that_was_changed_after_it_is_found_all_the_same(
    work: Work, verified: list[int], statement: str
) -> None:
    write(work, 3 * INTERVAL)
    work = unlock(work)
    (checked,) = checked_lines(work)
    write(work, 2)
    with writing(work.engine) as db:
        drop_triggers(db)
        db.exec_driver_sql(statement.format(seq=checked - 9))
    verified.clear()
    inventory = replayed(work)
    assert checked - 9 in inventory.gaps
    assert len(verified) > checked - 20, "then every signature is verified"


class TestWithAColleague:
    """What a colleague can write into the log."""

    @pytest.fixture
    def both(self, work: Work) -> tuple[Work, Work]:
        client = work.client("Ben Okafor")
        return at_work_together(work, client)

    @pytest.fixture
    def forge(self, both: tuple[Work, Work]) -> Callable[..., int]:
        """Write a line in the founder's name, signed by the colleague."""
        founder, colleague = both

        def add(event: str = "client.revised") -> int:
            key = colleague.vault._user_keys.signing_key
            with writing(founder.engine) as db:
                return add_line(db, colleague.vault, founder.vault.user_id, key, event=event)

        return add

    def test_a_forged_line_that_vouches_for_all_is_none(
        self, both: tuple[Work, Work], forge: Callable[..., int]
    ) -> None:
        founder, _ = both
        write(founder, 3 * INTERVAL)
        forged, vouching = forge(), forge(UnsignedEntriesEvent.ALL_CHECKED)
        write(founder, 3)
        assert replayed(founder).gaps == [forged, vouching]

    def test_a_line_forged_after_a_genuine_one_is_found(
        self, both: tuple[Work, Work], forge: Callable[..., int], verified: list[int]
    ) -> None:
        founder, _ = both
        write(founder, 3 * INTERVAL)
        founder = unlock(founder)
        assert len(checked_lines(founder)) == 1
        forged = forge()
        write(founder, 1)
        assert replayed(founder).gaps == [forged]

    def test_what_a_colleague_wrote_before_it_is_still_verified(
        self, both: tuple[Work, Work], verified: list[int]
    ) -> None:
        founder, colleague = both
        write(colleague, 2)
        write(founder, 3 * INTERVAL)
        founder = unlock(founder)
        with reading(founder.engine) as db:
            theirs = [
                line.seq
                for line in audit_lines.lines(db, founder.vault, newest=10_000)
                if line.actor_id == colleague.vault.user_id
            ]
        assert len(theirs) > 2 and theirs[0] < checked_lines(founder)[0]
        verified.clear()
        assert replayed(founder).gaps == []
        assert set(theirs) <= set(verified)
