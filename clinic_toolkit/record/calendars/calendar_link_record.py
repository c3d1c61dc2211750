"""What is stored about an entry of another program's calendar: which hour here it is."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from clinic_toolkit.journal.record_kind import RecordKind, RecordNouns, register_kind
from clinic_toolkit.store.base import sealed_table

calendar_link_table = sealed_table("calendar_link")


class CalendarLinkState(StrEnum):
    """Whether an entry is an hour here."""

    LINKED = "linked"
    PASSED_OVER = "passed_over"
    # Linked or passed over by mistake: the entry is proposed anew.
    RELEASED = "released"


class CalendarLinkEvent(StrEnum):
    """What the audit log says was done about an entry of a calendar."""

    LINKED = "calendar.linked"
    ANSWERED = "calendar.answered"
    PASSED_OVER = "calendar.passed_over"
    RELEASED = "calendar.released"


class CalendarSays(StrEnum):
    """What the file said of the hour when it was last answered."""

    PLANNED = "planned"
    CANCELLED = "cancelled"
    GONE = "gone"


class CalendarLink(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """One entry of a calendar, as its file had it when a person last answered what it says.

    `uid` and `recurrence` are what the entry is known by; `recurrence` is the start that an hour of a series
    had at first. It lies in the ring of the case, so that it is erased with it. An entry that is no hour with
    a client has neither case nor session, and lies in the clinician's own ring. The title is never kept.
    """

    uid: str
    recurrence: str = ""
    source: str = ""
    case_id_bytes: bytes = b""
    therapy_session: bytes = b""
    starts_at: datetime | None = None
    minutes: int = 0
    sequence: int = 0
    says: CalendarSays = CalendarSays.PLANNED

    @property
    def therapy_session_id(self) -> UUID | None:
        """The session that the entry is; None for one that is no hour with a client."""
        return UUID(bytes=self.therapy_session) if self.therapy_session else None

    def __repr__(self) -> str:
        return "<CalendarLink>"


CALENDAR_LINK = register_kind(
    RecordKind(
        table=calendar_link_table,
        payload_type=CalendarLink,
        states=CalendarLinkState,
        events=CalendarLinkEvent,
        nouns=RecordNouns(
            in_sentence="which entry of a calendar a session is",
            one="a link to a calendar entry",
            many="links to calendar entries",
        ),
    )
)
