"""Lines: they fit, they lose nothing, and they keep the order of reading."""

import re
from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_toolkit.documents import line_breaking
from clinic_toolkit.documents.printable_text import make_printable
from clinic_toolkit.documents.styles import BODY, STRONG

WORDS = st.text(st.sampled_from("abcWi -/漢🦄ễЖ¶אبً(  क्षิกेกแม"), max_size=300)


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
    found, _ = line_breaking.break_lines([("🦄" * 60, BODY)], 130)
    assert len(found) > 10 and all(line.replace("[U+1F984]", "") == "" for line in drawn(found))


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
        ("DejaVuSans", "Nguyễn"),
        ("AtkinsonHyperlegibleNext-Regular", " "),
        ("AtkinsonHyperlegibleNext-Regular", "came"),
    ]


@pytest.mark.parametrize(
    ("typed", "never_first", "never_last"),
    [
        ("「今日は、とても良かった。」と言った。" * 4, "、。」ゃっょー", "「"),
        ("他说：“我们明天再谈吧。”然后走了。" * 4, "：。”", "“"),
    ],
)
def test_chinese_and_japanese_break_between_letters_but_not_before_a_stop(
    typed: str, never_first: str, never_last: str
) -> None:
    found = [drawn_line for width in range(60, 200, 7) for drawn_line in lines_of(typed, width)]
    assert not any(line[0] in never_first or line[-1] in never_last for line in found)
    assert len({line[0] for line in found}) > 8  # the control: lines begin with many other letters


def test_tibetan_breaks_after_the_dot_of_a_syllable() -> None:
    typed = "བཀྲ་ཤིས་སྒྲོལ་མ་ལ་རོགས་པ།"
    found = [drawn_line for width in range(60, 200, 7) for drawn_line in lines_of(typed, width)]
    assert len(found) > 25 and all(line[-1] in "་།" for line in found)


@pytest.mark.parametrize("words", [("ស្រីមុំ", "ចង់", "និយាយ", "ជាមួយ", "ម្តាយ"), ("ฉัน", "อยาก", "คุย", "กับ", "แม่")])
def test_a_space_without_width_is_where_a_line_breaks(words: tuple[str, ...]) -> None:
    found = [
        drawn_line for width in range(60, 160, 7) for drawn_line in lines_of("\u200b".join(words), width)
    ]
    assert len(found) > 15 and all(set(line.rstrip("\u200b").split("\u200b")) <= {*words} for line in found)
    assert make_printable("a\u200bb") == "ab"  # of no use elsewhere, and not kept


def lines_of(typed: str, width: float) -> list[str]:
    found, _ = line_breaking.break_lines([(typed, BODY)], width)
    assert "".join(drawn(found)) == typed
    return drawn(found)


@pytest.mark.parametrize(
    ("typed", "clusters"),
    [
        ("เก่งแม่โม้ใคร" * 8, ["เก่", "ง", "แม่", "โม้", "ใค", "ร"]),
        ("ເກັບແກ້ວ" * 8, ["ເກັ", "ບ", "ແກ້", "ວ"]),
        ("សុភ័ក្ត្រស្រីមុំ" * 8, ["សុ", "ភ័", "ក្ត្រ", "ស្រី", "មុំ"]),
        ("ကျော်စွာမြင့်" * 8, ["ကျော်", "စွာ", "မြ", "င့်"]),
        ("क्षत्रियत्व" * 8, ["क्ष", "त्रि", "य", "त्व"]),
    ],
)
def test_a_long_word_is_never_cut_inside_a_letter_with_its_signs(typed: str, clusters: list[str]) -> None:
    pattern = re.compile(f"(?:{'|'.join(clusters)})*")
    found = [drawn_line for width in range(40, 160, 5) for drawn_line in lines_of(typed, width)]
    assert len(found) > 80 and all(pattern.fullmatch(line) for line in found)


def test_a_cut_in_a_joined_word_leaves_each_line_inside_its_width() -> None:
    for width in range(40, 160, 5):
        found, _ = line_breaking.break_lines([("ببببببيييييلا" * 20, BODY)], width)
        assert all(line.width <= width + 0.01 for line in found)


@pytest.mark.parametrize(
    "typed", ["क" + "ा" * 300, "क्" * 300, "ก" + "ำ" * 300, "a" + "\u0301" * 900, "ב" + "ּ" * 900]
)
def test_a_letter_with_hundreds_of_signs_stays_inside_its_line(typed: str) -> None:
    found, _ = line_breaking.break_lines([(typed, BODY)], 90)
    assert all(line.width <= 90.01 for line in found)
    assert Counter("".join(drawn(found))) == Counter(make_printable(typed))


def test_a_high_stack_of_letters_makes_its_line_higher() -> None:
    plain, _ = line_breaking.break_lines([("word", BODY)], 400)
    high, _ = line_breaking.break_lines([("སྒྲུབ", BODY)], 400)
    (run,) = high[0].runs
    assert high[0].height > plain[0].height
    assert run.above <= high[0].height / 2 + BODY.size * 0.33 + 0.01
    assert run.below <= high[0].height / 2 - BODY.size * 0.33 + 0.01


def test_a_letter_with_a_hundred_signs_above_does_not_take_a_page() -> None:
    (line,), _ = line_breaking.break_lines([("ก" + "\u0e49" * 100, BODY)], 400)
    assert line.runs[0].above > 20 * BODY.size  # the control: it reaches that far
    assert line.height <= line_breaking.HIGHEST_LINE * BODY.size
