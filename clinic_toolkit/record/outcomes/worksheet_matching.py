"""Which worksheets fit the answers of one administration, and which of them a hold on fear withholds."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import msgspec

from clinic_toolkit.psychometrics.worksheet_offers import offer_worksheets
from clinic_toolkit.record.safety.fear_holds import FearHolds
from clinic_toolkit.record.values.page_values import Result, WorksheetOffer
from clinic_toolkit.worksheets import catalogue
from clinic_toolkit.worksheets.matching import load_matching_rules
from clinic_toolkit.worksheets.model import Worksheet


def add_offers(
    result: Result, holds: FearHolds, relationship_id: UUID | None, frame: str, *, today: date
) -> Result:
    """Return the result with the worksheets that fit its answers, each with its reason.

    Args:
        holds: of the client whose result it is; they decide which sheets may be suggested.
        relationship_id: whom the result is about.
        frame: the kind of that relationship.
        today: for the age of the last inquiry about fear.
    """
    worksheets = catalogue.list_worksheets()
    eligible = [sheet for sheet in worksheets if holds.may_suggest(sheet, relationship_id, today=today)]
    offers = _list_offers(result, eligible, frame)
    is_withheld = offers != _list_offers(result, worksheets, frame)
    held_sheet = load_matching_rules().find_held_sheet(worksheets)
    return msgspec.structs.replace(
        result,
        offers=offers,
        offer_withheld=is_withheld,
        sheet_for_the_room=held_sheet if is_withheld and result.is_room_only else None,
    )


def _list_offers(result: Result, worksheets: Sequence[Worksheet], frame: str) -> tuple[WorksheetOffer, ...]:
    value_by_item = {item.item_id: item.value for item in result.items}
    return tuple(
        WorksheetOffer(
            worksheet=offer.worksheet,
            reason=f"{offer.reason} about {result.relationship_word}",
            parts=offer.parts,
        )
        for offer in offer_worksheets(
            result.instrument, value_by_item, worksheets, load_matching_rules(), frame=frame
        )
    )
