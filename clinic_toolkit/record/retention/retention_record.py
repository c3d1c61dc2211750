"""What is stored about keeping one client's record: a legal hold, a later date, that it is to be erased."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

import msgspec

from clinic_toolkit.journal.record_kind import RecordKind, RecordNouns, register_kind
from clinic_toolkit.journal.tombstone_record import ErasureReason
from clinic_toolkit.store.base import sealed_table

retention_table = sealed_table("retention")

# How long a client can be brought back after the erasure was asked for.
UNDO_TIME = timedelta(days=7)

REASON_LABELS = {
    ErasureReason.TIME_OVER: "It need not be kept any longer",
    ErasureReason.ASKED_FOR: "The client asked for it",
    ErasureReason.MISTAKE: "It was entered by mistake",
    ErasureReason.OTHER: "Another reason",
}


class RetentionState(StrEnum):
    """The state of a client's retention: nothing special, kept by a legal hold, or to be erased."""

    KEPT = "kept"
    HELD = "held"
    LEAVING = "leaving"


class RetentionEvent(StrEnum):
    """What the audit log says was decided about keeping a client's record."""

    HELD = "retention.held"
    RELEASED = "retention.released"
    PROLONGED = "retention.prolonged"
    ERASURE_ASKED = "retention.erasure_asked"
    TAKEN_BACK = "retention.erasure_taken_back"
    BROUGHT_BACK = "retention.brought_back"


def is_undo_over(due_at: datetime, now: datetime) -> bool:
    """Whether an erasure that can be taken back until `due_at` may be done now."""
    return due_at <= now


class ErasureRequest(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """That a client is to be erased once the undo time is over.

    `entries` are the joined entries of the person, the primary one first; `couples` the couples whose joint
    records are erased too; `state_before` is the client's state to go back to.
    """

    reason: ErasureReason
    words: str
    asked_at: datetime
    entries: tuple[bytes, ...]
    couples: tuple[bytes, ...]
    state_before: str

    @property
    def due_at(self) -> datetime:
        """When the undo time is over."""
        return self.asked_at + UNDO_TIME

    def is_due(self, now: datetime) -> bool:
        """Whether the undo time is over."""
        return is_undo_over(self.due_at, now)

    @property
    def entry_ids(self) -> tuple[UUID, ...]:
        """The entries of the person, the primary one first."""
        return tuple(UUID(bytes=id) for id in self.entries)

    @property
    def couple_ids(self) -> tuple[UUID, ...]:
        """The cases of the couples whose joint records are erased too."""
        return tuple(UUID(bytes=id) for id in self.couples)


class BroughtBack(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """That an erased client was brought back: when, why, from which backup, and when that was made."""

    at: datetime
    reason: str
    backup_name: str
    backup_made_at: datetime


class Retention(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """What was decided about keeping the record of one client; "" and None where nothing was.

    `hold_reason`: a legal hold, under which nothing is erased. `keep_until` and `keep_reason`: keep it beyond
    the date that the practice's rule gives. `brought_back`: the last time that the client came back.
    """

    client: bytes
    hold_reason: str = ""
    keep_until: date | None = None
    keep_reason: str = ""
    erasure: ErasureRequest | None = None
    brought_back: BroughtBack | None = None

    @property
    def client_id(self) -> UUID:
        """The client, by the primary entry."""
        return UUID(bytes=self.client)

    @property
    def state(self) -> RetentionState:
        """The state that follows from the content."""
        if self.erasure:
            return RetentionState.LEAVING
        return RetentionState.HELD if self.hold_reason else RetentionState.KEPT


RETENTION = register_kind(
    RecordKind(
        table=retention_table,
        payload_type=Retention,
        states=RetentionState,
        events=RetentionEvent,
        nouns=RecordNouns(
            in_sentence="what was decided about keeping a record",
            one="a decision about keeping",
            many="decisions about keeping",
        ),
    )
)
