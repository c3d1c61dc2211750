"""What is stored about a client's request to have the record amended, or to have access to it."""

from datetime import date
from enum import StrEnum
from uuid import UUID

import msgspec

from clinic_toolkit.journal.record_kind import RecordKind, RecordNouns, register_kind
from clinic_toolkit.store.base import sealed_table

client_request_table = sealed_table("client_request")


class RequestKind(StrEnum):
    """What the client asks for."""

    AMEND = "amend"
    ACCESS = "access"


REQUEST_LABELS = {
    RequestKind.AMEND: "To have something in the record put right",
    RequestKind.ACCESS: "To see the record, or have a copy",
}


class RequestState(StrEnum):
    """Whether it is answered."""

    OPEN = "open"
    ANSWERED = "answered"


class RequestEvent(StrEnum):
    """What the audit log says of a request."""

    RECEIVED = "request.received"
    EXTENDED = "request.extended"
    ANSWERED = "request.answered"
    DISAGREED = "request.disagreed"


class Decision(StrEnum):
    """What was answered."""

    NONE = ""
    ACCEPTED = "accepted"
    PARTLY = "partly"
    DENIED = "denied"


DECISION_LABELS = {
    Decision.ACCEPTED: "Accepted",
    Decision.PARTLY: "Accepted in part",
    Decision.DENIED: "Denied",
}


class ClientRequest(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """One request, its clock, its answer, and what the client says to that.

    `note` is the id of the signed note that is to be amended; empty if it is about something else. `basis`
    is the law that the period was proposed from, as it was shown.
    """

    client: bytes
    kind: RequestKind
    received_on: date
    words: str
    due_on: date
    how: str = ""
    basis: str = ""
    note: bytes = b""
    extended_on: date | None = None
    extension_reason: str = ""
    answered_on: date | None = None
    decision: Decision = Decision.NONE
    answer: str = ""
    disagreement: str = ""
    disagreed_on: date | None = None
    rebuttal: str = ""

    @property
    def client_id(self) -> UUID:
        """The client who asks."""
        return UUID(bytes=self.client)

    @property
    def note_id(self) -> UUID | None:
        """The note that is to be amended, if it is about one."""
        return UUID(bytes=self.note) if self.note else None

    @property
    def label(self) -> str:
        """What is asked for, in words."""
        return REQUEST_LABELS[self.kind]

    @property
    def decision_label(self) -> str:
        """The answer in words; "" before there is one."""
        return DECISION_LABELS.get(self.decision, "")

    def __repr__(self) -> str:
        return "<ClientRequest>"


CLIENT_REQUEST = register_kind(
    RecordKind(
        table=client_request_table,
        payload_type=ClientRequest,
        states=RequestState,
        events=RequestEvent,
        nouns=RecordNouns(in_sentence="a client’s request", one="a request", many="requests"),
    )
)
