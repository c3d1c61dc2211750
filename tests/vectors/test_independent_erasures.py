"""An erasure, read from docs/format.md alone: what a tombstone names is not missing, all else is."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from clinic_toolkit.journal import erasure
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.journal.tombstone_record import ErasureReason
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.store.transactions import writing
from clinic_toolkit.vault import ring_erasure
from tests.fixtures.practices import NOW, Work, at_work

from . import independent_erasures, independent_fields, independent_reader


@pytest.fixture
def work(tmp_path: Path) -> Work:
    return at_work(tmp_path)


@contextmanager
def reading_of(work: Work) -> Iterator[independent_reader.Reader]:
    folder = Path(work.engine.url.database or "").parent
    reader = independent_reader.Reader(folder, sheet=" ".join(work.groups))
    yield reader
    reader.db.close()


def erase(work: Work, client: RecordVersion[Client]) -> None:
    rings = ring_erasure.list_owner_rings(work.vault, client.id)
    with writing(work.engine) as db:
        erasure.erase_rings(db, work.vault, rings, reason=ErasureReason.TIME_OVER, now=NOW)


def damage(work: Work, statement: str) -> None:
    with writing(work.engine) as db:
        db.exec_driver_sql("DROP TRIGGER no_delete_client")
        db.exec_driver_sql("DROP TRIGGER no_delete_tombstone")
        db.exec_driver_sql(statement)


def test_what_was_erased_is_not_missing(work: Work) -> None:
    gone, stays = work.client("Ana Reyes"), work.client("Bo Lindqvist")
    erase(work, gone)
    with reading_of(work) as reader:
        assert len(independent_erasures.erased_rings(reader)) == 2
        assert independent_erasures.missing(reader) == []
        found = [row["record"] for row in reader.records() if row["table"] == "client"]
        [tombstone] = [row for row in reader.records() if row["table"] == "tombstone"]
    assert found == [stays.id.hex]
    told = independent_fields.labelled(
        "tombstone", independent_reader.decoded(tombstone["raw"])[1], independent_fields.field_tables()
    )
    assert told["reason"] == "time_over"
    assert gone.id.bytes in [id for each in told["records"] for id in each["ids"]]


def test_what_another_hand_removed_is_missing(work: Work) -> None:
    gone, stays = work.client("Ana Reyes"), work.client("Bo Lindqvist")
    erase(work, gone)
    damage(work, "DELETE FROM client")
    with reading_of(work) as reader:
        assert independent_erasures.missing(reader) == [("client", stays.id.hex, 1)]


def test_without_its_tombstone_the_erased_is_missing(work: Work) -> None:
    gone = work.client("Ana Reyes")
    erase(work, gone)
    damage(work, "DELETE FROM tombstone")
    with reading_of(work) as reader:
        missing = independent_erasures.missing(reader)
    assert ("client", gone.id.hex, 1) in missing and "tombstone" in [table for table, _, _ in missing]
