"""Every sentence a client may read or hear, held to the rules of wording; each rule shown to bite."""

import re
from collections.abc import Iterator

import pytest

from clinic_toolkit.instruments import catalogue
from clinic_toolkit.instruments.model import Instrument

from . import lint

ALL = catalogue.list_instruments()
STEMS = [
    pytest.param(text, id=f"{item.id}-{form}")
    for one in ALL
    for item in one.items
    for form, text in (("person", item.text), ("general", item.text_general))
]
each_questionnaire = pytest.mark.parametrize("one", ALL, ids=lambda one: one.id)

# A joining word that joins no two events, with the reason.
ALLOWED: dict[tuple[str, str], str] = {}

# The illustrations of style in the specification. They show length and tone, and may not be shipped.
ILLUSTRATIONS = (
    "I said yes to this person when I was already worn out.",
    "I took a rest before I did more for this person.",
    "I was afraid of how this person would react.",
    "I felt free to say no to this person.",
    "I felt I had to do things for this person to count.",
    "I thought: this person likes me as I am.",
    "I kept thinking about what I owed this person.",
    "I enjoyed a kind act from this person.",
    "I felt guilty while this person looked after me.",
    "The help from this person did me good.",
    "I told this person I was fine when I needed help.",
    "I let this person see that I needed something.",
    "When this person was upset, I felt I had to fix it.",
    "I could tell my own mood from this person's mood.",
    "I found out later that I had wanted to say no.",
    "I gave this person a clear answer.",
    "I stepped into something that was this person's own to decide.",
    "This person took my no well.",
    "I did something for this person because I wanted to.",
    "This person noticed how I was doing.",
)


def for_the_client(one: Instrument) -> Iterator[str]:
    """Every text of a questionnaire that reaches a client's eye or ear."""
    yield from (one.title, one.recall, one.minutes, one.closing, one.carer_line, *one.introduction)
    yield from one.introduction_general
    yield from (facet.client_phrase for facet in one.facets)
    for option in one.options:
        yield from (option.label, option.meaning)
    for item in one.items:
        yield from (item.text, item.text_general, *item.define.values())


def both_introductions(one: Instrument) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What is said first about one person, and about people in general."""
    return one.introduction, one.introduction_general


def test_every_question_keeps_the_rules() -> None:
    found = {
        (item.id, fault)
        for one in ALL
        for item in one.items
        for text in (item.text, item.text_general)
        for fault in lint.faults_of_stem(text)
    }
    assert found == set(ALLOWED)


@pytest.mark.parametrize(
    "bad",
    [
        "I helped this person and then I went on to help them with another thing all day.",
        "I did not help this person.",
        "I didn\u2019t help this person.",
        "I helped this person without a break.",
        "I had no time for this person.",
        "I always helped this person.",
        "I should have helped this person.",
        "I was needy with this person.",
        "I owed this person something.",
        "I did more than this person did.",
        "I helped this person because of my childhood.",
        "I helped this person or kept away.",
        "I responded with anticipation to this person.",
        "This person was kind.",
        "I helped this person",
        "I helped this person. I was tired.",
        "I helped my mother.",
    ],
)
def test_the_rules_catch_a_bad_question(bad: str) -> None:
    assert list(lint.faults_of_stem(bad))


@pytest.mark.parametrize("act", ["I said no to this person.", "After a no was said, I felt good."])
def test_to_say_no_is_an_act_and_allowed(act: str) -> None:
    assert list(lint.faults_of_stem(act)) == []


@each_questionnaire
def test_each_question_speaks_of_this_person_and_of_people_in_general(one: Instrument) -> None:
    for item in one.items:
        assert "this person" in item.text.lower()
        assert "people close to me" in item.text_general.lower()
        assert "this person" not in item.text_general.lower()
        assert not re.search(r"people close to me (?:was|has|does|is)\b", item.text_general)


@each_questionnaire
@pytest.mark.parametrize("count", lint.COUNTERS, ids=("vowels", "hyphens"))
def test_a_questionnaire_reads_at_grade_six_or_below(one: Instrument, count: lint.Counting) -> None:
    for texts in ([item.text for item in one.items], [item.text_general for item in one.items]):
        assert lint.grade_of(texts, count) <= 6
        assert [text for text in texts if lint.grade_of([text], count) > 8] == []


@each_questionnaire
@pytest.mark.parametrize("count", lint.COUNTERS, ids=("vowels", "hyphens"))
def test_what_is_said_around_the_questions_reads_at_grade_eight_or_below(
    one: Instrument, count: lint.Counting
) -> None:
    for text in (*map(" ".join, both_introductions(one)), one.closing, one.carer_line):
        assert lint.grade_of(lint.sentences_of(text), count) <= 8


def test_the_grade_agrees_with_a_case_worked_by_hand() -> None:
    assert round(lint.grade(words=12, sentences=1, syllables=15), 2) == 3.84


def test_the_grade_notices_heavy_language() -> None:
    heavy = ["I experienced considerable indebtedness following interpersonal generosity."]
    assert all(lint.grade_of(heavy, count) > 8 for count in lint.COUNTERS)


@each_questionnaire
def test_nothing_for_a_client_holds_a_verdict_a_tally_advice_or_a_digit(one: Instrument) -> None:
    assert {text: lint.never_said(text) for text in for_the_client(one) if lint.never_said(text)} == {}


@pytest.mark.parametrize(
    "bad",
    [
        "This may be a disorder.",
        "That is a normal answer.",
        "Your score is high.",
        "You should say no.",
        "Your partner does worse than others.",
        "The balance between you",
        "You owe them nothing",
        "Well done!",
        "8 of 9",
        "You are safe.",
    ],
)
def test_the_list_of_what_is_never_said_catches_it(bad: str) -> None:
    assert lint.never_said(bad)


def test_no_question_repeats_an_illustration() -> None:
    not_to_ship = set().union(*map(lint.runs_of, ILLUSTRATIONS))
    texts = [text for one in ALL for item in one.items for text in (item.text, item.text_general)]
    assert [text for text in texts if lint.runs_of(text) & not_to_ship] == []
    assert lint.runs_of("Today I took a rest before lunch.") & not_to_ship


def test_no_two_questions_are_alike() -> None:
    stems = [item.text for one in ALL for item in one.items]
    shared = [
        (first, second)
        for number, first in enumerate(stems)
        for second in stems[number + 1 :]
        if lint.runs_of(first, 7) & lint.runs_of(second, 7)
    ]
    assert shared == []


@each_questionnaire
def test_the_introduction_takes_little_more_than_a_minute_and_covers_its_points(one: Instrument) -> None:
    """What a practice says of the limits of confidentiality is read aloud with it."""
    texts = [" ".join(said) for said in both_introductions(one)]
    assert all(110 <= len(lint.words_of(text)) <= 155 for text in texts)
    for point in (
        "because [",
        "[my idea / your idea]",
        "skip any question",
        "no right answers",
        "no grade",
        "makers of this program",
        "not validated",
        "I will see your answers",
        "You can see them",
        "where they are wrong",
        "how long I keep them",
        "Today we look at them together",
        "“stop”",
        "explain a word",
    ):
        assert all(point in text for text in texts), point
    assert all(f"There are {'eight' if one.id == 'flows' else 'twelve'} questions" in text for text in texts)


@each_questionnaire
def test_the_introduction_names_those_whom_the_questions_name(one: Instrument) -> None:
    """Who could see the answers is asked before: on the page where somebody is chosen."""
    of_one, of_people = both_introductions(one)
    assert "keep [this person] in mind" in of_one[1] and "people close to you, taken together" in of_people[1]
    assert "person" not in of_one[0] and "person" not in " ".join(of_people)
    assert of_people[2:] == of_one[2:]
