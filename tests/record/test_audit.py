"""The audit trail: every write has its line, and no line can be changed unseen."""

from datetime import datetime
from uuid import uuid4

import msgspec
import pytest
from sqlalchemy import Connection, select

from clinic_toolkit.journal import (
    audit_entries,
    audit_log,
    audit_reader,
    inventory_snapshot,
    keyless_events,
    ring_references,
    unsigned_entries,
)
from clinic_toolkit.record.people import clients, practice_access
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.store.transactions import reading, store_of, writing
from clinic_toolkit.vault import key_slots
from clinic_toolkit.vault.vault import Vault
from tests.fixtures import audit_lines
from tests.fixtures.practices import NOW, Work


def test_every_write_adds_a_signed_line_that_names_the_version(work: Work) -> None:
    kept = work.client()
    with reading(work.engine) as db:
        line = next(each for each in audit_lines.lines(db, work.vault) if each.event == "client.added")
        assert audit_lines.check(db, work.vault) >= 3
    assert line.has_signature
    assert [(entry.record, entry.version) for entry in line.references] == [(kept.id.bytes, 1)]


def test_lines_added_while_locked_are_adopted_at_the_next_unlock(work: Work) -> None:
    work.client()
    with writing(work.engine) as db:
        audit_log.append_keyless_entry(db, work.vault.incarnation, "unlock.failed", now=NOW)
        audit_log.append_keyless_entry(db, work.vault.incarnation, "unlock.failed", now=NOW)
        assert unsigned_entries.sign_unsigned_entries(db, work.vault, now=NOW) == 2
    with reading(work.engine) as db:
        newest, *rest = audit_lines.lines(db, work.vault)
        assert newest.event.startswith("audit.adopted ")
        assert not rest[0].has_signature
        audit_lines.check(db, work.vault)


def test_a_vault_that_was_not_told_of_a_line_asks_the_trail_again(work: Work) -> None:
    client = work.client()
    with reading(work.engine) as db:
        assert inventory_snapshot.load_inventory(db, work.vault).find_newest(client.id.bytes)
        other = key_slots.unlock_with_keys(db, work.vault.user_id, work.vault.unlocked_keys())
    with writing(work.engine) as db:
        newer = clients.revise_client(db, other, client, Client(name="Ana Reyes-Ode"), now=NOW)
    with writing(work.engine) as db:
        audit_log.append_entry(db, work.vault, audit_log.JournalEvent.RECORDS_READ, now=NOW)
        known = inventory_snapshot.load_inventory(db, work.vault).find_newest(client.id.bytes)
    assert known is not None and known.version == newer.version


def _tamper(work: Work, seq: int, **values: object) -> None:
    with writing(work.engine) as db:
        # What someone with the file can do, a trigger notwithstanding.
        db.exec_driver_sql("DROP TRIGGER no_update_audit_line")
        db.execute(
            audit_log.audit_log_table.update().where(audit_log.audit_log_table.c.seq == seq).values(**values)
        )


@pytest.mark.parametrize("column", ["body", "hash", "signature"])
def test_a_changed_line_is_named(work: Work, column: str) -> None:
    work.client()
    with reading(work.engine) as db:
        value = db.execute(
            select(audit_log.audit_log_table.c[column]).where(audit_log.audit_log_table.c.seq == 2)
        ).scalar_one()
    _tamper(work, 2, **{column: bytes([value[0] ^ 1]) + value[1:]})
    with pytest.raises(audit_log.ChainBroken) as caught, reading(work.engine) as db:
        audit_lines.check(db, work.vault)
    assert caught.value.seq == 2


def test_a_missing_line_is_named(work: Work) -> None:
    work.client()
    with writing(work.engine) as db:
        db.exec_driver_sql("DROP TRIGGER no_delete_audit_line")
        db.execute(audit_log.audit_log_table.delete().where(audit_log.audit_log_table.c.seq == 2))
    with pytest.raises(audit_log.ChainBroken), reading(work.engine) as db:
        audit_lines.check(db, work.vault)


def _unlock(work: Work) -> Vault:
    with writing(work.engine) as db:
        return practice_access.unlock_with_recovery_sheet(db, " ".join(work.groups), now=NOW)


def test_a_refused_line_is_told_however_much_the_unlock_writes(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A restore carries out deletions again, with a line for each; another unlock tells of its own alone."""
    with writing(work.engine) as db:
        seq = audit_log.append_keyless_entry(db, uuid4(), "unlock.failed", now=NOW)

    def write_much(db: Connection, vault: Vault, *_: object, now: datetime) -> None:
        for _number in range(20):
            audit_log.append_entry(db, vault, "client.erased_again", now=now)

    with monkeypatch.context() as much:
        much.setattr(ring_references, "note_statements", write_much)
        assert _unlock(work).refused_entry == seq
    assert _unlock(work).refused_entry is None


def test_an_unlock_that_can_write_nothing_tells_of_no_earlier_refusal(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    with writing(work.engine) as db:
        seq = audit_log.append_keyless_entry(db, uuid4(), "unlock.failed", now=NOW)
    assert _unlock(work).refused_entry == seq, "the control"
    monkeypatch.setattr(type(store_of(work.engine)), "is_read_only", True)
    with reading(work.engine) as db:
        opened = practice_access.unlock_with_recovery_sheet(db, " ".join(work.groups), now=NOW)
    assert opened.refused_entry is None


def test_a_line_forged_without_the_key_is_not_adopted_silently(work: Work) -> None:
    work.client()
    with writing(work.engine) as db:
        audit_log.append_keyless_entry(db, uuid4(), "unlock.failed", now=NOW)
        audit_log.append_keyless_entry(db, work.vault.incarnation, "unlock.failed", now=NOW)
    with writing(work.engine) as db:
        before = audit_lines.lines(db, work.vault, newest=2)
        assert unsigned_entries.sign_unsigned_entries(db, work.vault, now=NOW) is None
        assert work.vault.refused_entry == before[1].seq
    with reading(work.engine) as db:
        told = audit_lines.lines(db, work.vault, newest=1)[0]
        assert told.has_signature
        assert told.event == f"audit.not_adopted {before[1].seq}"
        with pytest.raises(audit_log.ChainBroken) as caught:
            audit_lines.check(db, work.vault)
    assert caught.value.seq == before[1].seq


def test_nothing_is_in_doubt_after_lines_that_fit(work: Work) -> None:
    with writing(work.engine) as db:
        audit_log.append_keyless_entry(db, work.vault.incarnation, "unlock.failed", now=NOW)
        assert unsigned_entries.sign_unsigned_entries(db, work.vault, now=NOW) == 1
        assert work.vault.refused_entry is None


def _add(work: Work, body: bytes, *, signature: bytes | None = None) -> int:
    """A line whose hash fits: the chain has no key, so anyone with the file can make one."""
    with writing(work.engine) as db:
        seq, before = audit_log.last_position(db)
        link = audit_log.chain_hash(work.vault.incarnation, seq + 1, before, body)
        line = {"seq": seq + 1, "body": body, "hash": link, "signature": signature}
        db.execute(audit_log.audit_log_table.insert().values(**line))
        return seq + 1


@pytest.mark.parametrize(
    ("body", "signature"),
    [
        (audit_log.SEALED_PREFIX + bytes(120), None),
        (audit_log.KEYLESS_PREFIX + b"no line at all", None),
        (b"\x07", None),
        (audit_log.KEYLESS_PREFIX + b"\x92\xadunlock.failed\xcf" + b"\xff" * 8, None),
        (audit_log.KEYLESS_PREFIX + b"\x92\xadunlock.failed\x01", bytes(64)),
    ],
    ids=["sealed, unsigned", "not readable", "of no kind", "of no time", "signed by nobody"],
)
def test_a_planted_line_that_fits_the_chain_is_not_vouched_for(
    work: Work, body: bytes, signature: bytes | None
) -> None:
    seq = _add(work, body, signature=signature)
    with writing(work.engine) as db:
        assert unsigned_entries.sign_unsigned_entries(db, work.vault, now=NOW) is None
        assert work.vault.refused_entry == seq
    with reading(work.engine) as db:
        assert next(audit_entries.iter_entries_after(db, work.vault, seq - 1)).seq == seq
    # It is told once: what was written since is vouched for again, and the trail keeps the finding.
    with writing(work.engine) as db:
        assert unsigned_entries.sign_unsigned_entries(db, work.vault, now=NOW) == 0


FORGED = {
    "an act of the clinician": "note.signed",
    "a practice made": "practice.created",
    "a way in": "practice.unlocked slots-9",
    "what an unlock says": "audit.adopted 1-3",
    "a line refused": "audit.not_adopted 1",
    "an act of the clinician on a hand-over": "handover.merged",
    "a known event with more": "unlock.failed <b>call 555</b>",
    "a known event with a break": "unlock.failed\n",
    "a hand-over of no row": "handover.kept",
    "a row with other letters": "handover.kept 0123ABCD-1",
    "a row of no number": "handover.kept 01234567-0",
    "a row beyond all": "handover.kept 01234567-10000",
    "digits of another script": "handover.kept 01234567-\u0663",
    "very long": "unlock.failed" + "x" * 200_000,
    "very long and of one family": "handover.kept " + "0" * 200_000 + "-1",
    "nothing": "",
}


@pytest.mark.parametrize("what", FORGED)
def test_no_text_but_the_known_keyless_events_is_ever_vouched_for(work: Work, what: str) -> None:
    seq = _add(work, audit_log.KEYLESS_PREFIX + msgspec.msgpack.encode((FORGED[what], 1_760_000_000_000_000)))
    with writing(work.engine) as db:
        assert unsigned_entries.sign_unsigned_entries(db, work.vault, now=NOW) is None
        assert work.vault.refused_entry == seq
        assert not audit_reader.is_signed_afterwards(db, work.vault, seq)
        line = next(audit_reader.iter_checked_entries(db, work.vault, first=seq, last=seq))
    assert (line.event, line.recorded_at, line.fault) == ("", None, audit_reader.EntryFault.UNKNOWN_EVENT)


def test_another_spelling_of_a_known_event_is_not_vouched_for(work: Work) -> None:
    """The same text with a longer length before it: no program of ours writes it so."""
    _add(work, audit_log.KEYLESS_PREFIX + b"\x92\xd9\x0dunlock.failed\x01")
    with writing(work.engine) as db:
        assert unsigned_entries.sign_unsigned_entries(db, work.vault, now=NOW) is None


@pytest.mark.parametrize(
    "event",
    [
        "unlock.failed",
        "handover.kept 01234567-1",
        "handover.finished 89abcdef-5000",
        "handover.given_back 01234567-12",
    ],
)
def test_what_the_program_writes_without_a_key_is_vouched_for(work: Work, event: str) -> None:
    with writing(work.engine) as db:
        audit_log.append_keyless_entry(db, work.vault.incarnation, event, now=NOW)
        assert unsigned_entries.sign_unsigned_entries(db, work.vault, now=NOW) == 1


def test_the_program_writes_nothing_else_without_a_key(work: Work) -> None:
    with writing(work.engine) as db:
        for event in FORGED.values():
            with pytest.raises(keyless_events.UnknownKeylessEvent):
                audit_log.append_keyless_entry(db, work.vault.incarnation, event, now=NOW)


def test_the_control_of_the_tests_above_is_adopted(work: Work) -> None:
    seq = _add(work, audit_log.KEYLESS_PREFIX + b"\x92\xadunlock.failed\x01")
    with writing(work.engine) as db:
        assert unsigned_entries.sign_unsigned_entries(db, work.vault, now=NOW) == 1
    with reading(work.engine) as db:
        assert audit_lines.lines(db, work.vault, newest=1)[0].event == f"audit.adopted {seq}-{seq}"


def test_a_sealed_line_without_an_author_does_not_pass_for_a_keyless_one(work: Work) -> None:
    """Whoever has the practice's ring could seal one; a keyless line is believed without a signature."""
    with writing(work.engine) as db:
        keyless = audit_log.append_keyless_entry(db, work.vault.incarnation, "unlock.failed", now=NOW)
        nobodys = audit_log.append_payload(db, work.vault, audit_log.EntryPayload("client.added", 0, b""))
    with reading(work.engine) as db:
        results = {result.seq: result.entry for result in audit_entries.iter_entries_after(db, work.vault, 0)}
    control = results[keyless]
    assert control and control.is_keyless
    assert [seq for seq, entry in results.items() if entry is None] == [nobodys]
