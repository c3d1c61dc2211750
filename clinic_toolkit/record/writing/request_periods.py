"""Within what time a client's request is answered, by country: proposals with their source, never a rule.

The day is always the clinician's to change. The texts of the laws are quoted from memory of their wording and
were not looked up again on a given day, so `CHECKED_ON` is None and the page says so. Where a country is not
in the table, the page says that no period is known here. None of this is legal advice.
"""

import calendar
from datetime import date, timedelta

from msgspec import Struct

from clinic_toolkit.record.writing.client_request_record import RequestKind

# The day on which the sources of this table were last compared; None: they were not.
CHECKED_ON: date | None = None


class AnswerPeriod(Struct, frozen=True, kw_only=True):
    """A period for an answer: days or calendar months from the day of the request, and how it may grow.

    `source` names the law and its section; `extension_rule` says what a longer time asks for.
    """

    source: str
    days: int = 0
    months: int = 0
    extra_days: int = 0
    extra_months: int = 0
    extension_rule: str = ""

    def due_on(self, received_on: date) -> date:
        """The last day for an answer to a request of this day."""
        return _later(received_on, days=self.days, months=self.months)

    def extended_due_on(self, received_on: date) -> date:
        """The last day after an extension."""
        return _later(received_on, days=self.days + self.extra_days, months=self.months + self.extra_months)


_COMPLEX = "Where it is complex, or there are many requests; the client is told why within the first month."
_GDPR = AnswerPeriod(
    source="GDPR, article 12 (3)",
    months=1,
    extra_months=2,
    extension_rule=_COMPLEX,
)
_UK_GDPR = AnswerPeriod(
    source="UK GDPR, article 12 (3)",
    months=1,
    extra_months=2,
    extension_rule=_COMPLEX,
)
_ONCE = "Once; the client is told in writing why, and by which day, before the first period is over."
_US = {
    RequestKind.AMEND: AnswerPeriod(
        source="45 CFR 164.526 (b)(2)", days=60, extra_days=30, extension_rule=_ONCE
    ),
    RequestKind.ACCESS: AnswerPeriod(
        source="45 CFR 164.524 (b)(2)", days=30, extra_days=30, extension_rule=_ONCE
    ),
}
# The countries of the European Union, and those of the European Economic Area beside them.
_GDPR_COUNTRIES = frozenset(
    "AT BE BG HR CY CZ DE DK EE ES FI FR GR HU IE IT LT LU LV MT NL PL PT RO SE SI SK IS LI NO".split()
)
_CH_ACCESS = AnswerPeriod(
    source="Swiss Federal Act on Data Protection, article 25 (7)",
    days=30,
    extension_rule="The client is told by when the answer comes.",
)


def find_period(country: str, kind: RequestKind) -> AnswerPeriod | None:
    """The period for such a request in this country (ISO 3166 code); None if none is known here."""
    if country == "US":
        return _US[kind]
    if country == "GB":
        return _UK_GDPR
    if country in _GDPR_COUNTRIES:
        return _GDPR
    return _CH_ACCESS if country == "CH" and kind == RequestKind.ACCESS else None


def _later(day: date, *, days: int, months: int) -> date:
    """The day so many calendar months and days later; the last day of a month that is too short."""
    month_index = day.year * 12 + day.month - 1 + months
    year, month = divmod(month_index, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last)) + timedelta(days=days)
