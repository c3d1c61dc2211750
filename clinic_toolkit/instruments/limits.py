"""The limits of confidentiality: before which questionnaires they are said, and a draft by country.

A practice says them in its own words. Until it has any, the draft of its country stands in their place.
"""

import tomllib
from functools import cache
from pathlib import Path

import msgspec

from clinic_toolkit.instruments.model import Instrument

_FILE = Path(__file__).with_name("limits.toml")


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A text to begin with; `check` says to the clinician what to look up. No countries: everywhere else."""

    text: str
    check: str
    countries: tuple[str, ...] = ()


class Drafts(msgspec.Struct, frozen=True, kw_only=True):
    """Every draft, and what is known about all of them."""

    status: str
    drafts: tuple[Draft, ...]


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What a client is told; `confirmed` says that these are the practice's own words."""

    text: str
    confirmed: bool


def come_first(instrument: Instrument) -> bool:
    """Whether it asks about fear, about being a burden or about harm, so that the limits are said before."""
    return any(item.safety_flag != "none" for item in instrument.items)


def before(instrument: Instrument, *, own: str, country: str) -> Said | None:
    """What is said of the limits before this questionnaire; None where nothing in it asks for that.

    Args:
        own: the words of the practice; empty until it has confirmed any.
    """
    if not come_first(instrument):
        return None
    return Said(text=own or draft(country).text, confirmed=bool(own))


def draft(country: str) -> Draft:
    """The draft for a country by its two letters; for one that no draft names, the general one."""
    found = [one for one in drafts().drafts if country in one.countries]
    return found[0] if found else next(one for one in drafts().drafts if not one.countries)


@cache
def drafts() -> Drafts:
    """All drafts, as their file has them."""
    return msgspec.convert(tomllib.loads(_FILE.read_text(encoding="utf-8")), Drafts)
