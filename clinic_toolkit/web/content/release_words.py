"""What is said of a release and of a disclosure: on the page where it is made, on paper, and in the list."""

from datetime import date

from clinic_toolkit.dates import format_date
from clinic_toolkit.record.values.release_values import (
    LeftOut,
    LeftOutReason,
    Release,
    ReleaseBasis,
    ReleaseScope,
)

SCOPE_TITLES = {
    ReleaseScope.PROGRESS: "Progress record",
    ReleaseScope.WHOLE: "Record of a client",
}
BASIS_CHOICES = [
    (ReleaseBasis.CLIENT_ASKED, "The client asked for it", "To have it, or to have it sent."),
    (
        ReleaseBasis.AUTHORISATION,
        "The client signed an authorisation",
        "For whom, for what, and until when is on it. Only what it names may go.",
    ),
    (ReleaseBasis.TREATMENT, "For treatment by somebody else", "With the client’s knowledge."),
    (
        ReleaseBasis.COURT_ORDER,
        "A court ordered it",
        "Signed by a judge. Only what it names may go.",
    ),
    (ReleaseBasis.LAW, "A law demands it", "Such as a duty to report. Only what the law names may go."),
    (
        ReleaseBasis.SUBPOENA,
        "A subpoena, or a letter from a lawyer",
        "A subpoena is not an authorisation: nothing goes on its word alone.",
    ),
]
BASIS_LABELS = {basis: label for basis, label, _ in BASIS_CHOICES}
PURPOSE_HINT = "For example: for a second opinion; for the insurer, as the authorisation says."
# Stands first on every list of what was left out, whatever was chosen.
NEVER_IN_IT = (
    "Psychotherapy notes. They are kept apart, and are in no release.",
    "What another person said or answered: that is in their own record.",
)
OTHERWISE = "Whatever was not asked for, or may not go."
_LEFT_OUT_WORDS = {
    LeftOutReason.NOT_TICKED: ("text that was not ticked", "texts that were not ticked"),
    LeftOutReason.DRAFT: ("note that is not signed", "notes that are not signed"),
    LeftOutReason.UNFINISHED: ("questionnaire that is not finished", "questionnaires that are not finished"),
    LeftOutReason.NOT_CHOSEN: ("questionnaire or worksheet", "questionnaires and worksheets"),
    LeftOutReason.RISK_ENTRY: ("risk entry", "risk entries"),
    LeftOutReason.JOINT: (
        "session or note with both partners, since not both agreed",
        "sessions and notes with both partners, since not both agreed",
    ),
    LeftOutReason.OUT_OF_RANGE: ("entry of other days", "entries of other days"),
    LeftOutReason.UNREADABLE: ("entry that cannot be read", "entries that cannot be read"),
}


def list_left_out(left_out: tuple[LeftOut, ...]) -> tuple[str, ...]:
    """What is not in a release, in sentences; what never is comes first."""
    counted = (f"{left.count} {_LEFT_OUT_WORDS[left.reason][left.count != 1]}." for left in left_out)
    return (*NEVER_IN_IT, *counted)


def list_told_left_out(release: Release) -> tuple[str, ...]:
    """What the files of a release say was left out; the last line is the same whatever that is."""
    lines = list_left_out(release.told_left_out)
    return lines if release.scope == ReleaseScope.WHOLE else (*lines, OTHERWISE)


def describe_range(from_day: date | None, to_day: date | None) -> str:
    """The days of a release in words."""
    if from_day and to_day:
        return f"{format_date(from_day)} to {format_date(to_day)}"
    if from_day:
        return f"from {format_date(from_day)}"
    return f"until {format_date(to_day)}" if to_day else "all days"


def format_mark(digest: bytes) -> str:
    """The first twelve figures of a digest in groups of four."""
    digits = digest.hex()[:12].upper()
    return " ".join(digits[start : start + 4] for start in range(0, 12, 4))
