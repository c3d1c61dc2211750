"""Typed text on its way to paper: nothing lost, nothing boxed, nothing silently wrong."""

import re
import unicodedata
from collections import Counter

import pytest
from bidi.mirror import MIRRORED
from hypothesis import given
from hypothesis import strategies as st

from clinic_toolkit.documents import font_faces, printable_text

ANYTHING = st.text(st.characters(), max_size=80)
RTL = st.text(st.sampled_from("אבגדהוזחטיךכלםמאבתث محمدعليلاالسبت()[]<>«» 123.,!-abcXYZ"), max_size=40)


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
    ("typed", "shown"), [("漢", "[U+6F22]"), ("😀", "[U+1F600]"), ("न", "[U+0928]"), ("\ue000", "[U+E000]")]
)
def test_what_cannot_be_drawn_is_named(typed: str, shown: str) -> None:
    assert printable_text.make_printable(f"A {typed} B") == f"A {shown} B"


def test_scripts_that_join_or_stack_without_rules_here_are_named_not_misdrawn() -> None:
    assert font_faces.fallback_face(False).covers(
        "\u07ca"
    )  # the control: there is a glyph, but only the isolated one
    assert printable_text.make_printable("\u07ca\u0e9a") == "[U+07CA][U+0E9A]"


def test_arabic_letters_are_joined_and_keep_their_vowels() -> None:
    shaped = printable_text.make_printable("مُحَمَّد")
    assert all("\ufe70" <= char <= "\ufefc" for char in shaped if unicodedata.category(char) == "Lo")
    assert Counter(unicodedata.normalize("NFKC", shaped)) == Counter("مُحَمَّد")


def test_right_to_left_is_put_in_visual_order_with_its_brackets_turned() -> None:
    assert printable_text.to_visual_order("אב (גד)", True) == "(דג) בא"
    assert printable_text.to_visual_order("name: אב (גד) 12", False) == "name: 12 (דג) בא"
    assert printable_text.to_visual_order("abc (def)", False) == "abc (def)"


def test_control_the_ordering_library_alone_leaves_brackets_unturned() -> None:
    from bidi import get_display

    assert get_display("אב (גד)", base_dir="R") == ")דג( בא"


@given(RTL, st.booleans())
def test_ordering_loses_nothing_and_leaves_no_helper_behind(line: str, from_right: bool) -> None:
    shown = printable_text.to_visual_order(line, from_right)
    turned = {char: min(char, MIRRORED.get(char, char)) for char in {*line, *shown}}
    assert Counter(turned[char] for char in shown) == Counter(turned[char] for char in line)


@given(ANYTHING)
def test_every_character_is_drawable_in_both_weights(typed: str) -> None:
    shown = printable_text.make_printable(typed)
    for bold in (False, True):
        assert all(font_faces.face_for_word(word, bold).covers(word) for word in shown.split(" "))
        assert all(face.covers(part) for face, part in font_faces.runs_by_face(shown, bold))


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
