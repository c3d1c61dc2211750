"""What of a record goes to somebody, as values: read on a page, then drawn on paper and written as data."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

import msgspec
from msgspec import Struct

from clinic_toolkit.record.values.page_values import Letterhead


class ReleaseScope(StrEnum):
    """How much goes: the progress record of some days, or everything that the client has a right to see."""

    PROGRESS = "progress"
    WHOLE = "whole"


class ReleaseBasis(StrEnum):
    """On whose word it goes. A subpoena is here so that it can be refused: it is not an authorisation."""

    CLIENT_ASKED = "client_asked"
    AUTHORISATION = "authorisation"
    TREATMENT = "treatment"
    COURT_ORDER = "court_order"
    LAW = "law"
    SUBPOENA = "subpoena"


class LeftOutReason(StrEnum):
    """Why something of the record does not go."""

    NOT_TICKED = "not_ticked"
    DRAFT = "draft"
    UNFINISHED = "unfinished"
    NOT_CHOSEN = "not_chosen"
    RISK_ENTRY = "risk_entry"
    JOINT = "joint"
    OUT_OF_RANGE = "out_of_range"
    UNREADABLE = "unreadable"


class LeftOut(Struct, array_like=True, frozen=True):
    """How many records, or of `NOT_TICKED` how many texts, do not go for one reason."""

    reason: LeftOutReason
    count: int


class ReleaseKind(StrEnum):
    """What an entry of a release is."""

    SESSION = "session"
    NOTE = "note"
    QUESTIONNAIRE = "questionnaire"
    WORKSHEET = "worksheet"
    PLAN = "plan"
    CONSENT = "consent"
    RISK_ENTRY = "risk_entry"


class ReleaseText(Struct, frozen=True, kw_only=True):
    """A text that somebody typed; `key` is its name in the release. `names` are words that may be people."""

    key: str
    label: str
    text: str
    names: tuple[str, ...] = ()


class ReleaseEntry(Struct, frozen=True, kw_only=True):
    """One record of a release: its facts, and its texts."""

    kind: ReleaseKind
    table: str
    id: UUID
    version: int
    on: date
    title: str
    facts: tuple[tuple[str, str], ...] = ()
    texts: tuple[ReleaseText, ...] = ()
    is_joint: bool = False


class Release(Struct, frozen=True, kw_only=True):
    """Everything that goes, or is read before it goes; `entries` are in order of time.

    `client_facts` are the details that go: the name and the day of birth, of a whole record every one.
    """

    letterhead: Letterhead
    scope: ReleaseScope
    client_name: str
    client_facts: tuple[tuple[str, str], ...]
    from_day: date | None
    to_day: date | None
    purpose: str
    recipient: str
    made_at: datetime
    entries: tuple[ReleaseEntry, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def told_left_out(self) -> tuple[LeftOut, ...]:
        """What the files themselves say was left out.

        Who gets a part of a record does not learn by a count that there is a risk entry, a partner, or more
        sessions; the disclosure has every count. A client who gets the whole record is told all.
        """
        is_told = self.scope == ReleaseScope.WHOLE
        return tuple(left for left in self.left_out if is_told or left.reason in _TOLD_TO_EVERYBODY)

    @property
    def text_keys(self) -> frozenset[str]:
        """The key of every text."""
        return frozenset(text.key for entry in self.entries for text in entry.texts)


def keep_ticked(release: Release, ticked: frozenset[str]) -> Release:
    """Return a release with those texts alone that were ticked; the others are counted as left out.

    An entry whose texts were all left out goes only if it has facts of its own.
    """
    entries = tuple(
        msgspec.structs.replace(entry, texts=tuple(text for text in entry.texts if text.key in ticked))
        for entry in release.entries
    )
    kept = tuple(
        entry
        for entry, before in zip(entries, release.entries, strict=True)
        if entry.texts or not before.texts or entry.kind in _STAND_WITHOUT_TEXTS
    )
    missing = len(release.text_keys - ticked)
    not_ticked = (LeftOut(LeftOutReason.NOT_TICKED, missing),) if missing else ()
    return msgspec.structs.replace(release, entries=kept, left_out=(*not_ticked, *release.left_out))


_TOLD_TO_EVERYBODY = frozenset(
    (LeftOutReason.NOT_TICKED, LeftOutReason.DRAFT, LeftOutReason.UNFINISHED, LeftOutReason.UNREADABLE)
)
# That a session took place, or a form was answered, is a fact of the record without a word of anybody.
_STAND_WITHOUT_TEXTS = frozenset((ReleaseKind.SESSION, ReleaseKind.QUESTIONNAIRE, ReleaseKind.CONSENT))
