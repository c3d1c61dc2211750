"""The quick check of the chain finds exactly what the slow one finds, whatever was done to a line."""

from uuid import uuid4

import pytest
from sqlalchemy import Connection, text

from clinic_toolkit.journal import audit_log, audit_reader, chain_check, incarnations
from clinic_toolkit.journal.audit_reader import EntryFault
from clinic_toolkit.store.transactions import reading, writing
from tests.fixtures.practices import NOW, Work, giving

# Line 6 is keyless, and line 7 begins another incarnation.
CHANGES = {
    "a body": "UPDATE audit_line SET body = CAST(body || x'00' AS BLOB) WHERE seq = 4",
    "an empty body": "UPDATE audit_line SET body = x'' WHERE seq = 4",
    "a kind": "UPDATE audit_line SET body = CAST(x'03' || substr(body, 2) AS BLOB) WHERE seq = 4",
    "a hash": "UPDATE audit_line SET hash = zeroblob(32) WHERE seq = 4",
    "a longer hash": "UPDATE audit_line SET hash = CAST(hash || x'00' AS BLOB) WHERE seq = 4",
    "a shorter hash": "UPDATE audit_line SET hash = substr(hash, 1, 31) WHERE seq = 4",
    "a signature taken away": "UPDATE audit_line SET signature = NULL WHERE seq = 4",
    "a line taken out": "DELETE FROM audit_line WHERE seq = 4",
    "three lines taken out": "DELETE FROM audit_line WHERE seq IN (1, 2, 4)",
    "the end taken away": "DELETE FROM audit_line WHERE seq > 3",
    "a line far away": "UPDATE audit_line SET seq = 300000 WHERE seq = 8",
    "a line before the first": "UPDATE audit_line SET seq = 0 WHERE seq = 1",
    "a keyless line": "UPDATE audit_line SET body = CAST(body || x'00' AS BLOB) WHERE seq = 6",
    "the line that begins an incarnation": (
        "UPDATE audit_line SET body = CAST(substr(body, 1, 5) || x'ffff' || substr(body, 8) AS BLOB) "
        "WHERE seq = 7"
    ),
    "that line taken out": "DELETE FROM audit_line WHERE seq = 7",
    "another incarnation": "UPDATE vault SET incarnation = randomblob(16)",
}


@pytest.fixture
def restored(work: Work) -> Work:
    """A practice with a keyless line, and with lines of two incarnations."""
    kept = work.client()
    with writing(work.engine) as db:
        while audit_log.last_position(db)[0] < 5:
            audit_log.append_entry(db, work.vault, audit_log.JournalEvent.RECORDS_READ, now=NOW)
        audit_log.append_keyless_entry(db, work.vault.incarnation, "unlock.failed", now=NOW)
        incarnations.begin_incarnation(db, work.vault, backup_made_at=1, now=NOW)
    work.begun(kept, giving())
    return work


def slowly(db: Connection) -> list[tuple[int, EntryFault]]:
    """What the check that builds every entry says."""
    return [(entry.seq, entry.fault) for entry in audit_reader.iter_checked_entries(db, None) if entry.fault]


def quickly(db: Connection) -> tuple[int, list[tuple[int, EntryFault]]]:
    """How many entries the quick check saw, and what it says."""
    batches = list(chain_check.iter_chain_faults(db))
    return sum(count for count, _ in batches), [fault for _, faults in batches for fault in faults]


@pytest.mark.parametrize("batch_size", [1, 3, 200])
def test_a_whole_chain_of_two_incarnations_has_no_faults(
    batch_size: int, restored: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chain_check, "_BATCH_SIZE", batch_size)
    with reading(restored.engine) as db:
        assert len(incarnations.list_spans(db)) == 2
        assert quickly(db) == (audit_reader.last_entry_number(db), [])
        assert slowly(db) == []


@pytest.mark.parametrize("what", CHANGES)
def test_what_was_changed_is_found_as_the_slow_check_finds_it(what: str, restored: Work) -> None:
    with writing(restored.engine) as db:
        for name in ("update", "delete"):
            db.execute(text(f"DROP TRIGGER no_{name}_audit_line"))
        db.exec_driver_sql(CHANGES[what])
    with reading(restored.engine) as db:
        expected = slowly(db)
        assert quickly(db)[1] == expected
        assert expected or what == "the end taken away", "the control: each but this one shows"


def test_the_quick_hash_is_the_hash() -> None:
    incarnation = uuid4()
    hash_entry = audit_log.build_chain_hasher(incarnation)
    for seq, previous, body in (
        (1, bytes(32), b""),
        (1 << 62, b"\7" * 32, b"x" * 5000),
        (7, b"short", b"abc"),
    ):
        expected = audit_log.chain_hash(incarnation, seq, previous, body)
        assert hash_entry(seq, previous, body) == expected
        assert hash_entry(seq + 1, previous, body) != expected
