"""The matching rules in words, as the page of rules lists them."""

from collections.abc import Sequence

from msgspec import Struct

from clinic_toolkit.instruments import catalogue as instruments
from clinic_toolkit.instruments.model import Instrument
from clinic_toolkit.worksheets.matching import MatchedAnswers, MatchingRule, load_matching_rules
from clinic_toolkit.worksheets.model import Worksheet


class RuleLine(Struct, frozen=True, kw_only=True):
    """One rule: what was answered, and the sheets in order; `duty_sheets` where a duty of care differs."""

    part: str
    subject: str
    questionnaire: str
    sheets: tuple[Worksheet, ...]
    duty_sheets: tuple[Worksheet, ...]


def list_rule_lines(sheets: Sequence[Worksheet]) -> list[RuleLine]:
    """Every rule that names one of these sheets, in the order of the file."""
    sheet_by_number = {sheet.number: sheet for sheet in sheets}

    def named(numbers: tuple[int, ...]) -> tuple[Worksheet, ...]:
        return tuple(sheet_by_number[number] for number in numbers if number in sheet_by_number)

    lines = []
    for rule in load_matching_rules().rules:
        subject, instrument = _describe_part(rule)
        line = RuleLine(
            part=rule.part,
            subject=subject,
            questionnaire=instrument.title,
            sheets=named(rule.sheets),
            duty_sheets=named(rule.duty_sheets),
        )
        if line.sheets or line.duty_sheets:
            lines.append(line)
    return lines


def list_duty_frames() -> list[str]:
    """The kinds of relationship in which care is owed, in words."""
    frames = load_matching_rules().duty_frames
    return [frame.label for frame in instruments.list_frames() if frame.id in frames]


def _describe_part(rule: MatchingRule) -> tuple[str, Instrument]:
    kind = "strengths" if rule.answers == MatchedAnswers.STRENGTH else "difficulties"
    for instrument in instruments.list_instruments():
        for facet in instrument.facets:
            if facet.id == rule.part:
                return f"{facet.name}, {kind}", instrument
        for number, item in enumerate(instrument.items, start=1):
            if item.id == rule.part:
                return f"Question {number}: {item.text}", instrument
    raise LookupError(rule.part)
