"""What the clinician meets when a form comes back: first what matters before the client leaves."""

from html import unescape
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import text

from clinic_toolkit.record.handovers import clinician_side
from clinic_toolkit.record.people import clinician
from clinic_toolkit.record.questionnaires import administrations, progress
from clinic_toolkit.store.transactions import writing
from clinic_toolkit.web.access import handover_transition
from tests.fixtures.handed_over_device import Device, taken_up
from tests.fixtures.sites import Site
from tests.journeys import steps
from tests.journeys.pages import Page
from tests.journeys.person import Person


def handed(site: Site, me: Person, **about: str) -> Device:
    """Choose, introduce, hand over: the device as the client holds it."""
    return handed_in(site, me, f"/sessions/{site.work.session(site.work.client()).id}", **about)


def handed_in(site: Site, me: Person, session: str, **about: str) -> Device:
    """The same in a session that is there already."""
    page = steps.begin(me, session, **about)
    page = me.follow(page, "Hand it to the client")
    assert "Before you hand it over" in page.text
    place = page.path.split("/")[2]
    assert "One moment" in me.press(page, "Hand over now").text
    with writing(site.work.engine) as db:
        form = administrations.load_administration(db, site.work.vault, UUID(place))
    return taken_up(site, form, site.keeper.ticket)


def comes_back(site: Site, me: Person) -> Page:
    """The clinician unlocks: as the next worker does, without the second that a passphrase takes."""
    site.app.extensions.pop(handover_transition._HANDED_OVER_KEY)
    site.unlock()
    with writing(site.work.engine) as db:
        for out in clinician_side.list_open_handovers(db, site.work.vault):
            clinician_side.merge_handover(db, site.work.vault, out, now=out.recorded_at)
    return me.open("/handovers")


def test_the_page_says_why_a_return_code_is_not_enough_to_come_back(site: Site, me: Person) -> None:
    page = steps.begin(me, f"/sessions/{site.work.session(site.work.client()).id}")
    address = f"/administrations/{page.path.split('/')[2]}/hand-over"
    why = "Your return code is not enough now"
    page = me.open(address)
    assert "You come back with your passphrase." in page.text and why not in page.text
    with writing(site.work.engine) as db:
        stored = clinician.load_clinician(db, site.work.vault)
        changed = msgspec.structs.replace(stored.payload, return_code="ABC234")
        clinician.revise_clinician(db, site.work.vault, stored, changed, now=stored.recorded_at)
    page = me.open(address)
    assert "You come back with your passphrase." in page.text and why in page.text
    site.keeper.hold_return_blob(b"sealed")
    page = me.open(address)
    assert "You come back with your return code, or with your passphrase." in page.text
    assert why not in page.text


def test_what_to_ask_and_what_to_talk_about_come_first_and_no_score(site: Site, me: Person) -> None:
    device = handed(site, me)
    device.post("/form/1", {"answer": "4", "talk": "yes", "said": "With my sister."})
    device.post("/form/2", {"way": "declined"})
    device.post("/form/3", {"way": "did_not_come_up"})
    device.post("/form/4", {"answer": "3", "said": "Only at night."})
    afraid = next(
        n for n, item in enumerate(device.app.form._instrument.items, 1) if item.safety_flag == "fear"
    )
    device.post(f"/form/{afraid}", {"answer": "4"})
    device.post("/form/give-back")
    page = comes_back(site, me)
    said = page.text
    assert said.index("Ask before they go") < said.index("To talk about") < said.index("Left out")
    assert "Ask in private about fear of this person." in said and "no reassurance" in said
    assert "With my sister." in said and "Only at night." in said
    assert "3 of 12 answered. 1 they would rather not answer. 1 did not come up. 7 left open." in said
    assert "given back before the end" in said and "Overgiving" not in said and "Not scored" not in said
    # It comes first again until it was looked at.
    assert me.open("/handovers").path == page.path
    assert me.press(page, "Look at it").path.endswith("/result")
    assert me.open("/handovers").path == "/"
    assert "Go on together" not in me.open(page.path).text


def test_no_page_in_the_clients_hands_holds_a_word_for_the_clinician(site: Site, me: Person) -> None:
    device = handed(site, me)
    instrument = device.app.form._instrument
    meant = [each.question for facet in instrument.facets for each in facet.follow_up]
    meant += [line for facet in instrument.facets for line in (facet.name, *facet.avoid)]
    meant += [*instrument.clinician_notes, *instrument.guidance.distress, instrument.clinician_name]
    assert len(meant) > 20
    for path in (
        "/form",
        "/form/check",
        "/form/finish",
        "/form/pause",
        *(f"/form/{n}" for n in range(1, 13)),
    ):
        page = unescape(device.get(path).text)
        assert [words for words in meant if words in page] == [], path
    # The control: on the clinician's side they stand.
    site.app.extensions.pop(handover_transition._HANDED_OVER_KEY)
    site.unlock()
    assert all(words in unescape(me.open(f"/questionnaires/{instrument.id}").source) for words in meant)


@pytest.mark.parametrize(
    ("button", "leads_to"),
    [("Go on together", "/items/2"), ("Hand over again", "/hand-over"), ("Look at it", "/result")],
)
def test_each_button_leads_where_it_says(site: Site, me: Person, button: str, leads_to: str) -> None:
    device = handed(site, me)
    device.post("/form/1", {"answer": "4"})
    device.post("/form/give-back")
    assert me.press(comes_back(site, me), button).path.endswith(leads_to)


def test_after_the_end_there_is_nothing_to_hand_over_again(site: Site, me: Person) -> None:
    device = handed(site, me)
    for number in range(1, 13):
        device.post(f"/form/{number}", {"answer": "2"})
    device.post("/form/finish")
    page = comes_back(site, me)
    assert "finished" in page.text and "Hand over again" not in page.text
    assert "Nothing: all 12 questions are answered." in page.text and "It can all stay" not in page.text
    result = me.press(page, "Look at it")
    assert "answered by the client alone" in result.text


@pytest.mark.parametrize("decision", ["Take these answers", "Leave the record as it is"])
def test_what_does_not_fit_is_shown_beside_the_record_and_decided(
    site: Site, me: Person, decision: str
) -> None:
    device = handed(site, me)
    device.post("/form/1", {"answer": "4"})
    with writing(site.work.engine) as db:
        form = administrations.load_administration(db, site.work.vault, device.form.id)
        progress.complete_administration(db, site.work.vault, form, now=form.recorded_at)
    page = comes_back(site, me)
    assert "Nothing was put into the record yet" in page.text
    assert "Alone: Nearly all the time" in page.text and "In the record: left open" in page.text
    assert "Go on together" not in page.text
    # It cannot be closed before it was decided.
    assert me.post(f"{page.path}/on", {"to": "look", "csrf_token": site.token()}).status == 422
    page = me.press(page, decision)
    assert "Nothing was put into the record yet" not in page.text
    answers = me.open(f"/administrations/{device.form.id}/answers").text
    assert ("Nearly all the time" in answers) == (decision == "Take these answers")
    assert me.press(page, "Look at it").path.endswith("/result")


def test_a_form_that_is_gone_is_shown_by_its_numbers(site: Site, me: Person) -> None:
    device = handed(site, me)
    device.post("/form/3", {"answer": "4", "said": "Only this."})
    with writing(site.work.engine) as db:
        db.execute(text("DELETE FROM administration"))
    page = comes_back(site, me)
    assert "not in the record any more" in page.text and "Only this." in page.text
    page = me.press(page, "Set it aside")
    assert me.press(page, "Done").path == "/"


def test_what_could_not_be_brought_in_can_be_tried_again(site: Site, me: Person) -> None:
    device = handed(site, me)
    device.post("/form/1", {"answer": "4"})
    site.app.extensions.pop(handover_transition._HANDED_OVER_KEY)
    site.unlock()
    page = me.open("/handovers")
    assert "could not be brought into the record" in page.text
    page = me.press(page, "Try again")
    assert "1 of 12 answered." in page.text
