"""What is stored about an erasure: a tombstone, which names what was erased by ids alone.

It is signed by whoever erased, and holds no name and no content: what was erased stays unknown to its reader.
A lift lies in the same table: it says that what was erased came back in other rings. So it travels wherever a
tombstone does, into backups and into what a restore finds elsewhere.
"""

from enum import StrEnum
from uuid import UUID

import msgspec

from clinic_toolkit.journal.record_kind import RecordKind, RecordNouns, register_kind
from clinic_toolkit.store.base import sealed_table

tombstone_table = sealed_table("tombstone")
# Under which a lift names the rings that came back.
RING_TABLE = "ring"


class TombstoneState(StrEnum):
    """The state of a tombstone; LIFTED: what was in these rings came back, in other ones."""

    ERASED = "erased"
    LIFTED = "lifted"


class TombstoneEvent(StrEnum):
    """What the audit log says of an erasure.

    ERASED_AGAIN: after a restore of an older backup. LIFTED: it counts no more for what was brought back;
    LIFTED_AGAIN: after a restore.
    """

    ERASED = "records.erased"
    ERASED_AGAIN = "records.erased_again"
    LIFTED = "records.erasure_lifted"
    LIFTED_AGAIN = "records.erasure_lifted_again"


class ErasureReason(StrEnum):
    """Why something was erased.

    TIME_OVER: it need not be kept any longer. ASKED_FOR: the person whom it is about asked for it. MISTAKE:
    it should never have been entered.
    """

    TIME_OVER = "time_over"
    ASKED_FOR = "asked_for"
    MISTAKE = "mistake"
    OTHER = "other"


class ErasedRecords(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """The ids of the erased records of one table, 16 bytes each."""

    table: str
    ids: tuple[bytes, ...]


class Tombstone(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """What was erased: the rings whose keys were destroyed, and the records that lay in them.

    In a lift, `rings` are those that were erased, `records` names the rings that came in their place, under
    the table of rings, and `reason` says nothing.
    """

    rings: tuple[bytes, ...]
    records: tuple[ErasedRecords, ...]
    reason: ErasureReason

    @property
    def ring_ids(self) -> frozenset[UUID]:
        """The rings whose keys were destroyed."""
        return frozenset(UUID(bytes=ring) for ring in self.rings)

    @property
    def successors(self) -> frozenset[bytes]:
        """The rings that a lift names as those that came in the place of others."""
        return frozenset(id for named in self.records if named.table == RING_TABLE for id in named.ids)


TOMBSTONE = register_kind(
    RecordKind(
        table=tombstone_table,
        payload_type=Tombstone,
        states=TombstoneState,
        events=TombstoneEvent,
        nouns=RecordNouns(
            in_sentence="the note that something was erased", one="an erasure", many="erasures"
        ),
        signature_purpose="sig/tombstone",
    )
)
