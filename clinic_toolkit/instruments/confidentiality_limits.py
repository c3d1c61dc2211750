"""The limits of confidentiality: before which questionnaires they are said, and a draft by country.

A practice says them in its own words. Until it has any, the draft of its country stands in their place.
"""

import tomllib
from functools import cache
from pathlib import Path

import msgspec

from clinic_toolkit.instruments.model import Instrument

_FILE = Path(__file__).with_name("limits.toml")


class LimitsDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A text to begin with; `check` says to the clinician what to look up. No countries: everywhere else."""

    text: str
    check: str
    countries: tuple[str, ...] = ()


class LimitsDrafts(msgspec.Struct, frozen=True, kw_only=True):
    """Every draft, and what is known about all of them."""

    status: str
    drafts: tuple[LimitsDraft, ...]


class ConfidentialityNotice(msgspec.Struct, frozen=True, kw_only=True):
    """What a client is told; `is_confirmed` says that these are the practice's own words."""

    text: str
    is_confirmed: bool


def requires_notice(instrument: Instrument) -> bool:
    """Whether it asks about fear, about being a burden or about harm, so that the limits are said before."""
    return any(item.safety_flag != "none" for item in instrument.items)


def notice_before(instrument: Instrument, *, own: str, country: str) -> ConfidentialityNotice | None:
    """What is said of the limits before this questionnaire; None where nothing in it asks for that.

    Args:
        own: the words of the practice; empty until it has confirmed any.
    """
    if not requires_notice(instrument):
        return None
    return ConfidentialityNotice(text=own or draft_for(country).text, is_confirmed=bool(own))


def draft_for(country: str) -> LimitsDraft:
    """The draft for a country by its two letters; for one that no draft names, the general one."""
    found = [one for one in load_drafts().drafts if country in one.countries]
    return found[0] if found else next(one for one in load_drafts().drafts if not one.countries)


@cache
def load_drafts() -> LimitsDrafts:
    """All drafts, as their file has them."""
    return msgspec.convert(tomllib.loads(_FILE.read_text(encoding="utf-8")), LimitsDrafts)
