"""The page to print for a day when the computer fails: the docs say the same, and it names nobody unasked."""

import html
import re
from datetime import date, datetime, timedelta

from clinic_toolkit.journal import audit_log
from clinic_toolkit.journal.audit_entries import AuditEntry
from clinic_toolkit.record.people import cases, therapy_sessions
from clinic_toolkit.record.people.therapy_session_record import TherapySession, TherapySessionKind
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.web.content import paper_day
from tests.architecture.tree import CHECKOUT
from tests.fixtures import audit_lines
from tests.fixtures.sites import Site

TODAY = datetime.now().astimezone().date()
PLACE = "/when-the-computer-fails"


def plain(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def last_line(site: Site) -> AuditEntry:
    site.write_reads()
    with reading(site.work.engine) as db:
        return audit_lines.lines(db, site.work.vault, newest=1)[0]


def plan(site: Site, name: str, on: date) -> None:
    """A session that is still to come."""
    client = site.work.client(name)
    with writing(site.work.engine) as db:
        case = cases.load_single_case(db, site.work.vault, client.id)
        body = TherapySession(case_id_bytes=case.id.bytes, kind=TherapySessionKind.SESSION, on=on)
        therapy_sessions.create_therapy_session(
            db, site.work.vault, case, body, now=datetime.now().astimezone()
        )


def test_the_page_of_the_docs_says_the_same() -> None:
    assert (CHECKOUT / "docs" / "paper-day.md").read_text(encoding="utf-8") == paper_day.render_markdown()


def test_it_is_reached_from_today_and_from_the_practice_and_says_what_to_do(site: Site) -> None:
    for place in ("/", "/practice"):
        assert f'href="{PLACE}"' in site.get(place).text, place
    page = plain(site.get(PLACE).text)
    for part in paper_day.SECTIONS:
        for line in (part.heading, *part.lines):
            assert line in page
    assert "Whom to call" in page and "116 123" in page


def test_it_names_nobody_unless_the_list_is_asked_for(site: Site) -> None:
    site.work.session(site.work.client("Ana Reyes"), TODAY)
    alone, listed = (plain(site.get(place).text) for place in (PLACE, f"{PLACE}?list="))
    assert "A. R." not in alone and "Reyes" not in alone
    assert "A. R." in listed and "Reyes" not in listed, "initials are all that is shown"


def test_the_sessions_of_tomorrow_are_listed_apart_from_those_of_today(site: Site) -> None:
    for name, ahead in (("Ana Reyes", 0), ("Ben Okoro", 1), ("Cleo Dunn", 2)):
        plan(site, name, TODAY + timedelta(days=ahead))
    page = plain(site.get(f"{PLACE}?list=tomorrow").text)
    assert "B. O." in page and "Okoro" not in page and "A. R." not in page and "C. D." not in page
    assert "Tomorrow, " in page and "Add the sessions of today" in page
    assert "B. O." not in plain(site.get(f"{PLACE}?list=").text)
    assert "Add those of tomorrow" in plain(site.get(PLACE).text)


def test_it_says_how_a_backup_is_made_and_used(site: Site) -> None:
    page = plain(site.get(PLACE).text)
    for words in (
        "Choose a place on the page Backups",
        "deploy/start.py --restore FILE",
        "recovery sheet",
    ):
        assert words in page


def test_what_is_listed_leaves_a_line_in_the_trail_and_the_page_alone_none(site: Site) -> None:
    site.work.session(site.work.client("Ana Reyes"), TODAY)
    site.get(PLACE)
    before = last_line(site)
    site.get(PLACE)
    assert last_line(site) == before
    site.get(f"{PLACE}?list=")
    after = last_line(site)
    assert after.event == audit_log.JournalEvent.RECORDS_READ and after.seq == before.seq + 1
