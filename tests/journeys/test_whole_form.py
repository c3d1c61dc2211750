"""All questions on one page: quick, the same answers as one by one, nothing lost beside another window."""

import json
import re
from uuid import UUID

import pytest

from clinic_toolkit.record.questionnaires import administrations, answers
from clinic_toolkit.store.transactions import reading
from tests.fixtures.practices import giving
from tests.fixtures.sites import Site
from tests.journeys import steps
from tests.journeys.pages import Page
from tests.journeys.person import Person

# What differs from one page to the next: ids, and form tokens, which hold the second they were made in.
OPEN_BEFORE = re.compile(r"\s*<h3>Also still open for this client</h3>.*?(?=</section>)", re.DOTALL)
OWN = re.compile(r"(?<=about=)[0-9a-f]{32}|[0-9a-f]{8}-[0-9a-f-]{27}|(?<=name=\"csrf_token\" value=\")[^\"]+")
NUMBERS = range(1, len(giving().items) + 1)


@pytest.fixture
def page(me: Person, session: str) -> Page:
    """The whole form of a questionnaire that was begun."""
    return me.follow(steps.begin(me, session), "All questions on one page")


def responses(site: Site, page: Page) -> list[answers.Response]:
    """What is kept of the questionnaire of this page."""
    with reading(site.work.engine) as db:
        kept = administrations.load_administration(db, site.work.vault, UUID(page.path.split("/")[2]))
    return answers.decode_responses(kept.payload.answers)


def test_every_question_stands_there_with_its_answers(page: Page) -> None:
    for item in giving().items:
        assert page.text.count(item.text) == 1
    names = page.form("1-answer").names
    assert {f"{number}-{part}" for number in NUMBERS for part in ("answer", "said", "talk")} <= names


def test_it_keeps_the_same_as_one_question_after_another(site: Site, me: Person, session: str) -> None:
    given: list[steps.Answer] = [{"answer": "4", "talk": "yes", "said": "At night.", **steps.NEXT}]
    given += [3, 0, 1, 2, 3, 4, steps.WOULD_NOT, steps.COULD_NOT, 2, 1, 0]
    one = steps.answer_all(me, steps.begin(me, session, word="M."), given)
    whole = me.follow(steps.begin(me, session, word="N."), "All questions on one page")
    chosen = ["4", "3", "0", "1", "2", "3", "4", "declined", "did_not_come_up", "2", "1", "0"]
    typed = {f"{number}-answer": value for number, value in zip(NUMBERS, chosen, strict=True)}
    checked = me.send(whole, typed | {"1-talk": "yes", "1-said": "At night."}, by="1-answer")
    assert checked.path.endswith("/check") and checked.text.count("Nearly all the time") == 2
    assert responses(site, checked) == responses(site, one)
    first = steps.finish(me, one).source
    # The second result also names what the first one left open.
    second, named = OPEN_BEFORE.subn("\n\n", steps.finish(me, checked).source)
    assert named == 1
    assert first != second  # two people, and two questionnaires
    assert OWN.sub("", first) == OWN.sub("", second).replace("N.", "M.")


def test_what_is_left_open_stays_open_and_is_there_again(site: Site, me: Person, page: Page) -> None:
    me.send(page, {"2-answer": "3"}, by="1-answer")
    again = me.open(page.path)
    assert again.typed("2-answer") == "3" and not again.typed("3-answer")
    me.send(again, {"5-answer": "declined"}, by="1-answer")
    kept = responses(site, page)
    assert [response.status for response in kept[:6]] == [
        "not_reached",
        "answered",
        "not_reached",
        "not_reached",
        "declined",
        "not_reached",
    ]


def test_a_wrong_row_is_named_and_the_others_keep_what_was_typed(site: Site, me: Person, page: Page) -> None:
    typed = {"1-answer": "4", "3-answer": "77", "4-said": "w" * 1_001, "6-said": "Kept here."}
    refused = me.post(page.path, page.form("1-answer").standing() | typed)
    assert refused.status == 422 and "Choose one of the answers shown here." in refused.text
    assert refused.error("3-answer") and refused.error("4-said") and not refused.error("1-answer")
    assert refused.typed("6-said") == "Kept here." and refused.typed("1-answer") == "4"
    assert {response.status for response in responses(site, page)} == {"not_reached"}


def test_another_window_is_not_overwritten_unseen(site: Site, me: Person, page: Page) -> None:
    me.send(me.open(page.path), {"1-answer": "1"}, by="1-answer")
    late = me.post(page.path, page.form("1-answer").standing() | {"1-answer": "4"})
    assert late.status == 409 and "changed in another window" in late.text and late.typed("1-answer") == "4"
    assert responses(site, page)[0].value == 1
    me.send(late, {}, by="1-answer")
    assert responses(site, page)[0].value == 4


def test_the_script_saves_as_soon_as_something_is_chosen(site: Site, me: Person, page: Page) -> None:
    typed = page.form("1-answer").standing() | {"1-answer": "2"}
    told = me.post(page.path, typed, {"X-Autosave": "1"})
    assert told.status == 200 and json.loads(told.body)["saved"]
    assert responses(site, page)[0].value == 2
    again = me.post(page.path, typed | {"1-answer": "3"}, {"X-Autosave": "1"})
    assert again.status == 409 and "Go on from this page" in json.loads(again.body)["message"]
    typed["version"] = str(json.loads(told.body)["version"])
    assert me.post(page.path, typed | {"1-answer": "3"}, {"X-Autosave": "1"}).status == 200
    assert responses(site, page)[0].value == 3


def test_nothing_changed_writes_nothing(site: Site, me: Person, page: Page) -> None:
    me.send(page, {"1-answer": "2"}, by="1-answer")
    with reading(site.work.engine) as db:
        before = administrations.load_administration(
            db, site.work.vault, UUID(page.path.split("/")[2])
        ).version
    me.send(me.open(page.path), {}, by="1-answer")
    with reading(site.work.engine) as db:
        assert (
            administrations.load_administration(db, site.work.vault, UUID(page.path.split("/")[2])).version
            == before
        )


def test_a_finished_one_is_not_answered_again(me: Person, page: Page) -> None:
    checked = me.send(page, {"1-answer": "2"}, by="1-answer")
    me.press(checked, "Finish")
    assert "finished" in me.open(page.path).text
    refused = me.post(page.path, page.form("1-answer").standing() | {"1-answer": "4"})
    assert refused.status >= 400 and "finished" in refused.text
