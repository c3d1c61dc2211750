"""Words are found in every script and spelling, where a word begins; names are hidden whole."""

import random

import pytest

from clinic_toolkit.names import text_folding
from clinic_toolkit.names.name_hiding import hide_name
from clinic_toolkit.names.text_folding import fold_fields
from clinic_toolkit.names.text_query import MAX_LENGTH, MAX_TERMS, parse_query

FOUND = [
    ("She said: Müller’s Angst-attack, again.", "mueller angst"),
    ("Frau Mueller kam", "Müller"),
    ("Frau Mu\u0308ller kam", "muller"),
    ("Łódź café", "lodz CAFE"),
    ("Straße", "strasse"),
    ("O’Brien rang", "obrien"),
    ("O'Brien rang", "O’Brien"),
    ("self-care comes first", "self-care"),
    ("soft\u00adhyphen", "softhyphen"),
    ("12.5 mg at night", "12.5 mg"),
    ("İstanbul", "istanbul"),
    ("他今天很焦虑。", "焦虑"),
    ("ผมรู้สึกวิตกกังวล", "วิตก"),
    ("आज चिंता थी", "चिंता"),
    ("감정이 있다", "감정"),
    ("Она тревожится", "тревож"),
    ("كانت متعبة", "متعبه"),
    ("a panic attack at night", '"panic attack"'),
    ("a panic attack at night", '"panic att'),
    ("a panic\n\nattack at night", "“panic attack”"),
]
NOT_FOUND = [
    ("panic, then an attack", '"panic attack"'),
    ("unpanicked", "panic"),
    ("only one of them", "one two"),
    ("a blunt remark", "blue"),
]


@pytest.mark.parametrize(("text", "typed"), FOUND)
def test_it_is_found_and_its_place_is_marked(text: str, typed: str) -> None:
    query = parse_query(typed)
    folded = fold_fields([text])
    assert query.matches(folded)
    assert query.encoded().matches(folded)
    hits = [piece.text for piece in query.excerpt(text) if piece.is_hit]
    assert hits
    assert any(query.matches(fold_fields([" ".join(hits)])) for _ in hits)


@pytest.mark.parametrize(("text", "typed"), NOT_FOUND)
def test_it_is_not_found(text: str, typed: str) -> None:
    query = parse_query(typed)
    assert not query.is_empty
    assert not query.matches(fold_fields([text]))
    assert not query.encoded().matches(fold_fields([text]))


def test_words_may_stand_in_different_fields_and_a_phrase_may_not() -> None:
    fields = fold_fields(["Slept badly", "attack of panic"])
    assert parse_query("badly attack").matches(fields)
    assert not parse_query('"badly attack"').matches(fields)


@pytest.mark.parametrize("typed", ["", "   ", "a", '"', "…", "’", "a" * 0])
def test_too_little_looks_for_nothing(typed: str) -> None:
    assert parse_query(typed).is_empty


def test_one_letter_is_a_word_where_writing_has_no_spaces() -> None:
    assert parse_query("痛").matches(fold_fields(["头痛"]))


def test_a_pasted_text_is_cut() -> None:
    assert len(parse_query("word " * 100_000).terms) == 1
    many = " ".join(f"w{number}" for number in range(200))
    assert len(parse_query(many).terms) == MAX_TERMS
    assert parse_query("x" * MAX_LENGTH + "yz") == parse_query("x" * MAX_LENGTH)


def test_the_quick_way_folds_as_the_slow_one() -> None:
    letters, some = "abcXYZ '`’´-_–.,\n\t1½äöÜßéŁЖж中ค\u00ad\u0301\u0308ıﬁ·", random.Random(7)
    for _ in range(2000):
        text = "".join(some.choice(letters) for _ in range(some.randint(0, 40)))
        assert text_folding._fold(text) == text_folding._fold_by_character(text), ascii(text)


def test_an_excerpt_is_short_and_is_cut_between_words() -> None:
    pieces = parse_query("needle").excerpt("straw " * 400 + "needle " + "hay " * 400)
    shown = "".join(piece.text for piece in pieces)
    assert len(shown) < 260
    assert shown.startswith("… straw") and shown.endswith("hay …")
    assert [piece.text for piece in pieces if piece.is_hit] == ["needle"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Ana Reyes rang.", "A. R. rang."),
        ("ANA’s mother, and ana-reyes", "A. R.’s mother, and A. R."),
        ("Banana and Anabel", "Banana and Anabel"),
        ("A na", "A na"),
    ],
)
def test_a_name_is_hidden_as_a_word_of_its_own(text: str, shown: str) -> None:
    assert hide_name(text, "Ana Reyes", "A. R.") == shown
