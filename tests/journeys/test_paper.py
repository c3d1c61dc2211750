"""From a blank form to its result: the sheet is printed, answered by hand, entered, compared."""

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from clinic_toolkit.instruments import catalogue, form_code
from clinic_toolkit.record.handovers import clinician_side
from clinic_toolkit.record.questionnaires import administrations, answered_items, answers
from clinic_toolkit.record.questionnaires.administration_record import Administration
from clinic_toolkit.store.transactions import reading, writing
from tests.fixtures.editions import EARLIER, put_on_the_shelf
from tests.fixtures.handed_over_device import taken_up
from tests.fixtures.practices import giving
from tests.fixtures.sites import Site
from tests.journeys import own, steps
from tests.journeys.pages import Page
from tests.journeys.person import Person

TODAY = datetime.now(UTC).astimezone().date()
BEFORE = TODAY - timedelta(days=7)
ABOUT = {"about": "new", "word": "M.", "frame": "parent"}
CHOSEN = ["4", "3", "0", "1", "2", "3", "4", "declined", "did_not_come_up", "", "1", "0"]


def typed(code: str | None = None, **more: str) -> dict[str, str]:
    """What is typed before the answers."""
    code = form_code.form_code_of(giving(), general=False) if code is None else code
    return {"code": code, "on": BEFORE.isoformat()} | ABOUT | more


def whole(me: Person, session: str, word: str = "M.") -> Page:
    """The page of answers of a sheet that is being entered."""
    page = me.send(me.open(f"{session}/paper"), typed(word=word))
    assert page.path.endswith("/all"), page.text
    return page


def chosen_rows(values: list[str] = CHOSEN) -> dict[str, str]:
    return {f"{number}-answer": value for number, value in enumerate(values, 1) if value}


def body_of(site: Site, page: Page) -> Administration:
    with reading(site.work.engine) as db:
        return administrations.load_administration(db, site.work.vault, UUID(page.path.split("/")[2])).payload


def test_from_the_printed_code_to_the_result_every_answer_goes_round(
    site: Site, me: Person, session: str
) -> None:
    printed = steps.words_of(me.open("/questionnaires/giving/blank"))
    code = re.search(r"sheet (\w{4}-\w{4})", printed)
    assert code
    page = me.send(
        me.follow(me.open(session), "Enter a paper form"), typed(code[1].lower().replace("-", " "))
    )
    # The order and the numbers are those of the paper.
    for shown in (printed, page.text):
        places = [shown.index(f"{number} {item.text}") for number, item in enumerate(giving().items, 1)]
        assert places == sorted(places)
    page = me.send(
        page, chosen_rows() | {"3-talk": "yes", "5-said": "In the margin: not in May."}, by="1-answer"
    )
    assert "The answers on the sheet" in page.text
    result = me.press(page, "Finish")
    assert result.path.endswith("/result")
    body = body_of(site, result)
    got = [
        str(each.value) if each.status == "answered" else each.status.replace("not_reached", "")
        for each in answers.decode_responses(body.answers)
    ]
    assert got == CHOSEN
    assert [each.wants_to_talk for each in answers.decode_responses(body.answers)].index(True) == 2
    assert (body.mode, body.answered_on, body.entered_on) == ("paper", BEFORE, TODAY)
    said = f"on paper on {BEFORE.day} {BEFORE:%B %Y}, entered on {TODAY.day} {TODAY:%B %Y}"
    summary = steps.words_of(me.open(f"{session}/summary"))
    for shown in (result.text, me.follow(result, "All answers").text, summary):
        assert said in shown
    assert said in me.open(f"{session}/note").source
    whole = steps.words_of(me.follow(me.open(session), "Session summary with every answer"))
    assert "Every answer" in whole and "Every answer" not in summary
    assert all(item.text in whole.partition("Every answer")[2] for item in giving().items)


def test_a_sheet_of_a_questionnaire_of_ones_own_is_entered_as_the_version_it_is(
    site: Site, me: Person, session: str
) -> None:
    own.take_in(site, me)
    printed = steps.words_of(me.open("/questionnaires/resting/blank"))
    found = re.search(r"sheet (\w{4}-\w{4})", printed)
    assert found
    own.take_in(site, me, own.later())
    page = me.send(me.open(f"{session}/paper"), typed(found[1]))
    assert page.path.endswith("/all") and "I stayed on my feet" in page.text and "version 1" in page.text
    assert body_of(site, page).instrument_version == "1"


@pytest.mark.parametrize("general", [True, False])
def test_a_check_in_is_no_sheet_to_enter(me: Person, session: str, general: bool) -> None:
    """What the client watches is written on it by hand."""
    code = form_code.form_code_of(catalogue.load_check_in(), general=general)
    page = me.send(me.open(f"{session}/paper"), typed(code))
    assert page.status == 422 and "the sheet of a check-in" in page.error("code")


def test_the_code_alone_says_which_form_it_is(site: Site, me: Person, session: str) -> None:
    page = me.open(f"{session}/paper")
    asked = {each.name for each in page.form("code").controls if each.kind not in ("hidden", "button")}
    assert asked == {"code", "on", "about", "word", "frame"}
    for one in catalogue.list_instruments():
        page = me.send(me.open(f"{session}/paper"), {"code": form_code.form_code_of(one, general=True)})
        assert page.path.endswith("/all"), page.text
        body = body_of(site, page)
        # Nobody had to be chosen: the sheet names nobody.
        assert (body.instrument_id, body.relationship) == (one.id, None)


def test_it_can_be_entered_from_the_clients_page_without_a_session(site: Site, me: Person) -> None:
    client = site.work.client()
    page = me.follow(me.open(f"/clients/{client.id}"), "Enter a paper form")
    assert page.typed("on") == TODAY.isoformat()
    code = form_code.form_code_of(giving(), general=True)
    page = me.send(page, {"code": code})
    result = me.press(me.send(page, chosen_rows(), by="1-answer"), "Finish")
    assert result.status == 200 and body_of(site, result).therapy_session is None


def test_a_code_of_an_earlier_version_is_entered_as_that_version(
    site: Site, me: Person, session: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = put_on_the_shelf(monkeypatch)
    code = form_code.form_code_of(earlier, general=False)
    page = me.send(me.open(f"{session}/paper"), typed(code))
    assert page.path.endswith("/all") and f"version {EARLIER}" in page.text
    assert body_of(site, page).definition_digest == earlier.digest


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"code": "CCQ4-EN3W"}, "code", "a typing slip"),
        ({"code": ""}, "code", "Type the code"),
        ({"code": "x" * 61}, "code", "too long"),
        ({"code": form_code.form_code_of(giving(), general=True)}, "code", "Choose “People in general”"),
        ({"about": "general"}, "code", "Choose below who it was about"),
        ({"about": ""}, "about", "Choose whom"),
        ({"on": (TODAY + timedelta(days=1)).isoformat()}, "on", "in the future"),
        ({"on": "1999-01-01"}, "on", "Check the year"),
        ({"on": ""}, "on", "Write the day"),
        ({"on": "soon"}, "on", "year-month-day"),
        ({"word": ""}, "word", "own word"),
    ],
)
def test_what_does_not_fit_is_said_at_its_place_and_nothing_is_lost(
    me: Person, session: str, wrong: dict[str, str], field: str, words: str
) -> None:
    page = me.open(f"{session}/paper")
    sent = page.form("code").standing() | typed(**wrong)
    page = me.post(f"{session}/paper", sent)
    assert page.status == 422 and words in page.error(field)
    for name in ("code", "word"):
        assert page.typed(name) == sent[name]


def test_a_sheet_that_is_not_finished_goes_on_where_all_questions_stand(me: Person, session: str) -> None:
    page = me.send(whole(me, session), {"1-answer": "4"}, by="1-answer")
    assert me.open(f"{steps.place(page)}/items/2").path.endswith("/all")
    page = me.press(page, "Stop here for today")
    assert "Hand it to the client" not in page.text
    assert me.follow(page, "Go on with it").path.endswith("/all")
    refused = me.open(f"{steps.place(page)}/hand-over")
    assert refused.status >= 400 and "answered on paper" in refused.text


def test_a_second_entry_that_is_the_same_is_recorded(site: Site, me: Person, session: str) -> None:
    page = me.send(whole(me, session, "K."), chosen_rows(), by="1-answer")
    blind = me.follow(page, "Enter it again")
    assert not [control for control in blind.form("1-answer").controls if control.checked]
    page = me.send(blind, chosen_rows(), by="1-answer")
    assert "Entered twice and compared." in page.text and body_of(site, page).double_entered
    assert "twice and compared" in me.press(page, "Finish").text


def test_only_what_differs_is_asked_and_settled(site: Site, me: Person, session: str) -> None:
    page = me.send(whole(me, session), chosen_rows() | {"2-said": "Beside it."}, by="1-answer")
    other = list(CHOSEN)
    other[1], other[7], other[9] = "1", "2", "declined"
    page = me.send(me.follow(page, "Enter it again"), chosen_rows(other), by="1-answer")
    asked = {
        control.name for form in page.forms for control in form.controls if control.name.endswith("-keep")
    }
    assert asked == {"2-keep", "8-keep", "10-keep"}
    assert "Most of the time" in page.text and "Some of the time" in page.text
    assert not body_of(site, page).double_entered
    page = me.send(page, {"2-keep": "second", "10-keep": "second"})
    assert page.status == 422 and page.error("8-keep") and page.typed("2-keep") == "second"
    page = me.send(page, {"8-keep": "first"})
    body = body_of(site, page)
    kept = answers.decode_responses(body.answers)
    assert body.double_entered and "Entered twice" in page.text
    assert (kept[1].value, kept[1].remark, kept[7].status, kept[9].status) == (
        1,
        "Beside it.",
        "declined",
        "declined",
    )


def test_what_changed_meanwhile_is_not_settled(site: Site, me: Person, session: str) -> None:
    page = me.send(whole(me, session, "K."), chosen_rows(), by="1-answer")
    compared = me.send(me.follow(page, "Enter it again"), chosen_rows(["0", *CHOSEN[1:]]), by="1-answer")
    me.send(me.open(f"{steps.place(page)}/all"), {"1-answer": "2"}, by="1-answer")
    refused = me.send(compared, {"1-keep": "second"})
    assert refused.status == 409 and not body_of(site, page).double_entered
    # Compared once more with what stands now, without typing the sheet a third time.
    assert "compared again" in refused.text and "About half the time" in refused.text
    settled = me.send(refused, {"1-keep": "second"})
    assert settled.path.endswith("/check") and body_of(site, page).double_entered
    assert answers.decode_responses(body_of(site, page).answers)[0].value == 0


def test_what_was_not_on_paper_is_not_entered_again(me: Person, session: str) -> None:
    begun = steps.begin(me, session)
    nothing = me.open("/no-such-page")
    assert me.open(f"{steps.place(begun)}/again").body == nothing.body


def test_the_same_answers_have_the_same_scores_whichever_way_they_came(
    site: Site, me: Person, session: str
) -> None:
    """Question by question, all on one page, from paper, in the client's own hands."""
    one_by_one: list[steps.Answer] = [
        {"way": each} if each in ("declined", "did_not_come_up") else int(each) if each else None
        for each in CHOSEN
    ]
    pages = [steps.answer_all(me, steps.begin(me, session), one_by_one)]
    page = me.follow(steps.begin(me, session), "All questions on one page")
    pages.append(me.send(page, chosen_rows(), by="1-answer"))
    pages.append(me.send(whole(me, session, "K."), chosen_rows(), by="1-answer"))
    pages.append(handed(site, me, session))
    bodies = [body_of(site, page) for page in pages]
    assert [body.mode for body in bodies] == ["read_aloud", "read_aloud", "paper", "self_entered"]
    scores = [
        answered_items.score_answers(answered_items.list_answered_items(body), giving()) for body in bodies
    ]
    assert scores[0].answered == 9 and all(each == scores[0] for each in scores[1:])
    # The control: one answer more is another score.
    more = me.send(me.open(f"{steps.place(pages[1])}/all"), {"10-answer": "4"}, by="1-answer")
    assert (
        answered_items.score_answers(answered_items.list_answered_items(body_of(site, more)), giving())
        != scores[0]
    )


def handed(site: Site, me: Person, session: str) -> Page:
    """The same answers in the client's hands, and back in the record."""
    page = steps.begin(me, session)
    me.press(me.follow(page, "Hand it to the client"), "Hand over now")
    with writing(site.work.engine) as db:
        form = administrations.load_administration(db, site.work.vault, UUID(page.path.split("/")[2]))
    device = taken_up(site, form, site.keeper.ticket)
    for number, value in enumerate(CHOSEN, 1):
        if value:
            device.post(f"/form/{number}", {"answer": value} if value.isdecimal() else {"way": value})
    device.post("/form/give-back")
    site.app.extensions.pop("clinic handed over")
    site.unlock()
    with writing(site.work.engine) as db:
        for out in clinician_side.list_open_handovers(db, site.work.vault):
            clinician_side.merge_handover(db, site.work.vault, out, now=out.recorded_at)
    return page
