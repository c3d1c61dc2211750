"""Typed text on its way to paper: nothing lost, nothing boxed, nothing silently wrong."""

import re
import unicodedata
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_toolkit.documents import printable_text
from clinic_toolkit.documents.text_shaping import Shaper

ANYTHING = st.text(st.characters(), max_size=80)


def named(shown: str) -> str:
    """Marks turned back into the characters that they name."""
    return re.sub(r"\[U\+([0-9A-F]{4,6})\]", lambda found: chr(int(found[1], 16)), shown)


def test_plain_text_goes_through_untouched() -> None:
    assert (
        printable_text.make_printable("“It didn’t come up” – naïve façade, Łódź")
        == "“It didn’t come up” – naïve façade, Łódź"
    )


@pytest.mark.parametrize("unseen", ["\x00", "\x07", "\x7f", "\ud800", "\u200b", "\u202e", "\ufeff", "\u00ad"])
def test_what_has_no_shape_is_taken_out(unseen: str) -> None:
    assert printable_text.make_printable(f"a{unseen}b") == "ab"


def test_new_lines_of_every_kind_are_one_kind() -> None:
    assert printable_text.clean_text("a\r\nb\rc\u2028d\u0085e\vf") == "a\nb\nc\nd\ne\nf"


def test_composed_before_it_is_drawn() -> None:
    assert printable_text.make_printable("Ame\u0301lie") == "Amélie"


@pytest.mark.parametrize(
    ("typed", "shown"),
    [("🦄", "[U+1F984]"), ("𐎠", "[U+103A0]"), ("\u0378", "[U+0378]"), ("\ue000", "[U+E000]")],
)
def test_what_cannot_be_drawn_is_named(typed: str, shown: str) -> None:
    assert printable_text.make_printable(f"A {typed} B") == f"A {shown} B"


@given(ANYTHING)
def test_every_character_is_drawable_in_both_weights(typed: str) -> None:
    shown = printable_text.make_printable(typed)
    for bold in (False, True):
        parts = Shaper().split_word(shown, bold)
        assert all(part.face.covers(part.text) for part in parts)
        drawn = "".join(part.text for part in parts)
        assert without_joiners(drawn) == without_joiners(shown)


def without_joiners(text: str) -> str:
    return re.sub("[\u200b-\u200d\u180e]", "", text)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_every_visible_character_is_there_or_named(typed: str) -> None:
    wanted = [char for char in unicodedata.normalize("NFKC", typed) if visible(char)]
    shown = [
        char
        for char in unicodedata.normalize("NFKC", named(printable_text.make_printable(typed)))
        if visible(char)
    ]
    assert Counter(unicodedata.normalize("NFKD", "".join(shown))) == Counter(
        unicodedata.normalize("NFKD", "".join(wanted))
    )


def visible(char: str) -> bool:
    return unicodedata.category(char) not in ("Cc", "Cf", "Zs", "Zl", "Zp") and not re.match(
        "[\u034f\ufe00-\ufe0f\U000e0100-\U000e01ef]", char
    )
