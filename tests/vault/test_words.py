"""Phrases and codes: made well, and own ones judged plainly."""

import subprocess
import sys

import pytest

from clinic_toolkit.vault.alphabet import CHARACTERS
from clinic_toolkit.vault.words import new_code, new_passphrase, weakness, word_list


def test_the_list_is_whole() -> None:
    words = word_list()
    assert len(set(words)) == 7776
    assert (words[0], words[-1]) == ("abacus", "zoom")


def test_six_words_are_strong_and_differ() -> None:
    made = {new_passphrase() for _ in range(20)}
    assert len(made) == 20
    for phrase in made:
        assert len(phrase.split(" ")) == 6
        assert weakness(phrase) is None


def test_codes_have_no_look_alikes() -> None:
    made = {new_code() for _ in range(200)}
    assert len(made) > 195
    assert {len(code) for code in made} == {6}
    assert set("".join(made)) <= set(CHARACTERS)


@pytest.mark.parametrize(
    "text",
    ["", "short", "Therapist2024!", "passwordpassword", "a" * 20, "qwertyuiopasdfgh", "1234567890123456"],
)
def test_weak_ones_are_refused_with_a_reason(text: str) -> None:
    reason = weakness(text)
    assert reason
    assert reason.endswith(".")


def test_names_that_others_know_do_not_help() -> None:
    phrase = "lindenhof psychotherapie"
    assert weakness(phrase) is None
    assert weakness(phrase, also=("Lindenhof Psychotherapie",))


@pytest.mark.parametrize("text", ["a\u202eb" * 10, "a\0b" * 10, "tab\tand\nline and more", "\ud800" * 20])
def test_invisible_characters_are_refused(text: str) -> None:
    assert weakness(text)


def test_a_very_long_one_is_judged_quickly() -> None:
    assert weakness("glacier mandolin unwrapped spoken " * 300) is None


def test_nothing_heavy_is_imported_before_it_is_needed() -> None:
    code = (
        "import sys, clinic_toolkit.vault.words, clinic_toolkit.vault.slots; "
        "print([name for name in ('zxcvbn', 'pydantic', 'pandas', 'sqlalchemy.orm') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
