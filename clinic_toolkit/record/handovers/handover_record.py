"""What is stored about a hand-over: the clinician's record of it, sealed in the client's ring."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from clinic_toolkit.journal.record_kind import RecordKind, RecordNouns, register_kind
from clinic_toolkit.record.handovers.answer_log import HandoverRow, HandoverTrouble
from clinic_toolkit.store.base import sealed_table

# The clinician's record of a hand-over, sealed in the client's ring; see `clinician_side`.
handover_table = sealed_table("handover")


class HandoverState(StrEnum):
    """The state of a hand-over."""

    OUT = "out"
    RETURNED = "returned"
    PROPOSED = "proposed"
    CLOSED = "closed"


class HandoverEvent(StrEnum):
    """What the audit log says was done to a hand-over."""

    BEGUN = "handover.begun"
    MERGED = "handover.merged"
    PROPOSED = "handover.proposed"
    ACCEPTED = "handover.accepted"
    SET_ASIDE = "handover.set_aside"
    CLOSED = "handover.closed"


class ProposalDecision(StrEnum):
    """What the clinician decided about answers that were only proposed."""

    NONE = ""
    ACCEPT = "accept"
    SET_ASIDE = "aside"


class Handover(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """One hand-over: its form, its key while the form is out, and what came back.

    `handed_version` is the administration's version at the hand-over, `after_entry` the last audit entry
    before it.
    """

    administration: bytes
    client: bytes
    handed_version: int
    after_entry: int
    begun_at: datetime
    handover_key: bytes = b""
    rows: tuple[HandoverRow, ...] = ()
    troubles: tuple[HandoverTrouble, ...] = ()
    was_finished: bool = False
    was_given_back: bool = False
    decision: ProposalDecision = ProposalDecision.NONE

    def __repr__(self) -> str:
        return "<Handover>"

    @property
    def administration_id(self) -> UUID:
        """The administration that was handed over."""
        return UUID(bytes=self.administration)

    @property
    def client_id(self) -> UUID:
        """The client who answers."""
        return UUID(bytes=self.client)


HANDOVER = register_kind(
    RecordKind(
        table=handover_table,
        payload_type=Handover,
        states=HandoverState,
        events=HandoverEvent,
        nouns=RecordNouns(
            in_sentence="a form that was handed to a client", one="a hand-over", many="hand-overs"
        ),
    )
)
