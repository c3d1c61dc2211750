"""What is stored where a record turned out to belong elsewhere: two signed marks, one on either side.

The mark in the ring of the record sets it aside: the record stays sealed where it is, and no list and no page
finds it any more. It names nothing of the other side. The mark in the other ring says of the record that was
written in its place where it came from, by ids alone.
"""

from datetime import datetime, timedelta, timezone
from enum import StrEnum
from uuid import UUID, uuid5

import msgspec

from clinic_toolkit.journal.record_kind import RecordKind, RecordNouns, register_kind
from clinic_toolkit.store.base import sealed_table

set_aside_table = sealed_table("set_aside")

# Under this label a clinician signs that a record belongs elsewhere, and nothing else.
SET_ASIDE_PURPOSE = "sig/set-aside"


def mark_id_of(record_id: UUID) -> UUID:
    """Return the id of the mark that sets this record aside; by it the audit log tells that there is one."""
    return uuid5(record_id, "set aside")


class SetAsideState(StrEnum):
    """Which side of it a mark is: the record was set aside, or it was written in the place of one."""

    SET_ASIDE = "set_aside"
    ARRIVED = "arrived"


class SetAsideEvent(StrEnum):
    """What the audit log says of a record that belongs elsewhere."""

    SET_ASIDE = "elsewhere.set_aside"
    WRITTEN = "elsewhere.written"
    ARRIVED = "elsewhere.arrived"


class SetAside(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """One mark: the record of this ring that it is about, why, when and by whom.

    `content_id` is that of the version that was set aside, or that was written. Of one that ARRIVED,
    `origin` is the id of the record that was set aside elsewhere and `origin_at` when that was written.
    """

    table: str
    record: bytes
    content_id: bytes
    reason: str
    marked_at: datetime
    utc_offset_minutes: int
    signer_name: str
    origin: bytes = b""
    origin_at: datetime | None = None

    @property
    def record_id(self) -> UUID:
        """The record of this ring that it is about."""
        return UUID(bytes=self.record)

    @property
    def marked_at_local(self) -> datetime:
        """When it was signed, in the local time of the signer."""
        return self.marked_at.astimezone(self._zone)

    @property
    def origin_at_local(self) -> datetime | None:
        """When the record that was set aside had been written, in the local time of the signer."""
        return self.origin_at.astimezone(self._zone) if self.origin_at else None

    @property
    def _zone(self) -> timezone:
        return timezone(timedelta(minutes=self.utc_offset_minutes))

    def __repr__(self) -> str:
        return "<SetAside>"


SET_ASIDE = register_kind(
    RecordKind(
        table=set_aside_table,
        payload_type=SetAside,
        states=SetAsideState,
        events=SetAsideEvent,
        nouns=RecordNouns(
            in_sentence="the mark that something belongs elsewhere",
            one="a mark that something belongs elsewhere",
            many="marks that something belongs elsewhere",
        ),
        signature_purpose=SET_ASIDE_PURPOSE,
    )
)
