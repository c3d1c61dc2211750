"""The practice's text on the limits of confidentiality, for the pages and printouts that show it."""

from clinic_toolkit.instruments import confidentiality_limits
from clinic_toolkit.instruments.confidentiality_limits import ConfidentialityNotice
from clinic_toolkit.instruments.model import Instrument
from clinic_toolkit.record.people import practice
from clinic_toolkit.web import context


def notice_before(instrument: Instrument) -> ConfidentialityNotice | None:
    """The notice to show before this questionnaire, or None if it has no question that requires one."""
    return practice.confidentiality_limits_before(context.load_practice().payload, instrument)


def notice_on_paper(instrument: Instrument) -> str:
    """The text of the notice for a blank form; "" if none is required."""
    notice = notice_before(instrument)
    return notice.text if notice else ""


def draft_notice_for(country: str) -> dict[str, str]:
    """The draft text for a country, for the page on which the practice writes its own."""
    draft = confidentiality_limits.draft_for(country)
    return {"text": draft.text, "check": draft.check, "status": confidentiality_limits.load_drafts().status}
