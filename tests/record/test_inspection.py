"""Checking everything: nothing is found in a whole practice, and each kind of damage is named."""

import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import text

from clinic_toolkit.journal import (
    audit_log,
    audit_reader,
    frame_check,
    incarnations,
    inspection,
    unsigned_entries,
)
from clinic_toolkit.record.people import clients
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.store.chain import ChainRow
from clinic_toolkit.store.transactions import reading, transaction_of, writing
from tests.fixtures.practices import NOW, Work, giving
from tests.fixtures.vaults import reopened


@pytest.fixture
def used(work: Work) -> Work:
    """A practice with a client in two versions and a questionnaire that was finished."""
    kept = work.client()
    with writing(work.engine) as db:
        clients.revise_client(db, work.vault, kept, Client(name="Ana R."), now=NOW)
    work.answer(work.begun(kept, giving()), [3, None, 2])
    return work


def check(work: Work, *, keyless: bool = False) -> list[str]:
    with reading(work.engine) as db:
        report = inspection.inspect_all(db, None if keyless else work.vault, lambda done, total: None)
    assert report.entries_checked >= 5
    assert report.rows_checked >= 5
    return [finding.sentence for finding in report.findings]


def damage(work: Work, *statements: str) -> None:
    """What someone with the file can do, a trigger notwithstanding."""
    with writing(work.engine) as db:
        for trigger in db.scalars(text("SELECT name FROM sqlite_schema WHERE type = 'trigger'")).all():
            db.exec_driver_sql(f"DROP TRIGGER {trigger}")
        for statement in statements:
            db.exec_driver_sql(statement)


# Another byte than the one that is there, whichever that is.
OTHER = "CASE substr({0}, 61, 1) WHEN x'00' THEN x'01' ELSE x'00' END"
FLIP = "CAST(substr({0}, 1, 60) || " + OTHER + " || substr({0}, 62) AS BLOB)"
DAMAGES = {
    "a changed seal": (
        f"UPDATE client SET sealed = {FLIP.format('sealed')} WHERE version = 2",
        "A client’s details ({id}, version 2): its bytes were changed",
    ),
    "a missing record": ("DELETE FROM administration", "A questionnaire ({id}, version 4): it is not in"),
    "the last version taken away": (
        "DELETE FROM client WHERE version = 2",
        "({id}, version 2): an older version is in its place",
    ),
    "an earlier final version taken away": (
        "DELETE FROM client WHERE version = 1",
        "({id}, version 1): it is not in the file",
    ),
    "a plain column": ("UPDATE client SET final = 0 WHERE version = 2", "its mark as final was changed"),
    "another record's place": (
        "UPDATE client SET record = (SELECT record FROM administration) WHERE version = 2",
        "its bytes were changed",
    ),
    "a line's body": (
        f"UPDATE audit_line SET body = {FLIP.format('body')} WHERE seq = 4",
        "Line 4 of the audit trail does not fit",
    ),
    "a line's signature": (
        "UPDATE audit_line SET signature = zeroblob(64) WHERE seq = 4",
        "The signature under line 4",
    ),
    "a line taken out": ("DELETE FROM audit_line WHERE seq = 4", "Line 4 of the audit trail is missing"),
}


def test_a_whole_practice_has_nothing_to_say(used: Work) -> None:
    assert check(used) == []
    assert check(used, keyless=True) == []


@pytest.mark.parametrize("what", DAMAGES)
def test_damage_is_named_and_the_rest_is_still_checked(used: Work, what: str) -> None:
    statement, sentence = DAMAGES[what]
    damage(used, statement)
    found = check(used)
    expected = sentence.split("{id}")
    assert [each for each in found if all(part in each for part in expected)], found
    assert len(found) <= 3, found


@pytest.mark.parametrize("what", ["a line's body", "a line taken out"])
def test_the_chain_is_checked_without_a_key(used: Work, what: str) -> None:
    statement, sentence = DAMAGES[what]
    damage(used, statement)
    assert [each for each in check(used, keyless=True) if sentence in each]


def test_the_outside_of_a_seal_is_checked_without_a_key(used: Work) -> None:
    damage(used, "UPDATE client SET sealed = x'01ff' WHERE version = 1")
    damage(used, "UPDATE client SET key_id = zeroblob(16) WHERE version = 2")
    found = check(used, keyless=True)
    assert any("not a sealed entry" in each for each in found)
    assert any("a key that this practice does not have" in each for each in found)


def test_a_changed_way_in_and_a_lost_key_are_said_after_the_next_unlock(used: Work) -> None:
    damage(used, "DELETE FROM slot", "DELETE FROM ring_grant WHERE ring IN (SELECT ring FROM client)")
    work = Work(engine=used.engine, vault=reopened(used.engine, used.vault), groups=used.groups)
    found = check(work)
    assert any("list of ways to unlock is not the one" in each for each in found)
    assert any("is missing or damaged" in each for each in found)


def test_whoever_wants_to_stop_is_obeyed(used: Work) -> None:
    class Enough(Exception):
        pass

    def stop(done: int, total: int) -> None:
        assert done == 1 < total
        raise Enough

    with pytest.raises(Enough), reading(used.engine) as db:
        inspection.inspect_all(db, used.vault, stop)


def test_progress_ends_at_the_end(used: Work) -> None:
    told: list[tuple[int, int]] = []
    with reading(used.engine) as db:
        inspection.inspect_all(db, used.vault, lambda done, total: told.append((done, total)))
    assert told[-1][0] == told[-1][1] == len(told)


def test_pages_of_the_trail_are_newest_first_and_reach_the_beginning(used: Work) -> None:
    with reading(used.engine) as db:
        first = audit_reader.read_audit_page(db, used.vault, size=3)
        seen = [line.seq for line in first.entries]
        assert seen == [audit_reader.last_entry_number(db) - back for back in range(3)]
        assert first.entries[-1].actor_id == used.vault.user_id
        older = first.next_before
        while older:
            page = audit_reader.read_audit_page(db, used.vault, before_number=older, size=3)
            seen += [line.seq for line in page.entries]
            older = page.next_before
        assert seen == list(range(audit_reader.last_entry_number(db), 0, -1))
        added = audit_reader.read_audit_page(
            db, used.vault, matches=lambda line: line.event == "client.added"
        )
    assert len(added.entries) == 1
    assert added.next_before is None


def test_a_line_on_a_page_is_judged(used: Work) -> None:
    damage(used, DAMAGES["a line's signature"][0], "DELETE FROM audit_line WHERE seq = 5")
    with reading(used.engine) as db:
        wrong = {
            line.seq: line.fault
            for line in audit_reader.read_audit_page(db, used.vault).entries
            if line.fault
        }
    assert wrong == {
        4: audit_reader.EntryFault.SIGNATURE,
        5: audit_reader.EntryFault.MISSING,
        6: audit_reader.EntryFault.CHANGED,
    }


def test_a_keyless_line_waits_until_it_is_vouched_for(used: Work) -> None:
    with writing(used.engine) as db:
        seq = audit_log.append_keyless_entry(db, used.vault.incarnation, "unlock.failed", now=NOW)
        assert audit_reader.last_signed_entry_number(db) == seq - 1
        unsigned_entries.sign_unsigned_entries(db, used.vault, now=NOW)
        assert audit_reader.last_signed_entry_number(db) > seq


def test_an_impossible_time_in_a_keyless_line_is_no_accident(used: Work) -> None:
    with writing(used.engine) as db:
        _, seq = used, audit_log.append_keyless_entry(db, used.vault.incarnation, "unlock.failed", now=NOW)
    damage(used, f"UPDATE audit_line SET body = x'0092a178cf7fffffffffffffff' WHERE seq = {seq}")
    with reading(used.engine) as db:
        line = audit_reader.read_audit_page(db, used.vault).entries[0]
    assert (line.seq, line.fault, line.event) == (seq, audit_reader.EntryFault.CHANGED, "")


def test_a_line_of_an_unknown_kind_is_found_without_keys_too(used: Work) -> None:
    """Its content may be that of a line which begins an incarnation; its kind says that it is none."""
    ids = {"before": bytes(16), "incarnation": bytes(16), "user": used.vault.user_id.bytes}
    line = incarnations.RestoreLine(**ids, recorded_at=0, backup_made_at=0)
    body = b"\x03" + incarnations.encode_body(line)[1:]
    incarnation = used.vault.incarnation
    with writing(used.engine) as db:
        seq, previous_hash = audit_log.last_position(db)
        entry_hash = audit_log.chain_hash(incarnation, seq + 1, previous_hash, body)
        row = ChainRow(seq + 1, body, entry_hash, bytes(64))
        transaction_of(db).append_entry(audit_log.audit_log_table, row, incarnation=incarnation, at=0)
    sentence = f"Line {seq + 1} of the audit trail cannot be opened."
    assert check(used)[:1] == [sentence]
    assert findings_without_keys(used) == [sentence, sentence]


def findings_without_keys(work: Work) -> list[str]:
    """What the quick check of a backup finds, and then what the full one finds."""
    with reading(work.engine) as db:
        quick = frame_check.check_frames(db, lambda done, total: None).findings
    return [*(finding.sentence for finding in quick), *check(work, keyless=True)]


def test_a_row_that_was_put_in_is_found_whatever_its_id(used: Work) -> None:
    columns = "SELECT {}, record, 7, ring, key_id, final, randomblob(400) FROM client LIMIT 1"
    for number in (-5, -(1 << 63), (1 << 63) - 1):
        damage(used, f"INSERT INTO client {columns.format(number)}")
        for found in (check(used), check(used, keyless=True), findings_without_keys(used)[:1]):
            assert any("version 7): its bytes are not a sealed entry" in sentence for sentence in found)
        damage(used, f"DELETE FROM client WHERE id = {number}")
        assert check(used) == findings_without_keys(used) == [], "the control"


def test_an_entry_that_is_empty_is_found_and_stops_nothing(used: Work) -> None:
    file = used.engine.url.database or ""
    allow = "UPDATE sqlite_schema SET sql = replace(sql, 'sealed BLOB NOT NULL', 'sealed BLOB') WHERE name = "
    damage(used)
    for statement in (f"{allow} 'client'", "UPDATE client SET sealed = NULL WHERE version = 2"):
        with closing(sqlite3.connect(file)) as raw:
            raw.execute("PRAGMA writable_schema = 1")
            raw.execute(statement)
            raw.commit()
    for found in (check(used), check(used, keyless=True), findings_without_keys(used)[:1]):
        assert any("version 2): its bytes are not a sealed entry" in sentence for sentence in found)
