"""A paper is a page with a frame: framed by us alone, saved by an act that is said and logged."""

import os
import re
import shutil
import sys
from pathlib import Path
from uuid import UUID

import pytest

from clinic_toolkit.journal import audit_log, inspection
from clinic_toolkit.journal.audit_entries import AuditEntry
from clinic_toolkit.store.sqlite.store import SqliteStore
from clinic_toolkit.store.transactions import reading, store_of
from clinic_toolkit.web.transport import security_headers
from tests.fixtures import audit_lines, sites
from tests.fixtures.sites import Site
from tests.journeys import crawl, person
from tests.journeys.pages import Page
from tests.journeys.person import Person

# Most of these look at everything that links lead to.
pytestmark = pytest.mark.slow

KINDS = {
    "note", "page", "summary", "over-time", "worksheet", "questionnaire", "answer-card", "clinician-card",
    "guide", "plan", "paper", "card", "consent",
}  # fmt: skip
NAME = re.compile(r'(inline|attachment); filename="([a-z-]+)-20\d\d-\d\d-\d\d-\d{6}\.pdf"')


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Site, Person]:
    site = sites.made(tmp_path_factory.mktemp("papers"))
    site.unlock()
    return site, crawl.furnish(site)


@pytest.fixture(scope="module")
def seen(furnished: tuple[Site, Person]) -> list[Page]:
    """Everything that links lead to, asked for once."""
    return list(crawl.pages(furnished[1], papers=True))


@pytest.fixture(scope="module")
def holding(seen: list[Page]) -> list[Page]:
    """The pages with a paper in them."""
    return [page for page in seen if page.paper]


def kind_of(paper: Page) -> str:
    found = NAME.fullmatch(paper.headers["Content-Disposition"])
    assert found, paper.headers
    return found[2]


def paper_of(page: Page) -> Page:
    assert page.paper
    return page.paper


def last_line(site: Site) -> AuditEntry:
    site.write_reads()
    with reading(site.work.engine) as db:
        return audit_lines.lines(db, site.work.vault, newest=1)[0]


def test_every_kind_of_paper_is_on_a_page_of_ours(holding: list[Page]) -> None:
    assert {kind_of(paper_of(page)) for page in holding} == KINDS
    for page in holding:
        assert page.headers["Content-Security-Policy"] == security_headers.PRINTOUT_PAGE_POLICY
        assert page.headers["X-Frame-Options"] == "DENY"
        assert "none" in page.text and "the viewer’s own way to save leaves none" in page.text
        assert any("Lock" in control.words for form in page.forms for control in form.controls)
        paper = paper_of(page)
        assert paper.body.startswith(b"%PDF-")
        assert paper.headers["Content-Security-Policy"] == security_headers.FRAMED_PDF_POLICY
        assert paper.headers["X-Frame-Options"] == "SAMEORIGIN"
        assert paper.headers["Cache-Control"] == "no-store"
        assert paper.headers["Content-Disposition"].startswith("inline; ")


def test_no_link_leads_to_a_file(seen: list[Page]) -> None:
    """Whatever a link leads to is a page, or the paper for a frame: nothing that a browser would save."""
    for page in seen:
        assert not page.headers.get("Content-Disposition", "").startswith("attachment"), page.path


def test_no_other_answer_may_be_framed(seen: list[Page]) -> None:
    pages = [page for page in seen if page.headers["Content-Type"].startswith("text/html")]
    assert len(pages) > 40
    for page in pages:
        assert page.headers["X-Frame-Options"] == "DENY", page.path
        assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"], page.path
        has_frame = bool(page.paper) or b"data-preview" in page.body
        assert ("frame-src" in page.headers["Content-Security-Policy"]) == has_frame, page.path


def test_a_paper_opened_on_its_own_leads_back_to_its_page(
    furnished: tuple[Site, Person], holding: list[Page]
) -> None:
    site, _ = furnished
    for page in holding:
        answer = site.get(page.frame, **{"Sec-Fetch-Dest": "document"})
        assert answer.status_code == 303, page.frame
        assert answer.headers["Location"] == page.path


def test_saving_is_logged_with_what_stands_on_the_paper(
    furnished: tuple[Site, Person], holding: list[Page]
) -> None:
    site, me = furnished
    for page in {kind_of(paper_of(page)): page for page in holding}.values():
        saved = me.press(page, "Save a copy as a file")
        assert saved.headers["Content-Type"] == "application/pdf"
        assert saved.headers["Content-Disposition"].startswith("attachment; ")
        line = last_line(site)
        assert line.event == f"{audit_log.JournalEvent.RECORDS_EXPORTED} {kind_of(saved)}"
        ids = [UUID(each) for each in re.findall(r"[0-9a-f-]{36}", page.path.partition("?")[0])]
        named = {UUID(bytes=entry.record) for entry in line.references}
        assert set(ids) <= named, page.path
        assert bool(named) == bool(ids), page.path
    trail = me.send(me.open("/audit"), {"kind": "papers"}).text
    for words in ("a note with a note", "the summary of a session with a session", "a blank questionnaire"):
        assert f"Saved a paper as a file: {words}" in trail
    assert "file: a paper" not in trail


def test_a_look_at_the_page_is_noted_when_the_frame_asks(
    furnished: tuple[Site, Person], holding: list[Page]
) -> None:
    site, _ = furnished
    path = next(page.path for page in holding if kind_of(paper_of(page)) == "note")
    before = last_line(site).seq
    assert site.get(path).status_code == 200
    assert last_line(site).seq == before
    site.get(f"{path}?framed=1", **{"Sec-Fetch-Dest": "iframe"})
    assert site.app.worker.waiting_reads.is_empty, "what is printed is noted before it is sent"
    assert last_line(site).event == audit_log.JournalEvent.RECORDS_READ
    assert last_line(site).seq == before + 1


def test_the_line_of_a_saved_paper_is_no_new_version(
    furnished: tuple[Site, Person], holding: list[Page]
) -> None:
    """The paper of an earlier version must not make a later one look like one that is missing."""
    site, me = furnished
    me.press(next(page for page in holding if kind_of(paper_of(page)) == "summary"), "Save a copy as a file")
    with reading(site.work.engine) as db:
        report = inspection.inspect_all(db, site.work.vault, lambda done, total: None)
    assert report.findings == ()
    assert audit_log.JournalEvent.RECORDS_EXPORTED in audit_log.JournalEvent


def test_a_paper_is_not_drawn_before_the_frame_asks(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    from clinic_toolkit.documents import worksheet

    drawn = []

    def draw(value: object) -> bytes:
        drawn.append(value)
        return b"%PDF-"

    monkeypatch.setattr(worksheet, "render_worksheet", draw)
    assert site.get("/worksheets/two-circles/blank").status_code == 200
    assert drawn == []
    assert site.get("/worksheets/two-circles/blank?framed=1").data == b"%PDF-"
    assert len(drawn) == 1


def test_the_address_of_the_frame_takes_nothing_from_outside(site: Site) -> None:
    page = person.at(site).open(
        "/worksheets/two-circles/blank?large=1&_external=1&_scheme=javascript&x=%22%3E"
    )
    assert page.frame == (
        "/worksheets/two-circles/blank?large=1&_external=1&_scheme=javascript&x=%22%3E&framed=1"
    )


def test_the_recovery_sheet_is_a_page_and_no_file(site: Site) -> None:
    from clinic_toolkit.web.access import pending_recovery_sheet

    groups = tuple(f"AB{number}CD" for number in range(8))

    def view() -> str:
        pending_recovery_sheet.store_pending_sheet(groups)
        return "held"

    site.post(site.route(view))
    page = person.at(site).open("/practice/sheet/paper")
    assert page.headers["Content-Type"].startswith("text/html")
    assert "Content-Disposition" not in page.headers
    assert all(page.source.count(f"<strong>{group}</strong>") == 2 for group in groups)
    for warning in ("shared screen", "screen recording", "Save as PDF", "printer in the cloud"):
        assert warning in page.text
    # What the cover takes away, and not only hides.
    left = re.sub(r"<(details|div)[^>]* data-paper>.*?</\1>", "", page.source, flags=re.DOTALL)
    assert len(left) < len(page.source) - 500
    assert not [group for group in groups if group in left]
    assert not (Path(pending_recovery_sheet.__file__).parents[1] / "documents" / "recovery.py").exists()


def test_where_nothing_can_be_written_every_paper_is_given_without_a_line(
    furnished: tuple[Site, Person], holding: list[Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody needs copies more than who finds that the record can only be read."""
    site, me = furnished
    before = last_line(site).seq
    with monkeypatch.context() as stuck:
        stuck.setattr(SqliteStore, "is_read_only", True)
        for page in {kind_of(paper_of(page)): page for page in holding}.values():
            shown = me.open(page.path)
            assert "so saving it leaves no line in the audit trail" in shown.text
            assert "leaves a line" not in shown.text
            saved = me.press(shown, "Save a copy as a file")
            assert saved.body.startswith(b"%PDF-"), page.path
        assert site.post("/clients/new", {"name": "Eva Lind", "leave_message": "ask"}).status_code == 503
    assert last_line(site).seq == before


@pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be exchanged there")
def test_a_paper_is_given_after_the_file_was_exchanged(site: Site) -> None:
    file = site.settings.data_folder / "clinic.db"
    other = file.with_name("other.db")
    shutil.copy(file, other)
    os.replace(other, file)
    store_of(site.work.engine).rescue_if_replaced()
    assert site.post("/clients/new", {"name": "Eva Lind", "leave_message": "ask"}).status_code == 503
    assert site.get("/condition").status_code == 200
    me = person.at(site)
    shown = me.open("/worksheets/two-circles/blank")
    assert "so saving it leaves no line in the audit trail" in shown.text
    assert me.press(shown, "Save a copy as a file").body.startswith(b"%PDF-")
