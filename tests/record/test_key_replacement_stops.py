"""Replacing every key, stopped or refused at any moment: the old secrets open all of it, or the new ones."""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal import audit_log, past_log, past_log_check
from clinic_toolkit.record import key_replacement
from clinic_toolkit.record.carried_damage import KeysNotReplaced
from clinic_toolkit.record.handovers import clinician_side
from clinic_toolkit.record.people import clients, confirmed_colleagues
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.record.questionnaires import administrations
from clinic_toolkit.store import successor
from clinic_toolkit.store.sqlite.transaction import SqliteTransaction
from clinic_toolkit.store.storage_errors import StorageFull, WritingPaused
from clinic_toolkit.store.transactions import reading, transaction_of, writing
from clinic_toolkit.vault import identity, key_directory, key_slots
from tests.fixtures.file_steps import copied_before_each_step
from tests.fixtures.practices import NOW
from tests.fixtures.rekeyed import (
    FIRST,
    SECOND,
    Practice,
    held_by,
    new_secrets,
    open_practice,
    opened_again,
    replace_keys,
)


@pytest.fixture
def practice(tmp_path: Path) -> Iterator[Practice]:
    with open_practice(tmp_path / "data") as made:
        yield made


def opens_all(practice: Practice, place: Path, secret: str) -> bool:
    """Whether this passphrase opens the whole practice in this folder, as the next start finds it."""
    try:
        held = held_by(place, practice.vault.user_id, secret)
    except key_slots.WrongSecret:
        return False
    engine, vault = opened_again(place, held, practice.vault.user_id)
    found = practice.versions(vault, engine)
    engine.dispose()
    return found | practice.versions() == found


def is_as_before(practice: Practice) -> bool:
    """Whether the open store goes on, and nothing is left of the attempt."""
    with writing(practice.engine) as db:
        clients.create_client(db, practice.vault, Client(name="Caro Lind"), now=NOW)
    left = list(practice.place.glob("clinic.successor*"))
    return opens_all(practice, practice.place, FIRST) and not left


def test_a_kill_at_each_step(practice: Practice) -> None:
    before = practice.versions()
    with copied_before_each_step(practice.place) as copies:
        replace_keys(practice, new_secrets())
        successor.finish_exchange(practice.place)
    practice.engine.dispose()
    ready = [successor.is_ready(copy) for copy in copies]
    assert ready.count(False) > 10 and ready.count(True) > 4
    for copy, is_new in zip(copies, ready, strict=True):
        held = held_by(copy, practice.vault.user_id, SECOND if is_new else FIRST)
        engine, vault = opened_again(copy, held, practice.vault.user_id)
        found = practice.versions(vault, engine)
        engine.dispose()
        assert found | before == found
        with pytest.raises(key_slots.WrongSecret):
            held_by(copy, practice.vault.user_id, FIRST if is_new else SECOND)
        assert not list(copy.glob("clinic.successor*"))


def test_a_full_disk(practice: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    original, count = SqliteTransaction.append_entry, 0

    def full(*given: object, **named: object) -> None:
        nonlocal count
        count += 1
        if count > 10:
            raise StorageFull
        original(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(SqliteTransaction, "append_entry", full)
    with pytest.raises(StorageFull):
        replace_keys(practice, new_secrets())
    monkeypatch.undo()
    assert is_as_before(practice)


class Stopped(ClinicError):
    """By the person."""


def stop_at(practice: Practice, last: int) -> int:
    """Replace the keys, and stop at this step; returns how many there would have been."""
    known = 0

    def step(done: int, total: int) -> None:
        nonlocal known
        known = total
        if done == last:
            raise Stopped("as asked")

    with pytest.raises(Stopped):
        key_replacement.replace_all_keys(
            practice.engine, practice.vault, practice.keys, new_secrets(), now=NOW, report_progress=step
        )
    return known


def test_it_can_be_stopped_until_the_end(practice: Practice) -> None:
    total = stop_at(practice, 1)
    for last in (total // 3, total // 2, total - 1, total):
        stop_at(practice, last)
        assert is_as_before(practice)


def test_a_second_window_saves_nothing_meanwhile(practice: Practice) -> None:
    refused = 0

    def save() -> None:
        with writing(practice.engine) as db:
            clients.create_client(db, practice.vault, Client(name="Caro Lind"), now=NOW)

    def step(done: int, total: int) -> None:
        nonlocal refused
        with pytest.raises(WritingPaused):
            save()
        with reading(practice.engine) as db:
            assert clients.list_clients(db, practice.vault)
        refused += 1

    save()
    secrets = new_secrets()
    key_replacement.replace_all_keys(
        practice.engine, practice.vault, practice.keys, secrets, now=NOW, report_progress=step
    )
    with pytest.raises(WritingPaused):
        save()
    assert refused > 100
    before = practice.versions()
    practice.engine.dispose()
    held = held_by(practice.place, practice.vault.user_id, SECOND)
    practice.engine, vault = opened_again(practice.place, held, practice.vault.user_id)
    # What was saved before it began is there; nothing that was called saved is missing.
    assert practice.versions(vault) | before == practice.versions(vault)


def test_a_practice_with_a_colleague(practice: Practice) -> None:
    with writing(practice.engine) as db:
        keys = identity.create_identity(db, practice.vault.vault_id)
        db.execute(identity.identity_table.delete().where(identity.identity_table.c.user == keys.user_id))
        key_directory.KeyDirectory(keys).publish_own_key(db)
        practice.vault.key_directory.load_rows(db)
        words = confirmed_colleagues.words_of_key(practice.vault, keys.user_id)
        confirmed_colleagues.confirm_colleague(
            db, practice.vault, keys.user_id, words=words, name="Ivo Marin", now=NOW
        )
    with pytest.raises(KeysNotReplaced, match="Other clinicians"):
        replace_keys(practice, new_secrets())
    assert is_as_before(practice)


def test_a_form_that_is_out(practice: Practice) -> None:
    with writing(practice.engine) as db:
        [(form, *_)] = [
            (record, version) for table, record, version in practice.versions() if table == "administration"
        ]
        seen = administrations.load_administration(db, practice.vault, form)
        clinician_side.create_handover(db, practice.vault, seen, relationship_word="M.", now=NOW)
    with pytest.raises(KeysNotReplaced, match="hands of a client"):
        replace_keys(practice, new_secrets())
    assert is_as_before(practice)


def test_an_executor(practice: Practice) -> None:
    with reading(practice.engine) as db:
        reader, keys = key_slots.unlock_with_executor_halves(db, *practice.halves)
    practice.vault, practice.keys = reader, keys
    with pytest.raises(ClinicError):
        replace_keys(practice, new_secrets())
    assert opens_all(practice, practice.place, FIRST)


def test_a_line_that_says_keys_were_replaced(practice: Practice) -> None:
    """Who has the old identity cannot write one; what the old identity did not hand over does not verify."""
    replace_keys(practice, new_secrets())
    practice.engine.dispose()
    held = held_by(practice.place, practice.vault.user_id, SECOND)
    practice.engine, vault = opened_again(practice.place, held, practice.vault.user_id)
    with reading(practice.engine) as db:
        change = past_log_check.find_key_change(db, vault)
        assert change is not None and past_log_check.check_past_log(db, vault, change) == change.seq
        assert change.signing_key == practice.vault.public_key
    for other in (
        past_log.KeyChange(change.incarnations, bytes(32), *_rest(change)),
        past_log.KeyChange(((change.seq - 1, change.incarnations[0][1]),), change.hash, *_rest(change)),
        past_log.KeyChange(change.incarnations, change.hash, vault.public_key, *_rest(change)[1:]),
        past_log.KeyChange(change.incarnations, change.hash, change.signing_key, (), change.signature),
        past_log.KeyChange(
            change.incarnations, change.hash, change.signing_key, change.practice_keys, bytes(64)
        ),
    ):
        with reading(practice.engine) as db, pytest.raises(past_log_check.PastLogBroken):
            past_log_check.check_past_log(db, vault, other)
    practice.vault.incarnation = vault.incarnation
    with writing(practice.engine) as db:
        event = f"{past_log.KeyChangeEvent.KEYS_REPLACED} slots-9"
        audit_log.append_entry(db, practice.vault, event, now=NOW + timedelta(days=1))
        assert past_log_check.find_key_change(db, vault) == change
        newest = transaction_of(db).find_chain_tip(audit_log.audit_log_table)
        assert newest is not None and newest.seq > change.seq + 1, "the control"


def _rest(change: past_log.KeyChange) -> tuple[bytes, tuple[tuple[bytes, bytes], ...], bytes]:
    return change.signing_key, change.practice_keys, change.signature


def test_a_folder_that_refuses_the_last_step(practice: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    rename = os.rename

    def refuse(source: str, target: str) -> None:
        if successor.READY_FOLDER in str(target):
            raise OSError(28, "refused")
        rename(source, target)

    monkeypatch.setattr(os, "rename", refuse)
    with pytest.raises(StorageFull):
        replace_keys(practice, new_secrets())
    monkeypatch.undo()
    assert is_as_before(practice)
