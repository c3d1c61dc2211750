"""How dates and times are written in English in a country, until the practice chooses for itself.

From the Unicode CLDR 46, the long dates and short times of the English locales. A country that has none there
is written day first, with 24 hours.
"""

from clinic_toolkit.dates import Clock, DateOrder, WritingStyle

# en-US, en-PR, en-PH, en-CA and those that take their dates from en-US.
MONTH_FIRST_COUNTRIES = frozenset(("AS", "CA", "GU", "MH", "MP", "PH", "PR", "US", "VI"))
# Locales of English whose short time is "h:mm a".
HOURS_12_COUNTRIES = MONTH_FIRST_COUNTRIES | frozenset(
    ("AU", "BB", "BM", "BS", "CY", "FJ", "GH", "GY", "HK", "IN", "JM", "LC", "MY", "NZ", "PK", "SG", "TT")
)


def style_of_country(country: str) -> WritingStyle:
    """Return how dates and times are written in this country (ISO 3166, two letters)."""
    return WritingStyle(
        DateOrder.MONTH_FIRST if country in MONTH_FIRST_COUNTRIES else DateOrder.DAY_FIRST,
        Clock.HOURS_12 if country in HOURS_12_COUNTRIES else Clock.HOURS_24,
    )
