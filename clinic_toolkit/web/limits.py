"""What this practice says of the limits of confidentiality, on the pages and papers that say it."""

from clinic_toolkit.instruments import limits
from clinic_toolkit.instruments.limits import Said
from clinic_toolkit.instruments.model import Instrument
from clinic_toolkit.record import practice
from clinic_toolkit.web import context


def before(instrument: Instrument) -> Said | None:
    """What is said before this questionnaire, or None where it asks nothing that needs it."""
    return practice.limits_before(context.practice().body, instrument)


def on_paper(instrument: Instrument) -> str:
    """The same for a blank form; empty where nothing has to be said."""
    said = before(instrument)
    return said.text if said else ""


def draft_of(country: str) -> dict[str, str]:
    """The draft for a country, for a page on which the practice writes its own words."""
    found = limits.draft(country)
    return {"text": found.text, "check": found.check, "status": limits.drafts().status}
