"""Fear inquiries: a sheet about somebody is offered only if fear of them was recently asked about in private.

A sheet for a request, a limit, a role, a repair or a duty done in another way asks its reader to act towards
another person. If the reader fears that person, acting can be dangerous, and a form cannot know that; so a
clinician has to have asked (`docs/safety.md`). Asking is not enough where sheets about that person
stay in the room: the answer was a reason to hold them, so such a sheet is not given at all.
"""

from dataclasses import replace
from datetime import date

from clinic_toolkit.worksheets.model import Worksheet

INQUIRY_VALID_DAYS = 90


def is_inquiry_current(asked_on: date | None, *, today: date) -> bool:
    """Whether an inquiry still counts: up to and including the 90th day after it.

    A date in the future does not count: the clock was wrong then, and asking again costs little.
    """
    return asked_on is not None and 0 <= (today - asked_on).days <= INQUIRY_VALID_DAYS


def may_give_worksheet(sheet: Worksheet, asked_on: date | None, *, stays_in_room: bool, today: date) -> bool:
    """Whether this sheet may be given about a person.

    Args:
        asked_on: the day of the last fear inquiry about them.
        stays_in_room: whether sheets about them stay in the room.
    """
    return not sheet.needs_fear_asked or (is_inquiry_current(asked_on, today=today) and not stays_in_room)


def may_suggest_worksheet(
    sheet: Worksheet, asked_on: date | None, *, stays_in_room: bool, today: date
) -> bool:
    """Whether this sheet may be suggested as one that fits the answers about a person.

    While sheets about them stay in the room none is: each has a warning against using it with someone who is
    feared. A clinician may still choose one to work with in the room, having read that warning.
    """
    return not stays_in_room and may_give_worksheet(sheet, asked_on, stays_in_room=stays_in_room, today=today)


def hold_own_sheet(sheet: Worksheet, *, release_reason: str) -> Worksheet:
    """Return a sheet that a practice wrote, copied or brought in, as the gate treats it.

    Nobody has read it for what it asks its reader to do, so it waits like one that acts towards a person,
    also where its file says otherwise. A reason that the clinician recorded lifts that.

    Args:
        release_reason: why it need not wait, in the clinician's words; empty if none was recorded.
    """
    return replace(sheet, needs_fear_asked=not release_reason.strip())
