"""An unlock that has to read the whole audit trail: a page says how far, and nobody is in before the end."""

import errno
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from sqlalchemy import Connection
from werkzeug.test import TestResponse

from clinic_toolkit.journal import (
    audit_entries,
    audit_log,
    audit_reader,
    inventory_replay,
    inventory_snapshot,
)
from clinic_toolkit.record.people import practice_access
from clinic_toolkit.store.storage_errors import StorageFull
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.store.types import to_microseconds
from clinic_toolkit.vault import key_slots, return_code, unlock_attempts
from clinic_toolkit.vault.key_slots import WrongSecret
from clinic_toolkit.vault.vault import Vault
from clinic_toolkit.web.access import record_reading
from clinic_toolkit.web.screens import lock as lock_screen
from tests.fixtures.practices import NOW
from tests.fixtures.sites import Site
from tests.fixtures.waiting import wait_for

RIGHT, WRONG = "glacier mandolin unwrapped", "glacier mandolin unwraped"
PAGE = "/unlock/reading"
EARLIER_FAILURES = 2


class Gate:
    """Stops every replay in a thread after some entries, until it is opened."""

    def __init__(self) -> None:
        self.reached, self.opened = threading.Event(), threading.Event()
        self.entries = 3

    def hold(self, done: int) -> None:
        """Wait if so many entries are read."""
        if done == self.entries:
            self.reached.set()
            assert self.opened.wait(60)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    gate, read_entries = Gate(), audit_entries.iter_entries_after

    def read_slowly(*words: Any, **more: Any) -> Iterator[audit_entries.ReadResult]:
        for number, result in enumerate(read_entries(*words, **more)):
            if threading.current_thread().name == "record reading":
                gate.hold(number)
            yield result

    monkeypatch.setattr(audit_entries, "iter_entries_after", read_slowly)
    yield gate
    gate.opened.set()


@pytest.fixture
def lock(locked: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """A practice with a client, whose trail is long by a small limit, and a passphrase without its work."""
    work = locked.work
    work.client("Ruth Okafor")

    def open_with(db: Connection, typed: str) -> Vault:
        if typed != RIGHT:
            raise WrongSecret("That passphrase does not open this practice.")
        return key_slots.unlock_with_keys(db, work.vault.user_id, work.vault.unlocked_keys())

    monkeypatch.setattr(key_slots, "unlock_with_passphrase", open_with)
    monkeypatch.setattr(practice_access, "is_fast_derivation", lambda seconds: False)
    monkeypatch.setattr(record_reading, "MAX_ENTRIES_AT_ONCE", 2)
    monkeypatch.setattr(inventory_replay, "_ENTRIES_PER_REPORT", 1)
    for _ in range(EARLIER_FAILURES):
        unlock_attempts.record_unnamed_failure(locked.settings.data_folder)
    locked.app.worker.serving_since = -1000.0
    return locked


def type_in(lock: Site, **fields: str) -> TestResponse:
    return lock.post("/unlock", fields or {"passphrase": RIGHT, "back": "/clients"})


def failures(lock: Site) -> int:
    return unlock_attempts.count_most_failures(lock.settings.data_folder)


def last_entry(lock: Site) -> int:
    with reading(lock.work.engine) as db:
        return audit_reader.last_entry_number(db)


def arrive(lock: Site) -> TestResponse:
    """Ask for the page as it asks for itself, until it leads on."""
    answers: list[TestResponse] = []

    def leads_on() -> bool:
        answers.append(lock.get(PAGE))
        return "Refresh" not in answers[-1].headers

    wait_for(leads_on, every=0.01)
    return answers[-1]


def events(lock: Site, after: int) -> list[str]:
    with reading(lock.work.engine) as db:
        results = list(audit_entries.iter_entries_after(db, lock.work.vault, after))
    return [result.entry.event.partition(" ")[0] for result in results if result.entry]


def test_a_page_says_how_far_it_is_and_then_leads_on(lock: Site, gate: Gate) -> None:
    before = last_entry(lock)
    answer = type_in(lock)
    assert (answer.status_code, answer.headers["Location"]) == (303, PAGE)
    assert gate.reached.wait(60)
    page = lock.get(PAGE)
    assert page.status_code == 200 and page.headers["Refresh"] == "1"
    assert f"3 of {before + 1} lines" in " ".join(page.text.split())
    assert "Ruth Okafor" not in page.text and "Harbour" not in page.text
    assert '<form method="post" action="/lock">' in page.text
    gate.opened.set()
    answer = arrive(lock)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/clients")
    assert "Ruth Okafor" in lock.get("/clients").text
    assert failures(lock) == 0 and not lock.ends
    assert lock.get(PAGE).headers["Location"] == "/"


def test_nothing_else_is_served_before_the_end(lock: Site, gate: Gate) -> None:
    type_in(lock)
    assert gate.reached.wait(60)
    for path in ("/", "/clients", "/audit"):
        answer = lock.get(path)
        assert answer.status_code == 303 and answer.headers["Location"].startswith("/unlock")
    assert lock.get("/unlock").headers["Location"] == PAGE
    assert lock.get("/pulse", **{"X-Pulse": "1"}).status_code == 401
    assert not lock.app.worker.logins
    # The try is counted as long as it is under way, so a kill leaves it counted.
    assert failures(lock) == EARLIER_FAILURES + 1
    # Another browser is asked for the passphrase as ever.
    other = replace(lock)
    assert other.get(PAGE).headers["Location"] == "/unlock"
    assert 'name="passphrase"' in other.get("/unlock").text
    gate.opened.set()
    arrive(lock)
    assert lock.get("/clients").status_code == 200, "the control"
    assert other.get("/clients").status_code == 303


def test_the_trail_gets_the_lines_of_any_unlock(lock: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    start = last_entry(lock)
    type_in(lock)
    arrive(lock)
    by_reading, middle = events(lock, start), last_entry(lock)
    assert "practice.unlocked" in by_reading
    monkeypatch.setattr(record_reading, "MAX_ENTRIES_AT_ONCE", 1_000)
    assert type_in(replace(lock)).headers["Location"] == "/clients"
    assert events(lock, middle) == by_reading


def test_where_the_snapshot_serves_there_is_no_such_page(lock: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inventory_snapshot, "SNAPSHOT_INTERVAL", 1)
    assert type_in(lock).headers["Location"] == PAGE
    arrive(lock)
    assert type_in(replace(lock)).headers["Location"] == "/clients"


def test_lock_leaves_it_with_nothing_written(lock: Site, gate: Gate) -> None:
    before = last_entry(lock)
    type_in(lock)
    assert gate.reached.wait(60)
    record = lock.app.extensions["clinic record reading"]
    answers: list[TestResponse] = []
    pressed = threading.Thread(target=lambda: answers.append(lock.post("/lock", token=False)))
    pressed.start()
    wait_for(record._stopped.is_set, every=0.01)
    gate.opened.set()
    pressed.join(60)
    assert answers[0].headers["Location"] == "/unlock"
    assert lock.ends == ["locked"]
    assert record.ended.wait(60)
    assert record.vault is None and not lock.app.worker.logins
    assert last_entry(lock) == before
    # What was typed was right, so this try is no failure; those before it still are.
    assert failures(lock) == EARLIER_FAILURES
    # The next process begins anew.
    lock.app.worker.is_ending = False
    assert type_in(lock).headers["Location"] == PAGE
    assert arrive(lock).headers["Location"] == "/clients"
    assert "2 tries to unlock were refused" in " ".join(lock.get("/").text.split())


@pytest.mark.parametrize("error", [StorageFull(), OSError(errno.ENOSPC, "full")])
def test_an_error_is_told_on_its_page_and_ends_the_process(
    lock: Site, gate: Gate, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise error

    before = last_entry(lock)
    monkeypatch.setattr(inventory_snapshot, "save_snapshot", refuse)
    type_in(lock)
    gate.opened.set()
    answer = arrive(lock)
    assert answer.status_code == 503 and StorageFull().sentence in answer.text.replace("&#39;", "'")
    wait_for(lambda: lock.ends == ["not opened"], every=0.01)
    assert not lock.app.worker.logins
    assert (last_entry(lock), failures(lock)) == (before, EARLIER_FAILURES + 1)
    assert lock.get(PAGE).headers["Location"] == "/unlock"


def test_a_line_that_does_not_fit_is_told_before_any_other_page(lock: Site) -> None:
    seq = last_entry(lock) + 1
    body = audit_log.KEYLESS_PREFIX + msgspec.msgpack.encode(("note.signed", to_microseconds(NOW)))
    with writing(lock.work.engine) as db:
        previous_hash = audit_entries.find_entry_hash(db, seq - 1) or b""
        link = audit_log.chain_hash(lock.work.vault.incarnation, seq, previous_hash, body)
        db.execute(audit_log.audit_log_table.insert().values(seq=seq, body=body, hash=link, signature=None))
    assert type_in(lock).headers["Location"] == PAGE
    assert arrive(lock).headers["Location"] == "/unlock/trail?back=/clients"
    page = lock.get("/unlock/trail?back=/clients").text
    assert f"Line {seq} was written" in page and 'href="/clients">Go on' in page


def test_the_recovery_sheet_leads_to_a_new_passphrase(lock: Site) -> None:
    groups = {f"group{number}": group for number, group in enumerate(lock.work.groups, 1)}
    assert lock.post("/unlock/sheet", groups).headers["Location"] == PAGE
    assert arrive(lock).headers["Location"] == "/unlock/choose"
    assert lock.get("/").headers["Location"] == "/unlock/choose"


def test_the_return_code_is_confirmed_at_the_end(
    lock: Site, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = lock.work
    monkeypatch.setattr(return_code, "user_of_blob", lambda blob: work.vault.user_id)
    monkeypatch.setattr(
        return_code,
        "unlock_with_return_code",
        lambda db, blob, code: key_slots.unlock_with_keys(db, work.vault.user_id, work.vault.unlocked_keys()),
    )
    lock.keeper.blob = b"sealed"
    assert type_in(lock, code="ABC234").headers["Location"] == PAGE
    assert gate.reached.wait(60)
    assert lock.keeper.taken == 1, "as long as it is under way, it may still turn out to be a failure"
    gate.opened.set()
    assert arrive(lock).headers["Location"] == "/"
    assert lock.keeper.taken == 0


def test_a_wrong_passphrase_reads_nothing(lock: Site) -> None:
    answer = type_in(lock, passphrase=WRONG)
    assert answer.status_code == 422 and lock.ends == ["wrong secret"]
    assert lock.get(PAGE).headers["Location"] == "/unlock"
    assert failures(lock) == EARLIER_FAILURES + 1


def test_a_second_press_waits_for_the_first(lock: Site, gate: Gate) -> None:
    """The browser drops the first answer when it sends the second form, so the second comes in by itself."""
    type_in(lock)
    assert gate.reached.wait(60)
    other, answers = replace(lock), []
    token = other.token()
    second = threading.Thread(
        target=lambda: answers.append(
            other.post("/unlock", {"passphrase": RIGHT, "csrf_token": token}, token=False)
        )
    )
    second.start()
    assert not answers
    gate.entries = -1
    gate.opened.set()
    second.join(60)
    assert answers[0].headers["Location"] == PAGE
    assert arrive(other).headers["Location"] == "/"
    assert failures(lock) == 0 and not lock.ends


@pytest.mark.parametrize(
    ("done", "total", "words"),
    [
        (34, 108, "34 of 108 lines"),
        (1_500, 1_999, "1500 of 1999 lines"),
        (34_999, 107_600, "34 of 108 thousand lines"),
        (0, 20_001, "0 of 20 thousand lines"),
    ],
)
def test_many_lines_are_said_in_thousands(done: int, total: int, words: str) -> None:
    assert lock_screen._describe_progress(done, total) == words
