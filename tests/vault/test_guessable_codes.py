"""Return codes that anyone would try first are refused; those drawn at random and ordinary ones are not."""

import pytest

from clinic_toolkit.vault.crockford_base32 import normalize_code
from clinic_toolkit.vault.guessable_codes import find_code_weakness
from clinic_toolkit.vault.passphrases import generate_return_code


@pytest.mark.parametrize(
    "typed",
    "000000 AAAAAA 121212 123456 654321 012345 O12345 890123 456789 abcdef fedcba jklmno UVWXYZ 123-123 "
    "123321 qwerty 1q2w3e abc-123 159753".split(),
)
def test_codes_that_anyone_would_try_first_are_refused_with_a_sentence(typed: str) -> None:
    reason = find_code_weakness(normalize_code(typed))
    assert reason and reason.endswith(".")
    assert typed not in reason and normalize_code(typed) not in reason


@pytest.mark.parametrize("typed", ["4H7K2M", "QUICK7", "Q7WMXK", "ABC234", "193746", "123457"])
def test_others_are_taken(typed: str) -> None:
    assert find_code_weakness(normalize_code(typed)) is None


def test_a_code_that_is_offered_is_one_that_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter("123456" + "4H7K2M")
    monkeypatch.setattr("clinic_toolkit.vault.passphrases.secrets.choice", lambda _: next(drawn))
    assert generate_return_code() == "4H7K2M"
