"""What is typed is put into one form at a cost that grows with its length, whatever it holds."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_toolkit import marks
from clinic_toolkit.record import ways_in
from clinic_toolkit.web.forms.fields import clean

# Marks that have to change places to be in order.
PAIR = "\u0315\u0300"


def spent(text: str) -> float:
    began = time.process_time()
    clean(text)
    return time.process_time() - began


def test_a_field_full_of_marks_is_read_in_a_moment() -> None:
    quarter = min(spent("a" + PAIR * 5_000) for _ in range(3))
    # Four times the text takes about four times as long; sorting all of it at once would take sixteen times.
    assert min(spent("a" + PAIR * 20_000) for _ in range(3)) < max(0.2, 8 * quarter)


def test_every_mark_stays_and_ordinary_words_are_as_they_were() -> None:
    typed = "a" + PAIR * 100
    kept = clean(typed)
    assert kept.count("\u0315") == 100
    assert unicodedata.normalize("NFD", kept).count("\u0300") == 100
    assert clean(kept) == kept
    for words in ("Zoe\u0308", "שָׁלוֹם", "Nguye\u0302\u0303n", "ปั้น", "e" + "\u0301" * marks.MOST):
        assert clean(words) == unicodedata.normalize("NFC", words) and not marks.too_many(words)


@given(st.text(st.sampled_from("ab\u0301\u0315\u05b0\u034f "), max_size=200))
def test_only_joiners_are_added(text: str) -> None:
    parted = marks.parted(text)
    assert parted.replace(marks.JOINER, "") == text.replace(marks.JOINER, "")
    assert marks.parted(parted) == parted
    assert not marks.too_many(parted)


@pytest.mark.parametrize("digits", ["9" * 5_000, "9" * 20])
def test_a_line_with_a_number_without_end_names_no_list_of_ways_in(digits: str) -> None:
    assert ways_in.named(f"unlocked slots-{digits}") == 0
    assert ways_in.named("unlocked slots-7") == 7
