"""The trail of a practice, read from docs/format.md alone: what stands in it without a key."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from clinic_toolkit.journal import audit_log
from clinic_toolkit.journal.record_versions import PendingVersion, seal_version
from clinic_toolkit.journal.records import version_reference
from clinic_toolkit.record.handovers.answer_log import HandoverKeylessEvent
from clinic_toolkit.record.people.client_record import CLIENT, Client, client_table
from clinic_toolkit.record.people.practice_record import UnlockEvent
from clinic_toolkit.store.transactions import transaction_of, writing
from tests.fixtures.practices import NOW, Work, at_work

from . import independent_reader, independent_trail


@pytest.fixture
def work(tmp_path: Path) -> Work:
    return at_work(tmp_path)


@contextmanager
def reading_of(work: Work) -> Iterator[Any]:
    folder = Path(work.engine.url.database or "").parent
    reader = independent_reader.Reader(folder, sheet=" ".join(work.groups))
    yield reader
    reader.db.close()


def test_the_known_keyless_lines_are_read(work: Work) -> None:
    events = (
        UnlockEvent.FAILED,
        UnlockEvent.EXECUTOR,
        f"{HandoverKeylessEvent.KEPT} 01234567-12",
        f"{HandoverKeylessEvent.GIVEN_BACK} 89abcdef-5000",
    )
    with writing(work.engine) as db:
        for event in events:
            audit_log.append_keyless_entry(db, work.vault.incarnation, event, now=NOW)
    with reading_of(work) as reader:
        lines = independent_trail.told(reader)
    assert [line[0] for line in lines if len(line) == 2] == [
        "unlock.failed",
        "unlock.executor",
        "handover.kept 01234567-12",
        "handover.given_back 89abcdef-5000",
    ]


def test_every_row_is_named_by_a_line_and_one_that_is_put_in_is_not(work: Work) -> None:
    kept = work.client("Ana")
    with reading_of(work) as reader:
        assert independent_trail.unnamed(reader) == []
    place = PendingVersion(
        id=kept.id, version=2, ring=kept.ring, state="active", final=True, previous_content_id=kept.content_id
    )
    _, row = seal_version(work.vault, CLIENT, Client(name="Not Ana"), place, now=NOW)
    with writing(work.engine) as db:
        transaction_of(db).insert_row(client_table, row)
    with reading_of(work) as reader:
        assert independent_trail.unnamed(reader) == [("client", kept.id.hex, 2)]


@pytest.mark.parametrize(
    ("event", "is_named"),
    [("records.read", False), ("records.exported note", False), ("records.exportedly", True)],
)
def test_what_was_only_read_or_saved_as_a_file_is_not_named_by_that(
    work: Work, event: str, is_named: bool
) -> None:
    kept = work.client("Edda")
    place = PendingVersion(
        id=kept.id, version=2, ring=kept.ring, state="active", final=True, previous_content_id=kept.content_id
    )
    put_in, row = seal_version(work.vault, CLIENT, Client(name="Not Edda"), place, now=NOW)
    reference = version_reference(CLIENT, put_in)
    with writing(work.engine) as db:
        transaction_of(db).insert_row(client_table, row)
        audit_log.append_entry(db, work.vault, event, [reference], now=NOW)
        assert audit_log.is_read_only_event(event) is not is_named, "the program and the page agree"
    with reading_of(work) as reader:
        assert independent_trail.unnamed(reader) == ([] if is_named else [("client", kept.id.hex, 2)])


@pytest.mark.parametrize(
    "event", ["note.signed", "unlock.failed!", "unlock.executor 1", "handover.kept 01234567-0", "x" * 200_000]
)
def test_any_other_text_without_a_key_is_none_of_the_program_s(work: Work, event: str) -> None:
    with writing(work.engine) as db:
        seq, before = audit_log.last_position(db)
        body = audit_log.KEYLESS_PREFIX + msgspec.msgpack.encode((event, 1))
        link = audit_log.chain_hash(work.vault.incarnation, seq + 1, before, body)
        db.execute(
            audit_log.audit_log_table.insert().values(seq=seq + 1, body=body, hash=link, signature=None)
        )
    with reading_of(work) as reader, pytest.raises(ValueError, match=f"audit line {seq + 1} is none"):
        independent_trail.told(reader)
