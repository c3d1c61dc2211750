"""What pages showed is written into the trail in groups: in time, with a save, or before an end."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn

import pytest

from clinic_toolkit.journal.audit_entries import AuditEntry
from clinic_toolkit.journal.audit_log import JournalEvent
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.store.storage_errors import StorageFull
from clinic_toolkit.store.transactions import reading, store_of
from clinic_toolkit.web import context, waiting_reads
from tests.fixtures import audit_lines, second_identity
from tests.fixtures.practices import giving
from tests.fixtures.sites import Site

REFUSED = "what was looked at could not be written into the audit trail"


@pytest.fixture
def ana(site: Site) -> RecordVersion[Client]:
    return site.work.client("Ana Reyes")


def look(site: Site, client: RecordVersion[Client]) -> None:
    """Open the page of a client, whose line waits then."""
    assert site.get(f"/clients/{client.id}").status_code == 200
    assert not site.app.worker.waiting_reads.is_empty


def reads(site: Site) -> list[AuditEntry]:
    """The lines of reading that are in the trail, newest first."""
    with reading(site.work.engine) as db:
        audit_lines.check(db, site.work.vault)
        lines = audit_lines.lines(db, site.work.vault)
    return [line for line in lines if line.event == JournalEvent.RECORDS_READ]


def records_in(line: AuditEntry) -> set[bytes]:
    return {reference.record for reference in line.references}


@contextmanager
def full_disk() -> Iterator[None]:
    def full(*_args: object, **_more: object) -> NoReturn:
        raise StorageFull

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(waiting_reads, "writing", full)
        yield


def test_several_pages_make_one_line_that_names_each_version_once(
    site: Site, ana: RecordVersion[Client]
) -> None:
    ben = site.work.client("Ben Ode")
    for client in (ana, ben, ana):
        look(site, client)
    assert reads(site) == []
    site.write_reads()
    (line,) = reads(site)
    assert {ana.id.bytes, ben.id.bytes} <= records_in(line)
    assert len(set(line.references)) == len(line.references)
    site.write_reads()
    assert reads(site) == [line], "with nothing waiting nothing is written"


def test_the_next_save_takes_it_along_and_a_save_that_fails_leaves_it_waiting(
    site: Site, ana: RecordVersion[Client]
) -> None:
    look(site, ana)
    with full_disk():
        assert site.post("/clients/new", {"name": "Cem Aydin", "leave_message": "ask"}).status_code == 503
    assert reads(site) == [] and not site.app.worker.waiting_reads.is_empty
    assert site.post("/clients/new", {"name": "Cem Aydin", "leave_message": "ask"}).status_code == 303
    assert site.app.worker.waiting_reads.is_empty
    with reading(site.work.engine) as db:
        (line,) = reads(site)
        added = next(each for each in audit_lines.lines(db, site.work.vault) if each.seq == line.seq + 1)
    assert ana.id.bytes in records_in(line) and added.event == "client.added"


def test_a_save_that_is_rolled_back_at_its_end_loses_no_line(site: Site, ana: RecordVersion[Client]) -> None:
    ben = site.work.client("Ben Ode")
    look(site, ana)

    def view() -> str:
        context.db()
        look(site, ben)
        raise RuntimeError("not foreseen")

    assert site.post(site.route(view)).status_code == 500
    assert reads(site) == []
    site.write_reads()
    (line,) = reads(site)
    assert {ana.id.bytes, ben.id.bytes} <= records_in(line)


ENDINGS: dict[str, Callable[[Site, RecordVersion[Client]], object]] = {
    "lock": lambda site, _: site.post("/lock"),
    "lock by the script": lambda site, _: site.post("/lock", headers={"X-Autosave": "1"}),
    "cover": lambda site, _: site.post("/cover"),
    "quit": lambda site, _: site.post("/quit"),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_it_is_written_before_the_keys_go(site: Site, ana: RecordVersion[Client], ending: str) -> None:
    look(site, ana)
    ENDINGS[ending](site, ana)
    assert site.ends and not site.app.worker.logins
    assert site.app.worker.waiting_reads.is_empty
    assert ana.id.bytes in records_in(reads(site)[0])


def test_it_is_written_before_a_form_is_handed_over(site: Site, ana: RecordVersion[Client]) -> None:
    form = site.work.begun(ana, giving(), session=site.work.session(ana).id)
    look(site, ana)
    assert site.post(f"/administrations/{form.id}/hand-over").status_code == 303
    assert site.ends == ["handed over"] and site.app.worker.waiting_reads.is_empty
    assert ana.id.bytes in records_in(reads(site)[0])


def test_it_is_written_before_a_file_is_given(site: Site, ana: RecordVersion[Client]) -> None:
    session = site.work.session(ana)
    look(site, ana)
    answer = site.post(f"/sessions/{session.id}/summary")
    assert answer.headers["Content-Type"] == "application/pdf"
    (line,) = reads(site)
    assert ana.id.bytes in records_in(line)
    with reading(site.work.engine) as db:
        newest = audit_lines.lines(db, site.work.vault)[0]
    assert newest.event.startswith(JournalEvent.RECORDS_EXPORTED) and newest.seq == line.seq + 1


def test_the_page_of_the_trail_shows_it(site: Site, ana: RecordVersion[Client]) -> None:
    look(site, ana)
    assert "Looked at" in site.get("/audit").text
    assert ana.id.bytes in records_in(reads(site)[0])


def test_what_cannot_be_written_stops_every_further_page_and_nothing_else(
    site: Site, ana: RecordVersion[Client], caplog: pytest.LogCaptureFixture
) -> None:
    session = site.work.session(ana)
    place, waiting = f"/clients/{ana.id}", site.app.worker.waiting_reads
    with full_disk():
        look(site, ana)
        with caplog.at_level(logging.ERROR):
            waiting.try_write(site.work.engine)
        assert "audit.read_not_noted" in caplog.messages
        for path in (place, "/audit", f"/sessions/{session.id}/summary?framed=1"):
            refused = site.get(path)
            assert refused.status_code == 503, path
            assert REFUSED in refused.text and "Ana Reyes" not in refused.text
        assert site.get("/about-your-data").status_code == 200
    # With room again the page is there, and the trail lacks nothing.
    assert site.get(place).status_code == 200
    assert len(reads(site)) == 1 and ana.id.bytes in records_in(reads(site)[0])
    with full_disk():
        waiting.try_write(site.work.engine)
        assert site.post("/lock").status_code == 303
    assert site.ends == ["locked"], "a full disk keeps no key in memory"


def test_what_is_printed_is_written_before_it_is_sent(site: Site, ana: RecordVersion[Client]) -> None:
    paper = f"/sessions/{site.work.session(ana).id}/summary?framed=1"
    assert site.get(paper).status_code == 200
    assert len(reads(site)) == 1 and site.app.worker.waiting_reads.is_empty
    with full_disk():
        assert site.get(paper).status_code == 503


def test_where_nothing_may_be_written_pages_are_shown(
    site: Site, ana: RecordVersion[Client], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    look(site, ana)
    monkeypatch.setattr(type(store_of(site.work.engine)), "is_read_only", True)
    with caplog.at_level(logging.ERROR):
        site.write_reads()
        assert site.get(f"/clients/{ana.id}").status_code == 200
    assert caplog.messages == ["audit.read_not_noted"] * 2
    assert site.app.worker.waiting_reads.is_empty and reads(site) == []


def test_each_clinician_has_a_line_of_their_own(site: Site, ana: RecordVersion[Client]) -> None:
    founder, colleague = second_identity.at_work_together(site.work, ana)
    site.work, waiting = founder, site.app.worker.waiting_reads
    before = len(reads(site))
    for work in (founder, colleague):
        site.app.worker.logins["known"].vault = work.vault
        look(site, ana)
    waiting.write_reads(site.work.engine)
    new = reads(site)[: len(reads(site)) - before]
    assert {line.actor_id for line in new} == {founder.vault.user_id, colleague.vault.user_id}
    assert len(new) == 2


def test_the_timer_sleeps_while_nothing_waits(site: Site, ana: RecordVersion[Client]) -> None:
    waiting = site.app.worker.waiting_reads
    assert waiting._seconds_until_due() is None
    look(site, ana)
    seconds = waiting._seconds_until_due()
    assert seconds is not None and seconds <= waiting_reads.GROUP_SECONDS < 2
    site.write_reads()
    assert waiting._seconds_until_due() is None


def test_nothing_of_a_record_stands_in_what_waits(site: Site, ana: RecordVersion[Client]) -> None:
    look(site, ana)
    assert repr(site.app.worker.waiting_reads) == "<WaitingReads>"
    (group,) = site.app.worker.waiting_reads._groups.values()
    assert "Reyes" not in repr(list(group.references)) and "client" in repr(list(group.references))
