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
from clinic_toolkit.record import rows
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.store.base import sealed_table
from clinic_toolkit.vault.vault import Vault

own_questionnaire = sealed_table("own_questionnaire")

OFFERED, RETIRED, SUPERSEDED = "offered", "retired", "superseded"
# More than any practice has; each is read at the first look after an unlock.
MOST = 200


class OwnQuestionnaire(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """One version of one questionnaire: its name, its digest, its bytes, and when it was taken in."""

    instrument: str
    version: str
    title: str
    digest: str
    definition: bytes
    added: datetime

    def __repr__(self) -> str:
        return "<OwnQuestionnaire>"


def check(db: Connection, vault: Vault, instrument: Instrument, file: str) -> None:
    """Hold a questionnaire against what there is; nothing is kept.

    It was parsed before, in another process (`instruments/parsing.py`): a definition that somebody sent is
    not parsed beside keys, nor while others wait for their turn to write.

    Raises:
        DefinitionError: it cannot be taken in; every reason with its place.
    """
    found = [*catalogue.against_the_shelf(instrument), *_against(everything(db, vault), instrument)]
    if found:
        raise DefinitionError(file, found)


def take_in(
    db: Connection, vault: Vault, instrument: Instrument, definition: bytes, file: str, *, now: datetime
) -> Kept[OwnQuestionnaire]:
    """Take a definition into the practice: from now on this version is offered, and the one before is not.

    Args:
        instrument: what was made of the definition.
        definition: the bytes of its file; they are kept as one text, whichever editor saved them.

    Raises:
        DefinitionError: it cannot be taken in; nothing was kept of it.
        UnknownInstrument: it was made of other bytes.
    """
    definition = plain_text.normal(definition)
    if not instrument.own or sha256(definition).hexdigest() != instrument.digest:
        raise UnknownInstrument
    check(db, vault, instrument, file)
    body = OwnQuestionnaire(
        instrument=instrument.id,
        version=instrument.version,
        title=instrument.title,
        digest=instrument.digest,
        definition=definition,
        added=now,
    )
    for before in everything(db, vault):
        if before.body.instrument == instrument.id and before.state != SUPERSEDED:
            _change(db, vault, before, SUPERSEDED, "questionnaire.superseded", now=now)
    event = "questionnaire.taken_in"
    ring = vault.practice_ring
    kept = rows.begin(
        db, vault, own_questionnaire, body, ring=ring, state=OFFERED, event=event, now=now, final=True
    )
    catalogue.remember(instrument)
    return kept


def retire(
    db: Connection, vault: Vault, seen: Kept[OwnQuestionnaire], *, now: datetime
) -> Kept[OwnQuestionnaire]:
    """No longer offer it. What was given stays, and is shown and scored as ever."""
    if seen.state != OFFERED:
        return seen
    return _change(db, vault, seen, RETIRED, "questionnaire.retired", now=now)


def offer_again(
    db: Connection, vault: Vault, seen: Kept[OwnQuestionnaire], *, now: datetime
) -> Kept[OwnQuestionnaire]:
    """Offer it again."""
    if seen.state != RETIRED:
        return seen
    return _change(db, vault, seen, OFFERED, "questionnaire.offered", now=now)


def get(db: Connection, vault: Vault, id: UUID) -> Kept[OwnQuestionnaire]:
    """One version of one questionnaire.

    Raises:
        rows.NotThere: there is none.
    """
    return rows.latest(db, vault, own_questionnaire, id, OwnQuestionnaire)


def everything(db: Connection, vault: Vault) -> list[Kept[OwnQuestionnaire]]:
    """Every version of every questionnaire of the practice, in the order in which they were taken in."""
    return rows.everywhere(db, vault, own_questionnaire, OwnQuestionnaire)


def with_digest(db: Connection, vault: Vault, digest: str) -> Kept[OwnQuestionnaire] | None:
    """The version that was taken in with these very bytes, if there is one."""
    return next((kept for kept in everything(db, vault) if kept.body.digest == digest), None)


def newest(db: Connection, vault: Vault) -> list[Kept[OwnQuestionnaire]]:
    """The newest version of each, offered or not, by title."""
    found = {kept.body.instrument: kept for kept in everything(db, vault)}
    return sorted(found.values(), key=lambda kept: (kept.body.title.casefold(), kept.body.instrument))


def every_version(db: Connection, vault: Vault) -> tuple[Instrument, ...]:
    """Every version of the practice's own questionnaires that can be read, by title, newest first."""
    found = []
    for kept in reversed(everything(db, vault)):
        with suppress(DefinitionError, UnknownInstrument):
            found.append(instrument_from(kept))
    return tuple(sorted(found, key=lambda one: (one.title.casefold(), one.id)))


def on_offer(db: Connection, vault: Vault) -> tuple[Instrument, ...]:
    """What can be begun: what comes with the program, and after it what the practice offers itself."""
    own = []
    for kept in newest(db, vault):
        if kept.state == OFFERED:
            with suppress(DefinitionError, UnknownInstrument):
                own.append(instrument_from(kept))
    return (*catalogue.instruments(), *own)


def named(db: Connection, vault: Vault, name: str) -> Instrument:
    """The newest version of a questionnaire, ours or the practice's own, offered or not.

    Raises:
        UnknownInstrument: there is none of this name.
    """
    if any(name == shipped.id for shipped in catalogue.everything()):
        return catalogue.instrument(name)
    for kept in newest(db, vault):
        if kept.body.instrument == name:
            return instrument_from(kept)
    raise UnknownInstrument


def instrument_from(kept: Kept[OwnQuestionnaire]) -> Instrument:
    """The questionnaire of a definition, read at most once in a process.

    These bytes were parsed by a process without keys when they were taken in, and have been sealed since;
    they are held to the limits of `toml_limits` once more.

    Raises:
        DefinitionError: another version of the program took it in, and this one cannot read it.
        UnknownInstrument: its bytes are not those of its digest.
    """
    body = kept.body
    if not catalogue.knows(body.digest):
        made = loader.parse_instrument(body.definition, body.instrument, own=True)
        if sha256(body.definition).hexdigest() == body.digest:
            # Kept before line ends were made alike, it is known by its bytes as they came.
            made = dataclasses.replace(made, digest=body.digest)
        catalogue.remember(made)
    return catalogue.instrument(body.instrument, digest=body.digest)


def recall(db: Connection, vault: Vault, digests: Iterable[str]) -> None:
    """Have these definitions in memory, for whoever shows what was given with them.

    One that is hurt is left out, and named in `vault.hurt` as any record is: what was given with it then
    says so by itself, and is in nobody's way.
    """
    wanted = {digest for digest in digests if not catalogue.knows(digest)}
    for kept in everything(db, vault) if wanted else ():
        if kept.body.digest in wanted:
            with suppress(DefinitionError, UnknownInstrument):
                instrument_from(kept)


def _change(
    db: Connection, vault: Vault, seen: Kept[OwnQuestionnaire], state: str, event: str, *, now: datetime
) -> Kept[OwnQuestionnaire]:
    return rows.append(db, vault, own_questionnaire, seen, seen.body, state=state, event=event, now=now)


def _against(kept: list[Kept[OwnQuestionnaire]], instrument: Instrument) -> list[str]:
    """What stands against it among the practice's own: another text under one version, or an older one."""
    if len(kept) >= MOST:
        return [f"You already have {MOST} questionnaires of your own, and no more can be added."]
    earlier = [each for each in kept if each.body.instrument == instrument.id]
    for each in earlier:
        if each.body.digest == instrument.digest:
            return ["version: this file was added already"]
        if each.body.version == instrument.version:
            return [
                f"version: “{instrument.version}” was added with other words; if a word changes, give it "
                "a new version"
            ]
    if earlier and catalogue.age(instrument.version) <= catalogue.age(earlier[-1].body.version):
        before = earlier[-1].body.version
        return [f"version: must be higher than “{before}”, which was added before"]
    return []
