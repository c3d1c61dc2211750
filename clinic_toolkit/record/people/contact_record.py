"""What is stored about a contact: whose public key was compared in person.

The content is `vault/contact_keys.py`: the vault reads it before it knows the audit log.
"""

from enum import StrEnum

from clinic_toolkit.journal.record_kind import RecordKind, RecordNouns, register_kind
from clinic_toolkit.vault.contact_keys import CONTACT_SCHEMA_VERSION, Contact, contact_table


class ContactState(StrEnum):
    """The state of a contact."""

    CONFIRMED = "confirmed"


class ContactEvent(StrEnum):
    """What the audit log says was done about a contact."""

    CONFIRMED = "contact.confirmed"


CONTACT = register_kind(
    RecordKind(
        table=contact_table,
        payload_type=Contact,
        states=ContactState,
        events=ContactEvent,
        schema_version=CONTACT_SCHEMA_VERSION,
        nouns=RecordNouns(in_sentence="the confirmed key of a colleague", one="a contact", many="contacts"),
    )
)
