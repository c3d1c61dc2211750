"""The check-in: the sentences of the long questionnaires word for word, in the order of its proposal."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from clinic_toolkit.instruments import catalogue, loader
from clinic_toolkit.instruments.catalogue import DEFINITIONS_FOLDER
from clinic_toolkit.instruments.model import Instrument, Item

from . import lint
from .test_guidance import LISTS, LONGEST, LONGEST_NOTE, NOTES, said
from .test_wording import for_the_client

ORDER = ("JR1-F", "OG2-B", "RG1-C", "BC2-T", "JR3-C")
TEXT = (DEFINITIONS_FOLDER / "check-in.toml").read_text(encoding="utf-8")


def long_items() -> dict[str, Item]:
    """Every question of the newest long questionnaires."""
    return {item.id: item for one in catalogue.list_instruments() for item in one.items}


@pytest.fixture
def check_in() -> Instrument:
    """The check-in as it ships."""
    return catalogue.load_check_in()


def test_it_asks_the_questions_of_the_long_ones_word_for_word(check_in: Instrument) -> None:
    assert tuple(item.id for item in check_in.items) == ORDER
    known = long_items()
    assert [item for item in check_in.items if item != known[item.id]] == []
    facets = {facet.id: facet for one in catalogue.list_instruments() for facet in one.facets}
    for facet in check_in.facets:
        assert (facet.name, facet.client_phrase) == (
            facets[facet.id].name,
            facets[facet.id].client_phrase,
        )


def test_it_begins_and_ends_with_what_is_good_and_asks_nothing_that_is_marked(check_in: Instrument) -> None:
    roles = [item.role for item in check_in.items]
    assert roles == ["strength", "difficulty", "difficulty", "difficulty", "strength"]
    assert {item.safety_flag for item in check_in.items} == {"none"}
    assert check_in.own_place == 5 and check_in.missing is None
    assert check_in.recall == "Since we last met" and check_in.open_line.endswith("?")
    general = check_in.open_line.replace("this person", "people close to you")
    assert check_in.open_line_general == general != check_in.open_line
    assert check_in.options == catalogue.load_instrument("flows").options
    assert check_in.evidence.level == "drafted" and "not validated" in check_in.evidence.item_sources


def test_the_order_is_that_of_the_proposal() -> None:
    page = (Path(__file__).parents[2] / "docs/content/pool/README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\*own\*|[A-Z]{2}\d-[A-Z]) \| (.+?) \|", page, re.MULTILINE)
    known = long_items()
    assert [id for id, _ in rows] == [*ORDER[:4], "*own*", ORDER[4]]
    assert all(text == known[id].text for id, text in rows if id != "*own*")


@pytest.mark.parametrize("count", lint.COUNTERS, ids=("vowels", "hyphens"))
def test_its_words_are_plain(check_in: Instrument, count: lint.Counting) -> None:
    for texts in (
        [item.text for item in check_in.items],
        [item.text_general for item in check_in.items],
        [check_in.open_line],
        [check_in.open_line_general],
    ):
        assert lint.grade_of(texts, count) <= 6
    for text in (" ".join(check_in.introduction), check_in.closing, check_in.carer_line):
        assert lint.grade_of(lint.sentences_of(text), count) <= 8
    for name in LISTS:
        sentences = [each for line in getattr(check_in.guidance, name) for each in lint.sentences_of(line)]
        assert not sentences or lint.grade_of(sentences, count) <= 8, name


def test_nothing_it_says_is_a_verdict_a_tally_or_a_promise(check_in: Instrument) -> None:
    client = [*for_the_client(check_in), check_in.open_line, check_in.open_line_general]
    assert {text: lint.never_said(text) for text in client if lint.never_said(text)} == {}
    assert all("!" not in line for line in said(check_in))
    assert [line for name in LISTS for line in getattr(check_in.guidance, name) if len(line) > LONGEST] == []
    assert [name for name in NOTES if len(getattr(check_in.guidance, name)) > LONGEST_NOTE] == []
    assert {each.name for each in fields(check_in.guidance)} == {*LISTS, *NOTES}
    # Both look at this screen: what is asked in private stands in the long ones.
    assert not check_in.guidance.danger and not check_in.guidance.controls
    spoken = " ".join(check_in.introduction)
    for point in ("skip any of them", "There is no score", "a draft", "I will see your answers"):
        assert point in spoken
    whole = " ".join((*check_in.clinician_notes, *said(check_in)))
    assert "Ask about fear in private" in whole and "no reassurance" in whole


def problems_of(text: str) -> tuple[str, ...]:
    """What the loader says of a definition."""
    with pytest.raises(loader.DefinitionError) as caught:
        loader.parse_instrument(text.encode(), "own.toml")
    return caught.value.problems


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("own_place = 5\n", "", "own_place: is missing"),
        ("own_place = 5\n", "own_place = 7\n", "own_place: must be 6 or less"),
        ("own_place = 5\n", "own_place = 0\n", "own_place: must be 1 or more"),
        ("own_place = 5\n", 'own_place = "5"\n', "own_place: must be a whole number"),
        ("[evidence]", "[missing]\ntotal_minimum = 6\n\n[evidence]", "missing: a check-in is never scored"),
        (
            'id = "BC2-T"\n',
            'id = "BC2-T"\nsafety_flag = "fear"\n',
            "items[3].safety_flag: a check-in cannot have a marked question",
        ),
        ('kind = "check-in"', 'kind = "difficulties"', "missing: is missing"),
        ('kind = "check-in"', 'kind = "strengths"', "own_place: is only for a check-in"),
        ('kind = "check-in"', 'kind = "strengths"', "open_line: is only for a check-in"),
    ],
)
def test_what_a_check_in_must_hold_is_checked(old: str, new: str, problem: str) -> None:
    assert old in TEXT
    assert [found for found in problems_of(TEXT.replace(old, new, 1)) if found.startswith(problem)]


def test_the_own_question_may_stand_last_and_an_open_line_must_say_something() -> None:
    last = TEXT.replace("own_place = 5\n", "own_place = 6\n", 1)
    assert loader.parse_instrument(last.encode(), "own.toml").own_place == 6
    for name in ("open_line", "open_line_general"):
        line = next(line for line in TEXT.splitlines() if line.startswith(f"{name} ="))
        assert f"{name}: is missing" in problems_of(TEXT.replace(line, f'{name} = ""', 1))


def test_a_misspelt_key_in_an_optional_table_is_still_found() -> None:
    giving = (DEFINITIONS_FOLDER / "giving.toml").read_text(encoding="utf-8")
    assert "missing.facet_minimun: is not known here" in problems_of(
        giving.replace("facet_minimum", "facet_minimun", 1)
    )
