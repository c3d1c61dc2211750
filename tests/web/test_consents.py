"""The pages of consents: recorded, corrected, withdrawn, said where it matters, and the sheets to print."""

import re
from collections.abc import Mapping

import pytest

from clinic_toolkit.journal import records
from clinic_toolkit.record.people import cases, clients
from clinic_toolkit.record.people.consent_record import CONSENT
from clinic_toolkit.store.transactions import reading
from tests.fixtures.sites import Site

RECORD = re.compile(r'name="record" value="([^"]+)"')
YES = {"subject": "pooling", "answer": "agreed", "method": "paper", "answered_on": "2026-11-02"}
MISSING = "not asked yet, so these answers are counted nowhere"
NOT_SETTLED = "What becomes of what one partner says alone is not settled yet."
NO_POLICY = "so no policy holds for this couple"


@pytest.fixture
def place(site: Site) -> str:
    """The address of the consents of one client."""
    client = site.work.client("Ana Reyes")
    with reading(site.work.engine) as db:
        return f"/cases/{cases.load_single_case(db, site.work.vault, client.id).id}/consents"


def client_page(site: Site, place: str) -> str:
    answer = site.get(place.removesuffix("/consents"))
    return site.get(answer.headers["Location"]).text


def send(site: Site, address: str, fields: Mapping[str, object]) -> str:
    answer = site.post(address, dict(fields))
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def test_one_is_recorded_said_on_the_clients_page_and_withdrawn(site: Site, place: str) -> None:
    assert MISSING in site.get(place).text and "figures of" not in client_page(site, place)
    shown = send(site, f"{place}/new", {**YES, "wording": "Sheet about this tool, version 1"})
    page = site.get(shown).text
    assert "Agreed by Ana Reyes." in page
    assert "Sheet about this tool, version 1" in page and "Signed on paper" in page
    page = client_page(site, place)
    assert MISSING not in site.get(place).text and "figures of the practice: agreed" in page
    fields = {"by": re.findall(r'name="by" value="([^"]+)"', site.get(f"{shown}/withdraw").text)[0]}
    fields |= {"on": "2026-11-10", "words": "I would rather not.", "version": "1"}
    for _ in range(2):
        assert send(site, f"{shown}/withdraw", fields) == shown
    page = site.get(shown).text
    assert "Withdrawn by Ana Reyes on 10 November 2026" in page and "I would rather not." in page
    assert "What was recorded before" in page and page.count("<details>") == 1
    assert "withdrawn, so these answers are counted nowhere" in client_page(site, place)
    trail = site.get("/audit").text
    assert "Recorded a consent" in trail and "Noted that a consent was withdrawn" in trail


def test_a_form_sent_twice_is_one_consent(site: Site, place: str) -> None:
    key = RECORD.findall(site.get(f"{place}/new").text)[0]
    first, second = (send(site, f"{place}/new", {**YES, "record": key}) for _ in range(2))
    assert first == second
    with reading(site.work.engine) as db:
        assert len(records.list_all_records(db, site.work.vault, CONSENT)) == 1


def test_a_correction_is_a_version_and_two_edits_that_meet_are_shown(site: Site, place: str) -> None:
    shown = send(site, f"{place}/new", YES)
    declined = {**YES, "answer": "declined", "version": "1"}
    for _ in range(2):
        assert send(site, f"{shown}/edit", declined) == shown
    assert "Declined by Ana Reyes" in site.get(shown).text
    met = site.post(f"{shown}/edit", {**YES, "remark": "From another window.", "version": "1"})
    assert met.status_code == 409 and "From another window." in met.text
    assert "changed in another window" in met.text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({**YES, "subject": ""}, "Choose what it is about."),
        ({**YES, "subject": "other"}, "Write in a few words what it is about."),
        ({**YES, "subject": "couple_policy"}, "Choose what it is about."),
        ({**YES, "answered_on": "2999-01-01"}, "Is it meant?"),
        ({**YES, "answered_on": "2999-01-01", "answered_on-meant": "2999-01-01"}, "still to come"),
        ({**YES, "method": "telegram"}, "Choose how it was given."),
    ],
)
def test_bad_input_is_said(site: Site, place: str, fields: dict[str, object], sentence: str) -> None:
    answer = site.post(f"{place}/new", fields)
    assert answer.status_code == 422 and sentence in answer.text
    with reading(site.work.engine) as db:
        assert records.list_all_records(db, site.work.vault, CONSENT) == []


def test_a_couple_is_told_that_no_policy_holds_until_both_agree(site: Site) -> None:
    cy, di, case = site.work.couple("Cy Hart", "Di Moor")
    page = f"/cases/{case.id}"
    assert NO_POLICY in site.get(page).text and NOT_SETTLED in site.get(page).text
    fields: dict[str, object] = {**YES, "subject": "couple_policy", "policy": "no_secrets"}
    answer = site.post(f"{page}/consents/new", fields)
    assert answer.status_code == 422 and "Tick who answered." in answer.text
    answer = site.post(f"{page}/consents/new", {**fields, "policy": "", "given_by": [cy.id.hex]})
    assert answer.status_code == 422 and "Choose which of the two." in answer.text
    send(site, f"{page}/consents/new", {**fields, "given_by": [cy.id.hex]})
    assert "Cy Hart: agreed; Di Moor: not asked yet" in site.get(page).text
    both = send(site, f"{page}/consents/new", {**fields, "given_by": [cy.id.hex, di.id.hex]})
    assert "no secrets, agreed by both" in site.get(page).text and NO_POLICY not in site.get(page).text
    assert NOT_SETTLED not in site.get(page).text
    choice = site.get(f"{both}/withdraw").text
    assert "Cy Hart" in choice and "Di Moor" in choice
    answer = site.post(f"{both}/withdraw", {"on": "2026-11-10", "version": "1"})
    assert answer.status_code == 422 and "Choose who withdraws it." in answer.text
    send(site, f"{both}/withdraw", {"by": di.id.hex, "on": "2026-11-10", "version": "1"})
    assert NO_POLICY in site.get(page).text


@pytest.mark.parametrize("name", ["tool", "tool-large", "open", "limited-large"])
def test_the_sheets_name_nobody_and_say_that_they_are_drafts(site: Site, name: str) -> None:
    page = site.get(f"/consent-sheets/{name}").text
    assert "have it read by your lawyer or supervisor" in page
    saved = site.post(f"/consent-sheets/{name}")
    assert saved.data.startswith(b"%PDF") and "consent-" in saved.headers["Content-Disposition"]
    assert site.get("/consent-sheets/somebody").status_code == 404


def test_the_list_says_what_stands_and_offers_the_sheets(site: Site, place: str) -> None:
    page = site.get(place).text
    assert "/consent-sheets/tool" in page and "/consent-sheets/open" not in page
    assert "have it read by your lawyer or supervisor" in page and MISSING in page


def test_a_form_is_not_begun_unseen_after_a_refusal(site: Site, place: str) -> None:
    refused = "This client does not agree to questionnaires and worksheets."
    with reading(site.work.engine) as db:
        [client] = clients.list_clients(db, site.work.vault)
    choose = f"/sessions/{site.work.session(client).id}/questionnaire"
    assert refused not in site.get(choose).text, "nobody was asked yet"
    shown = send(site, f"{place}/new", {**YES, "subject": "tool"})
    assert refused not in site.get(choose).text, "the control"
    send(site, f"{shown}/withdraw", {"by": client.id.hex, "on": "2026-11-10", "version": "1"})
    assert refused in site.get(choose).text and place in site.get(choose).text
