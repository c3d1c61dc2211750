"""The audit page: who, what, when; found by client, kind and day; and the check of everything."""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime

import msgspec
import pytest
from sqlalchemy import Connection, text

from clinic_toolkit.journal import (
    audit_entries,
    audit_log,
    audit_reader,
    inventory_snapshot,
    unsigned_entries,
)
from clinic_toolkit.record.people import confirmed_colleagues
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.store.types import to_microseconds
from clinic_toolkit.vault.vault import Vault
from tests.fixtures import audit_lines, second_identity
from tests.fixtures.practices import NOW, giving
from tests.fixtures.sites import Site

LAST = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


def tamper(site: Site, statement: str) -> None:
    with writing(site.work.engine) as db:
        for trigger in db.scalars(text("SELECT name FROM sqlite_schema WHERE type = 'trigger'")).all():
            db.exec_driver_sql(f"DROP TRIGGER {trigger}")
        db.exec_driver_sql(statement)


def test_a_line_of_the_last_day_there_is_hides_no_other(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    try:
        with writing(site.work.engine) as db:
            audit_log.append_keyless_entry(db, site.work.vault.incarnation, "unlock.failed", now=LAST)
        page = site.get("/audit")
    finally:
        monkeypatch.undo()
        time.tzset()
    assert page.status_code == 200


def checked(site: Site) -> str:
    assert site.post("/audit/check").headers["Location"] == "/audit/check"
    for _ in range(200):
        page = site.get("/audit/check")
        if "Refresh" not in page.headers:
            return page.text
        time.sleep(0.05)
    raise AssertionError("the check does not end")


def test_a_colleagues_line_is_marked_and_says_nothing_of_what_is_not_shared(site: Site) -> None:
    founder, colleague = second_identity.at_work_together(site.work, site.work.client("Ana Reyes"))
    site.app.worker.logins["known"].vault = founder.vault
    before = site.get("/audit").text
    # The record of the colleague, in a ring of the colleague's own.
    assert before.count("another clinician (author not confirmed)") == 1
    assert before.count("Another clinician’s record") == 1
    kept = colleague.client("Ben Hale")
    page = site.get("/audit").text
    assert page.count("Another clinician’s record") == 3
    assert "Ben Hale" not in page and kept.id.hex not in page.replace("-", "")
    with writing(site.work.engine) as db:
        user_id = colleague.vault.user_id
        words = confirmed_colleagues.words_of_key(founder.vault, user_id)
        confirmed_colleagues.confirm_colleague(
            db, founder.vault, user_id, words=words, name="Ivo Marin", now=NOW
        )
    page = site.get("/audit").text
    assert "another clinician" in page and "author not confirmed" not in page


def test_a_line_says_what_when_and_who_and_leads_to_its_record(site: Site) -> None:
    kept = site.work.client("Ana Reyes")
    session = site.work.session(kept)
    page = site.get("/audit").text
    assert "Added a client" in page
    assert "Added a session" in page
    assert f'href="/clients/{kept.id}"' in page
    assert f'href="/sessions/{session.id}"' in page
    assert "Ana Reyes" in page
    assert "you · line " in page
    assert "confirmed" in page
    assert "19 November 2026" in page
    assert "What the trail cannot show" in page


def test_looking_at_the_trail_is_in_the_trail(site: Site) -> None:
    kept = site.work.client("Ana Reyes")
    site.get("/audit")
    site.write_reads()
    with reading(site.work.engine) as db:
        newest = audit_lines.lines(db, site.work.vault)[0]
    assert newest.event == "records.read"
    assert {entry.record for entry in newest.references} == {kept.id.bytes}


def looked_for(site: Site, **typed: str) -> str:
    """The page of what was found."""
    return site.get(site.post("/audit/find", typed).headers["Location"]).text


def test_lines_are_found_by_client_kind_and_day_and_no_address_tells_of_whom(site: Site) -> None:
    ana, ben = site.work.client("Ana Reyes"), site.work.client("Ben Okoro")
    site.work.begun(ana, giving())
    answer = site.post("/audit/find", {"client": ana.id.hex, "kind": "", "day": ""})
    address = answer.headers["Location"]
    assert answer.status_code == 303 and ana.id.hex not in address
    found = site.get(address)
    assert "Began a questionnaire" in found.text
    assert f'href="/clients/{ben.id}"' not in found.text
    assert "No line was found" in looked_for(site, client=ana.id.hex, kind="sessions", day="")
    day = {"client": "", "kind": "questionnaires", "day": NOW.astimezone().date().isoformat()}
    assert "Began a questionnaire" in looked_for(site, **day)
    assert "No line was found" in looked_for(site, **day | {"day": date(2020, 1, 1).isoformat()})
    assert site.post("/audit/find", day | {"day": "no day"}).status_code == 422
    assert site.get("/audit/find").headers["Location"] == "/audit"
    assert "Began a questionnaire" in site.get(address).text, "a reload finds the same lines"


def test_fifty_lines_a_page_and_a_way_further_back(site: Site) -> None:
    client = site.work.client()
    with writing(site.work.engine) as db:
        for _ in range(130):
            audit_log.append_entry(db, site.work.vault, "session.agreed", now=NOW)
    page = site.get("/audit").text
    assert page.count("· line ") == 50
    assert "Older lines" in page
    older = site.get("/audit?before=40").text
    assert "line 39 " in older
    assert "line 40 " not in older
    wanted = {"client": "", "kind": "people", "day": ""}
    assert f"/clients/{client.id}" in looked_for(site, **wanted)
    for odd in ("0", "-1", "x", "9" * 30):
        assert site.get(f"/audit?before={odd}").status_code == 200


def test_a_keyless_line_is_not_yet_vouched_for(site: Site) -> None:
    with writing(site.work.engine) as db:
        audit_log.append_keyless_entry(db, site.work.vault.incarnation, "unlock.failed", now=NOW)
    page = site.get("/audit").text
    assert "the program, while locked" in page
    assert "not yet confirmed" in page
    assert "One line is not yet confirmed" in page


def test_a_keyless_line_is_vouched_for_by_the_unlock_that_took_it_over_and_by_no_other(site: Site) -> None:
    work = site.work
    with writing(work.engine) as db:
        audit_log.append_keyless_entry(db, work.vault.incarnation, "unlock.failed", now=NOW)
        assert unsigned_entries.sign_unsigned_entries(db, work.vault, now=NOW) == 1
        taken_over = audit_reader.last_entry_number(db) - 1
        # A line that nobody's program wrote: it follows the one before, and its time is impossible.
        refused = audit_reader.last_entry_number(db) + 1
        body = audit_log.KEYLESS_PREFIX + msgspec.msgpack.encode(("unlock.failed", 2**62))
        link = audit_log.chain_hash(
            work.vault.incarnation, refused, audit_entries.find_entry_hash(db, refused - 1) or b"", body
        )
        db.execute(
            audit_log.audit_log_table.insert().values(seq=refused, body=body, hash=link, signature=None)
        )
        assert unsigned_entries.sign_unsigned_entries(db, work.vault, now=NOW) is None
        assert audit_reader.is_signed_afterwards(db, work.vault, taken_over)
        assert not audit_reader.is_signed_afterwards(db, work.vault, refused)


@pytest.mark.parametrize("event", ["note.signed", "practice.created", "zebra" * 40_000])
def test_the_text_of_a_line_without_a_key_is_no_act_and_never_shown(site: Site, event: str) -> None:
    work = site.work
    with writing(work.engine) as db:
        seq = audit_reader.last_entry_number(db) + 1
        body = audit_log.KEYLESS_PREFIX + msgspec.msgpack.encode((event, to_microseconds(NOW)))
        link = audit_log.chain_hash(
            work.vault.incarnation, seq, audit_entries.find_entry_hash(db, seq - 1) or b"", body
        )
        db.execute(audit_log.audit_log_table.insert().values(seq=seq, body=body, hash=link, signature=None))
    before = site.get("/audit").text
    with writing(work.engine) as db:
        assert not inventory_snapshot.accept_unsigned_entries(db, work.vault, now=NOW)
    page = site.get("/audit").text
    for shown in (before, page):
        for words in (
            "Signed a note",
            "Set up the practice",
            "no words for",
            "zebra",
            "the program, while locked",
        ):
            assert words not in shown
        assert "This line was not written by this program, so its text is not shown." in shown
    assert f"did not confirm it: line {seq}" in page
    assert f"Line {seq} of the audit trail was not written by this program." in checked(site)


def test_a_line_that_was_changed_is_said_on_the_page(site: Site) -> None:
    site.work.client()
    tamper(site, "UPDATE audit_line SET signature = zeroblob(64) WHERE seq = 2")
    assert "The signature under this line does not hold." in site.get("/audit").text


def test_a_whole_practice_is_said_to_be_whole(site: Site) -> None:
    site.work.answer(site.work.begun(site.work.client(), giving()), [3, 2])
    page = checked(site)
    assert "Everything is as it was written" in page
    assert "sealed entries were checked" in page


def test_what_is_hurt_is_named_with_whose_it_is(site: Site) -> None:
    kept = site.work.client("Ana Reyes")
    site.work.begun(kept, giving())
    tamper(site, "DELETE FROM administration")
    page = checked(site)
    assert "One thing is not as written" in page
    assert "A questionnaire (" in page
    assert "Ana Reyes" in page


def test_a_check_under_way_shows_how_far_it_is_and_can_be_stopped(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    from clinic_toolkit.journal import inspection

    def slow(db: Connection, vault: Vault, progress: Callable[[int, int], None]) -> None:
        for done in range(1, 10_000):
            progress(done, 10_000)
            time.sleep(0.002)

    monkeypatch.setattr(inspection, "inspect_all", slow)
    touched = site.app.worker.timeouts
    site.post("/audit/check")
    page = site.get("/audit/check")
    assert page.headers["Refresh"] == "2"
    assert "<progress" in page.text
    # A second press does not begin another one.
    site.post("/audit/check")
    assert site.post("/audit/check/stop").headers["Location"] == "/audit/check"
    assert "This was stopped" in site.get("/audit/check").text
    assert touched.reason_to_end() is None
    # Locking stops it as well: it holds keys.
    site.post("/audit/check")
    job = next(iter(site.app.worker.logins.values())).values["check"]
    site.post("/lock")
    assert job.ended.wait(2)
    assert job.result is None


def test_without_a_check_there_is_no_page_of_one(site: Site) -> None:
    assert site.get("/audit/check").headers["Location"] == "/audit"
    assert site.post("/audit/check/stop").headers["Location"] == "/audit"
