"""In a session: a questionnaire from choosing it to its result, and every way to leave, return and change."""

import re
from uuid import UUID

import pytest

from clinic_toolkit.instruments import catalogue, client_wording
from clinic_toolkit.instruments.model import Instrument
from clinic_toolkit.record.people.therapy_session_record import TherapySessionSetting
from clinic_toolkit.record.questionnaires import administrations, answers
from clinic_toolkit.store.transactions import reading
from tests.fixtures.practices import giving
from tests.fixtures.sites import Site
from tests.journeys import steps
from tests.journeys.pages import Page
from tests.journeys.person import Person
from tests.journeys.steps import COULD_NOT, NEXT, WOULD_NOT

LABELS = {option.value: option.label for option in giving().options}


@pytest.fixture
def first(me: Person, session: str) -> Page:
    """The first question of *How I give*, about a new relationship."""
    return me.follow(steps.begin(me, session), "first question")


def test_who_could_see_it_is_asked_before_anybody_is_named(site: Site, me: Person, session: str) -> None:
    """Before a name is said, and before one stands on the page."""
    asked = "Could anyone see your answers, or be upset by them?"
    page = steps.begin(me, session, word="Aunt Maud")
    assert "Please keep Aunt Maud in mind" in page.text and "Could anyone see" not in page.text
    client = me.open(session).link("Ana Reyes").rpartition("/")[2]
    for path in (f"{session}/questionnaire", f"{session}/check-in"):
        shown = me.open(path).text
        assert asked in shown.partition("Aunt Maud")[0], path
    new = me.open(f"/clients/{client}/relationships/new")
    assert "Could anyone see this, or be upset by it?" in new.text.partition("own word for this person")[0]


@pytest.mark.parametrize("one", catalogue.list_newest(), ids=lambda one: one.id)
def test_the_clients_own_word_stands_where_a_person_is_meant(
    me: Person, session: str, one: Instrument
) -> None:
    if one.kind == "check-in":
        steps.begin(me, session, word="my mum")
        page = me.press(me.open(f"{session}/check-in"), "Go to the introduction")
    else:
        page = steps.begin(me, session, one.id, word="my mum")
    assert "your mum" in page.text and "this person]" not in page.text
    guidance = me.follow(page, "How to give it")
    # What is only told to the clinician names nobody beside fear or harm.
    said = [line for line in one.guidance.danger if "this person" in line]
    assert all(client_wording.with_client_word_in_quotes(line, "my mum") in guidance.text for line in said)
    asked = [
        each.question for facet in one.facets for each in facet.follow_up if "this person" in each.question
    ]
    assert all(client_wording.with_client_word(question, "my mum") in guidance.text for question in asked)


def kept(site: Site, page: Page) -> list[answers.Response]:
    """What the record holds, whatever the page says."""
    id = UUID(steps.place(page).rpartition("/")[2])
    with reading(site.work.engine) as db:
        return answers.decode_responses(
            administrations.load_administration(db, site.work.vault, id).payload.answers
        )


def rows_of(check: Page) -> list[str]:
    """The answers on the page that shows them all, one string each."""
    found = re.findall(r'<p class="given"><span>(.*?)</span>\s*<a', check.source, re.DOTALL)
    return [re.sub(r"<[^>]*>", "", row).replace("&#39;", "’") for row in found]


def test_a_questionnaire_from_beginning_to_end(me: Person, session: str) -> None:
    introduction = steps.begin(me, session, word="M.")
    for paragraph in giving().introduction:
        said = client_wording.with_gaps(client_wording.with_client_word(paragraph, "M."))
        assert said in introduction.text.replace("\u2019", "’")
    assert "[" not in introduction.text, "both look at it"
    assert "At each “…” your own words: what we have been talking about; my idea / your idea." in (
        introduction.text
    )
    page = me.follow(introduction, "first question")
    for number, item in enumerate(giving().items, 1):
        assert f"{number} of 12" in page.text
        assert item.text in page.text
        # A radio list of every label, none chosen beforehand, and both ways not to answer.
        form = page.form("answer")
        assert form.values("answer") == [str(option.value) for option in giving().options]
        assert all(option.label in page.text for option in giving().options)
        assert page.typed("answer") is None and page.typed("talk") is None
        assert {control.value for control in form.controls if control.name == "way"} == {
            "did_not_come_up",
            "declined",
        }
        page = steps.give(me, page, number % 5)
    assert page.path.endswith("/check")
    assert rows_of(page) == [LABELS[number % 5] for number in range(1, 13)]
    result = steps.finish(me, page)
    assert "12 of 12 answered" in result.text
    assert "Written by this project. Not validated. No norms." in result.text


def test_each_way_to_answer_is_kept_as_it_was_given(site: Site, me: Person, first: Page) -> None:
    page = first
    page = steps.give(me, page, 3)
    page = steps.give(me, page, COULD_NOT)
    page = steps.give(me, page, WOULD_NOT)
    page = steps.give(
        me, page, {"answer": "0", "talk": "yes", "said": "Only on Sundays.\r\nNot since May.", **NEXT}
    )
    page = steps.give(me, page, {"talk": "yes", **NEXT})
    page = steps.give(me, page, {"talk": "yes", **WOULD_NOT})
    page = steps.give(me, page, None)
    assert [(each.status, each.value, each.wants_to_talk, each.remark) for each in kept(site, page)[:8]] == [
        ("answered", 3, False, ""),
        ("did_not_come_up", None, False, ""),
        ("declined", None, False, ""),
        ("answered", 0, True, "Only on Sundays.\nNot since May."),
        ("not_reached", None, True, ""),
        ("declined", None, True, ""),
        ("not_reached", None, False, ""),
        ("not_reached", None, False, ""),
    ]
    shown = rows_of(me.open(f"{steps.place(page)}/check"))
    assert shown[0] == LABELS[3]
    assert shown[1:3] == ["It didn’t come up", "I’d rather not answer"]
    assert shown[3].startswith(LABELS[0]) and "let’s talk about this" in shown[3]
    assert shown[6] == shown[11] == "Left open"


def test_no_answer_is_forced_and_none_is_invented(me: Person, session: str) -> None:
    page = steps.answer_all(me, steps.begin(me, session), [None] * 12)
    assert set(rows_of(page)) == {"Left open"}
    result = steps.finish(me, page)
    assert "0 of 12 answered" in result.text
    assert not any(label.lower() in result.text.lower() for label in LABELS.values())
    assert 'class="number"' not in result.source


def test_an_answer_can_be_taken_back_by_a_way_not_to_answer(site: Site, me: Person, first: Page) -> None:
    page = steps.give(me, first, 4)
    back = me.press(page, "Back")
    assert back.typed("answer") == "4"
    steps.give(me, back, {"answer": "4", **WOULD_NOT})
    assert kept(site, first)[0].status == "declined"


def test_back_keeps_what_was_chosen_and_shows_what_was_said_before(me: Person, first: Page) -> None:
    second = steps.give(me, first, {"answer": "2", "talk": "yes", "said": "With her only.", **NEXT})
    again = me.send(second, {"answer": "1", "go": "back"})
    assert again.path == first.path
    assert (again.typed("answer"), again.typed("talk"), again.typed("said")) == ("2", "yes", "With her only.")
    assert steps.give(me, again, None).typed("answer") == "1"
    assert me.press(again, "Back").path.endswith("/introduction")


def test_a_pause_hides_everything_and_loses_nothing(site: Site, me: Person, first: Page) -> None:
    page = me.send(first, {"answer": "3", "said": "words of hers", "go": "pause"})
    assert page.path.endswith("/pause")
    for hidden in ("How I give", "M.", "words of hers", giving().items[0].text, *LABELS.values()):
        assert hidden not in page.text
    assert kept(site, first)[0].value == 3
    assert me.follow(page, "Go on").typed("answer") == "3"


def test_stopped_anywhere_it_can_be_taken_up_again(site: Site, me: Person, first: Page) -> None:
    page = steps.give(me, steps.give(me, first, 1), 2)
    stopped = me.send(page, {"answer": "3", "go": "stop"})
    assert "enough for today" in stopped.text
    assert [each.value for each in kept(site, first)[:4]] == [1, 2, 3, None]
    result = me.open(f"{steps.place(stopped)}/result")
    assert "3 of 12 answered" in result.text and "stopped before the end" in result.text
    again = me.follow(me.follow(result, "Go on with the questionnaire"), "Go on with it")
    assert "4 of 12" in again.text
    for _ in range(9):
        again = steps.give(me, again, 0)
    assert "12 of 12 answered" in steps.finish(me, again).text


def test_it_can_also_be_left_at_the_page_of_answers(me: Person, first: Page) -> None:
    check = me.open(f"{steps.place(steps.give(me, first, 1))}/check")
    assert "enough for today" in me.press(check, "Stop here for today").text


def test_every_answer_can_be_changed_from_the_page_of_answers(me: Person, session: str) -> None:
    check = steps.answer_all(me, steps.begin(me, session), [1] * 12)
    for number in (1, 7, 12):
        item = me.follow(check, f"Change question {number}")
        assert f"{number} of 12" in item.text and item.typed("answer") == "1"
        check = steps.give(me, item, 4)
        assert check.path.endswith("/check")
        assert rows_of(check)[number - 1] == LABELS[4]
    item = me.follow(check, "Change question 7")
    check = steps.give(me, item, WOULD_NOT)
    assert rows_of(check)[6] == "I’d rather not answer"
    assert me.press(me.follow(check, "Change question 3"), "Back").path == check.path
    assert [row for row in rows_of(check) if row == LABELS[1]] == [LABELS[1]] * 9


def test_once_finished_no_answer_can_be_changed(site: Site, me: Person, session: str) -> None:
    check = steps.answer_all(me, steps.begin(me, session), [2] * 12)
    steps.finish(me, check)
    before = kept(site, check)
    place = steps.place(check)
    for path in (f"{place}/items/1", f"{place}/items/1?change=1", f"{place}/leave"):
        answer = site.post(path, {"answer": "0", "go": "next"})
        assert answer.status_code == 422, path
        assert "This questionnaire is finished" in answer.text
    # Finishing twice is finishing once.
    assert site.post(f"{place}/finish").headers["Location"] == f"{place}/finished"
    for path in (f"{place}/items/1", f"{place}/check", f"{place}/introduction", f"{place}/items/1/pause"):
        assert me.open(path).status == 422, path
    assert kept(site, check) == before


@pytest.mark.parametrize(
    "typed", [{"answer": "5"}, {"answer": "-1"}, {"answer": "x"}, {"way": "gone"}, {"go": "away"}]
)
def test_what_is_not_on_the_page_is_not_taken(
    site: Site, me: Person, first: Page, typed: dict[str, str]
) -> None:
    page = me.send(first, {"answer": "1", "talk": "yes", "said": "kept words"} | NEXT | typed)
    assert page.status == 422
    assert page.text.count("Choose one of the answers") + page.text.count("Use one of the buttons") >= 1
    assert page.typed("said") == "kept words"
    assert kept(site, first)[0].status == "not_reached"


def test_what_was_ticked_and_chosen_stays_when_the_line_is_too_long(me: Person, first: Page) -> None:
    page = me.send(first, {"answer": "3", "talk": "yes", "said": "w" * 1001, **NEXT})
    assert page.status == 422 and "1 character too long" in page.error("said")
    assert (page.typed("said"), page.typed("answer"), page.typed("talk")) == ("w" * 1001, "3", "yes")


@pytest.mark.parametrize("number", [0, 13, 10**9, 10**30])
def test_there_is_no_other_question(me: Person, first: Page, number: int) -> None:
    assert me.open(f"{steps.place(first)}/items/{number}").status == 404


def test_every_answer_is_saved_when_it_is_given(site: Site, me: Person, first: Page) -> None:
    form = first.form("answer")
    sent = form.standing() | {"answer": "2"}
    told = me.post(first.path, sent, {"X-Autosave": "1", "Accept": "application/json"})
    assert told.status == 200
    assert re.fullmatch(rb'\{"saved": "\d\d:\d\d", "version": "answered2\.\."\}', told.body)
    assert kept(site, first)[0].value == 2
    assert "Saved" in me.open(first.path).text
    wrong = me.post(first.path, sent | {"answer": "9"}, {"X-Autosave": "1"})
    assert wrong.status == 422 and b"Choose one of the answers shown here." in wrong.body
    assert kept(site, first)[0].value == 2


def test_choosing_says_what_is_missing_and_keeps_what_was_chosen(me: Person, session: str) -> None:
    page = me.open(f"{session}/questionnaire")
    # With nobody known yet, someone new is chosen already.
    assert page.typed("about") == "new"
    nothing = me.send(page, {"about": None}, by="instrument")
    assert nothing.status == 422 and nothing.error("instrument") and nothing.error("about")
    some = me.send(page, {"instrument": "giving", "about": "new"})
    assert some.status == 422 and some.error("word") and some.error("frame")
    assert (some.typed("instrument"), some.typed("about")) == ("giving", "new")
    long = me.send(page, {"instrument": "giving", "about": "new", "word": "w" * 61, "frame": "friend"})
    assert "1 character too long" in long.error("word")
    assert (long.typed("word"), long.typed("frame")) == ("w" * 61, "friend")
    unknown = me.send(page, {"instrument": "PHQ", "about": "0" * 32})
    assert unknown.error("instrument") and unknown.error("about")


def test_receiving_is_not_offered_where_it_makes_no_sense(me: Person, session: str) -> None:
    for frame in ("child_under_18", "helped_at_work"):
        page = me.open(f"{session}/questionnaire")
        page = me.send(page, {"instrument": "receiving", "about": "new", "word": "K.", "frame": frame})
        assert page.status == 422 and "not offered" in page.error("about")
        assert (page.typed("word"), page.typed("frame")) == ("K.", frame)


def test_a_relationship_is_offered_again_and_only_to_its_own_client(
    site: Site, me: Person, session: str
) -> None:
    steps.begin(me, session, word="M.")
    page = me.open(f"{session}/questionnaire")
    offered = page.form("about").values("about")
    assert len(offered) == 3 and offered[1:] == ["new", "general"]
    again = me.send(page, {"instrument": "receiving", "about": offered[0]})
    assert "about M." in again.text
    other = f"/sessions/{site.work.session(site.work.client('Ben Ode')).id}/questionnaire"
    stranger = me.send(me.open(other), {"instrument": "giving", "about": offered[0]})
    assert stranger.status == 422 and stranger.error("about")


def test_people_in_general_are_asked_about_in_their_own_words(me: Person, session: str) -> None:
    introduction = steps.begin(me, session, about="general", word="", frame="")
    for paragraph in giving().introduction_general:
        # What is in brackets is said in one's own words; it stands above, for whoever reads aloud.
        assert client_wording.with_gaps(paragraph) in introduction.text
    assert giving().introduction[1] not in introduction.text
    page = me.follow(introduction, "first question")
    assert "people in general" in page.text
    assert giving().items[0].text_general in page.text


@pytest.mark.parametrize("instrument", [each.id for each in catalogue.list_instruments()])
def test_every_questionnaire_can_be_walked_through(me: Person, session: str, instrument: str) -> None:
    form = catalogue.load_instrument(instrument)
    check = steps.answer_all(me, steps.begin(me, session, instrument, frame="partner"), [2] * len(form.items))
    result = steps.finish(me, check)
    assert f"{len(form.items)} of {len(form.items)} answered" in result.text
    assert me.follow(me.follow(result, "Look at it together"), "Done").path == session
    assert steps.words_of(me.follow(result, "Client page"))


def test_nothing_of_the_clinicians_page_is_shown_after_the_last_answer(me: Person, session: str) -> None:
    answers = [{"answer": "4", **steps.NEXT}] * 12
    page = me.press(steps.answer_all(me, steps.begin(me, session), answers), "Finish")
    result = me.open(f"{steps.place(page)}/result").text
    for words in ("Before your client leaves", "Giving past my limit", "answered"):
        assert words in result and words not in page.text
    together = me.follow(page, "Look at it together")
    assert "Before your client leaves" not in together.text


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        (TherapySessionSetting.ROOM, "read aloud with an interpreter"),
        (TherapySessionSetting.TELEHEALTH, "read aloud over telehealth, with an interpreter"),
    ],
)
def test_an_interpreter_is_recorded_and_has_a_word_of_advice(
    site: Site, me: Person, setting: TherapySessionSetting, said: str
) -> None:
    session = site.work.session(site.work.client(), setting=setting)
    page = me.open(f"/sessions/{session.id}/questionnaire")
    chosen = {"instrument": "giving", "about": "general", "interpreter": "yes"}
    introduction = me.send(page, chosen, by="instrument")
    assert "ask the interpreter to say each question" in introduction.text
    result = steps.finish(me, steps.answer_all(me, introduction, [2] * 12))
    assert said in result.text
    # The control: without one neither the advice nor the mode.
    other = me.send(me.open(page.path), {"instrument": "giving", "about": "general"}, by="instrument")
    assert "interpreter" not in other.text
