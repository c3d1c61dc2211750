"""Worksheet offers: at most two worksheets that match the answers, each with the items that are the reason.

An offer is made to the clinician, who chooses; the client may decline. Whether a sheet may leave the room is
decided in `record.safety`, which knows the risk entries.
"""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from clinic_toolkit.instruments.closed_sets import ItemRole, SafetyFlag
from clinic_toolkit.instruments.model import Instrument, Item
from clinic_toolkit.psychometrics.result_sentences import option_labels, top_values
from clinic_toolkit.psychometrics.scoring import is_in_upper_half
from clinic_toolkit.worksheets.matching import MatchedAnswers, MatchingRule, MatchingRules
from clinic_toolkit.worksheets.model import Worksheet

MAX_OFFERS = 2

_ROLES = {MatchedAnswers.DIFFICULTY: ItemRole.DIFFICULTY, MatchedAnswers.STRENGTH: ItemRole.STRENGTH}


class WorksheetOffer(Struct, frozen=True, kw_only=True):
    """A worksheet, the numbers of the items that are the reason to offer it, and that reason in words.

    `parts` are the parts of the rules that named it, such as "OG2".
    """

    worksheet: Worksheet
    item_numbers: tuple[int, ...]
    reason: str
    parts: tuple[str, ...]


class _Match(Struct, frozen=True):
    """A rule that applies, the items because of which it does, and its sheets."""

    rule: MatchingRule
    items: tuple[Item, ...]
    sheets: tuple[Worksheet, ...]


def offer_worksheets(
    instrument: Instrument,
    answers: Mapping[str, int | None],
    worksheets: Iterable[Worksheet],
    matching: MatchingRules,
    *,
    frame: str | None = None,
) -> tuple[WorksheetOffer, ...]:
    """Offer the sheets of the rules that apply to these answers.

    The rule with most answers at the top of the scale comes first, then the one with most items, then one
    about a single question. Each gives its first sheet before any gives a second one. An item with a safety
    flag supports no offer.

    The rules refer to parts of the built-in questionnaires. A practice's own questionnaire offers none,
    because its ids may be the same by chance.

    Args:
        answers: the value of each item by its id, None if not answered.
        worksheets: the sheets that may be offered; what a rule names besides is passed over.
        frame: the kind of relationship; None if it is not known.

    Returns:
        At most two. The items named are all that speak for the sheet, so without these answers it would not
        be offered.
    """
    if instrument.own:
        return ()
    matches = _list_matches(instrument, answers, worksheets, matching, frame)
    chosen: list[Worksheet] = []
    for place in range(max((len(match.sheets) for match in matches), default=0)):
        for match in matches:
            if place < len(match.sheets) and match.sheets[place] not in chosen:
                chosen.append(match.sheets[place])
    return tuple(_offer_of(instrument, sheet, matches) for sheet in chosen[:MAX_OFFERS])


def _list_matches(
    instrument: Instrument,
    answers: Mapping[str, int | None],
    worksheets: Iterable[Worksheet],
    matching: MatchingRules,
    frame: str | None,
) -> list[_Match]:
    sheet_by_number = {
        sheet.number: sheet for sheet in worksheets if not sheet.frames or frame in sheet.frames
    }
    has_duty = frame in matching.duty_frames
    top = top_values(option_labels(instrument))
    ranked = []
    for place, rule in enumerate(matching.rules):
        items = tuple(item for item in instrument.items if _supports(instrument, item, answers, rule))
        numbers = rule.sheet_numbers(has_duty_of_care=has_duty)
        sheets = tuple(sheet_by_number[number] for number in numbers if number in sheet_by_number)
        if items and sheets:
            at_top = sum(answers[item.id] in top for item in items)
            is_single_item = rule.part == items[0].id
            ranked.append(((-at_top, -len(items), not is_single_item, place), _Match(rule, items, sheets)))
    return [match for _, match in sorted(ranked, key=lambda entry: entry[0])]


def _supports(
    instrument: Instrument, item: Item, answers: Mapping[str, int | None], rule: MatchingRule
) -> bool:
    # An answer that tells of fear or of being a burden is a reason to ask, and never one to give a sheet.
    return (
        rule.part in (item.facet, item.id)
        and item.role == _ROLES[rule.answers]
        and item.safety_flag == SafetyFlag.NONE
        and is_in_upper_half(instrument, item, answers.get(item.id))
    )


def _offer_of(instrument: Instrument, sheet: Worksheet, matches: Sequence[_Match]) -> WorksheetOffer:
    naming = [match for match in matches if sheet in match.sheets]
    reason_ids = {item.id for match in naming for item in match.items}
    numbers = tuple(number for number, item in enumerate(instrument.items, start=1) if item.id in reason_ids)
    return WorksheetOffer(
        worksheet=sheet,
        item_numbers=numbers,
        reason=_reason_sentence(numbers),
        parts=tuple(match.rule.part for match in naming),
    )


def _reason_sentence(numbers: tuple[int, ...]) -> str:
    if len(numbers) == 1:
        return f"because of item {numbers[0]}"
    return f"because of items {', '.join(map(str, numbers[:-1]))} and {numbers[-1]}"
