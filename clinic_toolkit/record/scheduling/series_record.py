"""What is stored about a series: hours with a client or a couple that repeat."""

from datetime import date, time
from enum import StrEnum
from uuid import UUID

import msgspec

from clinic_toolkit.journal.record_kind import RecordKind, RecordNouns, register_kind
from clinic_toolkit.record.people.therapy_session_record import TherapySessionSetting
from clinic_toolkit.record.scheduling.series_rule import Repetition, SeriesRule
from clinic_toolkit.store.base import sealed_table
from clinic_toolkit.store.types import cached_uuid

session_series_table = sealed_table("session_series")

REPETITION_LABELS = {
    Repetition.WEEKLY: "Every week",
    Repetition.EVERY_SECOND_WEEK: "Every second week",
    Repetition.MONTHLY: "Every month, on the same weekday of the month",
    Repetition.MONTHLY_LAST: "Every month, on the last such weekday",
}


class SeriesState(StrEnum):
    """The state of a series."""

    RUNNING = "running"
    ENDED = "ended"


class SeriesEvent(StrEnum):
    """What the audit log says was done to a series."""

    BEGUN = "series.begun"
    SKIPPED = "series.skipped"
    TAKEN_BACK = "series.taken_back"
    ENDED = "series.ended"


class SessionSeries(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """Hours that repeat; see `SeriesRule` for the days and times.

    `present` are the clients who are expected. `client_zone` is the IANA name of the time zone in which the
    client is, "" if it is that of the clinician. `follows` is the series that this one goes on from, after a
    change from a day on.
    """

    case_id_bytes: bytes
    first_on: date
    start: time
    minutes: int
    repetition: Repetition
    zone: str
    last_on: date | None = None
    skipped: tuple[date, ...] = ()
    setting: TherapySessionSetting = TherapySessionSetting.ROOM
    place: str = ""
    call_back: str = ""
    present: tuple[bytes, ...] = ()
    client_zone: str = ""
    follows: bytes | None = None

    @property
    def case_id(self) -> UUID:
        """The case that its hours belong to."""
        return cached_uuid(self.case_id_bytes)

    @property
    def rule(self) -> SeriesRule:
        """When its hours are."""
        return SeriesRule(
            self.first_on, self.start, self.minutes, self.repetition, self.zone, self.last_on, self.skipped
        )


SESSION_SERIES = register_kind(
    RecordKind(
        table=session_series_table,
        payload_type=SessionSeries,
        states=SeriesState,
        events=SeriesEvent,
        nouns=RecordNouns(in_sentence="hours that repeat", one="a series of hours", many="series of hours"),
    )
)
