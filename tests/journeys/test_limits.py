"""What stays between the two and what does not is said before fear, being a burden or harm is asked about."""

from html import unescape
from uuid import UUID

import msgspec
import pytest

from clinic_toolkit.instruments import catalogue, confidentiality_limits
from clinic_toolkit.record.people import practice
from clinic_toolkit.record.questionnaires import administrations
from clinic_toolkit.store.transactions import reading, writing
from tests.fixtures.handed_over_device import Device, handed_over
from tests.fixtures.practices import CLINICIAN, NOW, SETTINGS
from tests.fixtures.sites import Site
from tests.journeys import own, steps
from tests.journeys.pages import Page
from tests.journeys.person import Person
from tests.journeys.steps import ABOUT
from tests.journeys.test_first_run import Empty, empty

__all__ = ["empty"]

SAID = SETTINGS.limits_text
DRAFT = confidentiality_limits.draft_for(SETTINGS.country).text
NOT_CONFIRMED = "Draft, not yet confirmed by you."
FLAGGED = [one.id for one in catalogue.list_instruments() if confidentiality_limits.requires_notice(one)]
CALM = [one.id for one in catalogue.list_instruments() if not confidentiality_limits.requires_notice(one)]
ASKS, ASKS_NOTHING = 'safety_flag = "fear"', 'safety_flag = "none"'


def forget(site: Site) -> None:
    """Leave the practice as one that was set up before there were such words."""
    with writing(site.work.engine) as db:
        seen = practice.load_practice_settings(db, site.work.vault)
        body = msgspec.structs.replace(seen.payload, limits_text="")
        practice.revise_practice_settings(db, site.work.vault, seen, body, now=NOW)


def handed(site: Site, introduction: Page) -> Device:
    """The device in a client's hands, from this introduction on."""
    with reading(site.work.engine) as db:
        form = administrations.load_administration(db, site.work.vault, UUID(introduction.path.split("/")[2]))
    return handed_over(site, form)


@pytest.mark.parametrize("whom", [{}, {"about": "general"}], ids=["one person", "in general"])
@pytest.mark.parametrize("slug", FLAGGED)
def test_it_is_said_after_who_sees_the_answers_and_before_the_last_words(
    me: Person, session: str, slug: str, whom: dict[str, str]
) -> None:
    said = steps.begin(me, session, slug, **whom).text
    form = catalogue.load_instrument(slug)
    script = (form.introduction_general if whom else ()) or form.introduction
    assert said.count(SAID) == 1 and NOT_CONFIRMED not in said
    assert said.index(script[-2]) < said.index(SAID) < said.index(script[-1])


@pytest.mark.parametrize("slug", CALM)
def test_a_form_that_asks_nothing_of_the_kind_does_not_say_it(me: Person, session: str, slug: str) -> None:
    assert CALM and SAID not in steps.begin(me, session, slug).text


def test_a_check_in_does_not_say_it(site: Site, me: Person, session: str) -> None:
    page = me.open(f"{session}/check-in")
    page = me.send(page, {"about": "general"})
    assert page.path.endswith("/introduction") and SAID not in page.text
    assert SAID not in unescape(handed(site, page).get("/form").text)


@pytest.mark.parametrize("slug", [*FLAGGED, *CALM])
def test_the_client_reads_it_on_the_first_page_in_their_hands(
    site: Site, me: Person, session: str, slug: str
) -> None:
    introduction = steps.begin(me, session, slug)
    offer = me.follow(introduction, "Hand it to the client").text
    device = handed(site, introduction)
    first = unescape(device.get("/form").text)
    assert (SAID in first, SAID in offer) == (slug in FLAGGED, slug in FLAGGED)
    if slug in FLAGGED:
        # Before the way to the first question, and it names nobody.
        assert first.index(SAID) < first.index("Go to the questions")
        assert CLINICIAN.name not in first and SETTINGS.practice_name not in first
        # It travels with the ticket, so a process that begins anew says it again.
        assert SAID in unescape(device.next_process().get("/form").text)


def test_typed_words_stay_words_in_the_clients_hands(site: Site, me: Person, session: str) -> None:
    typed = "I keep it to myself.\n\nUnless: <b>danger & harm</b>"
    me.send(me.open("/practice"), {"limits_text": typed})
    source = handed(site, steps.begin(me, session)).get("/form").text
    assert "<b>danger" not in source and typed in unescape(source)


@pytest.mark.parametrize("asks", [True, False])
def test_a_questionnaire_of_the_practice_itself_says_it_by_the_same_rule(
    site: Site, me: Person, session: str, asks: bool
) -> None:
    text = own.TEXT if asks else own.changed((ASKS, ASKS_NOTHING))
    assert own.upload(site, text).status_code == 303
    assert (SAID in me.open(f"{own.YOURS}/preview/introduction").text) == asks
    assert (SAID in steps.words_of(me.open(f"{own.YOURS}/preview/blank"))) == asks
    me.press(me.open(f"{own.YOURS}/preview"), "Add it to the practice")
    assert (SAID in steps.words_of(me.open("/questionnaires/resting/blank"))) == asks
    introduction = steps.begin(me, session, "resting")
    assert (SAID in introduction.text) == asks
    # What travels to the client's side says no more which question asks about fear.
    assert (SAID in unescape(handed(site, introduction).get("/form").text)) == asks


def test_an_introduction_of_one_paragraph_comes_before_it(site: Site, me: Person) -> None:
    first = own.TEXT.index("introduction = [")
    short = f'{own.TEXT[:first]}introduction = ["Only this."]{own.TEXT[own.TEXT.index("]", first) + 1 :]}'
    assert own.upload(site, short).status_code == 303
    said = me.open(f"{own.YOURS}/preview/introduction").text
    assert said.index("Only this.") < said.index(SAID)


@pytest.mark.parametrize("slug", [*FLAGGED, *CALM, "check-in"])
def test_it_stands_on_the_blank_form_before_anything_is_asked(me: Person, slug: str) -> None:
    for wording in ("", "?general=1"):
        said = steps.words_of(me.open(f"/questionnaires/{slug}/blank{wording}"))
        assert (SAID in said) == (slug in FLAGGED)
        if slug in FLAGGED:
            item = catalogue.load_instrument(slug).items[0]
            assert said.index(SAID) < said.index(item.text_general if wording else item.text)


def test_it_stands_on_the_page_that_is_shared_over_telehealth(me: Person, session: str) -> None:
    for slug in ("giving", *CALM):
        place = steps.place(steps.begin(me, session, slug))
        assert (SAID in me.open(f"{place}/shared").text) == (slug in FLAGGED)


def test_before_it_is_confirmed_the_draft_stands_in_its_place_and_nothing_waits(
    site: Site, me: Person, session: str
) -> None:
    assert "still to be confirmed" not in me.open("/").text
    forget(site)
    assert "Your limits of confidentiality are still to be confirmed" in me.open("/").text
    introduction = steps.begin(me, session)
    for page in (introduction, me.follow(introduction, "Hand it to the client")):
        assert page.text.index(NOT_CONFIRMED) < page.text.index(DRAFT)
        assert me.follow(page, "Write or confirm it").path == "/practice"
    shown = me.open("/questionnaires/giving")
    assert "a draft, not yet confirmed by you" in shown.text
    assert DRAFT in steps.words_of(me.follow(shown, "Blank form"))
    # For the clinician it is marked as a draft; the client is told all the same.
    first = unescape(handed(site, introduction).get("/form").text)
    assert DRAFT in first and "confirmed" not in first


def test_the_page_of_the_practice_offers_the_draft_and_saving_confirms_it(site: Site, me: Person) -> None:
    forget(site)
    page = me.open("/practice")
    assert "Draft for your country, not yet confirmed by you." in page.text
    assert (
        confidentiality_limits.load_drafts().status in page.text
        and confidentiality_limits.draft_for("IE").check in page.text
    )
    assert page.typed("limits_text") == DRAFT
    saved = me.send(page, {"limits_text": f"{DRAFT} Ask me."})
    assert "Saved." in saved.text and "not yet confirmed" not in saved.text
    assert saved.typed("limits_text") == f"{DRAFT} Ask me."
    assert "still to be confirmed" not in me.open("/").text
    # The draft can still be read there, folded away.
    assert DRAFT in saved.text


@pytest.mark.parametrize(
    ("typed", "sentence"), [("w" * 5_000, "4400 characters too long"), (" \n ", "Write")]
)
def test_what_is_too_long_or_empty_is_refused_where_it_stands(me: Person, typed: str, sentence: str) -> None:
    refused = me.send(me.open("/practice"), {"limits_text": typed, "practice_name": "New name"})
    assert refused.status == 422 and sentence in refused.error("limits_text")
    assert refused.typed("limits_text") == typed.strip() and refused.typed("practice_name") == "New name"
    kept = me.open("/practice")
    assert (kept.typed("limits_text"), kept.typed("practice_name")) == (SAID, SETTINGS.practice_name)
    whole = me.send(kept, {"limits_text": "w" * 600})
    assert whole.status == 200 and whole.typed("limits_text") == "w" * 600


def test_at_set_up_the_draft_of_the_country_is_put_in_and_marked(empty: Empty) -> None:
    page = empty.me.open("/setup")
    page = empty.me.send(page, ABOUT | {"limits_text": "", "offer": "limits"}, by="practice_name")
    assert page.status == 200 and "Draft for your country, not yet confirmed by you." in page.text
    assert (
        confidentiality_limits.load_drafts().status in page.text
        and confidentiality_limits.draft_for("IE").check in page.text
    )
    assert page.typed("limits_text") == DRAFT
    typed = {name: page.typed(name) for name in ABOUT if name not in ("limits_text", "record_role")}
    assert typed == {name: ABOUT[name] for name in typed}
    # It says that it is a draft as long as it stands there unchanged, also after a mistake.
    page = empty.me.send(page, {"clinician_name": ""})
    assert page.status == 422 and "Draft for your country" in page.text
    page = empty.me.send(page, {"clinician_name": "Nora Whelan"})
    assert page.typed("offered_passphrase") and page.typed("limits_text") == DRAFT
    assert not empty.has_practice


def test_a_draft_never_takes_the_place_of_what_was_typed(empty: Empty) -> None:
    sent = ABOUT | {"limits_text": "My own words.", "offer": "limits"}
    page = empty.me.send(empty.me.open("/setup"), sent)
    assert page.typed("limits_text") == "My own words." and DRAFT in page.text


@pytest.mark.parametrize("country", ["", "XX"])
def test_without_a_country_there_is_no_draft_to_show(empty: Empty, country: str) -> None:
    sent = ABOUT | {"limits_text": "", "country": country, "offer": "limits"}
    page = empty.me.send(empty.me.open("/setup"), sent)
    assert page.status == 422 and "the draft depends on it" in page.error("country")
    assert not page.error("limits_text") and not page.typed("limits_text")


def test_the_main_button_comes_first_so_that_enter_goes_on(empty: Empty) -> None:
    source = empty.me.open("/setup").source
    assert source.index("Go on to the passphrase") < source.index("Show a draft for my country")
