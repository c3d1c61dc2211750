"""The field for a time zone: a city is enough, and the IANA name of its zone is kept."""

from functools import cache
from typing import Any
from zoneinfo import available_timezones

from wtforms import StringField
from wtforms.validators import ValidationError

from clinic_toolkit.names.folding import fold_name
from clinic_toolkit.web.forms import fields

UNKNOWN_ZONE = (
    "No time zone of this name is known here. Write a large city in it, such as Lisbon or New York."
)


@cache
def _zones_by_folded_name() -> dict[str, str]:
    """Every zone by its whole name, and by its city where only one zone has that city."""
    names = sorted(name for name in available_timezones() if "/" in name or name == "UTC")
    by_name = {_fold(name): name for name in names}
    cities: dict[str, list[str]] = {}
    for name in names:
        # Such as "Etc/GMT+5", whose sign says the opposite of what is meant by most people.
        if not name.startswith("Etc/"):
            cities.setdefault(_fold(name.rpartition("/")[2]), []).append(name)
    return {city: found[0] for city, found in cities.items() if len(found) == 1} | by_name


def _fold(name: str) -> str:
    return fold_name(name.replace("_", " "))


def find_time_zone(text: str) -> str:
    """Return the IANA name of the zone with this name or city; "" if there is none.

    >>> find_time_zone("new york")
    'America/New_York'
    """
    return _zones_by_folded_name().get(_fold(text), "") if text else ""


class TimeZoneField(StringField):
    """One line; what is typed becomes the IANA name of a zone."""

    def pre_validate(self, form: Any) -> None:
        """Refuse a name that no zone has."""
        if not self.data:
            return
        zone = find_time_zone(self.data)
        if not zone:
            raise ValidationError(UNKNOWN_ZONE)
        self.data = zone


def time_zone_field(label: str) -> Any:
    """A field for a time zone; it may be empty."""
    return TimeZoneField(label, [fields.MaxLength(60)], filters=[fields.clean_line])
