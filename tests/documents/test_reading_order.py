"""The order of drawing: right-to-left letters stand from right to left, and nothing is lost on the way."""

import pytest
from bidi import get_display
from bidi.mirror import MIRRORED
from hypothesis import given
from hypothesis import strategies as st

from clinic_toolkit.documents import reading_order

RTL = st.text(st.sampled_from("אבגדהוזחטיךכלםמאבתث محمدعليلاالسبت()[]<>«» 123.,!-abcXYZ"), max_size=40)


def drawn(line: str, from_right: bool) -> str:
    """The letters of a line from left to right, brackets as they look."""
    return "".join(
        reading_order.mirror(part.text[::-1]) if part.rtl else part.text
        for part in reading_order.order_line(line, from_right)
    )


@pytest.mark.parametrize(
    ("line", "from_right", "shown"),
    [
        ("אב (גד)", True, "(דג) בא"),
        ("name: אב (גד) 12", False, "name: 12 (דג) בא"),
        ("abc (def)", False, "abc (def)"),
        ("Mrs דנה לוי came", False, "Mrs יול הנד came"),
    ],
)
def test_right_to_left_is_put_in_order_with_its_brackets_turned(
    line: str, from_right: bool, shown: str
) -> None:
    assert drawn(line, from_right) == shown


def test_control_the_ordering_library_alone_leaves_brackets_unturned() -> None:
    assert get_display("אב (גד)", base_dir="R") == ")דג( בא"


@given(RTL, st.booleans())
def test_the_order_is_that_of_the_library(line: str, from_right: bool) -> None:
    line += "א"  # a line without such a letter is drawn as it stands
    theirs = get_display(line, base_dir="R" if from_right else "L")
    assert unturned(drawn(line, from_right)) == unturned(theirs)


def unturned(text: str) -> str:
    return "".join(min(char, MIRRORED.get(char, char)) for char in text)


@given(st.text(max_size=30), st.booleans())
def test_any_text_keeps_all_its_letters(typed: str, from_right: bool) -> None:
    line = "".join(char for char in typed if char.isprintable())
    parts = reading_order.order_line(line, from_right)
    assert sorted("".join(part.text for part in parts)) == sorted(line)
