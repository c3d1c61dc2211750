"""What is looked for stands in no address, title or log; what a client must not see stands closed."""

import logging
import re
from datetime import date

import pytest

from clinic_toolkit.journal.audit_log import JournalEvent
from clinic_toolkit.record.safety import risk_entries
from clinic_toolkit.record.safety.risk_entry_record import RiskAction, RiskEntry
from clinic_toolkit.record.writing import notes
from clinic_toolkit.record.writing.note_record import NotePart, PartSource
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.web.screens import searches
from tests.fixtures import audit_lines, practices
from tests.fixtures.practices import NOW
from tests.fixtures.sites import Site

WORD = "marigold"


@pytest.fixture
def client_id(site: Site) -> str:
    """A client whose note and risk entry have the word."""
    client = site.work.client("Oona Rice")
    session = site.work.session(client, date(2026, 3, 2))
    with writing(site.work.engine) as db:
        vault = site.work.vault
        part = NotePart(
            section="data", text="Oona Rice planted <b>marigolds</b> alone.", source=PartSource.CLINICIAN
        )
        practices.signed(db, vault, session, notes.create_note(db, vault, session, [part], now=NOW))
        entry = RiskEntry(
            client=client.id.bytes,
            therapy_session=None,
            entry_date=date(2026, 3, 2),
            action=RiskAction.ASKED,
            asked_text="She threw the marigolds away.",
        )
        risk_entries.create_risk_entry(db, vault, entry, now=NOW)
    return str(client.id)


def looked_for(site: Site, path: str, words: str = WORD) -> tuple[str, str]:
    """The address that a search leads to, and its page."""
    answer = site.post(path, {"words": words})
    assert answer.status_code == 303
    address = answer.headers["Location"]
    return address, site.get(address).text


@pytest.mark.parametrize("whole", [True, False], ids=["caseload", "client"])
def test_it_is_found_and_in_no_address_title_or_log(
    site: Site, client_id: str, whole: bool, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        address, page = looked_for(site, "/search" if whole else f"/clients/{client_id}/search")
    assert "<mark>marigold</mark>" in page
    assert "&lt;b&gt;" in page and "<b>marigold" not in page
    assert WORD not in address and WORD not in caplog.text
    assert re.search(r"<title>Search · Clinic toolkit</title>", page)
    assert "Not searched: psychotherapy notes;" in page


def test_a_list_over_all_clients_has_initials_until_one_is_opened(site: Site, client_id: str) -> None:
    _, page = looked_for(site, "/search")
    assert "O. R." in page and "Oona" not in page and "Rice" not in page
    _, page = looked_for(site, f"/clients/{client_id}/search")
    assert "Oona" in page


def test_risk_entries_stand_closed_and_the_page_outside_is_the_same_without_any(
    site: Site, client_id: str
) -> None:
    _, page = looked_for(site, f"/clients/{client_id}/search")
    _, without = looked_for(site, f"/clients/{client_id}/search", "planted")
    closed = re.compile(r"<details>.*?</details>", re.DOTALL)
    assert "threw the" in closed.findall(page)[0]
    assert "None has these words." in closed.findall(without)[0]
    assert "threw" not in closed.sub("", page)
    assert "1 found." in page and "1 found." in without
    # A word of a risk entry alone, and one that is nowhere.
    _, alone = looked_for(site, f"/clients/{client_id}/search", "threw")
    _, nothing = looked_for(site, f"/clients/{client_id}/search", "zinnia")
    assert "threw the" not in closed.sub("", alone)
    assert "Nothing found." in alone and "Nothing found." in nothing


def test_what_was_shown_is_in_the_audit_log(site: Site, client_id: str) -> None:
    looked_for(site, "/search", "zinnia")
    site.write_reads()
    assert "clinical_note" not in shown_tables(site)
    looked_for(site, "/search")
    site.write_reads()
    assert {"clinical_note", "risk_entry"} <= shown_tables(site)


def shown_tables(site: Site) -> set[str]:
    """The tables of the records that the audit log says were shown."""
    with reading(site.work.engine) as db:
        found = audit_lines.lines(db, site.work.vault)
    return {
        reference.table
        for line in found
        if line.event == JournalEvent.RECORDS_READ
        for reference in line.references
    }


def test_nothing_found_says_what_was_not_searched(site: Site, client_id: str) -> None:
    _, page = looked_for(site, "/search", "zinnia")
    assert "Nothing found." in page
    assert "Not searched: psychotherapy notes;" in page
    assert "Not searched: psychotherapy notes;" in site.get("/search").text


def test_one_letter_and_a_pasted_text_have_a_sentence(site: Site, client_id: str) -> None:
    _, page = looked_for(site, "/search", "m")
    assert "Type two letters or more." in page
    _, page = looked_for(site, "/search", f"{WORD} " + "x" * 500_000)
    assert "Only the first 200 characters were looked for." in page


def test_a_long_search_goes_on_by_a_button(
    site: Site, client_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.work.client("Petra Soames")
    monkeypatch.setattr(searches, "FIRST_SECONDS", -1.0)
    monkeypatch.setattr(searches, "REST_SECONDS", -1.0)
    _, page = looked_for(site, "/search")
    assert "so far, in 1 of 2 records" in page
    assert "Search the rest" in page and "data-more" in page
    answer = site.post("/search", {"words": WORD, "rest": "yes"})
    page = site.get(answer.headers["Location"]).text
    assert "so far" not in page and "data-more" not in page


def test_an_address_of_another_login_finds_nothing(site: Site, client_id: str) -> None:
    page = site.get("/search?search=0123456789abcdef").text
    assert "data-status" in page and "<mark>" not in page
    assert site.post("/search", {"words": "  "}).headers["Location"] == "/search"
