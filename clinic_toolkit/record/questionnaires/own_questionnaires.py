"""Questionnaires that a practice added itself: the exact bytes of each version, sealed.

What was given with a version is always shown and scored with that version. A later version is offered in
its place. Retiring a questionnaire only means that it can no longer be started.
"""

import dataclasses
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy import Connection

from clinic_toolkit import plain_text
from clinic_toolkit.instruments import catalogue, loader
from clinic_toolkit.instruments.catalogue import UnknownInstrument
from clinic_toolkit.instruments.loader import DefinitionError
from clinic_toolkit.instruments.model import Instrument
from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.questionnaires.own_questionnaire_record import (
    OWN_QUESTIONNAIRE,
    OwnQuestionnaire,
    OwnQuestionnaireEvent,
    OwnQuestionnaireState,
)
from clinic_toolkit.vault.vault import Vault

# More than any practice needs; all of them are opened when the list is first read after an unlock.
MAX_VERSIONS = 200


def check_addition(db: Connection, vault: Vault, instrument: Instrument, file_name: str) -> None:
    """Check whether a questionnaire can be added; nothing is saved.

    The definition was already parsed in another process (`instruments/parser_protocol.py`): a file from
    outside is never parsed in a process with keys, nor while the write lock is held.

    Raises:
        DefinitionError: it cannot be added; lists every reason with its place.
    """
    problems = [
        *catalogue.conflicts_with_catalogue(instrument),
        *_conflicts_with_own(list_questionnaire_versions(db, vault), instrument),
    ]
    if problems:
        raise DefinitionError(file_name, problems)


def add_questionnaire(
    db: Connection, vault: Vault, instrument: Instrument, definition: bytes, file_name: str, *, now: datetime
) -> RecordVersion[OwnQuestionnaire]:
    """Add a version of a questionnaire; from now on it is offered instead of the version before.

    Args:
        instrument: the parsed definition.
        definition: the bytes of its file; line ends are normalised before they are stored.

    Raises:
        DefinitionError: it cannot be added; nothing was saved.
        UnknownInstrument: `instrument` was not parsed from `definition`.
    """
    definition = plain_text.normalize_text_bytes(definition)
    if not instrument.own or sha256(definition).hexdigest() != instrument.digest:
        raise UnknownInstrument
    check_addition(db, vault, instrument, file_name)
    payload = OwnQuestionnaire(
        instrument_id=instrument.id,
        version=instrument.version,
        title=instrument.title,
        definition_digest=instrument.digest,
        definition=definition,
        added_at=now,
    )
    for earlier in list_questionnaire_versions(db, vault):
        if (
            earlier.payload.instrument_id == instrument.id
            and earlier.state != OwnQuestionnaireState.SUPERSEDED
        ):
            _set_state(
                db,
                vault,
                earlier,
                OwnQuestionnaireState.SUPERSEDED,
                OwnQuestionnaireEvent.SUPERSEDED,
                now=now,
            )
    ring = vault.practice_ring
    added = records.create_record(
        db,
        vault,
        OWN_QUESTIONNAIRE,
        payload,
        ring=ring,
        state=OwnQuestionnaireState.OFFERED,
        event=OwnQuestionnaireEvent.ADDED,
        now=now,
        final=True,
    )
    catalogue.register_own(instrument)
    return added


def retire_questionnaire(
    db: Connection, vault: Vault, current: RecordVersion[OwnQuestionnaire], *, now: datetime
) -> RecordVersion[OwnQuestionnaire]:
    """Stop offering a questionnaire; what was given with it is still shown and scored."""
    if current.state != OwnQuestionnaireState.OFFERED:
        return current
    return _set_state(
        db, vault, current, OwnQuestionnaireState.RETIRED, OwnQuestionnaireEvent.RETIRED, now=now
    )


def reoffer_questionnaire(
    db: Connection, vault: Vault, current: RecordVersion[OwnQuestionnaire], *, now: datetime
) -> RecordVersion[OwnQuestionnaire]:
    """Offer a retired questionnaire again."""
    if current.state != OwnQuestionnaireState.RETIRED:
        return current
    return _set_state(
        db, vault, current, OwnQuestionnaireState.OFFERED, OwnQuestionnaireEvent.OFFERED, now=now
    )


def load_own_questionnaire(
    db: Connection, vault: Vault, questionnaire_id: UUID
) -> RecordVersion[OwnQuestionnaire]:
    """Load one version of one questionnaire.

    Raises:
        RecordNotFound: there is none.
    """
    return records.load_record(db, vault, OWN_QUESTIONNAIRE, questionnaire_id)


def list_questionnaire_versions(db: Connection, vault: Vault) -> list[RecordVersion[OwnQuestionnaire]]:
    """Return every version of every questionnaire of the practice, in the order they were added."""
    return records.list_all_records(db, vault, OWN_QUESTIONNAIRE)


def find_by_digest(db: Connection, vault: Vault, digest: str) -> RecordVersion[OwnQuestionnaire] | None:
    """Return the version whose definition has this digest; None if there is none."""
    return next(
        (
            version
            for version in list_questionnaire_versions(db, vault)
            if version.payload.definition_digest == digest
        ),
        None,
    )


def list_newest_versions(db: Connection, vault: Vault) -> list[RecordVersion[OwnQuestionnaire]]:
    """Return the newest version of each questionnaire, offered or not, by title."""
    newest_by_id = {
        version.payload.instrument_id: version for version in list_questionnaire_versions(db, vault)
    }
    return sorted(
        newest_by_id.values(), key=lambda own: (own.payload.title.casefold(), own.payload.instrument_id)
    )


def list_readable_instruments(db: Connection, vault: Vault) -> tuple[Instrument, ...]:
    """Return every readable version of the practice's own questionnaires, by title, newest first."""
    instruments = []
    for version in reversed(list_questionnaire_versions(db, vault)):
        with suppress(DefinitionError, UnknownInstrument):
            instruments.append(instrument_of_version(version))
    return tuple(sorted(instruments, key=lambda one: (one.title.casefold(), one.id)))


def list_offered_instruments(db: Connection, vault: Vault) -> tuple[Instrument, ...]:
    """Return what can be started: the program's questionnaires, then those that the practice offers."""
    own_instruments = []
    for version in list_newest_versions(db, vault):
        if version.state == OwnQuestionnaireState.OFFERED:
            with suppress(DefinitionError, UnknownInstrument):
                own_instruments.append(instrument_of_version(version))
    return (*catalogue.list_instruments(), *own_instruments)


def load_instrument(db: Connection, vault: Vault, instrument_id: str) -> Instrument:
    """Return the newest version of a questionnaire, the program's or the practice's own, offered or not.

    Raises:
        UnknownInstrument: there is none with this id.
    """
    if any(instrument_id == shipped.id for shipped in catalogue.list_newest()):
        return catalogue.load_instrument(instrument_id)
    for version in list_newest_versions(db, vault):
        if version.payload.instrument_id == instrument_id:
            return instrument_of_version(version)
    raise UnknownInstrument


def instrument_of_version(questionnaire: RecordVersion[OwnQuestionnaire]) -> Instrument:
    """Return the questionnaire of a stored definition, parsed at most once in a process.

    Parsing here is safe: a process without keys parsed these bytes when they were added, and they have been
    sealed since. The limits of `toml_limits` apply again all the same.

    Raises:
        DefinitionError: another version of the program added it, and this one cannot parse it.
        UnknownInstrument: its bytes do not match its digest.
    """
    payload = questionnaire.payload
    if not catalogue.is_known_digest(payload.definition_digest):
        instrument = loader.parse_instrument(payload.definition, payload.instrument_id, own=True)
        if sha256(payload.definition).hexdigest() == payload.definition_digest:
            # It was stored before line ends were normalised, so its digest is that of the original bytes.
            instrument = dataclasses.replace(instrument, digest=payload.definition_digest)
        catalogue.register_own(instrument)
    return catalogue.load_instrument(payload.instrument_id, digest=payload.definition_digest)


def preload_definitions(db: Connection, vault: Vault, digests: Iterable[str]) -> None:
    """Register these definitions in the catalogue, so that what was given with them can be shown.

    An unreadable one is left out and listed in `vault.integrity_failures`; showing what was given with it
    then raises `DefinitionUnreadable`.
    """
    missing_digests = {digest for digest in digests if not catalogue.is_known_digest(digest)}
    for version in list_questionnaire_versions(db, vault) if missing_digests else ():
        if version.payload.definition_digest in missing_digests:
            with suppress(DefinitionError, UnknownInstrument):
                instrument_of_version(version)


def _set_state(
    db: Connection,
    vault: Vault,
    current: RecordVersion[OwnQuestionnaire],
    state: OwnQuestionnaireState,
    event: OwnQuestionnaireEvent,
    *,
    now: datetime,
) -> RecordVersion[OwnQuestionnaire]:
    return records.append_version(
        db, vault, OWN_QUESTIONNAIRE, current, current.payload, state=state, event=event, now=now
    )


def _conflicts_with_own(versions: list[RecordVersion[OwnQuestionnaire]], instrument: Instrument) -> list[str]:
    """Return why this version conflicts with the practice's own: same version, lower version, or too many."""
    if len(versions) >= MAX_VERSIONS:
        return [f"You already have {MAX_VERSIONS} questionnaires of your own, and no more can be added."]
    earlier = [version for version in versions if version.payload.instrument_id == instrument.id]
    for version in earlier:
        if version.payload.definition_digest == instrument.digest:
            return ["version: this file was added already"]
        if version.payload.version == instrument.version:
            return [
                f"version: “{instrument.version}” was added with other words; if a word changes, give it "
                "a new version"
            ]
    if earlier and catalogue.version_sort_key(instrument.version) <= catalogue.version_sort_key(
        earlier[-1].payload.version
    ):
        previous = earlier[-1].payload.version
        return [f"version: must be higher than “{previous}”, which was added before"]
    return []
