"""Fear inquiries: a sheet about somebody is offered only if fear of them was recently asked about in private.

A sheet for a request, a limit, a role, a repair or a duty done in another way asks its reader to act towards
another person. If the reader fears that person, acting can be dangerous, and a form cannot know that; so a
clinician has to have asked (clinical specification, 4.6). The reply is not known here and not needed.
"""

from datetime import date

from clinic_toolkit.worksheets.model import Worksheet

INQUIRY_VALID_DAYS = 90


def is_inquiry_current(asked_on: date | None, *, today: date) -> bool:
    """Whether an inquiry still counts: up to and including the 90th day after it.

    A date in the future does not count: the clock was wrong then, and asking again costs little.
    """
    return asked_on is not None and 0 <= (today - asked_on).days <= INQUIRY_VALID_DAYS


def may_offer_worksheet(sheet: Worksheet, asked_on: date | None, *, today: date) -> bool:
    """Whether this sheet may be offered and given about a person, by the day of the last fear inquiry."""
    return not sheet.needs_fear_asked or is_inquiry_current(asked_on, today=today)
