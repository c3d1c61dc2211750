"""Lines: they fit, they lose nothing, and they keep the order of reading."""

from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_toolkit.documents import line_breaking
from clinic_toolkit.documents.printable_text import make_printable
from clinic_toolkit.documents.styles import BODY, STRONG

WORDS = st.text(st.sampled_from("abcWi -/漢ễЖ¶אبً(  "), max_size=300)


def drawn(found: Sequence[line_breaking.TextLine]) -> list[str]:
    return ["".join(run.text for run in line.runs) for line in found]


@given(WORDS, st.floats(60, 500))
def test_no_line_is_wider_than_its_room_and_nothing_is_lost(typed: str, width: float) -> None:
    found, _ = line_breaking.break_lines([(typed, BODY)], width)
    assert all(line.width <= width + 0.01 for line in found)
    shown = "".join(drawn(found)).replace(")", "(")
    assert Counter(shown.replace(" ", "")) == Counter(make_printable(typed).replace(" ", ""))


def test_a_word_longer_than_the_line_is_cut_between_letters() -> None:
    found, _ = line_breaking.break_lines([("W" * 300, BODY)], 200)
    assert len(found) > 10 and "".join(drawn(found)) == "W" * 300


def test_a_letter_keeps_its_accent_when_a_word_is_cut() -> None:
    found, _ = line_breaking.break_lines([("q\u0303" * 100, BODY)], 100)
    assert all(line.startswith("q") and line.endswith("\u0303") for line in drawn(found))


def test_a_mark_is_never_cut() -> None:
    found, _ = line_breaking.break_lines([("漢" * 60, BODY)], 130)
    assert all(line.replace("[U+6F22]", "") == "" for line in drawn(found))


def test_the_first_word_of_right_to_left_text_stays_on_the_first_line() -> None:
    found, from_right = line_breaking.break_lines([("ראשון " + "מילה " * 40 + "אחרון", BODY)], 150)
    assert from_right and len(found) > 2
    assert drawn(found)[0].endswith("ןושאר") and drawn(found)[-1].startswith("ןורחא")


def test_a_right_to_left_name_does_not_turn_the_words_around_it() -> None:
    found, from_right = line_breaking.break_lines(
        [("דנה", BODY), (" · 22 November 2026 · page", STRONG)], 500
    )
    assert not from_right
    assert drawn(found) == ["הנד · 22 November 2026 · page"]


@pytest.mark.parametrize("typed", ["", " ", "   "])
def test_nothing_still_takes_a_line(typed: str) -> None:
    found, _ = line_breaking.break_lines([(typed, BODY)], 100)
    assert len(found) == 1 and found[0].height > 0


def test_a_word_with_a_letter_that_the_house_lacks_is_set_whole_in_the_other_family() -> None:
    found, _ = line_breaking.break_lines([("Mrs Nguyễn came", BODY)], 400)
    assert [(run.font, run.text) for run in found[0].runs] == [
        ("AtkinsonHyperlegibleNext-Regular", "Mrs "),
        ("DejaVuSans", "Nguyễn "),
        ("AtkinsonHyperlegibleNext-Regular", "came"),
    ]
