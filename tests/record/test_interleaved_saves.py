"""Two vaults write in turn: nothing is lost, the chain is whole for both, and no inventory is rebuilt."""

import random
from collections.abc import Callable

import pytest

from clinic_toolkit.journal import inventory_replay, inventory_snapshot, records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import clients
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.vault.inventory import Inventory
from clinic_toolkit.vault.vault import Vault
from tests.fixtures import audit_lines
from tests.fixtures.practices import NOW, Work
from tests.fixtures.second_identity import at_work_together, reopened

SAVES = 200


@pytest.fixture
def both(work: Work, shared: RecordVersion[Client]) -> tuple[Work, Work]:
    """The founder and a colleague, whose inventories are built."""
    two = at_work_together(work, shared)
    for one in two:
        with reading(one.engine) as db:
            inventory_snapshot.refresh_inventory(db, one.vault)
    return two


@pytest.fixture
def rebuilds(both: tuple[Work, Work], monkeypatch: pytest.MonkeyPatch) -> list[Vault]:
    """Whose inventory was rebuilt since the beginning of the test."""
    counted: list[Vault] = []
    replay: Callable[..., Inventory] = inventory_replay.replay_inventory

    def counting(db: object, vault: Vault, start: object, **more: object) -> Inventory:
        counted.append(vault)
        return replay(db, vault, start, **more)

    monkeypatch.setattr(inventory_replay, "replay_inventory", counting)
    return counted


def revise(work: Work, client: RecordVersion[Client], phone: str) -> None:
    with writing(work.engine) as db:
        found = clients.load_client(db, work.vault, client.id)
        changed = Client(name=found.payload.name, phone=phone)
        clients.revise_client(db, work.vault, found, changed, now=NOW)


def phone_of(work: Work, client: RecordVersion[Client]) -> tuple[int, str]:
    with reading(work.engine) as db:
        found = clients.load_client(db, work.vault, client.id)
    return found.version, found.payload.phone


def is_as_replayed(work: Work) -> bool:
    """Whether the inventory in memory is what the whole log adds up to."""
    fresh = reopened(work.engine, work.vault)
    with reading(work.engine) as db:
        kept = inventory_snapshot.refresh_inventory(db, work.vault)
        replayed = inventory_snapshot.load_inventory(db, fresh)
    assert fresh.inventory is not work.vault.inventory
    return (kept.seq, kept.tip_hash, sorted(kept.items())) == (
        replayed.seq,
        replayed.tip_hash,
        sorted(replayed.items()),
    )


def test_two_hundred_saves_in_turn(
    both: tuple[Work, Work], shared: RecordVersion[Client], rebuilds: list[Vault]
) -> None:
    turn = random.Random(7)
    alone = [work.client(name) for work, name in zip(both, ("Ben Hale", "Cleo Marsh"), strict=True)]
    saved = {client.id: (1, "") for client in (shared, *alone)}
    for number in range(SAVES):
        place = turn.randrange(2)
        client = turn.choice((shared, alone[place]))
        revise(both[place], client, str(number))
        saved[client.id] = (saved[client.id][0] + 1, str(number))
    assert rebuilds == []
    for place, work in enumerate(both):
        assert phone_of(work, shared) == saved[shared.id]
        assert phone_of(work, alone[place]) == saved[alone[place].id]
        assert work.vault.integrity_failures == {}
        with reading(work.engine) as db:
            assert audit_lines.check(db, work.vault) > SAVES
            with pytest.raises(records.RecordNotFound):
                clients.load_client(db, work.vault, alone[1 - place].id)
        assert is_as_replayed(work)
    assert rebuilds, "the control: what opens the store anew replays the log"


def test_a_save_that_is_rolled_back_behind_a_colleagues_leaves_no_trace(
    both: tuple[Work, Work], shared: RecordVersion[Client], rebuilds: list[Vault]
) -> None:
    founder, colleague = both
    revise(colleague, shared, "1")
    with pytest.raises(RuntimeError), writing(founder.engine) as db:
        found = clients.load_client(db, founder.vault, shared.id)
        clients.revise_client(db, founder.vault, found, Client(name="Ana Reyes", phone="2"), now=NOW)
        # The inventory has read what the colleague wrote, and this transaction's own entry.
        assert inventory_snapshot.load_inventory(db, founder.vault).find_newest(shared.id.bytes) is not None
        raise RuntimeError("a mistake right before the commit")
    revise(colleague, shared, "3")
    revise(founder, shared, "4")
    assert phone_of(founder, shared) == phone_of(colleague, shared) == (4, "4")
    assert rebuilds == []
    assert is_as_replayed(founder) and is_as_replayed(colleague)


def test_a_colleague_who_saw_an_older_version_loses_nothing(
    both: tuple[Work, Work], shared: RecordVersion[Client]
) -> None:
    founder, colleague = both
    with reading(founder.engine) as db:
        seen = clients.load_client(db, founder.vault, shared.id)
    revise(colleague, shared, "1")
    with pytest.raises(records.StaleVersion), writing(founder.engine) as db:
        clients.revise_client(db, founder.vault, seen, Client(name="Ana Reyes", phone="2"), now=NOW)
    assert phone_of(founder, shared) == phone_of(colleague, shared) == (2, "1")


def test_a_line_that_cannot_be_trusted_makes_it_rebuild(
    both: tuple[Work, Work], shared: RecordVersion[Client], rebuilds: list[Vault]
) -> None:
    founder, colleague = both
    revise(colleague, shared, "1")
    with writing(founder.engine) as db:
        for trigger in ("no_update_audit_line", "no_delete_audit_line"):
            db.exec_driver_sql(f"DROP TRIGGER {trigger}")
        db.exec_driver_sql(
            "UPDATE audit_line SET signature = zeroblob(64) WHERE seq = (SELECT max(seq) FROM audit_line)"
        )
    phone_of(founder, shared)
    assert rebuilds[:1] == [founder.vault]
    assert founder.vault.inventory is not None and founder.vault.inventory.gaps
