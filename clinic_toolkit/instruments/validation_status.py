"""The line under every page on how well a questionnaire has been validated."""

from clinic_toolkit.instruments.model import Instrument


def validation_status_line(instrument: Instrument, default: str) -> str:
    """The line for a clinician: `default`, or for a practice's own questionnaire its evidence card's."""
    if not instrument.own:
        return default
    return (
        f"Added by this practice; its card says: {instrument.evidence.level}. For conversation, not for "
        "diagnosis."
    )
