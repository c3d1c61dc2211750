"""Why a record cannot be shown: the closed set of reasons, and the words for each."""

from enum import StrEnum


class IntegrityReason(StrEnum):
    """What is wrong with a record that failed its integrity check."""

    DAMAGED = "damaged"
    NEWER = "newer"
    MISSING = "missing"
    NO_KEY = "no_key"
    OLDER = "older"
    MOVED = "moved"
    UNNAMED = "unnamed"
    BACK = "back"
    AUTHOR = "author"


REASON_TEXTS = {
    IntegrityReason.DAMAGED: "its bytes were changed or damaged outside this program",
    IntegrityReason.NEWER: "a newer version of this program saved it in a form that this one cannot read",
    IntegrityReason.MISSING: "it is missing from the file",
    IntegrityReason.NO_KEY: "the key that opens it is damaged or missing",
    IntegrityReason.OLDER: "an older version is in its place",
    IntegrityReason.MOVED: "it was moved to another place in the file",
    IntegrityReason.UNNAMED: "the audit trail does not mention it, so it was added from outside this "
    "program, or its line was removed",
    IntegrityReason.BACK: "an old version was put back beside it",
    IntegrityReason.AUTHOR: "it names another author than the audit trail",
}
