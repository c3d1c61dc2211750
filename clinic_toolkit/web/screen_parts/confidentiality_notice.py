"""What this practice says of the limits of confidentiality, on the pages and papers that say it."""

from clinic_toolkit.instruments import confidentiality_limits
from clinic_toolkit.instruments.confidentiality_limits import ConfidentialityNotice
from clinic_toolkit.instruments.model import Instrument
from clinic_toolkit.record.people import practice
from clinic_toolkit.web import context


def notice_before(instrument: Instrument) -> ConfidentialityNotice | None:
    """What is said before this questionnaire, or None where it asks nothing that needs it."""
    return practice.confidentiality_limits_before(context.load_practice().payload, instrument)


def notice_on_paper(instrument: Instrument) -> str:
    """The same for a blank form; empty where nothing has to be said."""
    said = notice_before(instrument)
    return said.text if said else ""


def draft_notice_for(country: str) -> dict[str, str]:
    """The draft for a country, for a page on which the practice writes its own words."""
    found = confidentiality_limits.draft_for(country)
    return {"text": found.text, "check": found.check, "status": confidentiality_limits.load_drafts().status}
