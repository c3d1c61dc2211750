"""Questionnaires that a practice added itself: the very bytes of each version, sealed.

A version is pinned: what was given once is shown and scored with it for good. A later version is offered
in its place; *no longer offer it* takes the newest away from what can be begun, and nothing else.
"""

import dataclasses
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit import plain_text
from clinic_toolkit.instruments import catalogue, loader
from clinic_toolkit.instruments.catalogue import UnknownInstrument
from clinic_toolkit.instruments.loader import DefinitionError
from clinic_toolkit.instruments.model import Instrument
from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.store.base import sealed_table
from clinic_toolkit.vault.vault import Vault

own_questionnaire_table = sealed_table("own_questionnaire")

STATE_OFFERED, STATE_RETIRED, STATE_SUPERSEDED = "offered", "retired", "superseded"
# More than any practice has; each is read at the first look after an unlock.
MAX_VERSIONS = 200


class OwnQuestionnaire(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """One version of one questionnaire: its name, its digest, its bytes, and when it was taken in."""

    instrument_id: str
    version: str
    title: str
    definition_digest: str
    definition: bytes
    added_at: datetime

    def __repr__(self) -> str:
        return "<OwnQuestionnaire>"


def check_addition(db: Connection, vault: Vault, instrument: Instrument, file_name: str) -> None:
    """Hold a questionnaire against what there is; nothing is kept.

    It was parsed before, in another process (`instruments/parser_protocol.py`): a definition that somebody
    sent is not parsed beside keys, nor while others wait for their turn to write.

    Raises:
        DefinitionError: it cannot be taken in; every reason with its place.
    """
    found = [
        *catalogue.conflicts_with_catalogue(instrument),
        *_conflicts_with_own(list_questionnaire_versions(db, vault), instrument),
    ]
    if found:
        raise DefinitionError(file_name, found)


def add_questionnaire(
    db: Connection, vault: Vault, instrument: Instrument, definition: bytes, file_name: str, *, now: datetime
) -> RecordVersion[OwnQuestionnaire]:
    """Take a definition into the practice: from now on this version is offered, and the one before is not.

    Args:
        instrument: what was made of the definition.
        definition: the bytes of its file; they are kept as one text, whichever editor saved them.

    Raises:
        DefinitionError: it cannot be taken in; nothing was kept of it.
        UnknownInstrument: it was made of other bytes.
    """
    definition = plain_text.normalize_text_bytes(definition)
    if not instrument.own or sha256(definition).hexdigest() != instrument.digest:
        raise UnknownInstrument
    check_addition(db, vault, instrument, file_name)
    body = OwnQuestionnaire(
        instrument_id=instrument.id,
        version=instrument.version,
        title=instrument.title,
        definition_digest=instrument.digest,
        definition=definition,
        added_at=now,
    )
    for before in list_questionnaire_versions(db, vault):
        if before.payload.instrument_id == instrument.id and before.state != STATE_SUPERSEDED:
            _set_state(db, vault, before, STATE_SUPERSEDED, "questionnaire.superseded", now=now)
    event = "questionnaire.taken_in"
    ring = vault.practice_ring
    kept = records.create_record(
        db,
        vault,
        own_questionnaire_table,
        body,
        ring=ring,
        state=STATE_OFFERED,
        event=event,
        now=now,
        final=True,
    )
    catalogue.register_own(instrument)
    return kept


def retire_questionnaire(
    db: Connection, vault: Vault, current: RecordVersion[OwnQuestionnaire], *, now: datetime
) -> RecordVersion[OwnQuestionnaire]:
    """No longer offer it. What was given stays, and is shown and scored as ever."""
    if current.state != STATE_OFFERED:
        return current
    return _set_state(db, vault, current, STATE_RETIRED, "questionnaire.retired", now=now)


def reoffer_questionnaire(
    db: Connection, vault: Vault, current: RecordVersion[OwnQuestionnaire], *, now: datetime
) -> RecordVersion[OwnQuestionnaire]:
    """Offer it again."""
    if current.state != STATE_RETIRED:
        return current
    return _set_state(db, vault, current, STATE_OFFERED, "questionnaire.offered", now=now)


def load_own_questionnaire(
    db: Connection, vault: Vault, questionnaire_id: UUID
) -> RecordVersion[OwnQuestionnaire]:
    """One version of one questionnaire.

    Raises:
        RecordNotFound: there is none.
    """
    return records.load_record(db, vault, own_questionnaire_table, questionnaire_id, OwnQuestionnaire)


def list_questionnaire_versions(db: Connection, vault: Vault) -> list[RecordVersion[OwnQuestionnaire]]:
    """Every version of every questionnaire of the practice, in the order in which they were taken in."""
    return records.list_all_records(db, vault, own_questionnaire_table, OwnQuestionnaire)


def find_by_digest(db: Connection, vault: Vault, digest: str) -> RecordVersion[OwnQuestionnaire] | None:
    """The version that was taken in with these very bytes, if there is one."""
    return next(
        (kept for kept in list_questionnaire_versions(db, vault) if kept.payload.definition_digest == digest),
        None,
    )


def list_newest_versions(db: Connection, vault: Vault) -> list[RecordVersion[OwnQuestionnaire]]:
    """The newest version of each, offered or not, by title."""
    found = {kept.payload.instrument_id: kept for kept in list_questionnaire_versions(db, vault)}
    return sorted(
        found.values(), key=lambda kept: (kept.payload.title.casefold(), kept.payload.instrument_id)
    )


def list_readable_instruments(db: Connection, vault: Vault) -> tuple[Instrument, ...]:
    """Every version of the practice's own questionnaires that can be read, by title, newest first."""
    found = []
    for kept in reversed(list_questionnaire_versions(db, vault)):
        with suppress(DefinitionError, UnknownInstrument):
            found.append(instrument_of_version(kept))
    return tuple(sorted(found, key=lambda one: (one.title.casefold(), one.id)))


def list_offered_instruments(db: Connection, vault: Vault) -> tuple[Instrument, ...]:
    """What can be begun: what comes with the program, and after it what the practice offers itself."""
    own = []
    for kept in list_newest_versions(db, vault):
        if kept.state == STATE_OFFERED:
            with suppress(DefinitionError, UnknownInstrument):
                own.append(instrument_of_version(kept))
    return (*catalogue.list_instruments(), *own)


def load_instrument(db: Connection, vault: Vault, instrument_id: str) -> Instrument:
    """The newest version of a questionnaire, ours or the practice's own, offered or not.

    Raises:
        UnknownInstrument: there is none of this name.
    """
    if any(instrument_id == shipped.id for shipped in catalogue.list_newest()):
        return catalogue.load_instrument(instrument_id)
    for kept in list_newest_versions(db, vault):
        if kept.payload.instrument_id == instrument_id:
            return instrument_of_version(kept)
    raise UnknownInstrument


def instrument_of_version(questionnaire: RecordVersion[OwnQuestionnaire]) -> Instrument:
    """The questionnaire of a definition, read at most once in a process.

    These bytes were parsed by a process without keys when they were taken in, and have been sealed since;
    they are held to the limits of `toml_limits` once more.

    Raises:
        DefinitionError: another version of the program took it in, and this one cannot read it.
        UnknownInstrument: its bytes are not those of its digest.
    """
    body = questionnaire.payload
    if not catalogue.is_known_digest(body.definition_digest):
        made = loader.parse_instrument(body.definition, body.instrument_id, own=True)
        if sha256(body.definition).hexdigest() == body.definition_digest:
            # Kept before line ends were made alike, it is known by its bytes as they came.
            made = dataclasses.replace(made, digest=body.definition_digest)
        catalogue.register_own(made)
    return catalogue.load_instrument(body.instrument_id, digest=body.definition_digest)


def preload_definitions(db: Connection, vault: Vault, digests: Iterable[str]) -> None:
    """Have these definitions in memory, for whoever shows what was given with them.

    One that is hurt is left out, and named in `vault.hurt` as any record is: what was given with it then
    says so by itself, and is in nobody's way.
    """
    wanted = {digest for digest in digests if not catalogue.is_known_digest(digest)}
    for kept in list_questionnaire_versions(db, vault) if wanted else ():
        if kept.payload.definition_digest in wanted:
            with suppress(DefinitionError, UnknownInstrument):
                instrument_of_version(kept)


def _set_state(
    db: Connection,
    vault: Vault,
    current: RecordVersion[OwnQuestionnaire],
    state: str,
    event: str,
    *,
    now: datetime,
) -> RecordVersion[OwnQuestionnaire]:
    return records.append_version(
        db, vault, own_questionnaire_table, current, current.payload, state=state, event=event, now=now
    )


def _conflicts_with_own(versions: list[RecordVersion[OwnQuestionnaire]], instrument: Instrument) -> list[str]:
    """What stands against it among the practice's own: another text under one version, or an older one."""
    if len(versions) >= MAX_VERSIONS:
        return [f"You already have {MAX_VERSIONS} questionnaires of your own, and no more can be added."]
    earlier = [each for each in versions if each.payload.instrument_id == instrument.id]
    for each in earlier:
        if each.payload.definition_digest == instrument.digest:
            return ["version: this file was added already"]
        if each.payload.version == instrument.version:
            return [
                f"version: “{instrument.version}” was added with other words; if a word changes, give it "
                "a new version"
            ]
    if earlier and catalogue.version_sort_key(instrument.version) <= catalogue.version_sort_key(
        earlier[-1].payload.version
    ):
        before = earlier[-1].payload.version
        return [f"version: must be higher than “{before}”, which was added before"]
    return []
