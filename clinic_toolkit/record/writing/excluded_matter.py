"""What the law leaves out of psychotherapy notes, found in what was typed there: results, and session times.

45 CFR 164.501 leaves out the results of clinical tests and the times at which a session began and ended. What
is found brings a reminder and blocks nothing: "14 of 20 neighbours" reads alike.
"""

import re
from enum import StrEnum


class ExcludedMatter(StrEnum):
    """What belongs to the record and not into psychotherapy notes."""

    RESULT = "result"
    SESSION_TIME = "session_time"


_NUMBER = r"\d{1,3}(?:[.,]\d{1,2})?"
_RESULT = re.compile(
    rf"\b{_NUMBER} ?(?:of|out of|/) ?\d{{1,3}}\b(?!/)"  # "14 of 20", "14/20", and no date
    rf"|\b(?:scor(?:e|es|ed|ing)|points?|percentile|stanine)\b\W{{0,3}}(?:\w+\W{{1,3}}){{0,2}}{_NUMBER}\b"
    rf"|\b{_NUMBER} ?(?:points?|percent(?:ile)?)\b"
    r"|\b(?:[TZ]|[tz](?=[- ]?(?:score|value)|\s?=))(?:[- ]?(?:score|value))?"
    r"(?: of| was| is)? ?[=:]? ?-?\d{1,2}(?:[.,]\d{1,2})?\b(?![:.]\d)",
)
_CLOCK = r"(?:[01]?\d|2[0-3])"
_SESSION_TIME = re.compile(
    rf"\b{_CLOCK}[:.h][0-5]\d\b(?![./]\d)"  # "14:05", "9.30", and no date
    rf"|\b{_CLOCK}(?:[:.][0-5]\d)? ?(?:a\.?m\.?|p\.?m\.?|o’clock|o'clock|Uhr)(?!\w)"
    rf"|\bfrom {_CLOCK} (?:to|until|till) {_CLOCK}\b"
    r"|\b\d{2,3}[- ]?(?:min|mins|minutes?)\b",
    re.IGNORECASE,
)
_DATE = re.compile(r"\b\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\b")
# After "of" or "/" a number of this kind is no highest score: "2 of 3 sisters" stays unremarked below it.
_LEAST_HIGHEST = 4
_SENTENCES = {
    frozenset({ExcludedMatter.RESULT}): "This reads like a result",
    frozenset({ExcludedMatter.SESSION_TIME}): "This reads like the time of a session",
    frozenset(ExcludedMatter): "This reads like a result and the time of a session",
}


def find_excluded_matter(text: str) -> frozenset[ExcludedMatter]:
    """Return what of the two kinds a text seems to hold."""
    without_dates = _DATE.sub(" ", text)
    found = set()
    if any(_is_result(match.group()) for match in _RESULT.finditer(without_dates)):
        found.add(ExcludedMatter.RESULT)
    if _SESSION_TIME.search(without_dates):
        found.add(ExcludedMatter.SESSION_TIME)
    return frozenset(found)


def build_reminder(text: str) -> str:
    """Return the one-line reminder for a text; "" if there is nothing to say."""
    begins = _SENTENCES.get(find_excluded_matter(text), "")
    return f"{begins}. It belongs in the record, and not in psychotherapy notes." if begins else ""


def _is_result(found: str) -> bool:
    pair = re.fullmatch(rf"{_NUMBER} ?(?:of|out of|/) ?(\d{{1,3}})", found)
    return pair is None or int(pair.group(1)) >= _LEAST_HIGHEST
