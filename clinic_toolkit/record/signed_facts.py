"""What a note is signed with: the facts of its hour as they stand, or as a page showed them."""

from contextlib import suppress
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.instruments.standing import status_line
from clinic_toolkit.record import (
    administrations,
    clients,
    hours,
    hurt,
    notes,
    practice,
    results,
    rows,
    sessions,
)
from clinic_toolkit.record.clients import Client
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.record.note_facts import NoteFacts, Versions
from clinic_toolkit.record.notes import ClinicalNote
from clinic_toolkit.record.practice import Practice
from clinic_toolkit.record.sessions import TherapySession
from clinic_toolkit.record.summaries import STATUS_LINE
from clinic_toolkit.vault.vault import Vault


def facts_of(
    db: Connection, vault: Vault, hour: Kept[TherapySession], draft: Kept[ClinicalNote]
) -> NoteFacts:
    """The facts that stand beside this draft now: they are shown before it is signed, and signed with it."""
    given = results.of_hour(db, vault, hour)
    found = _facts(
        hour,
        hours.people(db, vault, hour),
        practice.read(db, vault),
        status_lines(db, vault, draft.body),
    )
    forms = tuple((kept.id.bytes, kept.version) for kept in given)
    return msgspec.structs.replace(found, versions=msgspec.structs.replace(found.versions, forms=forms))


def facts_as_seen(
    db: Connection, vault: Vault, hour: Kept[TherapySession], draft: Kept[ClinicalNote], sent: str
) -> NoteFacts | None:
    """The facts as a page showed them, told from the versions that it sends; None if there were no such."""
    seen, now = Versions.read(sent), hours.people(db, vault, hour)
    if seen is None or len(seen.people) != len(now):
        return None
    as_seen = _version(rows.versions(db, vault, sessions.therapy_session, hour.id, TherapySession), seen.hour)
    settings = _version(rows.versions(db, vault, practice.practice, vault.vault_id, Practice), seen.practice)
    people = [
        _version(rows.versions(db, vault, clients.client, kept.id, Client), version)
        for kept, version in zip(now, seen.people, strict=True)
    ]
    known = [kept for kept in people if kept is not None]
    if as_seen is None or settings is None or len(known) < len(people):
        return None
    return _facts(as_seen, known, settings, status_lines(db, vault, draft.body))


def _version(found: list[Kept[rows.B]], version: int) -> Kept[rows.B] | None:
    return next((kept for kept in found if kept.version == version), None)


def _facts(
    hour: Kept[TherapySession], people: list[Kept[Client]], settings: Kept[Practice], lines: tuple[str, ...]
) -> NoteFacts:
    words = hours.in_words(hour, {kept.id: kept.body.name for kept in people})
    head = practice.letterhead(settings.body)
    return NoteFacts(
        people=tuple(kept.body.name for kept in people),
        kind=words.kind,
        on=words.on,
        start=words.start,
        end=words.end,
        open=hour.state == "open",
        place=words.place,
        attendance=words.attendance,
        present=words.present,
        practice=head.practice,
        clinician=head.clinician,
        paper=head.paper,
        demo=head.demo,
        status_lines=lines,
        versions=Versions(
            hour=hour.version, practice=settings.version, people=tuple(kept.version for kept in people)
        ),
    )


def status_lines(db: Connection, vault: Vault, body: ClinicalNote) -> tuple[str, ...]:
    """What is known of the questionnaires that the note quotes; each line once."""
    if not body.quotes_questionnaire:
        return ()
    lines = []
    for part in body.kept_parts:
        if part.source.startswith("questionnaire") and part.origin:
            # What a client said is a part too: its origin is the id and the place of the question.
            with suppress(rows.NotThere, hurt.Unreadable, administrations.DefinitionLost, ValueError):
                given = administrations.get(db, vault, UUID(hex=part.origin.partition("-")[0])).body
                lines.append(status_line(administrations.instrument_of(given), STATUS_LINE))
    return tuple(dict.fromkeys(lines)) or (STATUS_LINE,)


def signed(kept: Kept[ClinicalNote]) -> NoteFacts:
    """The facts that a signed note holds.

    Raises:
        hurt.Unreadable: it holds none, so it is not as this program writes a signed note.
    """
    if kept.body.facts is None:
        table = notes.clinical_note.name
        raise hurt.Unreadable(hurt.Hurt(table=table, record=kept.id, ring=kept.ring, what="damaged"))
    return kept.body.facts
