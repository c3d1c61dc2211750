"""Changes after signing: facts that were changed after a note was signed, to show beside the note.

Nothing of this is stored. Each change is computed from the versions of the session, the clients, the
practice and the clinician, which stay in their own rings, so that no name is written into another ring.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlalchemy import Connection

from clinic_toolkit.dates import format_date, format_time
from clinic_toolkit.journal import version_history
from clinic_toolkit.journal.record_kind import RecordKind
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import clinician as clinicians
from clinic_toolkit.record.people import practice, therapy_session_facts, therapy_session_loader
from clinic_toolkit.record.people.client_record import CLIENT
from clinic_toolkit.record.people.clinician_record import CLINICIAN
from clinic_toolkit.record.people.practice_record import PRACTICE
from clinic_toolkit.record.people.therapy_session_record import (
    THERAPY_SESSION,
    TherapySession,
    TherapySessionState,
)
from clinic_toolkit.record.values.page_values import ChangeAfterSigning, TherapySessionFacts
from clinic_toolkit.record.writing.note_addition_record import FactChange
from clinic_toolkit.record.writing.note_facts import NoteFacts
from clinic_toolkit.vault.vault import Vault

P = TypeVar("P", bound=msgspec.Struct)
NOT_ENTERED = "not entered"


class ChangesAfterSigning(Struct, frozen=True, kw_only=True):
    """The differences from the signed facts. `some_unreadable`: a record cannot be read; more may differ."""

    changes: tuple[ChangeAfterSigning, ...] = ()
    some_unreadable: bool = False


def find_changes_after_signing(
    db: Connection, vault: Vault, facts: NoteFacts, session: RecordVersion[TherapySession], *, author_id: UUID
) -> ChangesAfterSigning:
    """Compare the signed facts with the present versions of the session, its clients, practice and clinician.

    A fact that was changed and changed back is not reported.

    Args:
        author_id: who signed. Only one's own name is compared, because a colleague's record opens for the
            colleague alone.
    """
    current_clients = therapy_session_loader.list_clients_of_session(db, vault, session)
    settings = practice.load_practice_settings(db, vault)
    clinician = clinicians.load_clinician(db, vault) if author_id == vault.user_id else None
    versions = facts.versions
    changes = _session_changes(db, vault, facts, session, [client.id for client in current_clients])
    for client, name, version in zip(current_clients, facts.client_names, versions.clients, strict=False):
        name_versions = _versions_since(db, vault, CLIENT, client, version)
        changes += _fact_change("Client", name, name_versions, lambda each: each.payload.name)
    practice_versions = _versions_since(db, vault, PRACTICE, settings, versions.practice)
    changes += _fact_change(
        "Practice", facts.practice_name, practice_versions, lambda each: each.payload.practice_name
    )
    if clinician:
        clinician_versions = _versions_since(db, vault, CLINICIAN, clinician, versions.clinician)
        changes += _fact_change(
            "Clinician", facts.clinician_name, clinician_versions, lambda each: each.payload.name
        )
    some_unreadable = (
        session.is_substitute
        or settings.is_substitute
        or (clinician is not None and clinician.is_substitute)
        or any(client.is_substitute for client in current_clients)
        or len(current_clients) != len(facts.client_names)
    )
    return ChangesAfterSigning(changes=tuple(changes), some_unreadable=some_unreadable)


def list_fact_changes(
    before: RecordVersion[TherapySession], after: TherapySession, client_names: Mapping[UUID, str]
) -> tuple[FactChange, ...]:
    """The facts beside a note that a change of its session would change, with their values in words.

    Args:
        before: the session as it is stored.
        after: the session as it would be stored.
        client_names: the names of the clients of its case.
    """
    changed = msgspec.structs.replace(before, payload=after)
    is_open = before.state == TherapySessionState.OPEN
    old, new = (
        _facts_by_name(therapy_session_facts.build_session_facts(each, client_names), is_open=is_open)
        for each in (before, changed)
    )
    return tuple(
        FactChange(fact_name=name, old_value=old[name] or NOT_ENTERED, new_value=new[name] or NOT_ENTERED)
        for name in old
        if old[name] != new[name]
    )


def _session_changes(
    db: Connection,
    vault: Vault,
    facts: NoteFacts,
    session: RecordVersion[TherapySession],
    ids: Sequence[UUID],
) -> list[ChangeAfterSigning]:
    session_versions = _versions_since(
        db,
        vault,
        THERAPY_SESSION,
        session,
        facts.versions.therapy_session,
    )
    # Use the signed names, because a client's new name is reported as a change of its own.
    client_names = dict(zip(ids, facts.client_names, strict=False))
    signed_facts = _facts_by_name(facts.session_facts, is_open=facts.session_was_open)
    changes = []
    for fact_name in signed_facts:
        changes += _fact_change(
            fact_name,
            signed_facts[fact_name],
            session_versions,
            partial(_session_fact, fact_name, client_names),
        )
    return changes


def _session_fact(name: str, client_names: Mapping[UUID, str], session: RecordVersion[TherapySession]) -> str:
    return _facts_by_name(
        therapy_session_facts.build_session_facts(session, client_names),
        is_open=session.state == TherapySessionState.OPEN,
    )[name]


def _facts_by_name(facts: TherapySessionFacts, *, is_open: bool) -> dict[str, str]:
    """Each fact of a session in words, by its name."""
    times = format_time(facts.start) if facts.start else ""
    if facts.end:
        times = f"{times} to {format_time(facts.end)}".strip()
    if is_open:
        times = f"{times}, not ended".removeprefix(", ")
    return {
        "Date": format_date(facts.session_date),
        "Time": times,
        "Kind": facts.kind,
        "Place": facts.place,
        "Attendance": facts.attendance,
        "Present": facts.present_names,
    }


class _VersionsSince(Struct, frozen=True):
    """The version that was signed, if it can be read, and the later versions, oldest first."""

    signed: RecordVersion[Any] | None
    later: list[RecordVersion[Any]]


def _versions_since(
    db: Connection,
    vault: Vault,
    kind: RecordKind[P],
    current: RecordVersion[P],
    signed_version: int,
) -> _VersionsSince:
    if current.version == signed_version or current.is_substitute:
        return _VersionsSince(None, [])
    versions = version_history.list_versions(db, vault, kind, current.id)
    return _VersionsSince(
        next((version for version in versions if version.version == signed_version), None),
        [version for version in versions if version.version > signed_version],
    )


def _fact_change(
    name: str, signed_value: str, versions: _VersionsSince, value_of: Callable[[RecordVersion[Any]], str]
) -> list[ChangeAfterSigning]:
    """The change of one fact, if any, dated by the version that introduced the present value.

    Args:
        name: the fact's name, as it is shown.
        signed_value: the fact as the note was signed with it.
        versions: the versions of the record that holds the fact.
        value_of: reads the fact from a version.

    Returns:
        One change, or none if the value is the signed one.
    """
    values = [value_of(version) for version in versions.later]
    # Both values are rendered by this program version, so a new wording does not count as a change.
    if not values or values[-1] == (value_of(versions.signed) if versions.signed else signed_value):
        return []
    changed_index = len(values) - 1
    while changed_index and values[changed_index - 1] == values[-1]:
        changed_index -= 1
    changed_on = versions.later[changed_index].recorded_at.astimezone().date()
    return [
        ChangeAfterSigning(
            fact_name=name,
            changed_on=changed_on,
            old_value=signed_value or NOT_ENTERED,
            new_value=values[-1] or NOT_ENTERED,
        )
    ]
