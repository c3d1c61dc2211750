"""What a column of a client table may hold, and the guess from its heading.

The headings that practice programs write stand in `headings.toml`; the guess is only a proposal on the page
where each column is chosen.
"""

import re
import tomllib
import unicodedata
from collections.abc import Sequence
from enum import StrEnum
from functools import cache
from pathlib import Path


class ClientColumn(StrEnum):
    """What is in a column."""

    NAME = "name"
    FIRST_NAME = "first_name"
    MIDDLE_NAME = "middle_name"
    LAST_NAME = "last_name"
    CODE = "code"
    PREFERRED_NAME = "preferred_name"
    PRONOUNS = "pronouns"
    LANGUAGE = "language"
    REFERRER = "referrer"
    BIRTH_DATE = "birth_date"
    PHONE = "phone"
    EMAIL = "email"
    ADDRESS = "address"
    REACH_NOTE = "reach_note"
    EMERGENCY_NAME = "emergency_name"
    EMERGENCY_PHONE = "emergency_phone"
    EMERGENCY_RELATION = "emergency_relation"
    COUPLE = "couple"
    NOTE = "note"
    LEAVE_OUT = "leave_out"


COLUMN_LABELS = {
    ClientColumn.NAME: "Whole name",
    ClientColumn.FIRST_NAME: "First name",
    ClientColumn.MIDDLE_NAME: "Middle name",
    ClientColumn.LAST_NAME: "Last name",
    ClientColumn.CODE: "Shown instead of the name",
    ClientColumn.PREFERRED_NAME: "Preferred name",
    ClientColumn.PRONOUNS: "Pronouns",
    ClientColumn.LANGUAGE: "Language",
    ClientColumn.REFERRER: "Who referred them",
    ClientColumn.BIRTH_DATE: "Birth date",
    ClientColumn.PHONE: "Telephone",
    ClientColumn.EMAIL: "E-mail",
    ClientColumn.ADDRESS: "Address, or a part of it",
    ClientColumn.REACH_NOTE: "How and when to reach them",
    ClientColumn.EMERGENCY_NAME: "In an emergency: name",
    ClientColumn.EMERGENCY_PHONE: "In an emergency: telephone",
    ClientColumn.EMERGENCY_RELATION: "In an emergency: who this is",
    ClientColumn.COUPLE: "Couple, or the partner’s name",
    ClientColumn.NOTE: "Keep as a note",
    ClientColumn.LEAVE_OUT: "Leave out",
}
# Columns of which one client may have several: their cells are put together.
JOINED_COLUMNS = frozenset({ClientColumn.ADDRESS, ClientColumn.PHONE, ClientColumn.NOTE})


def fold_heading(heading: str) -> str:
    """A heading as it is compared: small letters without accents, words parted by one space."""
    plain = "".join(
        letter for letter in unicodedata.normalize("NFKD", heading) if not unicodedata.combining(letter)
    )
    # Some programs write ClientFirstName or client_first_name.
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", plain)
    return " ".join(re.findall(r"[^\W_]+", spaced.casefold()))


@cache
def _load_headings() -> dict[str, ClientColumn]:
    text = Path(__file__).with_name("headings.toml").read_text(encoding="utf-8")
    return {
        fold_heading(heading): ClientColumn(column)
        for column, headings in tomllib.loads(text).items()
        for heading in headings
    }


def guess_columns(headings: Sequence[str]) -> tuple[ClientColumn, ...]:
    """What each column seems to hold; what is not recognised is kept as a note.

    A second column for something that a client has once is kept as a note too, so that nothing is lost.
    """
    guesses: list[ClientColumn] = []
    columns_by_heading = _load_headings()
    for heading in headings:
        guess = columns_by_heading.get(fold_heading(heading), ClientColumn.NOTE)
        guesses.append(guess if guess in JOINED_COLUMNS or guess not in guesses else ClientColumn.NOTE)
    has_parts = ClientColumn.LAST_NAME in guesses or ClientColumn.FIRST_NAME in guesses
    if ClientColumn.NAME in guesses and has_parts:
        # “Client name” beside first and last name says the same once more.
        guesses[guesses.index(ClientColumn.NAME)] = ClientColumn.LEAVE_OUT
    return tuple(guesses)
