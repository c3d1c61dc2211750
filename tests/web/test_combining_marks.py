"""What is typed is put into one form at a cost that grows with its length, whatever it holds."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_toolkit import combining_marks
from clinic_toolkit.journal import key_slot_events
from clinic_toolkit.web.forms.fields import clean_text

# Marks that have to change places to be in order.
PAIR = "\u0315\u0300"


def spent(text: str) -> float:
    began = time.process_time()
    clean_text(text)
    return time.process_time() - began


def test_a_field_full_of_marks_is_read_in_a_moment() -> None:
    quarter = min(spent("a" + PAIR * 5_000) for _ in range(3))
    # Four times the text takes about four times as long; sorting all of it at once would take sixteen times.
    assert min(spent("a" + PAIR * 20_000) for _ in range(3)) < max(0.2, 8 * quarter)


def test_every_mark_stays_and_ordinary_words_are_as_they_were() -> None:
    typed = "a" + PAIR * 100
    kept = clean_text(typed)
    assert kept.count("\u0315") == 100
    assert unicodedata.normalize("NFD", kept).count("\u0300") == 100
    assert clean_text(kept) == kept
    for words in (
        "Zoe\u0308",
        "שָׁלוֹם",
        "Nguye\u0302\u0303n",
        "ปั้น",
        "e" + "\u0301" * combining_marks.MAX_MARKS_PER_LETTER,
    ):
        assert clean_text(words) == unicodedata.normalize(
            "NFC", words
        ) and not combining_marks.has_too_many_marks(words)


@given(st.text(st.sampled_from("ab\u0301\u0315\u05b0\u034f "), max_size=200))
def test_only_joiners_are_added(text: str) -> None:
    parted = combining_marks.to_stream_safe(text)
    assert parted.replace(combining_marks.GRAPHEME_JOINER, "") == text.replace(
        combining_marks.GRAPHEME_JOINER, ""
    )
    assert combining_marks.to_stream_safe(parted) == parted
    assert not combining_marks.has_too_many_marks(parted)


@pytest.mark.parametrize("digits", ["9" * 5_000, "9" * 20])
def test_a_line_with_a_number_without_end_names_no_list_of_ways_in(digits: str) -> None:
    assert key_slot_events.slot_generation_of(f"unlocked slots-{digits}") == 0
    assert key_slot_events.slot_generation_of("unlocked slots-7") == 7
