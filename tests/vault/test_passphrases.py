"""Phrases and codes: made well, and own ones judged plainly."""

import math
import secrets
import subprocess
import sys

import pytest

from clinic_toolkit.vault import guessable_words
from clinic_toolkit.vault.crockford_base32 import ALPHABET
from clinic_toolkit.vault.passphrases import (
    PASSPHRASE_WORDS,
    find_weakness,
    generate_passphrase,
    generate_return_code,
    load_unpleasant_words,
    load_word_list,
)


def test_the_list_is_whole() -> None:
    words = load_word_list()
    assert len(set(words)) == 7776
    assert (words[0], words[-1]) == ("abacus", "zoom")


def test_six_words_are_strong_and_differ() -> None:
    made = {generate_passphrase() for _ in range(20)}
    assert len(made) == 20
    for phrase in made:
        assert len(phrase.split(" ")) == 6
        assert find_weakness(phrase, known_names=("Harbour Practice", "Nora Whelan")) is None


def test_an_unpleasant_word_is_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter("corpse hate glacier suffering mandolin unwrapped lily morphine morphine spoken oak".split())
    monkeypatch.setattr(secrets, "choice", lambda _: next(drawn))
    assert generate_passphrase() == "corpse glacier mandolin unwrapped lily spoken", (
        "corpse is on neither list"
    )


def test_leaving_out_unpleasant_words_keeps_what_is_promised() -> None:
    assert load_unpleasant_words() <= set(load_word_list())
    for word in ("hate", "morphine", "obituary", "prison", "strangle", "suffering", "widow"):
        assert word in load_unpleasant_words(), word
    assert PASSPHRASE_WORDS * math.log2(len(load_word_list()) - len(load_unpleasant_words())) > 77


def test_codes_have_no_look_alikes() -> None:
    made = {generate_return_code() for _ in range(200)}
    assert len(made) > 195
    assert {len(code) for code in made} == {6}
    assert set("".join(made)) <= set(ALPHABET)


@pytest.mark.parametrize(
    "text",
    ["", "short", "Therapist2024!", "passwordpassword", "a" * 20, "qwertyuiopasdfgh", "1234567890123456"],
)
def test_weak_ones_are_refused_with_a_reason(text: str) -> None:
    reason = find_weakness(text, known_names=())
    assert reason
    assert reason.endswith(".")


HARBOUR = ("Harbour Practice", "Dr. Nóra O’Whelan")


@pytest.mark.parametrize(
    "phrase",
    [
        "Harbour Practice Nora Whelan",
        "harbourpracticenorawhelan",
        "NORA o'whelan HARBOUR practice 2026",
        "H4rb0ur Pr4ct1c3 N0ra Whelan",
        "Nóra Whelan, Harbour!Practice",
        "nalehw aron ruobrah ecitcarp",
        "Nora Whelan sunshine rainbow",
        "clinic toolkit harbour practice",
    ],
)
def test_names_that_others_know_do_not_help(phrase: str) -> None:
    # The control: to somebody who knows no name it looks strong.
    assert find_weakness(phrase, known_names=()) is None or "clinic" in phrase
    assert "do not count" in (find_weakness(phrase, known_names=HARBOUR) or "")


@pytest.mark.parametrize(
    "phrase",
    [
        "glacier mandolin unwrapped spoken",
        "Nora glacier mandolin unwrapped spoken",
        "drastic practical drafting nordic orchard",
    ],
)
def test_a_phrase_that_is_strong_without_the_names_passes(phrase: str) -> None:
    assert find_weakness(phrase, known_names=HARBOUR) is None


def test_a_short_name_is_found_only_where_it_stands_alone() -> None:
    parts = guessable_words.guessable_parts(("Art",))
    assert guessable_words.remove_guessable_parts("cartwheel smarter", parts) is None
    assert guessable_words.remove_guessable_parts("my art, cartwheel", parts) == "my , cartwheel"


@pytest.mark.parametrize("text", ["a\u202eb" * 10, "a\0b" * 10, "tab\tand\nline and more", "\ud800" * 20])
def test_invisible_characters_are_refused(text: str) -> None:
    assert find_weakness(text, known_names=())


def test_a_very_long_one_is_judged_quickly() -> None:
    assert find_weakness("glacier mandolin unwrapped spoken " * 300, known_names=()) is None


def test_nothing_heavy_is_imported_before_it_is_needed() -> None:
    code = (
        "import sys, clinic_toolkit.vault.passphrases, clinic_toolkit.vault.key_slots; "
        "print([name for name in ('zxcvbn', 'pydantic', 'pandas', 'sqlalchemy.orm') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("name", "spelled"), [("Łukasz Øvergård", "lukasz overgard"), ("Đorđe Işık", "dorde isik")]
)
def test_letters_that_do_not_come_apart_are_known_too(name: str, spelled: str) -> None:
    assert guessable_words.remove_guessable_parts(spelled, guessable_words.guessable_parts([name])) == ""
