"""Bands: a publication's label for a range of scores, for the clinician and published questionnaires only.

Reading a definition already refuses bands of a questionnaire that is not published; the check is repeated
here, so that no page can show a band of a draft.
"""

from clinic_toolkit.instruments.closed_sets import EvidenceLevel
from clinic_toolkit.instruments.model import Band, Instrument
from clinic_toolkit.psychometrics.scoring import format_score


def find_band(instrument: Instrument, score: float | None, facet: str | None = None) -> Band | None:
    """Find the band that contains a score, compared as it is printed.

    Args:
        facet: the id of the facet; None for the total.

    Returns:
        None without a score or a matching band, or if the questionnaire is not published.
    """
    if score is None or instrument.evidence.level != EvidenceLevel.PUBLISHED:
        return None
    printed = float(format_score(instrument.score, score))
    matching = (
        band for band in instrument.bands if band.facet == facet and band.lower <= printed <= band.upper
    )
    return next(matching, None)


def describe_band(band: Band | None) -> str:
    """The band's label with its source, in a sentence; "" without a band."""
    return f"Called “{band.label}” in: {band.source}" if band else ""
