"""What is said under every page about how much is known of a questionnaire."""

from clinic_toolkit.instruments.model import Instrument


def validation_status_line(instrument: Instrument, default: str) -> str:
    """The line for a clinician: ours for what comes with the program, else what its own card says."""
    if not instrument.own:
        return default
    return (
        f"Added by this practice; its card says: {instrument.evidence.level}. For conversation, not for "
        "diagnosis."
    )
