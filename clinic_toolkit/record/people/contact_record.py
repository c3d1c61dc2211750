"""What is stored about a contact: whose public key was compared in person."""

from enum import StrEnum
from uuid import UUID

import msgspec

from clinic_toolkit.journal.directory_findings import CONTACT_TABLE
from clinic_toolkit.journal.record_kind import RecordKind, RecordNouns, register_kind
from clinic_toolkit.store.base import sealed_table

contact_table = sealed_table(CONTACT_TABLE)


class ContactState(StrEnum):
    """The state of a contact."""

    CONFIRMED = "confirmed"


class ContactEvent(StrEnum):
    """What the audit log says was done about a contact."""

    CONFIRMED = "contact.confirmed"


class Contact(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """A colleague, and the fingerprint of the key whose six words were compared in person."""

    user: bytes
    fingerprint: bytes

    @property
    def user_id(self) -> UUID:
        """The user id of the colleague."""
        return UUID(bytes=self.user)


CONTACT = register_kind(
    RecordKind(
        table=contact_table,
        payload_type=Contact,
        states=ContactState,
        events=ContactEvent,
        nouns=RecordNouns(in_sentence="the confirmed key of a colleague", one="a contact", many="contacts"),
    )
)
