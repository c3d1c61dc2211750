"""Builds the facts that a note is signed with, from the present record.

Also those that a page showed, to be compared with the present ones before they are signed.
"""

from contextlib import suppress
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.instruments.validation_status import validation_status_line
from clinic_toolkit.journal import integrity, records, version_history
from clinic_toolkit.journal.integrity_reasons import IntegrityReason
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import clinician as clinicians
from clinic_toolkit.record.people import practice, therapy_session_facts, therapy_session_loader
from clinic_toolkit.record.people.client_record import CLIENT, Client
from clinic_toolkit.record.people.clinician_record import CLINICIAN, Clinician
from clinic_toolkit.record.people.practice_record import PRACTICE, PracticeSettings
from clinic_toolkit.record.people.therapy_session_record import (
    THERAPY_SESSION,
    TherapySession,
    TherapySessionState,
)
from clinic_toolkit.record.questionnaires import administrations, answered_items
from clinic_toolkit.record.writing import goal_parts
from clinic_toolkit.record.writing.note_facts import FactVersions, NotedGoal, NoteFacts
from clinic_toolkit.record.writing.note_record import ClinicalNote, note_table
from clinic_toolkit.standing_sentences import STATUS_LINE
from clinic_toolkit.vault.vault import Vault


def build_note_facts(
    db: Connection, vault: Vault, session: RecordVersion[TherapySession], draft: RecordVersion[ClinicalNote]
) -> NoteFacts:
    """Build the present facts of a draft: they are shown before it is signed, and signed with it."""
    administrations_given = answered_items.list_single_client_administrations(db, vault, session)
    facts = _build_facts(
        session,
        therapy_session_loader.list_clients_of_session(db, vault, session),
        practice.load_practice_settings(db, vault),
        clinicians.load_clinician(db, vault),
        list_evidence_lines(db, vault, draft.payload),
        goal_parts.list_noted_goals(db, vault, session, draft.payload),
    )
    administration_versions = tuple(
        (administration.id.bytes, administration.version) for administration in administrations_given
    )
    return msgspec.structs.replace(
        facts, versions=msgspec.structs.replace(facts.versions, administrations=administration_versions)
    )


def find_shown_facts(
    db: Connection,
    vault: Vault,
    session: RecordVersion[TherapySession],
    draft: RecordVersion[ClinicalNote],
    sent_versions: str,
) -> NoteFacts | None:
    """Rebuild the facts that a page showed, from the versions that it sends back.

    Args:
        sent_versions: as `FactVersions.encoded` produces it.

    Returns:
        None if the versions cannot be parsed, do not exist, or name another number of clients.
    """
    shown_versions = FactVersions.decode(sent_versions)
    current_clients = therapy_session_loader.list_clients_of_session(db, vault, session)
    if shown_versions is None or len(shown_versions.clients) != len(current_clients):
        return None
    shown_session = version_history.find_version(
        version_history.list_versions(db, vault, THERAPY_SESSION, session.id),
        shown_versions.therapy_session,
    )
    settings = version_history.find_version(
        version_history.list_versions(db, vault, PRACTICE, vault.vault_id),
        shown_versions.practice,
    )
    clinician = version_history.find_version(
        version_history.list_versions(db, vault, CLINICIAN, vault.user_id),
        shown_versions.clinician,
    )
    client_versions = [
        version_history.find_version(version_history.list_versions(db, vault, CLIENT, client.id), version)
        for client, version in zip(current_clients, shown_versions.clients, strict=True)
    ]
    shown_clients = [client for client in client_versions if client is not None]
    if shown_session is None or settings is None or clinician is None:
        return None
    if len(shown_clients) < len(client_versions):
        return None
    return _build_facts(
        shown_session,
        shown_clients,
        settings,
        clinician,
        list_evidence_lines(db, vault, draft.payload),
        goal_parts.list_noted_goals(db, vault, session, draft.payload),
    )


def _build_facts(
    session: RecordVersion[TherapySession],
    clients_shown: list[RecordVersion[Client]],
    settings: RecordVersion[PracticeSettings],
    clinician: RecordVersion[Clinician],
    evidence_lines: tuple[str, ...],
    goals: tuple[NotedGoal, ...],
) -> NoteFacts:
    session_facts = therapy_session_facts.build_session_facts(
        session, {client.id: client.payload.name for client in clients_shown}
    )
    letterhead = practice.build_letterhead(settings.payload, clinician.payload)
    return NoteFacts(
        client_names=tuple(client.payload.name for client in clients_shown),
        kind=session_facts.kind,
        session_date=session_facts.session_date,
        start=session_facts.start,
        end=session_facts.end,
        session_was_open=session.state == TherapySessionState.OPEN,
        place=session_facts.place,
        attendance=session_facts.attendance,
        present_names=session_facts.present_names,
        practice_name=letterhead.practice_name,
        clinician_name=letterhead.clinician_name,
        paper_size=letterhead.paper_size,
        is_demo=letterhead.is_demo,
        evidence_lines=evidence_lines,
        versions=FactVersions(
            therapy_session=session.version,
            practice=settings.version,
            clinician=clinician.version,
            clients=tuple(client.version for client in clients_shown),
        ),
        goals=goals,
        practice_address=letterhead.address,
        licence_line=letterhead.licence_line,
        date_order=letterhead.style.order,
        clock=letterhead.style.clock,
    )


def list_evidence_lines(db: Connection, vault: Vault, note: ClinicalNote) -> tuple[str, ...]:
    """The validation status of the questionnaires that the note quotes; each line once."""
    if not note.quotes_questionnaire:
        return ()
    lines = []
    for part in note.included_parts:
        if part.quotes_questionnaire and part.origin_id:
            # The origin of a client's remark or correction is the questionnaire's id, "-", and its index or a
            # digest.
            with suppress(
                records.RecordNotFound,
                integrity.UnreadableRecord,
                administrations.DefinitionUnreadable,
                ValueError,
            ):
                administration = administrations.load_administration(
                    db, vault, UUID(hex=part.origin_id.partition("-")[0])
                ).payload
                lines.append(
                    validation_status_line(administrations.instrument_of(administration), STATUS_LINE)
                )
    return tuple(dict.fromkeys(lines)) or (STATUS_LINE,)


def facts_of_signed_note(note: RecordVersion[ClinicalNote]) -> NoteFacts:
    """The facts that a note was signed with.

    Raises:
        UnreadableRecord: the signed note holds no facts, so this program did not write it.
    """
    if note.payload.facts is None:
        table = note_table.name
        raise integrity.UnreadableRecord(
            integrity.IntegrityFailure(
                table=table, record=note.id, ring=note.ring, reason=IntegrityReason.DAMAGED
            )
        )
    return note.payload.facts
