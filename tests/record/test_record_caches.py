"""What was opened is remembered, and never in place of what is there now."""

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
from sqlalchemy import Connection, select

from clinic_toolkit.journal import record_cache, records
from clinic_toolkit.journal.integrity import UnreadableRecord
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.psychometrics.item_response import ResponseStatus
from clinic_toolkit.record.people import clients, display_names
from clinic_toolkit.record.people.client_record import CLIENT, Client, client_table
from clinic_toolkit.record.questionnaires import administrations, progress
from clinic_toolkit.record.questionnaires.administration_record import Administration, administration_table
from clinic_toolkit.record.questionnaires.answers import Response
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.vault.plain_content import PlainContent
from clinic_toolkit.vault.vault import Vault
from tests.fixtures.practices import NOW, Work, giving


@pytest.fixture
def opened() -> Iterator[list[str]]:
    """The tables of the records that were really opened."""
    seen: list[str] = []
    real = Vault._open_version

    def counting(self: Vault, table: str, *place: Any) -> PlainContent:
        seen.append(table)
        return real(self, table, *place)

    with patch.object(Vault, "_open_version", counting):
        yield seen


def test_a_record_is_opened_once(work: Work, opened: list[str]) -> None:
    work.client("Ana")
    with reading(work.engine) as db:
        first = clients.list_clients(db, work.vault)
        count = opened.count("client")
        assert clients.list_clients(db, work.vault) == first
    assert opened.count("client") == count > 0


def test_one_that_came_later_is_opened_alone(work: Work, opened: list[str]) -> None:
    work.client("Ana")
    with reading(work.engine) as db:
        clients.list_clients(db, work.vault)
    work.client("Ben")
    opened.clear()
    with reading(work.engine) as db:
        assert [each.payload.name for each in clients.list_clients(db, work.vault)] == ["Ana", "Ben"]
    assert opened == ["client"]


def test_a_new_version_is_seen_at_once(work: Work) -> None:
    kept = work.client("Ana")
    with writing(work.engine) as db:
        clients.list_clients(db, work.vault)
        clients.revise_client(db, work.vault, kept, Client(name="Ana Reyes"), now=NOW)
        assert [each.payload.name for each in clients.list_clients(db, work.vault)] == ["Ana Reyes"]


def test_what_was_taken_back_is_not_remembered_in_place_of_what_came_after(work: Work) -> None:
    with pytest.raises(RuntimeError, match="taken back"), writing(work.engine) as db:
        clients.create_client(db, work.vault, Client(name="never kept"), now=NOW)
        assert [each.payload.name for each in clients.list_clients(db, work.vault)] == ["never kept"]
        raise RuntimeError("taken back")
    work.client("Ana")
    with reading(work.engine) as db:
        assert [each.payload.name for each in clients.list_clients(db, work.vault)] == ["Ana"]


@pytest.mark.parametrize("column", ["ring", "key_id", "final", "sealed"])
def test_a_row_that_was_changed_is_opened_again_and_left_out(work: Work, column: str) -> None:
    work.client("Ana")
    other = work.client("Ben")
    with reading(work.engine) as db:
        clients.list_clients(db, work.vault)
    with writing(work.engine) as db:
        # What someone with the file can do, a trigger notwithstanding.
        db.exec_driver_sql("DROP TRIGGER no_update_client")
        changed = {"ring": other.ring, "key_id": bytes(16), "final": 0, "sealed": bytes(400)}[column]
        db.execute(client_table.update().where(client_table.c.id == 1).values({column: changed}))
    with reading(work.engine) as db:
        assert "Ana" not in [each.payload.name for each in clients.list_clients(db, work.vault)]
    assert {hurt.noun for hurt in work.vault.integrity_failures.values()} == {"a client’s details"}


def test_what_one_page_reads_twice_is_opened_once_and_a_save_reads_it_again(
    work: Work, opened: list[str]
) -> None:
    kept = work.client("Ana")
    opened.clear()
    with reading(work.engine) as db:
        first = clients.load_client(db, work.vault, kept.id)
        assert clients.load_client(db, work.vault, kept.id) is first
    assert opened.count("client") == 1
    with writing(work.engine) as db:
        before = clients.load_client(db, work.vault, kept.id)
        clients.revise_client(db, work.vault, before, Client(name="Ana Reyes"), now=NOW)
        assert clients.load_client(db, work.vault, kept.id).payload.name == "Ana Reyes"
    with reading(work.engine) as db:
        assert clients.load_client(db, work.vault, kept.id).payload.name == "Ana Reyes"


def test_a_list_that_one_caller_changes_is_whole_for_the_next(work: Work) -> None:
    work.client("Ana")
    with reading(work.engine) as db:
        (client,) = clients.list_clients(db, work.vault)
        ring = client.ring
        records.list_records_in_rings(db, work.vault, CLIENT, [ring]).clear()
        assert records.list_records_in_rings(db, work.vault, CLIENT, [ring]) == [client]


def test_the_names_of_all_clients_are_worked_out_again_once_a_client_was_added(work: Work) -> None:
    work.client("Ana")
    with reading(work.engine) as db:
        names = display_names.load_display_names(db, work.vault)
        assert display_names.load_display_names(db, work.vault) is names
    with reading(work.engine) as db:
        assert display_names.load_display_names(db, work.vault) is names, "nothing was added since"
    ben = work.client("Ben")
    with reading(work.engine) as db:
        assert ben.id in display_names.load_display_names(db, work.vault).full_by_id


def test_a_record_whose_row_is_the_same_is_not_opened_again(work: Work, opened: list[str]) -> None:
    kept = work.client("Ana")
    opened.clear()
    for _ in range(2):
        with reading(work.engine) as db:
            assert clients.load_client(db, work.vault, kept.id).payload.name == "Ana"
    assert opened.count("client") == 1


@pytest.mark.parametrize("place", [0, 40, -1])
def test_a_changed_byte_is_noticed_although_the_record_was_opened_before(work: Work, place: int) -> None:
    kept = work.client("Ana")
    with reading(work.engine) as db:
        assert clients.load_client(db, work.vault, kept.id).payload.name == "Ana"
    with writing(work.engine) as db:
        db.exec_driver_sql("DROP TRIGGER no_update_client")
        (sealed,) = db.scalars(select(client_table.c.sealed)).all()
        changed = bytearray(sealed)
        changed[place] ^= 1
        db.execute(client_table.update().values(sealed=bytes(changed)))
    with reading(work.engine) as db:
        assert clients.load_client(db, work.vault, kept.id).payload.name != "Ana"
    assert {hurt.noun for hurt in work.vault.integrity_failures.values()} == {"a client’s details"}


def test_what_is_kept_of_single_records_stays_small(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record_cache, "MAX_VERSIONS", 2)
    for name in ("Ana", "Ben", "Cem"):
        kept = work.client(name)
        with reading(work.engine) as db:
            clients.load_client(db, work.vault, kept.id)
    assert len(work.vault.record_cache[f"client {CLIENT.schema_version}: loaded"]) == 1


def _begun(work: Work) -> RecordVersion[Administration]:
    client = work.client("Ana")
    return work.begun(client, giving(), session=work.session(client).id)


def _answered(db: Connection, work: Work, kept: RecordVersion[Administration]) -> None:
    response = Response(status=ResponseStatus.ANSWERED, value=3, wants_to_talk=True, remark="Said so.")
    progress.record_response(db, work.vault, kept, 3, response, now=NOW)


def test_what_was_just_saved_is_not_opened_and_is_what_opening_gives(work: Work, opened: list[str]) -> None:
    kept = _begun(work)
    with reading(work.engine) as db:
        administrations.load_administration(db, work.vault, kept.id)
    with writing(work.engine) as db:
        _answered(db, work, kept)
    opened.clear()
    with reading(work.engine) as db:
        remembered = administrations.load_administration(db, work.vault, kept.id)
    assert "administration" not in opened
    work.vault.record_cache.clear()
    with reading(work.engine) as db:
        assert administrations.load_administration(db, work.vault, kept.id) == remembered
    assert "administration" in opened and remembered.version == 2


def test_a_save_that_was_taken_back_is_not_remembered(work: Work) -> None:
    kept = _begun(work)
    with reading(work.engine) as db:
        administrations.load_administration(db, work.vault, kept.id)
    with pytest.raises(RuntimeError, match="taken back"), writing(work.engine) as db:
        _answered(db, work, kept)
        raise RuntimeError("taken back")
    with reading(work.engine) as db:
        assert administrations.load_administration(db, work.vault, kept.id) == kept


def test_a_changed_byte_is_noticed_although_this_process_saved_the_record(work: Work) -> None:
    kept = _begun(work)
    with reading(work.engine) as db:
        administrations.load_administration(db, work.vault, kept.id)
    with writing(work.engine) as db:
        _answered(db, work, kept)
    with writing(work.engine) as db:
        (sealed,) = db.scalars(select(administration_table.c.sealed)).all()
        changed = sealed[:-1] + bytes([sealed[-1] ^ 1])
        db.execute(administration_table.update().values(sealed=changed, version=3))
    with reading(work.engine) as db, pytest.raises(UnreadableRecord):
        administrations.load_administration(db, work.vault, kept.id)
