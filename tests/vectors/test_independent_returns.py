"""A client who was brought back from a backup, read from docs/format.md alone."""

from pathlib import Path

import pytest

from clinic_toolkit.store.transactions import writing
from tests.fixtures.backups import erase, make_backup
from tests.fixtures.practices import Work, at_work
from tests.fixtures.returns import (
    REASON,
    bring_back,
    filled_client,
)

from . import independent_erasures, independent_fields, independent_reader, independent_trail


@pytest.fixture
def work(tmp_path: Path) -> Work:
    return at_work(tmp_path)


def reader_of(work: Work) -> independent_reader.Reader:
    folder = Path(work.engine.url.database or "").parent
    return independent_reader.Reader(folder, sheet=" ".join(work.groups))


def rows_of(reader: independent_reader.Reader) -> dict[tuple[str, str, int], tuple[str, str]]:
    """What every version says, and what it is signed as."""
    return {
        (row["table"], row["record"], row["version"]): (row["content"], row["signed"])
        for row in reader.records()
        if row["table"] not in ("tombstone", "retention")
    }


def test_it_is_as_it_was_and_every_version_is_named(work: Work, tmp_path: Path) -> None:
    work.client("Ana Reyes")
    gone = filled_client(work)
    before = rows_of(reader_of(work))
    assert "sig/note" in {signed for _, signed in before.values()}, "the control"
    made = make_backup(work, tmp_path)
    erase(work, gone)
    bring_back(work, made.file, gone.id)
    reader = reader_of(work)
    assert rows_of(reader) == before
    assert independent_erasures.missing(reader) == [] and independent_trail.unnamed(reader) == []
    erased = independent_erasures.erased_rings(reader)
    assert len(erased) == 2 and not erased & reader.rings.keys()
    tables = independent_fields.field_tables()
    [kept] = [row for row in reader.records() if row["table"] == "retention"]
    told = independent_fields.labelled("retention", independent_reader.decoded(kept["raw"])[1], tables)
    assert told["brought_back"]["reason"] == REASON
    assert told["brought_back"]["backup_name"] == made.file.name
    notes = [row for row in reader.records() if row["table"] == "tombstone"]
    stamps = [independent_reader.decoded(note["raw"])[0] for note in notes]
    assert [(stamp[3], note["signed"]) for stamp, note in zip(stamps, notes, strict=True)] == [
        ("erased", "sig/tombstone"),
        ("lifted", "sig/tombstone"),
    ]


def test_what_another_hand_removes_of_it_afterwards_is_missing(work: Work, tmp_path: Path) -> None:
    gone = filled_client(work)
    made = make_backup(work, tmp_path)
    erase(work, gone)
    bring_back(work, made.file, gone.id)
    with writing(work.engine) as db:
        db.exec_driver_sql("DROP TRIGGER no_delete_clinical_note")
        db.exec_driver_sql("DELETE FROM clinical_note WHERE final = 1")
    [(table, _, _)] = independent_erasures.missing(reader_of(work))
    assert table == "clinical_note"
