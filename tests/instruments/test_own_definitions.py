"""A practice's own definition, as it may arrive: every fault at once at its place, and never a crash."""

import random
import re
import time
from pathlib import Path
from typing import get_type_hints

import pytest
from annotated_types import MaxLen
from hypothesis import example, given, settings
from hypothesis import strategies as st

from clinic_toolkit.instruments import loader, raw_tables
from clinic_toolkit.instruments.facet_groups import MAX_DEPTH, depth, facets_in_order, parents_of
from clinic_toolkit.instruments.model import Instrument

EXAMPLE = Path(__file__).parents[2] / "docs" / "own-questionnaire.toml"
TEXT = EXAMPLE.read_text(encoding="utf-8")
BAND = '\n[[bands]]\nlower = {}\nupper = {}\nlabel = "few"\nsource = "Author 2020, page 3"\n'


def problems_of(data: str | bytes) -> tuple[str, ...]:
    with pytest.raises(loader.DefinitionError) as caught:
        loader.parse_instrument(data.encode() if isinstance(data, str) else data, "own.toml", own=True)
    return caught.value.problems


def changed(*pairs: tuple[str, str]) -> str:
    text = TEXT
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def test_the_worked_example_uses_everything_and_is_good() -> None:
    form = loader.read_instrument_file(EXAMPLE, own=True)
    assert form.own and form.score == "sum" and form.answer_words == "other"
    assert form.missing is not None and form.missing.prorate
    assert [item.id for item in form.items if item.reverse] == ["BODY-2"]
    assert {item.weight for item in form.items} == {1, 2}
    assert [facet.id for facet in facets_in_order(form)] == ["REST", "BODY", "MIND", "ASK"]
    assert depth("BODY", parents_of(form)) == 1
    assert {item.safety_flag for item in form.items} == {"none", "fear"}


def test_groups_stand_before_their_parts_wherever_the_file_has_them() -> None:
    late = TEXT.replace('id = "REST"\nname', 'id = "LATE"\nparent = "REST"\nname', 1).replace(
        '[[items]]\nid = "BODY-1"',
        '[[facets]]\nid = "REST"\nname = "All"\nclient_phrase = "all"\n\n[[items]]\nid = "BODY-1"',
        1,
    ).replace('parent = "REST"\nname = "Resting', 'parent = "LATE"\nname = "Resting')  # fmt: skip
    form = loader.parse_instrument(late.encode(), "own.toml")
    order = [facet.id for facet in facets_in_order(form)]
    assert order == ["ASK", "REST", "LATE", "BODY", "MIND"]


def nested(many: int) -> str:
    """Groups in groups, `many` deep, above the part BODY."""
    first = "".join(
        f'[[facets]]\nid = "G{n}"\nname = "G"\nclient_phrase = "g"\nparent = "G{n + 1}"\n\n'
        for n in range(many)
    )
    last = f'[[facets]]\nid = "G{many}"\nname = "G"\nclient_phrase = "g"\n\n'
    text = changed(('parent = "REST"\nname = "Resting', 'parent = "G0"\nname = "Resting'))
    return text.replace("[[items]]", first + last + "[[items]]", 1)


BAD = [
    ((("label = \"A little true\"", 'label = "Not true for me"'),),
     ["options[1].label: “Not true for me” is already used at options[0]"]),
    ((("value = 1", "value = 0"),), ["options[1].value: “0” is already used at options[0]"]),
    ((("label = \"A little true\"", 'label = "I\'d rather not answer."'),),
     ["options[1].label: is under every question already, and is never counted"]),
    ((('id = "MIND-1"', 'id = "BODY-1"'),), ["items[1].id: “BODY-1” is already used at items[0]"]),
    ((('facet = "MIND"', 'facet = "BODY"'), ('facet = "MIND"', 'facet = "BODY"')),
     ["facets[2]: no item belongs to “MIND”"]),
    ((('parent = "REST"', 'parent = "NONE"'), ('parent = "REST"', 'parent = "NONE"')),
     ["facets[0]: no item belongs to “REST”", "facets[1].parent: there is no facet “NONE”",
      "facets[2].parent: there is no facet “NONE”"]),
    ((('facet = "ASK"', 'facet = "REST"'),),
     ["items[2].facet: “REST” is a group; its questions belong to its parts",
      "missing.facet_minimum: asks for 2 answers, the smallest facet has 1"]),
    ((("weight = 2", 'weight = "2"'),), ["items[5].weight: must be a number"]),
    ((("weight = 2", "weight = 0"),), ["items[5].weight: must be more than 0"]),
    ((("weight = 2", "weight = -0.5"),), ["items[5].weight: must be more than 0"]),
    ((("weight = 2", "weight = inf"),), ["items[5].weight: must be 100 or less"]),
    ((("weight = 2", "weight = nan"),), ["items[5].weight: must be 100 or less"]),
    ((("weight = 2", "weight = true"),), ["items[5].weight: must be a number"]),
    ((("weight = 2", "weight = 0x" + "f" * 60),), ["items[5].weight: is too large a number"]),
    ((("reverse = true", 'reverse = "yes"'),), ["items[3].reverse: must be true or false"]),
    ((('text_general = "I told people', 'reverse = true\ntext_general = "I told people'),),
     ["items[6].reverse: a strength is kept apart from the number"]),
    ((('text_general = "I told people', 'weight = 2\ntext_general = "I told people'),),
     ["items[6].weight: a strength is kept apart from the number"]),
    ((('score = "sum"', 'score = "mean"'),),
     ["missing.prorate: only for a sum; a mean is always made from the answers there are"]),
    ((('score = "sum"', 'score = "median"'), ("prorate = true\n", "")),
     ["score: must be one of 'stretched', 'mean' or 'sum'"]),
    ((('answer_words = "other"', "answer_words = 1"),),
     ["answer_words: must be one of 'frequency' or 'other'"]),
    ((("total_minimum = 5", "total_minimum = 7"),),
     ["missing.total_minimum: asks for 7 answers, the questionnaire has 6"]),
    ((("facet_minimum = 2", "facet_minimum = 3"),),
     ["missing.facet_minimum: asks for 3 answers, the smallest facet has 2"]),
    ((('version = "1"', 'version = "1"\nown = true'),),
     ["own: the program works this out, leave it out"]),
    ((('title = "How I rest"', 'title = "How I \\u202erest"'),),
     ["title: has a character that does not print"]),
    ((('title = "How I rest"', 'title = "How I re' + "\u0301\u0315" * 20 + 'st"'),),
     ["title: holds more than 30 marks on one letter"]),
    ((("value = 1", 'value = 1\nmeaning = "' + "x" * 4001 + '"'),),
     ["options[1].meaning: must have at most 4000 characters"]),
    ((('label = "A little true"', f'label = "{"x" * 61}"'),),
     ["options[1].label: must have at most 60 characters"]),
    ((("\n[[options]]", BAND.format(0, 5) + "\n[[options]]"),),
     ["bands[0]: only what was published has bands; the evidence card says “drafted”"]),
    ((('level = "drafted"', 'level = "published"'), ("\n[[options]]", BAND.format(6, 5) + "\n[[options]]")),
     ["bands[0]: “lower” must not be more than “upper”"]),
    ((('level = "drafted"', 'level = "published"'),
      ("\n[[options]]", BAND.format(0, 5) + BAND.format(5, 9) + "\n[[options]]")),
     ["bands[1]: has numbers that bands[0] has too"]),
    ((('level = "drafted"', 'level = "published"'),
      ("\n[[options]]", BAND.format(0, 5).replace('source = "Author 2020, page 3"\n', "") + "\n[[options]]")),
     ["bands[0].source: is missing"]),
    ((('level = "drafted"', 'level = "published"'),
      ("\n[[options]]", BAND.format(0, 5) + 'facet = "NONE"\n' + "\n[[options]]")),
     ["bands[0].facet: there is no facet “NONE”"]),
]  # fmt: skip


@pytest.mark.parametrize(("pairs", "wanted"), BAD, ids=[wanted[0][:60] for _, wanted in BAD])
def test_each_fault_is_told_at_its_place_and_no_other(
    pairs: tuple[tuple[str, str], ...], wanted: list[str]
) -> None:
    assert sorted(problems_of(changed(*pairs))) == sorted(wanted)


def test_many_faults_are_told_at_once() -> None:
    text = changed(
        ("weight = 2", 'weight = "2"'),
        ('id = "MIND-1"', 'id = "BODY-1"'),
        ('label = "A little true"', 'label = "Not true for me"'),
        ('parent = "REST"', 'parent = "NONE"'),
        ('score = "sum"', 'score = "median"'),
        ("prorate = true", 'prorate = "yes"'),
        ('author = "The practice"', ""),
    )
    assert sorted(problems_of(text)) == [
        "evidence.author: is missing",
        "facets[1].parent: there is no facet “NONE”",
        "items[1].id: “BODY-1” is already used at items[0]",
        "items[5].weight: must be a number",
        "missing.prorate: must be true or false",
        "options[1].label: “Not true for me” is already used at options[0]",
        "score: must be one of 'stretched', 'mean' or 'sum'",
    ]


def test_a_published_one_may_have_bands_that_cite_their_source() -> None:
    text = changed(
        ('level = "drafted"', 'level = "published"'),
        ("\n[[options]]", BAND.format(0, 5) + BAND.format(5.5, 18) + "\n[[options]]"),
    )
    form = loader.parse_instrument(text.encode(), "own.toml", own=True)
    assert [(band.lower, band.upper) for band in form.bands] == [(0, 5), (5.5, 18)]


@pytest.mark.parametrize("length", [1, 2, 3])
def test_a_circle_of_groups_is_named(length: int) -> None:
    text = nested(length - 1).replace(
        f'id = "G{length - 1}"\nname = "G"\nclient_phrase = "g"\n',
        f'id = "G{length - 1}"\nname = "G"\nclient_phrase = "g"\nparent = "G0"\n',
        1,
    )
    found = [line for line in problems_of(text) if "circle" in line]
    assert found == [f"facets[{4 + n}].parent: goes round in a circle" for n in range(length)]


def test_as_many_groups_as_are_allowed_are_allowed() -> None:
    deepest = nested(MAX_DEPTH - 2)
    form = loader.parse_instrument(deepest.encode(), "own.toml")
    assert depth("BODY", parents_of(form)) == MAX_DEPTH - 1
    assert "facets[1].parent: is in too many groups; a part may have 4 above it" in problems_of(
        nested(MAX_DEPTH - 1)
    )


def test_six_hundred_groups_in_one_another_are_told_one_by_one() -> None:
    found = problems_of(nested(600))
    assert "facets: must have at most 100 entries" in found
    assert sum("is in too many groups" in line for line in found) > 590


DEEP = [
    "[" + ".".join("a" * 600) + "]\nb = 1\n",
    "[" + ".".join("a" * 20_000) + "]\nb = 1\n",
    "a = " + "{b = " * 500 + "1" + "}" * 500,
    "a = " + "[" * 400 + "]" * 400,
    TEXT.replace("define = {", 'define = { "deep" = ' + "[" * 300 + "]" * 300 + ",", 1),
]


@pytest.mark.parametrize("deep", DEEP, ids=range(len(DEEP)))
def test_tables_in_tables_without_end_are_a_sentence(deep: str) -> None:
    found = problems_of(deep)
    assert len(found) == 1 and re.search("deep", found[0])


def test_a_thousand_questions_are_refused_in_a_moment() -> None:
    many = "".join(f'[[items]]\nid = "X{n}"\nfacet = "BODY"\n' for n in range(1_000))
    before = time.process_time()
    found = problems_of(TEXT + many)
    assert "items: must have at most 400 entries" in found
    assert time.process_time() - before < 5


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (TEXT.encode() + b"#" * 5_000_000, "the file is larger than 1,000,000 bytes"),
        (TEXT.encode("utf-16-be"), "line 1: the text is UTF-16 and has no mark"),
        (changed(("How I rest", "Où je dors")).encode("latin-1"), "line 9: the text is not UTF-8"),
    ],
)
def test_what_is_too_long_or_in_another_encoding_is_one_place(data: bytes, wanted: str) -> None:
    found = problems_of(data)
    assert len(found) == 1 and found[0].startswith(wanted)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_whichever_editor_saved_it_it_is_the_same_questionnaire(encoding: str, end: str) -> None:
    form = loader.parse_instrument(TEXT.replace("\n", end).encode(encoding), "own.toml")
    assert form == loader.read_instrument_file(EXAMPLE)


def test_the_limits_that_are_told_are_those_of_the_model() -> None:
    kinds = get_type_hints(Instrument, include_extras=True)
    for part, most in raw_tables.MAX_ENTRIES.items():
        assert [each.max_length for each in kinds[part].__metadata__ if isinstance(each, MaxLen)] == [most]


SNIPPETS = ["=", "[[items]]\n", "{", "}", '"', "'''", "\n", "inf", "nan", "0x" + "f" * 5000, "-1", "true",
            "2026-11-22", "[]", "{}", "\\u202e", "{{ config }}", "%(x)s", "{0.__class__}", "<script>", "\x00",
            'parent = "BODY"\n', "weight = 1e400\n", "[a.b.c]\n", "é", "\ud7ff", "\U0001f600"]  # fmt: skip


def mutated(chance: random.Random) -> bytes:
    """The example after a few random cuts, copies and insertions."""
    lines = TEXT.splitlines(keepends=True)
    for _ in range(chance.randint(1, 6)):
        at, other = chance.randrange(len(lines)), chance.randrange(len(lines))
        act = chance.randrange(6)
        if act == 0:
            lines[at] = lines[other]
        elif act == 1:
            lines.insert(at, lines[other])
        elif act == 2 and len(lines) > 1:
            del lines[at]
        elif act == 3:
            lines[at], lines[other] = lines[other], lines[at]
        elif act == 4:
            cut = chance.randrange(len(lines[at]) + 1)
            lines[at] = lines[at][:cut] + chance.choice(SNIPPETS) + lines[at][cut:]
        else:
            name, _, value = lines[at].partition("=")
            lines[at] = f"{name}= {chance.choice(SNIPPETS)}\n" if value else lines[at]
    data = bytearray("".join(lines).encode())
    if chance.random() < 0.1 and data:
        data[chance.randrange(len(data))] = chance.randrange(256)
    return bytes(data)


@settings(max_examples=400, deadline=None)
@given(st.randoms(use_true_random=False))
def test_whatever_is_done_to_a_file_it_is_good_or_refused_with_places(chance: random.Random) -> None:
    found: tuple[str, ...] = ()
    try:
        assert loader.parse_instrument(mutated(chance), "own.toml", own=True).items
    except loader.DefinitionError as error:
        found = error.problems or ("refused without a place",)
    assert all(each.isprintable() and len(each) <= 200 and "without" not in each for each in found)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400) | st.text(max_size=400).map(lambda text: text.encode("utf-8", "replace")))
@example(b"\x00")
@example(b"a.b=1\na.b.c=2")
def test_bytes_of_any_kind_are_refused_with_a_sentence(data: bytes) -> None:
    assert problems_of(data)


def test_the_mutations_do_reach_both_ends() -> None:
    ends = set()
    for seed in range(300):
        try:
            loader.parse_instrument(mutated(random.Random(seed)), "own.toml")
            ends.add("good")
        except loader.DefinitionError as error:
            ends.add("toml" if "TOML" in error.problems[0] else "places")
    assert ends == {"good", "toml", "places"}
