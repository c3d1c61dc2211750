"""What is stored about a colleague whose public key was compared in person.

The content is `vault/confirmed_keys.py`: the vault reads it before it knows the audit log.
"""

from enum import StrEnum

from clinic_toolkit.journal.record_kind import RecordKind, RecordNouns, register_kind
from clinic_toolkit.vault.confirmed_keys import (
    KNOWN_KEY_SCHEMA_VERSION,
    KnownKey,
    known_key_table,
)


class ConfirmedColleagueState(StrEnum):
    """The state of a confirmed colleague."""

    CONFIRMED = "confirmed"


class ConfirmedColleagueEvent(StrEnum):
    """What the audit log says was done about the key of a colleague."""

    CONFIRMED = "contact.confirmed"


KNOWN_KEY = register_kind(
    RecordKind(
        table=known_key_table,
        payload_type=KnownKey,
        states=ConfirmedColleagueState,
        events=ConfirmedColleagueEvent,
        schema_version=KNOWN_KEY_SCHEMA_VERSION,
        nouns=RecordNouns(in_sentence="the confirmed key of a colleague", one="a contact", many="contacts"),
    )
)
