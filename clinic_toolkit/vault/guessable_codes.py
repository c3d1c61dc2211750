"""Finds return codes that somebody at the keyboard would try first; such a code also signs notes."""

from clinic_toolkit.vault.crockford_base32 import normalize_code

_MIN_DIFFERENT = 3
# What is counted through, upwards and downwards, also across the end: 890123.
_SEQUENCES = ("1234567890", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
# The commonest codes, and lines of a keyboard or a number pad.
_COMMON_CODES = (
    "QWERTY QWERTZ AZERTY ASDFGH YXCVBN ZXCVBN QAZWSX 1Q2W3E Q1W2E3 1QAZ2W A1B2C3 1A2B3C ABC123 123ABC "
    "123QWE QWE123 AABBCC 112233 123654 123789 135790 147258 147852 159357 159753 246810 258456 321654 "
    "369258 741852 789456 789654 963852 ACCESS DRAGON LETMEI MASTER MONKEY PASSWD PASSWO SECRET SUMMER WINTER"
).split()


def find_code_weakness(code: str) -> str | None:
    """Explain why a return code is too easy to guess; None if it is good enough.

    Args:
        code: as `normalize_code` returns it.
    """
    if len(set(code)) < _MIN_DIFFERENT:
        return "Use at least three different letters or digits."
    if code in _COMMON | _counted_codes(len(code)) or _is_repeated(code):
        return (
            "This is one of the first codes that someone would try. "
            "Use the one that is shown, or another that does not count, repeat or follow the keyboard."
        )
    return None


_COMMON = frozenset(normalize_code(code) for code in _COMMON_CODES)


def _counted_codes(length: int) -> frozenset[str]:
    """Every code of this length that counts through digits or letters."""
    circles = [sequence * 2 for sequence in _SEQUENCES]
    upwards = {circle[at : at + length] for circle in circles for at in range(len(circle) - length + 1)}
    return frozenset(normalize_code(code) for each in upwards for code in (each, each[::-1]))


def _is_repeated(code: str) -> bool:
    """Whether the second half of the code is the first half again, forwards or backwards."""
    half = len(code) // 2
    return code[half:] in (code[:half], code[:half][::-1])
