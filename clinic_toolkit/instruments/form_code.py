"""The form code on a blank form: it identifies questionnaire, version and wording, and no person.

It is printed on paper and typed by hand, so the last of its eight characters is a check character. The
alphabet has twenty-three characters, a prime number: with different weights for each position, one wrong
character or two swapped ones are always detected. Characters that are easily confused, such as 2 and Z or 8
and B, are not in the alphabet.
"""

import hashlib
import re
from collections.abc import Iterable

from msgspec import Struct

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.instruments import catalogue
from clinic_toolkit.instruments.model import Instrument

ALPHABET = "34679ACDEFGHJKMNPQRTWXY"
_PRIME = len(ALPHABET)
_DATA_LENGTH = 7
# Spaces, and all the dashes that phone keyboards and word processors put in place of "-".
_SEPARATORS = re.compile("[\\s\\-\u2010-\u2015\u2212_.]+")


class MistypedCode(ClinicError):
    """The check character does not match, or the form of the code is wrong."""

    def __init__(self) -> None:
        super().__init__(
            "There is a typing slip in this code. It has eight characters, and is at the foot of every "
            "page of the sheet. The digits 0, 1, 2, 5 and 8 and the letters B, I, L, O, S, U, V and Z "
            "are never used."
        )


class UnknownCode(ClinicError):
    """The code is valid, but belongs to no known form."""

    def __init__(self) -> None:
        super().__init__(
            "No questionnaire on this computer has this code. The sheet may come from another program, "
            "or from a version that is not here; then its answers cannot be entered."
        )


class PrintedForm(Struct, frozen=True, kw_only=True):
    """The source of a printed form. `general`: it asks about people close to the client, not one person."""

    instrument: Instrument
    general: bool


def form_code_of(instrument: Instrument, *, general: bool) -> str:
    """The code printed on a form, in two groups of four; the same on every copy."""
    wording = "general" if general else "one person"
    identity = "\0".join((instrument.id, instrument.version, instrument.digest, wording))
    number = int.from_bytes(hashlib.sha256(identity.encode()).digest(), "big")
    values = [number // _PRIME**position % _PRIME for position in range(_DATA_LENGTH)]
    code = "".join(ALPHABET[value] for value in (*values, _check_value(values)))
    return f"{code[:4]}-{code[4:]}"


def form_by_code(typed: str, own_instruments: Iterable[Instrument] = ()) -> PrintedForm:
    """Find the form with this code, among all versions that come with the program and `own_instruments`.

    Raises:
        MistypedCode: the check character does not match.
        UnknownCode: the code is valid, but no known form has it.
    """
    code = _normalize_code(typed)
    for instrument in (*catalogue.list_editions(), *own_instruments):
        for general in (False, True):
            if _normalize_code(form_code_of(instrument, general=general)) == code:
                return PrintedForm(instrument=instrument, general=general)
    raise UnknownCode


def _normalize_code(typed: str) -> str:
    code = _SEPARATORS.sub("", typed).upper()
    values = [ALPHABET.find(character) for character in code]
    if (
        len(values) != _DATA_LENGTH + 1
        or -1 in values
        or _check_value(values[:_DATA_LENGTH]) != values[_DATA_LENGTH]
    ):
        raise MistypedCode
    return code


def _check_value(values: list[int]) -> int:
    return sum(weight * value for weight, value in enumerate(values, start=1)) % _PRIME
