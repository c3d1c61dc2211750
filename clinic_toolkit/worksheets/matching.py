"""The matching rules: which sheets are suggested because of which answers, read from `matching.toml`."""

import tomllib
from collections.abc import Iterable
from enum import StrEnum
from functools import cache
from pathlib import Path

import msgspec
from msgspec import Struct

from clinic_toolkit.worksheets.model import Worksheet

MATCHING_FILE = Path(__file__).with_name("matching.toml")


class MatchedAnswers(StrEnum):
    """Which questions a rule looks at."""

    DIFFICULTY = "difficulty"
    STRENGTH = "strength"


class MatchingRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The sheets for one part of a questionnaire, or for one question of it, by number, the first first.

    `duty_sheets` takes the place of `sheets` where the client has a duty of care; empty is no difference.
    """

    part: str
    sheets: tuple[int, ...]
    duty_sheets: tuple[int, ...] = ()
    answers: MatchedAnswers = MatchedAnswers.DIFFICULTY

    def sheet_numbers(self, *, has_duty_of_care: bool) -> tuple[int, ...]:
        """The sheets to suggest, in order."""
        return self.duty_sheets if has_duty_of_care and self.duty_sheets else self.sheets


class MatchingRules(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All rules; `held_sheet` is the one for the room, suggested where fear holds every other."""

    duty_frames: frozenset[str]
    held_sheet: int
    rules: tuple[MatchingRule, ...]

    def find_held_sheet(self, sheets: Iterable[Worksheet]) -> Worksheet | None:
        """The sheet for the room among these; None if it is not one of them."""
        return next((sheet for sheet in sheets if sheet.number == self.held_sheet), None)


@cache
def load_matching_rules() -> MatchingRules:
    """Read the rules on first use.

    Raises:
        msgspec.ValidationError: the file does not have the shape above.
    """
    return msgspec.convert(tomllib.loads(MATCHING_FILE.read_text("utf-8")), MatchingRules)
