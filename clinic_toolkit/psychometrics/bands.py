"""What a publication calls a number. For the clinician, and only where the card says published.

The definition is refused otherwise; it is asked here once more, so that no page can name a band of a
draft by any other way.
"""

from clinic_toolkit.instruments.model import Band, Instrument
from clinic_toolkit.psychometrics.scoring import format_score


def find_band(instrument: Instrument, score: float | None, facet: str | None = None) -> Band | None:
    """The band that holds a number as it is printed, of one facet or of the whole; None if there is none."""
    if score is None or instrument.evidence.level != "published":
        return None
    printed = float(format_score(instrument.score, score))
    found = (band for band in instrument.bands if band.facet == facet and band.lower <= printed <= band.upper)
    return next(found, None)


def describe_band(band: Band | None) -> str:
    """The band in a sentence that says whose word it is, or ""."""
    return f"Called “{band.label}” in: {band.source}" if band else ""
