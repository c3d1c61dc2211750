"""The limits of confidentiality: which questionnaires require the notice, and drafts by country.

A practice uses its own text. Until it has one, the draft of its country is used.
"""

import tomllib
from functools import cache
from pathlib import Path

import msgspec

from clinic_toolkit.instruments.closed_sets import SafetyFlag
from clinic_toolkit.instruments.model import Instrument

_FILE = Path(__file__).with_name("limits.toml")


class LimitsDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A draft text; `check` tells the clinician what to verify. Without countries it is the general draft."""

    text: str
    check: str
    countries: tuple[str, ...] = ()


class LimitsDrafts(msgspec.Struct, frozen=True, kw_only=True):
    """All drafts, and their common status."""

    status: str
    drafts: tuple[LimitsDraft, ...]


class ConfidentialityNotice(msgspec.Struct, frozen=True, kw_only=True):
    """The text for the client; `is_confirmed`: it is the practice's own and not a draft."""

    text: str
    is_confirmed: bool


def requires_notice(instrument: Instrument) -> bool:
    """Whether a question is about fear, being a burden or harm, which requires the notice before it."""
    return any(item.safety_flag != SafetyFlag.NONE for item in instrument.items)


def notice_before(
    instrument: Instrument, *, practice_text: str, country: str
) -> ConfidentialityNotice | None:
    """The notice to show before this questionnaire; None if it requires none.

    Args:
        practice_text: the practice's own text; "" until it has confirmed one.
    """
    if not requires_notice(instrument):
        return None
    return ConfidentialityNotice(
        text=practice_text or draft_for(country).text, is_confirmed=bool(practice_text)
    )


def draft_for(country: str) -> LimitsDraft:
    """The draft for a country by its two-letter code, or the general draft if no other names it."""
    drafts = [draft for draft in load_drafts().drafts if country in draft.countries]
    return drafts[0] if drafts else next(draft for draft in load_drafts().drafts if not draft.countries)


@cache
def load_drafts() -> LimitsDrafts:
    """Read all drafts from their file."""
    return msgspec.convert(tomllib.loads(_FILE.read_text(encoding="utf-8")), LimitsDrafts)
