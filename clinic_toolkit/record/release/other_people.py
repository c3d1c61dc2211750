"""Words in the texts of a release that may be other people, so that whoever reads them looks twice.

It is a help for reading, and no proof: whom a text is about is known to its reader alone.
"""

import unicodedata
from collections.abc import Iterable
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.names.name_hiding import find_whole_words, split_name
from clinic_toolkit.record.people import clients, relationships
from clinic_toolkit.record.people.client_record import UNREADABLE_NAME, Client
from clinic_toolkit.record.values.release_values import ReleaseEntry
from clinic_toolkit.vault.vault import Vault

_SHOWN = 5  # of the words of one text


def mark_names(
    db: Connection, vault: Vault, client_id: UUID, entries: Iterable[ReleaseEntry]
) -> tuple[ReleaseEntry, ...]:
    """Return these entries with the words of each text that name another client or a person of this one."""
    own_ids = set(clients.list_joined_client_ids(db, vault, client_id))
    own_parts = {
        part.casefold() for id in own_ids for part in _words_of(clients.load_client(db, vault, id).payload)
    }
    others = [
        part
        for other in clients.list_clients_by_creation(db, vault)
        if other.id not in own_ids and other.payload.name != UNREADABLE_NAME
        for part in _words_of(other.payload)
    ]
    people = [each.payload.word for each in relationships.list_relationships(db, vault, client_id)]
    wanted = [word for word in dict.fromkeys((*others, *people)) if word.casefold() not in own_parts]
    return tuple(
        msgspec.structs.replace(
            entry,
            texts=tuple(
                msgspec.structs.replace(text, names=_find_names(text.text, wanted)) for text in entry.texts
            ),
        )
        for entry in entries
    )


def _words_of(client: Client) -> tuple[str, ...]:
    """The words of a client's name, and of what the client is called."""
    return (*split_name(client.name), *split_name(client.preferred_name))


def _find_names(text: str, wanted: Iterable[str]) -> tuple[str, ...]:
    composed = unicodedata.normalize("NFC", text)
    found = dict.fromkeys(composed[start:end] for start, end in find_whole_words(composed, wanted))
    return tuple(found)[:_SHOWN]
