"""Every key replaced in a practice with damage: only by consent, and what did not open is named as before."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select, text

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal import (
    audit_entries,
    audit_reader,
    incarnations,
    inventory_snapshot,
    past_log,
    past_log_check,
)
from clinic_toolkit.journal.audit_log import audit_log_table
from clinic_toolkit.journal.inspection_keys import Finding
from clinic_toolkit.journal.integrity import UnreadableRecord
from clinic_toolkit.record.carried_damage import DamageFound, KeysNotReplaced
from clinic_toolkit.record.people import clients, practice_access
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.record.writing import notes
from clinic_toolkit.store import successor
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.vault.vault import Vault
from tests.fixtures.file_steps import copied_before_each_step
from tests.fixtures.practices import NOW
from tests.fixtures.rekeyed import (
    FIRST,
    SECOND,
    Practice,
    damage,
    files_that_hold,
    held_by,
    inspected,
    new_secrets,
    open_practice,
    opened_again,
    replace_keys,
    unlocked,
)

THIRD = "a third one of six plain words"
# One byte, as a disk leaves it, in a version that was signed.
FLIPPED = (
    "UPDATE clinical_note "
    "SET sealed = CAST(substr(sealed, 1, 200) || x'00ff' || substr(sealed, 203) AS BLOB) WHERE final"
)
OF_NOTES = "WHERE ring = (SELECT ring FROM clinical_note LIMIT 1)"
# How it is damaged, and how many versions do not open then.
DAMAGE = {
    "a flipped byte": (FLIPPED, 1),
    "no seal": ("UPDATE client SET sealed = zeroblob(600) WHERE version = 2", 1),
    "a short seal": ("UPDATE relationship SET sealed = x'01'", 1),
    "another key id": ("UPDATE administration SET key_id = zeroblob(16)", 1),
    "another place": ("UPDATE therapy_session SET version = 7 WHERE id = 1", 1),
    "the clinician": ("UPDATE clinician SET sealed = zeroblob(600)", 1),
    "a missing record": ("DELETE FROM clinical_note WHERE NOT final", 0),
    "another mark": ("UPDATE client SET final = NOT final WHERE version = 1", 0),
    "a lost key": (f"DELETE FROM ring_grant {OF_NOTES}", 9),
    "an unsigned key": (f"UPDATE ring SET signature = zeroblob(64) {OF_NOTES}", 9),
    "a way in": ("UPDATE slot_list SET mac = zeroblob(32)", 0),
}


# How the trail is damaged, and which lines cannot be believed then.
OF_THE_TRAIL = {
    "a body": ("UPDATE audit_line SET body = zeroblob(400) WHERE seq = 7", {7}),
    "the first line": ("UPDATE audit_line SET body = zeroblob(400) WHERE seq = 1", {1}),
    "a hash": ("UPDATE audit_line SET hash = zeroblob(32) WHERE seq = 8", {8, 9}),
    "a signature": ("UPDATE audit_line SET signature = zeroblob(64) WHERE seq = 9", {9}),
    "no signature": ("UPDATE audit_line SET signature = NULL WHERE seq = 9", {9}),
    "a missing line": ("DELETE FROM audit_line WHERE seq = 5", {5, 6}),
    "no line that a key wrote": ("UPDATE audit_line SET body = x'00c0' WHERE seq = 11", {11}),
}


@pytest.fixture
def practice(tmp_path: Path) -> Iterator[Practice]:
    with open_practice(tmp_path / "data") as made:
        yield made


def named(findings: tuple[Finding, ...]) -> set[tuple[str, UUID, int] | None]:
    """Every version that a check finds fault with."""
    return {finding.version for finding in findings} - {None}


def refused(practice: Practice) -> tuple[Finding, ...]:
    """What is said before anybody agreed to it."""
    with pytest.raises(DamageFound) as found:
        replace_keys(practice, new_secrets(THIRD))
    assert not list(practice.place.glob("clinic.successor*"))
    return found.value.findings


def go_on(practice: Practice, findings: tuple[Finding, ...], passphrase: str = SECOND) -> Vault:
    """Agree to these findings, and open what the next start finds."""
    sentences = [finding.sentence for finding in findings]
    replace_keys(practice, new_secrets(passphrase), accepted_damage=sentences)
    practice.engine.dispose()
    practice.keys = held_by(practice.place, practice.vault.user_id, passphrase)
    practice.engine, vault = opened_again(practice.place, practice.keys, practice.vault.user_id)
    return vault


def told(practice: Practice, vault: Vault) -> list[str]:
    """How many versions did not open, as the trail says each time."""
    with reading(practice.engine) as db:
        entries = list(audit_reader.iter_checked_entries(db, vault))
    return [entry.event for entry in entries if entry.event.startswith("practice.damage_kept")]


def readable(practice: Practice, vault: Vault) -> dict[tuple[str, UUID, int], object]:
    """Every version that opens, but for damage that was carried over."""
    found = practice.versions(vault)
    return {place: plain for place, plain in found.items() if plain.content[:1] != b"\xc1"}


@pytest.mark.parametrize(("change", "count"), DAMAGE.values(), ids=DAMAGE)
def test_it_is_named_as_before(practice: Practice, change: str, count: int) -> None:
    damage(practice, change)
    practice.vault = unlocked(practice)
    found, before = refused(practice), practice.versions()
    vault = go_on(practice, found)
    assert named(inspected(practice, vault)) == named(found)
    assert bool(named(found)) == (change != DAMAGE["a way in"][0])
    after = readable(practice, vault)
    assert after | before == after
    assert sorted(table for table, *_ in after.keys() - before.keys()) == ["clinician", "contact"]
    said = [f"practice.damage_kept {count}"] if count else []
    assert told(practice, vault) == said
    if not named(found):
        return
    # Once more, from a store that has this damage already.
    practice.vault = vault
    again = go_on(practice, refused(practice), THIRD)
    assert named(inspected(practice, again)) == named(found)
    assert readable(practice, again).keys() >= before.keys()
    assert told(practice, again) == said + said


@pytest.mark.parametrize(("change", "lines"), OF_THE_TRAIL.values(), ids=OF_THE_TRAIL)
def test_a_line_that_nobody_believes_stays_one(practice: Practice, change: str, lines: set[int]) -> None:
    damage(practice, change)
    practice.vault = unlocked(practice)
    found, before = refused(practice), practice.versions()
    assert {finding.line for finding in found} - {None} == lines
    with reading(practice.engine) as db:
        old_lines = {row.seq: row for row in db.execute(select(audit_log_table)).all()}
    vault = go_on(practice, found)
    after = inspected(practice, vault)
    assert {finding.line for finding in after} - {None} == lines
    assert named(after) >= named(found)
    assert readable(practice, vault) | before == readable(practice, vault)
    with reading(practice.engine) as db:
        assert sorted(inventory_snapshot.load_inventory(db, vault).gaps) == sorted(lines)
        change_of_keys = past_log_check.find_key_change(db, vault)
        assert change_of_keys is not None
        assert past_log_check.check_past_log(db, vault, change_of_keys) == max(old_lines)
        for row in db.execute(select(audit_log_table).where(audit_log_table.c.seq.in_(lines))).all():
            kept = past_log.decode_unread_line(audit_entries.open_body(vault, row.seq, row.body))
            was = old_lines.get(row.seq)
            values = (was.body, was.hash, was.signature) if was else (None, None, None)
            assert kept is not None and (kept.body, kept.hash, kept.signature) == values
    # Once more, from a trail that has these lines already.
    practice.vault = vault
    again = go_on(practice, refused(practice), THIRD)
    assert {finding.line for finding in inspected(practice, again)} - {None} == lines
    assert named(inspected(practice, again)) == named(after)


def test_a_trail_without_the_beginning_of_its_incarnation(practice: Practice) -> None:
    """Nobody could tell any more in which incarnation the lines before it were written."""
    with writing(practice.engine) as db:
        incarnations.begin_incarnation(db, practice.vault, backup_made_at=5, now=NOW)
    query = "SELECT seq FROM audit_line WHERE substr(body, 1, 1) = x'02'"
    with reading(practice.engine) as db:
        line = db.exec_driver_sql(query).scalar_one()
    damage(practice, f"UPDATE audit_line SET signature = zeroblob(64) WHERE seq = {line}")
    practice.vault = unlocked(practice)
    with pytest.raises(KeysNotReplaced, match="audit trail"):
        replace_keys(practice, new_secrets(), accepted_damage=["anything"])


def test_the_sentences_are_those_of_before(practice: Practice) -> None:
    damage(practice, FLIPPED)
    found = refused(practice)
    [sentence] = [finding.sentence for finding in found]
    assert "changed or damaged outside this program" in sentence
    vault = go_on(practice, found)
    assert inspected(practice, vault) == found
    with reading(practice.engine) as db:
        with pytest.raises(UnreadableRecord, match="damaged or changed"):
            notes.load_note(db, vault, practice.signed_note)
        assert {client.payload.name for client in clients.list_clients(db, vault)} >= {"Ana Reyes", "Ben Ash"}
    with writing(practice.engine) as db:
        vault = practice_access.unlock_with_passphrase(db, SECOND, now=NOW)
        clients.create_client(db, vault, Client(name="Caro Lind"), now=NOW)


def test_no_consent_covers_what_was_not_shown(practice: Practice) -> None:
    damage(practice, FLIPPED)
    shown = [finding.sentence for finding in refused(practice)]
    damage(practice, DAMAGE["no seal"][0])
    with pytest.raises(DamageFound) as found:
        replace_keys(practice, new_secrets(), accepted_damage=shown)
    assert len(found.value.findings) == 2
    assert held_by(practice.place, practice.vault.user_id, FIRST) == practice.keys


def test_nothing_is_said_of_damage_where_there_is_none(practice: Practice) -> None:
    vault = go_on(practice, ())
    assert inspected(practice, vault) == () and told(practice, vault) == []


def test_the_old_keys_open_nothing_of_it(practice: Practice) -> None:
    """The bytes are kept, but under the new keys: old ones might open most of a version."""
    damage(practice, FLIPPED)
    with reading(practice.engine) as db:
        blob = db.execute(text("SELECT sealed FROM clinical_note WHERE final")).scalar_one()
    old = practice.vault
    with reading(practice.engine) as db:
        db.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    assert files_that_hold(practice.place, blob[:64]), "the control"
    vault = go_on(practice, refused(practice))
    assert files_that_hold(practice.place, blob[:64], blob[210:274]) == set()
    assert practice.versions(old) == {}
    kept = [plain.content for plain in practice.versions(vault).values() if plain.content[:1] == b"\xc1"]
    assert len(kept) == 1 and blob in kept[0]


def test_a_kill_at_each_step(practice: Practice) -> None:
    damage(practice, FLIPPED)
    found = refused(practice)
    before = practice.versions()
    with copied_before_each_step(practice.place) as copies:
        replace_keys(practice, new_secrets(), accepted_damage=[finding.sentence for finding in found])
        successor.finish_exchange(practice.place)
    practice.engine.dispose()
    ready = [successor.is_ready(copy) for copy in copies]
    assert ready.count(False) > 10 and ready.count(True) > 4
    for copy, is_new in zip(copies, ready, strict=True):
        held = held_by(copy, practice.vault.user_id, SECOND if is_new else FIRST)
        practice.engine, vault = opened_again(copy, held, practice.vault.user_id)
        after = readable(practice, vault)
        assert after | before == after
        assert inspected(practice, vault) == found
        practice.engine.dispose()
        with pytest.raises(ClinicError):
            held_by(copy, practice.vault.user_id, FIRST if is_new else SECOND)
