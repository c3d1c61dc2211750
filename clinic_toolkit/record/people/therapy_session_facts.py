"""The facts of a therapy session in words, as pages and printed documents show them; never writes."""

from collections.abc import Mapping, Sequence
from datetime import date, time
from uuid import UUID

from sqlalchemy import Connection

from clinic_toolkit.journal import version_history
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import display_names, therapy_session_loader, therapy_sessions
from clinic_toolkit.record.people.case_record import Case
from clinic_toolkit.record.people.therapy_session_record import (
    KIND_LABELS,
    SETTING_LABELS,
    THERAPY_SESSION,
    Attendance,
    TherapySession,
    TherapySessionKind,
    TherapySessionSetting,
    TherapySessionState,
)
from clinic_toolkit.record.values.page_values import TherapySessionFacts
from clinic_toolkit.vault.vault import Vault

UNREADABLE_DETAILS = "The details of this session cannot be read. The day is taken from the note."


def is_remote(therapy_session: TherapySession) -> bool:
    """Return whether the client is somewhere else, so that the clinician cannot see where."""
    return therapy_session.setting in (TherapySessionSetting.TELEHEALTH, TherapySessionSetting.PHONE)


def lacks_emergency_contact(therapy_session: TherapySession) -> bool:
    """Return whether a remote session lacks the client's place or call-back number.

    Without the place, help cannot be sent in an emergency.
    """
    return is_remote(therapy_session) and not (therapy_session.place and therapy_session.call_back)


def may_be_opened(session: RecordVersion[TherapySession], *, today: date) -> bool:
    """Return whether a session can be opened: it is planned, or took place and ended today."""
    ended_today = (
        session.state == TherapySessionState.CLOSED
        and session.payload.took_place
        and session.payload.on == today
    )
    return session.state != TherapySessionState.OPEN and (
        session.payload.attendance == Attendance.PLANNED or ended_today
    )


def loses_times(session: RecordVersion[TherapySession], *, today: date) -> bool:
    """Return whether opening the session would overwrite its day or its recorded end."""
    return session.payload.on != today or (
        session.state == TherapySessionState.CLOSED and session.payload.end is not None
    )


def find_end_before_reopening(
    db: Connection, vault: Vault, session: RecordVersion[TherapySession]
) -> time | None:
    """Return the end recorded before an open session was reopened; None if it was never ended."""
    if session.state != TherapySessionState.OPEN or session.version < 2:
        return None
    versions = version_history.list_versions(db, vault, THERAPY_SESSION, session.id)
    end_times = [
        version.payload.end
        for version in versions
        if version.state == TherapySessionState.CLOSED and version.payload.on == session.payload.on
    ]
    return end_times[-1] if end_times else None


def load_session_facts(
    db: Connection, vault: Vault, session: RecordVersion[TherapySession], *, told_apart: bool = False
) -> TherapySessionFacts:
    """Return the facts of a session in words, with the current names of its clients.

    Args:
        told_apart: for a page; each client as they are called, with initials if another is called the same.
    """
    names = {
        client.id: client.payload.name
        for client in therapy_session_loader.list_clients_of_session(db, vault, session)
    }
    if told_apart:
        shown_names = display_names.load_display_names(db, vault).called_by_id
        names = {id: shown_names.get(id, name) for id, name in names.items()}
    return build_session_facts(session, names)


def build_session_facts(
    session: RecordVersion[TherapySession], client_names: Mapping[UUID, str]
) -> TherapySessionFacts:
    """Return one version of a session in words, with these names for the clients of its case."""
    payload = session.payload
    is_unreadable = session.is_substitute
    # If the session has not taken place, nobody was present.
    present_names = [
        client_names[id] for id in payload.present_ids if id in client_names and payload.took_place
    ]
    if payload.others_present:
        present_names.append(payload.others_present)
    place = SETTING_LABELS[payload.setting] + (f": {payload.place}" if payload.place else "")
    return TherapySessionFacts(
        client_names=" and ".join(client_names.values()),
        kind=KIND_LABELS[TherapySessionKind.SESSION if is_unreadable else payload.kind],
        session_date=payload.on,
        start=payload.start,
        end=payload.end,
        place=""
        if is_unreadable
        else place
        + (f" (call back: {payload.call_back})" if payload.call_back and is_remote(payload) else ""),
        attendance=UNREADABLE_DETAILS if is_unreadable else therapy_sessions.attendance_label(payload),
        present_names=", ".join(present_names),
    )


def session_like_last(
    case: RecordVersion[Case], earlier: Sequence[RecordVersion[TherapySession]], *, today: date
) -> TherapySession:
    """Return a session of today with every client of the case, and the setting of the last one.

    Args:
        earlier: the sessions of the case, newest first.
    """
    last = next(
        (
            session.payload
            for session in earlier
            if session.payload.took_place and session.payload.kind == TherapySessionKind.SESSION
        ),
        None,
    )
    return TherapySession(
        case_id_bytes=case.id.bytes,
        kind=TherapySessionKind.SESSION,
        on=today,
        setting=last.setting if last else TherapySessionSetting.ROOM,
        # A remote client's location is not copied from last time: help might be sent to the wrong address.
        place=last.place if last and not is_remote(last) else "",
        call_back=last.call_back if last else "",
        present=case.payload.client_id_bytes,
    )
