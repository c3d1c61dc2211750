"""Worksheet offers: at most two worksheets that match the answers, each with the items that are the reason.

An offer is made to the clinician, who chooses; the client may decline. Whether a sheet may leave the room is
decided in `record.safety`, which knows the risk entries.
"""

from collections.abc import Iterable, Mapping

from msgspec import Struct

from clinic_toolkit.instruments.closed_sets import ItemRole, SafetyFlag
from clinic_toolkit.instruments.model import Instrument, Item
from clinic_toolkit.psychometrics.result_sentences import option_labels, top_values
from clinic_toolkit.psychometrics.scoring import is_in_upper_half
from clinic_toolkit.worksheets.model import Worksheet

MAX_OFFERS = 2


class WorksheetOffer(Struct, frozen=True, kw_only=True):
    """A worksheet, the numbers of the items that are the reason to offer it, and that reason in words."""

    worksheet: Worksheet
    item_numbers: tuple[int, ...]
    reason: str


def offer_worksheets(
    instrument: Instrument, answers: Mapping[str, int | None], worksheets: Iterable[Worksheet]
) -> tuple[WorksheetOffer, ...]:
    """Offer the sheets whose facets contain difficulty items answered in the upper half of the scale.

    An item with a safety flag supports no offer.

    The sheets refer to facets of the built-in questionnaires. A practice's own questionnaire offers none,
    because its facet ids may be the same by chance.

    Args:
        answers: the value of each item by its id, None if not answered.
        worksheets: the sheets to choose from.

    Returns:
        At most two: those with most answers at the top of the scale first, then those with most such items,
        then by number.
    """
    if instrument.own:
        return ()
    supporting = [item for item in instrument.items if _supports_offer(instrument, item, answers)]
    top = top_values(option_labels(instrument))
    ranked = []
    for sheet in worksheets:
        reason_items = [item for item in supporting if item.facet in sheet.facets]
        if reason_items:
            at_top = sum(answers[item.id] in top for item in reason_items)
            ranked.append((-at_top, -len(reason_items), sheet.number, sheet, reason_items))
    ranked.sort(key=lambda entry: entry[:3])
    item_numbers = {item.id: number for number, item in enumerate(instrument.items, start=1)}
    chosen = [
        (sheet, tuple(item_numbers[item.id] for item in reason_items)) for *_, sheet, reason_items in ranked
    ]
    return tuple(
        WorksheetOffer(worksheet=sheet, item_numbers=numbers, reason=_reason_sentence(numbers))
        for sheet, numbers in chosen[:MAX_OFFERS]
    )


def _supports_offer(instrument: Instrument, item: Item, answers: Mapping[str, int | None]) -> bool:
    # An answer that tells of fear or of being a burden is a reason to ask, and never one to give a sheet.
    return (
        item.role == ItemRole.DIFFICULTY
        and item.safety_flag == SafetyFlag.NONE
        and is_in_upper_half(instrument, item, answers.get(item.id))
    )


def _reason_sentence(numbers: tuple[int, ...]) -> str:
    if len(numbers) == 1:
        return f"because of item {numbers[0]}"
    return f"because of items {', '.join(map(str, numbers[:-1]))} and {numbers[-1]}"
