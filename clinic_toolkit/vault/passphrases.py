"""Secrets that people type: generated passphrases and return codes, and a check of chosen passphrases."""

import secrets
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from clinic_toolkit.vault import guessable_codes, guessable_words
from clinic_toolkit.vault.crockford_base32 import ALPHABET

PASSPHRASE_WORDS = 6
WORD_LIST_LENGTH = 7776
RETURN_CODE_LENGTH = 6
# More than anyone types; checked when one is chosen, so that none is stored that cannot be typed again.
MAX_PASSPHRASE_LENGTH = 1000
_MIN_PASSPHRASE_LENGTH = 15
_MIN_SCORE = 4
_MIN_GUESSES = 10**12
# The estimate takes quadratic time, so only the beginning is estimated; the rest can only add strength.
_MAX_ESTIMATED_LENGTH = 72


@cache
def load_word_list() -> tuple[str, ...]:
    """Load the 7,776 words of the EFF's large word list."""
    text = files("clinic_toolkit.vault").joinpath("wordlist", "eff_large.txt").read_text(encoding="ascii")
    words = tuple(text.split())
    if len(words) != WORD_LIST_LENGTH or len(set(words)) != WORD_LIST_LENGTH:
        raise RuntimeError("the word list is not whole")
    return words


@cache
def load_unpleasant_words() -> frozenset[str]:
    """Words of that list that nobody should have to read in front of a client; they are never drawn."""
    text = files("clinic_toolkit.vault").joinpath("wordlist", "unpleasant.txt").read_text(encoding="ascii")
    return frozenset(text.split())


def generate_passphrase() -> str:
    """Six words drawn independently: 77 bits, enough where every guess costs a second."""
    return " ".join(_draw_word() for _ in range(PASSPHRASE_WORDS))


def _draw_word() -> str:
    """Draw one word; unpleasant ones are drawn again, so that all others stay equally likely."""
    while (word := secrets.choice(load_word_list())) in load_unpleasant_words():
        pass
    return word


def generate_return_code() -> str:
    """Draw a six-character return code, without look-alikes; one that would be refused is drawn again."""
    while guessable_codes.find_code_weakness(code := _draw_code()) is not None:
        pass
    return code


def _draw_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(RETURN_CODE_LENGTH))


def find_weakness(text: str, *, known_names: Sequence[str]) -> str | None:
    """Explain why a passphrase of the clinician's own is too weak; None if it is strong enough.

    Only zxcvbn's best score passes: with a lower one, a word with a year and an exclamation mark still
    counts as "safe", and whoever has a copy of the disk can guess for years.

    Args:
        known_names: names that others know, such as the practice's and the clinician's. They add no
            strength: the passphrase without them has to be strong enough.

    Returns:
        A sentence for the clinician, or None.
    """
    if len(text) < _MIN_PASSPHRASE_LENGTH:
        return (
            f"It is too short: at least {_MIN_PASSPHRASE_LENGTH} characters, better four or more "
            "unrelated words."
        )
    if not text.isprintable():
        return "It contains a character that cannot be seen. Please use letters, numbers, signs and spaces."
    parts = guessable_words.guessable_parts(known_names)
    remainder = guessable_words.remove_guessable_parts(text, parts)
    if remainder is not None and (
        len(remainder) < _MIN_PASSPHRASE_LENGTH or _strength_warning(remainder, parts) is not None
    ):
        return (
            "Your own name and the name of your practice do not count, because others know them, and the "
            "rest is too short. Choose words that have nothing to do with them."
        )
    return _strength_warning(text, parts)


def _strength_warning(text: str, parts: Sequence[str]) -> str | None:
    from zxcvbn import zxcvbn  # slow to import and rarely needed

    estimate = zxcvbn(text[:_MAX_ESTIMATED_LENGTH], user_inputs=list(parts))
    if estimate["score"] >= _MIN_SCORE and estimate["guesses"] >= _MIN_GUESSES:
        return None
    return estimate["feedback"]["warning"] or (
        "It could be guessed by someone with a copy of this computer. "
        "Add another word or two that have nothing to do with each other."
    )
