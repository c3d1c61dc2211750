"""When a sheet about somebody may be offered: fear of that person was asked about in private, not long ago.

A sheet for a request, a limit, a role, a repair or a duty done in another way asks its reader to do
something towards another person.
Where that person is feared, doing it can bring danger, and a form cannot tell; so somebody has to have asked
(clinical specification, 4.6). What the answer was is not known here, and not needed.
"""

from datetime import date

from clinic_toolkit.worksheets.model import Worksheet

INQUIRY_VALID_DAYS = 90


def is_inquiry_current(asked_on: date | None, *, today: date) -> bool:
    """Whether the asking still counts: up to and with the 90th day after it.

    A day to come does not count: then a clock was wrong, and asking once more costs little.
    """
    return asked_on is not None and 0 <= (today - asked_on).days <= INQUIRY_VALID_DAYS


def may_offer_worksheet(sheet: Worksheet, asked_on: date | None, *, today: date) -> bool:
    """Whether this sheet may be offered and given about somebody of whom fear was asked about then."""
    return not sheet.needs_fear_asked or is_inquiry_current(asked_on, today=today)
