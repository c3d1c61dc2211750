"""What a questionnaire tells the clinician to say and ask, held to its rules (specification 4.2 to 4.7)."""

import re
from collections.abc import Iterator
from dataclasses import fields

import pytest

from clinic_toolkit.instruments import catalogue
from clinic_toolkit.instruments.model import Facet, Instrument

from . import lint

ALL = catalogue.list_instruments()
each_questionnaire = pytest.mark.parametrize("one", ALL, ids=lambda one: one.id)
LISTS = ("pacing", "decline", "distress", "danger", "controls", "debrief", "not_now")
NOTES = ("carers", "culture", "neurodivergence")
LONGEST = 240
LONGEST_NOTE = 420
LONGEST_QUESTION = 22

# Said to or about a client nowhere. "Risk" and the like belong to the clinician's own work and are allowed.
_NEVER = re.compile(
    r"\b(?:codependen\w*|toxic|narciss\w*|attachment|normal|abnormal|severe|fair share|deserves? more"
    r"|streaks?|badges?|ratio|well done|better than|worse than|you should|you must)\b|!",
    re.IGNORECASE,
)
_ADVICE = re.compile(
    r"^(?:why\b|have you tried|could you|can you|would(?:n[’']t)? it|don[’']t you)", re.IGNORECASE
)


def facets() -> Iterator[tuple[Instrument, Facet]]:
    for one in ALL:
        for facet in one.facets:
            yield one, facet


def said(one: Instrument) -> Iterator[str]:
    """Every line of guidance."""
    for name in LISTS:
        yield from getattr(one.guidance, name)
    yield from (getattr(one.guidance, name) for name in NOTES)
    for facet in one.facets:
        yield from facet.avoid
        for each in facet.follow_up:
            yield from (each.question, each.intent)


def faults_of_question(text: str) -> list[str]:
    """What is wrong with a question for the talk."""
    words = lint.words_of(text)
    last = lint.sentences_of(text)[-1]
    found = [] if text.endswith("?") else ["no question"]
    found += [f"{len(words)} words"] if len(words) > LONGEST_QUESTION else []
    found += ["blame or advice"] if any(map(_ADVICE.match, lint.sentences_of(text))) else []
    found += ["more than one question"] if text.count("?") > 2 else []
    return found + ([] if last else ["empty"])


@each_questionnaire
def test_every_script_is_there(one: Instrument) -> None:
    counts = {name: len(getattr(one.guidance, name)) for name in LISTS}
    assert 4 <= counts["pacing"] <= 6 and 3 <= counts["decline"] <= 4, counts
    assert 4 <= counts["danger"] <= 6 and 2 <= counts["controls"] <= 3, counts
    assert 4 <= counts["distress"] <= 7 and 6 <= counts["debrief"] <= 7, counts
    assert 6 <= counts["not_now"] <= 9, counts
    assert all(getattr(one.guidance, name) for name in NOTES)
    assert {each.name for each in fields(one.guidance)} == {*LISTS, *NOTES}


@pytest.mark.parametrize(("one", "facet"), list(facets()), ids=lambda each: each.id)
def test_each_part_has_open_questions_and_what_to_leave_out(one: Instrument, facet: Facet) -> None:
    assert len(facet.follow_up) >= 4 and 2 <= len(facet.avoid) <= 3
    assert [
        (each.question, fault) for each in facet.follow_up for fault in faults_of_question(each.question)
    ] == []
    assert all(each.intent.endswith(".") and len(each.intent) <= 130 for each in facet.follow_up)


@pytest.mark.parametrize(
    "bad",
    [
        "Tell me about it.",
        "Why did you do that?",
        "Have you tried to say no?",
        "What did you do? What did they do? What then?",
        "What " + "very " * 25 + "long thing was it?",
    ],
)
def test_a_bad_question_is_noticed(bad: str) -> None:
    assert faults_of_question(bad)


@each_questionnaire
def test_lines_are_short_enough_for_a_glance(one: Instrument) -> None:
    lists = [line for name in LISTS for line in getattr(one.guidance, name)]
    assert [line for line in lists if len(line) > LONGEST] == []
    assert [name for name in NOTES if len(getattr(one.guidance, name)) > LONGEST_NOTE] == []


@each_questionnaire
@pytest.mark.parametrize("count", lint.COUNTERS, ids=("vowels", "hyphens"))
def test_guidance_reads_at_grade_eight_or_below(one: Instrument, count: lint.Counting) -> None:
    spoken = [each.question for facet in one.facets for each in facet.follow_up]
    assert lint.grade_of(spoken, count) <= 6
    for name in filter(one.guidance.__getattribute__, LISTS):
        sentences = [each for line in getattr(one.guidance, name) for each in lint.sentences_of(line)]
        assert lint.grade_of(sentences, count) <= 8, name


@each_questionnaire
def test_where_no_one_person_is_meant_the_questions_speak_of_none(one: Instrument) -> None:
    both = [(each.question, each.question_in_general()) for facet in one.facets for each in facet.follow_up]
    assert [asked for _, asked in both if "this person" in asked or faults_of_question(asked)] == []
    assert any(before != asked for before, asked in both)
    assert all(before == asked for before, asked in both if "person" not in before)


@each_questionnaire
def test_no_verdict_no_tally_no_praise(one: Instrument) -> None:
    assert [(line, found.group()) for line in said(one) for found in _NEVER.finditer(line)] == []
    assert _NEVER.search("That is toxic.") and _NEVER.search("You should say no.")


DYING = {
    "wish": r"wish(?:ed)? (?:that )?you (?:were no longer alive|were dead|could be dead)|wanted to be dead",
    "thought": r"(?:ending your life|killing yourself|taking your own life|suicide)",
}
ASKED = {
    "ever afraid": r"(?:ever|has there ever been|were you ever|was there ever)[^“”]*afraid",
    "afraid now": r"afraid (?:now|of them today)|these days",
    "hurt": r"“[^“”]*\bhurt\b[^“”]*\?”",
    "threatened": r"“[^“”]*\bthreaten(?:ed)?\b[^“”]*\?”",
    "forced": r"“[^“”]*(?:\bforced\b|ma(?:de|ke) you do)[^“”]*\?”",
    "wish and thought with a time": r"(?:in|over) (?:the past|these) (?:four )?weeks",
    "plan": r"plan\?|thought how|how would you",
    "means": r"what you would need|what you would use|with what|means",
    "past attempts": r"\btr(?:y|ied)\b|attempt",
    "harm to the one who is cared for": r"carer|cares for",
    "has it happened": r"ha(?:s|ve) it happened|what happened|did it happen",
    "who is with them": r"who (?:is with them|is there|looks after them)|who is there",
    "the law": r"law on reporting",
    "not reviewed": r"\(not reviewed\.\)",
    "in private": r"in private",
    "nobody on the call": r"on the (?:call|line)",
    "no relative interprets": r"interpret\w* (?:as|from)",
}


@each_questionnaire
def test_fear_dying_and_harm_are_each_asked_in_full(one: Instrument) -> None:
    """Every form has them, since any of them may open any of these; specification 2.11."""
    whole = " ".join(one.guidance.danger).lower()
    assert [name for name, pattern in (ASKED | DYING).items() if not re.search(pattern, whole)] == []


@each_questionnaire
def test_a_question_about_danger_asks_one_thing(one: Instrument) -> None:
    asked = [each for line in one.guidance.danger for each in re.findall(r"“([^“”]*\?)”", line)]
    assert len(asked) >= 10
    joined = r"\b(?:hurt|threatened|forced)\b[^?]*\b(?:or|and)\b[^?]*\b(?:hurt|threatened|forced)\b"
    assert [each for each in asked if re.search(joined, each)] == []
    assert re.search(joined, "Has anyone hurt or threatened you?")


def test_no_two_questionnaires_say_the_same_thing_twice() -> None:
    """Each script is written for its form; a line that fits all of them says nothing about one."""
    lines = [(one.id, line) for one in ALL for line in said(one) if len(lint.words_of(line)) > 12]
    shared = [
        (first, second)
        for at, (here, first) in enumerate(lines)
        for there, second in lines[at + 1 :]
        if here != there and first == second
    ]
    assert shared == []


def test_giving_and_receiving_weigh_the_same() -> None:
    giving, receiving = catalogue.load_instrument("giving"), catalogue.load_instrument("receiving")
    assert len(giving.items) == len(receiving.items) and len(giving.facets) == len(receiving.facets)
    assert min(len(facet.follow_up) for facet in giving.facets) >= 4
