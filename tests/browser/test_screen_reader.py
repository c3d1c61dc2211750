"""What a screen reader is told, and in which order: read off the trees of Chromium and Firefox."""

import re
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from clinic_toolkit.instruments import catalogue
from tests.browser import readers
from tests.browser.accessibility_tree import Heard
from tests.browser.conftest import Practice, made, opened
from tests.browser.readers import Reader
from tests.journeys import person, steps

pytestmark = pytest.mark.browser

FORM = catalogue.load_instrument("boundaries")
LABELS = [option.label for option in FORM.options]
WAYS = ("It didn’t come up", "I’d rather not answer")


@dataclass
class Places:
    """Where to look, in a practice with one questionnaire finished, one once more, and one begun."""

    begun: str
    result: str
    over_time: str
    session: str


@pytest.fixture(scope="module")
def places(practice: Practice) -> Places:
    me = person.over_http(practice.running.browser())
    me.send(me.open("/unlock"), {"passphrase": practice.words})
    high: list[steps.Answer] = [LABELS.index(LABELS[-1])] * len(FORM.items)
    result = steps.finish(me, steps.answer_all(me, steps.begin(me, practice.session, FORM.id), high))
    page = me.open(f"{practice.session}/questionnaire")
    again = me.send(page, {"instrument": FORM.id, "about": page.form("about").values("about")[0]})
    low: list[steps.Answer] = [1] * len(FORM.items)
    result = steps.finish(me, steps.answer_all(me, again, low[:-1] + high[-1:]))
    begun = steps.place(steps.begin(me, practice.session, FORM.id, word="K."))
    return Places(
        begun=begun,
        result=result.path,
        over_time=result.link("Over time"),
        session=practice.session,
    )


def told_at_the_question(reader: Reader) -> list[Heard]:
    """What is told, once the question has the focus."""
    readers.until(lambda: reader.run("return document.activeElement.matches('fieldset')"))
    return reader.told()


def inside(told: list[Heard]) -> list[Heard]:
    """What is told from the main part on."""
    return told[[each.kind for each in told].index("main") + 1 :]


def plainly(told: list[Heard]) -> list[tuple[str, str]]:
    """Kinds and names alone, of what has a name."""
    return [(each.kind, each.name) for each in told if each.name]


def answers_told(told: list[Heard]) -> list[str]:
    """Every answer or way not to answer that is told as given."""
    return [each.name for each in told if {"checked", "pressed"} & each.states]


def test_the_question_comes_with_its_time_and_its_place_and_then_its_answers(
    reader: Reader, places: Places
) -> None:
    reader.go(f"{places.begun}/items/3")
    told = told_at_the_question(reader)
    assert told[0].name == "Question · Clinic toolkit"
    text = FORM.items[2].text
    group = next(each for each in told if each.kind == "group")
    assert (group.name, group.described) == (text, f"{FORM.recall} Question 3 of {len(FORM.items)}")
    asked = [("group", text), ("heading", text), *(("radio", label) for label in LABELS)]
    asked += [*(("button", way) for way in WAYS), ("checkbox", "Let’s talk about this")]
    plain = plainly(inside(told))
    start = plain.index(asked[0])
    assert plain[start : start + len(asked)] == asked
    # Nothing stands before the question but its time and place; after it no fold is called by its sign.
    assert [kind for kind, _ in plain[:start]] == ["text"]
    folds = [each for each in told if each.kind == "fold"]
    assert folds and all(each.name[0].isalpha() and "closed" in each.states for each in folds)
    assert not [each for each in told if {"invalid", "required"} & each.states]


def test_of_two_answers_one_is_told(reader: Reader, places: Places) -> None:
    """A way not to answer lets go when an answer is chosen, and when it is pressed once more."""
    path = f"{places.begun}/items/5"
    reader.go(path)
    for way in WAYS:
        readers.press(reader, way)
        reader.go(path)
        told = told_at_the_question(reader)
        assert answers_told(told) == [way]
        assert [each.name for each in told if "not pressed" in each.states] == [
            each for each in WAYS if each != way
        ]
    reader.run("document.querySelector('[name=answer]').click()")
    readers.until(lambda: answers_told(reader.told()) == [LABELS[0]])
    readers.until(lambda: "Saved" in reader.run("return document.querySelector('[data-status]').innerText"))
    reader.go(path)
    assert answers_told(told_at_the_question(reader)) == [LABELS[0]]
    # And back: pressed, pressed once more, and the question is open again.
    readers.press(reader, WAYS[1])
    reader.go(path)
    readers.press(reader, WAYS[1])
    assert reader.run("return location.pathname") == path
    assert answers_told(told_at_the_question(reader)) == []


def test_the_way_out_is_no_sixth_answer(reader: Reader, places: Places) -> None:
    """A browser counts radios that share a name, whatever is said of them: so it is a box to tick."""
    reader.go(f"{places.begun}/all")
    row = first_row(reader)
    assert [(each.kind, each.name) for each in row] == [
        *(("radio", label) for label in LABELS),
        *(("checkbox", way) for way in WAYS),
    ]
    # Firefox says the places over this way; Chromium's were read off AT-SPI by hand.
    if isinstance(reader, readers.InFirefox):
        assert [each.place for each in row][: len(LABELS)] == [
            f"{n} of {len(LABELS)}" for n in range(1, len(LABELS) + 1)
        ]
    (described,) = {each.described for each in reader.told() if each.kind == "group" and each.described}
    assert described == f"{FORM.recall}."
    # Whichever is chosen last is told alone.
    for name in ("[name='1-answer']", "[value=declined]", "[value=did_not_come_up]", "[name='1-answer']"):
        reader.run(f'document.querySelector("{name}").click()')
        readers.until(lambda: len(answers_told(first_row(reader))) == 1)
    assert answers_told(first_row(reader)) == [LABELS[0]]


def first_row(reader: Reader) -> list[Heard]:
    """The answers to the first question on a page of many, and the ways not to answer it."""
    told = reader.told()
    group = next(each for each in told if each.kind == "group" and each.name.startswith("Question 1 "))
    choices = [each for each in told[told.index(group) :] if each.kind in ("radio", "checkbox")]
    return choices[: len(LABELS) + len(WAYS)]


def test_the_error_of_a_choice_belongs_to_its_group(reader: Reader, places: Places) -> None:
    reader.go(f"{places.session}/questionnaire")
    before = reader.told()
    assert not [each for each in before if {"invalid", "required"} & each.states]
    readers.press(reader, "Go to the introduction")
    wrong = {each.name: each for each in reader.told() if each.kind == "group" and "invalid" in each.states}
    assert set(wrong) >= {"Which one", "About whom"}
    assert all("Error:" in each.described for each in wrong.values())


def test_what_to_ask_comes_first_on_the_result(reader: Reader, places: Places) -> None:
    reader.go(places.result)
    told = reader.told()
    heading = next(n for n, each in enumerate(told) if each.kind == "heading")
    first = [(each.kind, each.name) for each in told[heading + 1 : heading + 4]]
    assert first[:2] == [("region", "Before your client leaves"), ("heading", "Before your client leaves")]
    assert first[2][0] == "text" and "Ask in private" in first[2][1]
    # A number is called one, and a drawing has one name.
    said = " ".join(each.name for each in told if each.kind == "text")
    assert re.search(r"\. Number \d+", said) and not re.search(r"\. \d+\b(?! of)", said)
    assert [each for each in told if each.kind == "image"]
    assert all(each.name.startswith("Answers: ") for each in told if each.kind == "image")


def test_a_drawing_is_one_picture_with_one_true_name(reader: Reader, places: Places) -> None:
    reader.go(places.over_time)
    told = reader.told()
    drawings = [each for each in told if each.kind == "image"]
    assert len(drawings) == reader.run("return document.querySelectorAll('svg.plot').length") > 1
    for number, each in enumerate(drawings):
        assert "over time, answered twice, from " in each.name
        assert "table" not in each.name and each.described in ("", each.name)
        fold = told[told.index(each) + 1]
        assert (fold.kind, "closed" in fold.states) == ("fold", True), number
        assert each.name.startswith(fold.name.removeprefix("The same as a table for "))
    # The words of the drawing are told by nothing else.
    assert len({each.name for each in drawings}) == len(drawings)
    assert told[0].name == "Over time · Clinic toolkit"


def test_an_empty_time_is_told_as_empty(reader: Reader, places: Places) -> None:
    reader.go(f"{places.session}/edit")
    described = {each.name: each.described for each in reader.told() if each.described}
    assert described["End (optional)"] == "No time yet."
    # Heard by the field alone: what reaches the form is kept as a draft, and the next reader would find it.
    reader.run(
        "const end = document.querySelector('#f-end'); end.value = '00:00';"
        " end.dispatchEvent(new Event('input', { bubbles: false }))"
    )
    readers.until(lambda: "00:00." in [each.described for each in reader.told()])


def test_without_a_passphrase_the_page_says_locked(
    request: pytest.FixtureRequest, reader: Reader, practice: Practice
) -> None:
    name = "Firefox" if isinstance(reader, readers.InFirefox) else "Chromium"
    with opened(request, name, practice) as locked:
        locked.go("/unlock")
        told = locked.told()
        assert told[0].name == "Locked · Clinic toolkit"
        assert plainly(inside(told))[0] == ("heading", "Unlock")
        kinds = [each.kind for each in inside(told) if each.kind in ("field", "checkbox", "button", "link")]
        assert kinds == ["field", "checkbox", "button", "link", "link", "link"]
        field = next(each for each in told if each.kind == "field")
        assert (field.name, field.described) == (
            "Passphrase",
            "Capital and small letters, every space and the order of the words count. "
            "A screen reader may say aloud what you type.",
        )


def test_in_the_clients_hands_and_handed_back(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """The form alone, in both browsers at once; and what the clinician is told first when it is back."""
    with made(tmp_path) as practice, ExitStack() as both:
        me = person.over_http(practice.running.browser())
        me.send(me.open("/unlock"), {"passphrase": practice.words})
        me.press(
            me.follow(steps.begin(me, practice.session, FORM.id), "Hand it to the client"), "Hand over now"
        )
        pair = {name: both.enter_context(opened(request, name, practice)) for name in ("Chromium", "Firefox")}
        for name, reader in pair.items():
            reader.go("/form")
            told = inside(reader.told())
            headings = [each.name for each in told if each.kind == "heading"]
            assert headings == [FORM.title, "What becomes of your answers", "When you want to stop"], name
            readers.press(reader, "Go to the questions")
            told = told_at_the_question(reader)
            assert told[0].name == "Question · Clinic toolkit", name
            group = next(each for each in told if each.kind == "group")
            assert group.described == f"{FORM.recall} Question 1 of {len(FORM.items)}", name
            plain = plainly(inside(told))
            start = plain.index(("group", FORM.items[0].text)) + 2
            assert plain[start : start + len(LABELS)] == [("radio", label) for label in LABELS], name
            assert not [each for each in told if each.name in ("Cover", "Lock", "For the clinician")], name
        readers.press(pair["Chromium"], "Give back")
        readers.press(pair["Chromium"], "Give back")
        for name, reader in pair.items():
            readers.unlock(reader, practice.words)
            reader.go("/handovers")
            told = inside(reader.told())
            first = [each.name for each in told if each.kind in ("heading", "region")][:3]
            assert first == ["Before your client leaves", *["Ask before they go"] * 2], name
