"""The pages that bring an erased client back from a backup: which one, who, why, and what became of it."""

from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from clinic_toolkit.journal import audit_log, returned_rings
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import cases, clients
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.web.access import client_returns, short_lived_values
from clinic_toolkit.web.perimeter.timeouts import suspend_aware_clock
from tests.backup.test_couple_returns import erase_client
from tests.fixtures import audit_lines
from tests.fixtures.backups import erase, faults_of
from tests.fixtures.practices import NOW
from tests.fixtures.returns import clients_of, filled_client, plain_of
from tests.fixtures.sites import Site
from tests.fixtures.waiting import wait_for

CHOOSE = "/backups/bring-back"
WORDS = "harvest lantern unpaved mitten orchard velvet"


@pytest.fixture
def gone(site: Site) -> RecordVersion[Client]:
    """A client of whom there is a backup, and who will be erased."""
    return filled_client(site.work)


@pytest.fixture
def backup(site: Site, gone: RecordVersion[Client], tmp_path: Path) -> str:
    """The name of a backup in the place of this practice; the passphrase was typed just now."""
    (tmp_path / "stick").mkdir()
    type_passphrase(site)
    site.post("/backups/place", {"other": str(tmp_path / "stick")})
    site.post("/backups/make")
    ended(site, "/backups/making")
    [file] = (tmp_path / "stick").iterdir()
    return file.name


def type_passphrase(site: Site, *, seconds_ago: float = 0) -> None:
    for session in site.app.worker.logins.values():
        session.passphrase_typed_at = suspend_aware_clock() - seconds_ago


def ended(site: Site, page: str) -> TestResponse:
    """The answer of the page of a job, once it does not reload itself any more."""
    wait_for(lambda: "Refresh" not in site.get(page).headers)
    return site.get(page)


def looked_into(site: Site, backup: str, **typed: str) -> str:
    """The page of those who are in a backup and not here."""
    answer = site.post(CHOOSE, {"backup": backup} | typed)
    assert answer.headers["Location"] == f"{CHOOSE}/looking"
    assert ended(site, f"{CHOOSE}/looking").headers["Location"] == f"{CHOOSE}/people"
    return site.get(f"{CHOOSE}/people").text


def events(site: Site) -> list[str]:
    with reading(site.work.engine) as db:
        return [line.event for line in audit_lines.lines(db, site.work.vault)]


def test_an_erased_client_comes_back_by_these_pages(
    site: Site, gone: RecordVersion[Client], backup: str
) -> None:
    before = plain_of(site.work, gone.id)
    erase(site.work, gone)
    assert "Bo Lindqvist" not in site.get("/clients").text, "the control"
    for page in ("/backups", "/due"):
        assert f'href="{CHOOSE}"' in site.get(page).text
    assert backup in site.get(CHOOSE).text
    people = looked_into(site, backup)
    assert "Bo Lindqvist" in people and "erased here" in people and "Ana Reyes" not in people
    assert "backup.looked_into" in events(site)
    person = site.get(f"{CHOOSE}/people/{gone.id}").text
    assert "Bring this client back" in person and "3 sessions" not in person and "2 notes" in person
    answer = site.post(f"{CHOOSE}/people/{gone.id}", {"reason": "He came back"})
    assert answer.headers["Location"] == f"{CHOOSE}/running"
    done = ended(site, f"{CHOOSE}/running").text
    assert "The client is back" in done and f"/clients/{gone.id}" in done, done
    assert before.items() <= plain_of(site.work, gone.id).items() and faults_of(site.work) == ()
    assert not (site.settings.data_folder / "clinic.unpacked").exists()
    for page in ("/audit", f"/clients/{gone.id}/keep"):
        assert "He came back" in site.get(page).text
    again = site.post(f"{CHOOSE}/people/{gone.id}", {"reason": "He came back"})
    assert again.headers["Location"] == f"{CHOOSE}/running", "sent twice"
    assert backup in site.get("/audit").text and "Bo Lindqvist" in site.get("/clients").text
    assert not [event for event in events(site) if "came back" in event or "Lindqvist" in event]


def test_the_passphrase_is_asked_for_first_and_once_more(
    site: Site, gone: RecordVersion[Client], backup: str
) -> None:
    erase(site.work, gone)
    looked_into(site, backup)
    type_passphrase(site, seconds_ago=301)
    asked = site.get(CHOOSE).text
    assert "Your passphrase, once more" in asked and backup not in asked
    # What is typed of a passphrase of another day is never sent back to a page.
    answer = site.post(CHOOSE, {"backup": backup, "past_passphrase": WORDS})
    assert answer.status_code == 303 and WORDS not in answer.text
    answer = site.post(f"{CHOOSE}/people/{gone.id}", {"reason": "He came back"})
    assert "Your passphrase, once more" in answer.text and jobs_named(site) == []
    assert "Bo Lindqvist" not in clients_of(site.work)


def jobs_named(site: Site) -> list[str]:
    sessions = site.app.worker.logins.values()
    return [name for session in sessions for name in session.values if name == client_returns.RETURN_JOB]


def test_a_reason_is_asked_for(site: Site, gone: RecordVersion[Client], backup: str) -> None:
    erase(site.work, gone)
    looked_into(site, backup)
    answer = site.post(f"{CHOOSE}/people/{gone.id}", {"reason": " "})
    assert answer.status_code == 422 and "Write why this client is brought back." in answer.text
    assert jobs_named(site) == []


def test_who_is_here_is_not_listed(site: Site, gone: RecordVersion[Client], backup: str) -> None:
    people = looked_into(site, backup)
    assert "Everybody who is in this backup is here." in people
    assert site.get(f"{CHOOSE}/people/{gone.id}").status_code == 404
    assert site.post(f"{CHOOSE}/people/{gone.id}", {"reason": "He came back"}).status_code == 404


def test_somebody_of_the_same_name_is_shown_beside(
    site: Site, gone: RecordVersion[Client], backup: str
) -> None:
    erase(site.work, gone)
    other = site.work.client("Bo Lindqvist")
    looked_into(site, backup)
    person = site.get(f"{CHOOSE}/people/{gone.id}").text
    assert "Somebody of this name or code is here already" in person and f"/clients/{other.id}" in person
    site.post(f"{CHOOSE}/people/{gone.id}", {"reason": "He came back"})
    assert "The client is back" in ended(site, f"{CHOOSE}/running").text
    with reading(site.work.engine) as db:
        listed = {client.id for client in clients.list_clients(db, site.work.vault)}
    assert listed == {gone.id, other.id}


def test_a_joint_record_is_asked_about(site: Site, tmp_path: Path) -> None:
    one, two = site.work.client("Edda Moen"), site.work.client("Faruk Demir")
    with writing(site.work.engine) as db:
        case = cases.create_couple_case(db, site.work.vault, one.id, two.id, now=NOW)
    (tmp_path / "stick").mkdir()
    type_passphrase(site)
    site.post("/backups/place", {"other": str(tmp_path / "stick")})
    site.post("/backups/make")
    ended(site, "/backups/making")
    [file] = (tmp_path / "stick").iterdir()
    erase_client(site.work, one)
    looked_into(site, file.name)
    assert "The joint record with Faruk Demir" in site.get(f"{CHOOSE}/people/{one.id}").text
    answer = site.post(f"{CHOOSE}/people/{one.id}", {"reason": "She came back"})
    assert answer.status_code == 422 and "Choose what becomes of the joint record." in answer.text
    site.post(f"{CHOOSE}/people/{one.id}", {"reason": "She came back", f"couple-{case.id.hex}": "return"})
    assert "The client is back" in ended(site, f"{CHOOSE}/running").text
    with reading(site.work.engine) as db:
        assert cases.load_case(db, site.work.vault, case.id).payload.client_ids == (one.id, two.id)


def test_the_sheet_of_that_day_opens_it_and_a_wrong_passphrase_does_not(
    site: Site, gone: RecordVersion[Client], backup: str
) -> None:
    erase(site.work, gone)
    groups = {f"group{number}": group for number, group in enumerate(site.work.groups, 1)}
    assert "Group 8" in site.get(f"{CHOOSE}/sheet").text
    wrong = site.post(f"{CHOOSE}/sheet", {"backup": backup} | groups | {"group3": site.work.groups[3]})
    assert wrong.status_code == 422 and "Group 3 is not as it is printed" in wrong.text
    assert site.work.groups[0] not in wrong.text
    assert site.post(f"{CHOOSE}/sheet", {"backup": backup} | groups).status_code == 303
    assert ended(site, f"{CHOOSE}/looking").headers["Location"] == f"{CHOOSE}/people"
    assert "Bo Lindqvist" in site.get(f"{CHOOSE}/people").text
    # There was no passphrase on that day.
    site.post(CHOOSE, {"backup": backup, "past_passphrase": "one that was never chosen"})
    page = ended(site, f"{CHOOSE}/looking").text
    assert "The backup could not be used" in page and "never chosen" not in page
    assert not (site.settings.data_folder / "clinic.unpacked").exists()


def test_what_is_no_backup_of_the_list_is_not_opened(site: Site, backup: str) -> None:
    for name in ("../data/clinic.db", ""):
        answer = site.post(CHOOSE, {"backup": name})
        assert answer.status_code == 422 and "Choose one of these backups." in answer.text
    answer = site.post(CHOOSE, {"backup": backup, "past_passphrase": "x" * 2000})
    assert answer.status_code == 422 and "too long" in answer.text


def test_without_a_backup_it_leads_to_the_page_of_backups(site: Site) -> None:
    type_passphrase(site)
    assert site.get(CHOOSE).headers["Location"] == "/backups"
    assert site.get(f"{CHOOSE}/people").headers["Location"] == CHOOSE
    assert site.get(f"{CHOOSE}/running").headers["Location"] == CHOOSE


def test_what_was_found_is_held_for_minutes_only_and_stopping_forgets_it(
    site: Site, gone: RecordVersion[Client], backup: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    erase(site.work, gone)
    looked_into(site, backup)
    monkeypatch.setattr(short_lived_values, "LIFETIME_SECONDS", 0.0)
    short_lived_values.discard_expired(site.app.worker)
    assert site.get(f"{CHOOSE}/people").headers["Location"] == CHOOSE
    monkeypatch.undo()
    type_passphrase(site)
    looked_into(site, backup)
    assert site.post(f"{CHOOSE}/stop").headers["Location"] == "/backups"
    assert site.get(f"{CHOOSE}/people").headers["Location"] == CHOOSE


def test_a_stop_in_the_middle_leaves_nothing(
    site: Site, gone: RecordVersion[Client], backup: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    erase(site.work, gone)
    looked_into(site, backup)
    last = last_line(site)

    insert_past_records = returned_rings.insert_past_records

    def insert(*args: Any, **named: Any) -> None:
        for session in site.app.worker.logins.values():
            session.values[client_returns.RETURN_JOB].cancel()
        insert_past_records(*args, **named)

    monkeypatch.setattr(returned_rings, "insert_past_records", insert)
    site.post(f"{CHOOSE}/people/{gone.id}", {"reason": "He came back"})
    page = ended(site, f"{CHOOSE}/running").text
    assert "Nobody was brought back" in page and "This was stopped" in page
    assert last_line(site) == last and faults_of(site.work) == ()
    assert "Bo Lindqvist" not in clients_of(site.work)
    assert not (site.settings.data_folder / "clinic.unpacked").exists()


def last_line(site: Site) -> int:
    site.write_reads()
    with reading(site.work.engine) as db:
        return audit_log.last_position(db)[0]
