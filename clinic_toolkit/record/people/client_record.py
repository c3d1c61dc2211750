"""What is stored about a client: who they are and how they may be reached."""

from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

from clinic_toolkit.journal.record_kind import RecordKind, RecordNouns, register_kind
from clinic_toolkit.names.initials import propose_initials
from clinic_toolkit.store.base import sealed_table
from clinic_toolkit.vault.rings import RingClass
from clinic_toolkit.vault.vault import Vault

client_table = sealed_table("client")


UNREADABLE_NAME = "(details cannot be read)"


class ClientState(StrEnum):
    """The state of a client."""

    ACTIVE = "active"
    ARCHIVED = "archived"
    JOINED = "joined"
    # To be erased once the undo time is over; left out of lists.
    LEAVING = "leaving"


# Shown under another entry, or not at all.
UNLISTED_STATES = frozenset((ClientState.JOINED, ClientState.LEAVING))


class ClientEvent(StrEnum):
    """What the audit log says was done to a client."""

    ADDED = "client.added"
    REVISED = "client.revised"
    ARCHIVED = "client.archived"
    RESTORED = "client.restored"
    JOINED = "client.joined"
    SEPARATED = "client.taken_apart"
    LEAVING = "client.leaving"
    BROUGHT_BACK = "client.brought_back"


class LeaveMessage(StrEnum):
    """Whether a message may be left for the client."""

    ASK = "ask"
    YES = "yes"
    NO = "no"


LEAVE_MESSAGE_LABELS = {
    LeaveMessage.ASK: "Not asked yet",
    LeaveMessage.YES: "Yes",
    LeaveMessage.NO: "No",
}


class MayContact(StrEnum):
    """Whether the client agrees that this person is spoken or written to."""

    ASK = "ask"
    YES = "yes"
    NO = "no"


MAY_CONTACT_LABELS = {
    MayContact.ASK: "Not asked yet",
    MayContact.YES: "Yes",
    MayContact.NO: "No",
}


class Carer(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """The GP or somebody else who cares for a client: who it is, their role, and how to reach them."""

    who: str
    role: str = ""
    phone: str = ""
    may_contact: MayContact = MayContact.ASK


class Client(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """Who a client is and how they may be reached.

    Stored as an array in this order: a new field stands last (`CONTRIBUTING.md`, *Changing what is stored*).
    `code` is a code or initials, shown wherever the name is not; "" to use proposed initials. `joined_to_id`
    is the other entry of the same person under which this one is shown. `earlier_record` is what a file of
    another program said beside these details.

    `preferred_name` is what the client is called where they may read along; "" is the name. `time_zone` is
    the IANA name of the zone the client lives in, such as "Europe/Lisbon"; "" is that of the practice.
    `language` and `pronouns` are in the client's words. `carers` are the GP and others who care for them.
    """

    name: str
    birth_date: date | None = None
    phone: str = ""
    email: str = ""
    address: str = ""
    reach_note: str = ""
    leave_message: LeaveMessage = LeaveMessage.ASK
    emergency_name: str = ""
    emergency_phone: str = ""
    emergency_relation: str = ""
    code: str = ""
    joined_to_id: bytes | None = None
    earlier_record: str = ""
    preferred_name: str = ""
    pronouns: str = ""
    language: str = ""
    time_zone: str = ""
    referrer: str = ""
    carers: tuple[Carer, ...] = ()

    @property
    def called(self) -> str:
        """What the client is called where they may read along: the preferred name, or else the name."""
        return self.preferred_name or self.name

    @property
    def initials(self) -> str:
        """The code, or else initials proposed from the name; others may read a list left open on a desk."""
        if self.name == UNREADABLE_NAME:
            return self.name
        return self.code or propose_initials(self.name)


def _fallback_client(vault: Vault, ring: UUID) -> Client:
    # Sessions and notes are reached through their client, so one with unreadable details stays in the list.
    return Client(name=UNREADABLE_NAME)


def record_ring(vault: Vault, client_id: UUID) -> UUID:
    """Return the ring of a client's record: of everything but the client's own details."""
    return vault.rings.get_ring(client_id, RingClass.RECORD)


def _add_what_was_not_asked(content: list[Any]) -> list[Any]:
    return [*content, "", "", "", "", "", "", []]


CLIENT = register_kind(
    RecordKind(
        table=client_table,
        payload_type=Client,
        states=ClientState,
        events=ClientEvent,
        nouns=RecordNouns(in_sentence="a client’s details", one="a client", many="clients"),
        schema_version=2,
        upcasts={1: _add_what_was_not_asked},
        fallback=_fallback_client,
    )
)
