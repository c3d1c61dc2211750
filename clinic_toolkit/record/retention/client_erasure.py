"""Erasing a client: asked for, taken back within seven days, and done by one more act when it is due."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal import erasure, inventory_snapshot, records, sealed_rows
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.journal.tombstone_record import ErasureReason
from clinic_toolkit.record.people import cases, clients, joined_entries
from clinic_toolkit.record.people.case_record import Case
from clinic_toolkit.record.people.client_record import CLIENT, ClientEvent, ClientState
from clinic_toolkit.record.retention import clock_check, last_sessions, retentions
from clinic_toolkit.record.retention.retention_record import (
    ErasureRequest,
    Retention,
    RetentionEvent,
)
from clinic_toolkit.record.safety import open_prompt_groups
from clinic_toolkit.record.scheduling import series
from clinic_toolkit.vault import ring_erasure
from clinic_toolkit.vault.vault import Vault


class ErasureRefused(ClinicError):
    """Something stands in the way: an open prompt, a legal hold, or a reason that is missing."""


class ReasonMissing(ErasureRefused):
    """The record is still to be kept, and there are no words why it is erased."""

    def __init__(self) -> None:
        super().__init__("The time it must be kept is not over, so write why it is erased.")


class ClockMoved(ClinicError):
    """The clock stepped by more than a day since the erasure was asked for, and nobody confirmed the date."""

    def __init__(self, step: timedelta) -> None:
        days = abs(step) // timedelta(days=1)
        way = "forward" if step > timedelta(0) else "back"
        super().__init__(
            f"Nothing was erased. Between two acts in the audit trail the clock went {way} by {days} "
            f"{'day' if days == 1 else 'days'}. Either the program was not used then, or the clock was set."
        )
        self.step = step


def find_obstacle(
    db: Connection, vault: Vault, client_id: UUID, retention: RecordVersion[Retention] | None
) -> str:
    """Return what stands in the way of erasing a person, as a sentence; "" if nothing does."""
    if obstacle := find_lasting_obstacle(db, vault, client_id, retention):
        return obstacle
    if open_prompt_groups.list_prompt_groups(db, vault, client_id):
        return "Something is still to be asked about. Write what was done first."
    return ""


def find_lasting_obstacle(
    db: Connection, vault: Vault, client_id: UUID, retention: RecordVersion[Retention] | None
) -> str:
    """Return what stands in the way beside open prompts, which a page must not tell to whoever looks on."""
    if retention and retention.payload.hold_reason:
        return "There is a legal hold on this client. Release it first, if it is over."
    if any(
        map(vault.rings.is_shared, list_rings(vault, clients.list_joined_client_ids(db, vault, client_id)))
    ):
        return "A colleague has the key of a part of this record."
    return ""


def find_joint_obstacle(db: Connection, vault: Vault, client_id: UUID, couples: Collection[UUID]) -> str:
    """Return why the joint records of these couples of a person cannot be erased; "" if they can."""
    entry_ids = clients.list_joined_client_ids(db, vault, client_id)
    for case in list_couples(db, vault, client_id):
        for partner_id in case.payload.client_ids if case.id in couples else ():
            if partner_id in entry_ids:
                continue
            primary_id = clients.primary_client_id(db, vault, partner_id)
            retention = retentions.load_retention(db, vault, primary_id)
            if retention and retention.payload.hold_reason:
                return "There is a legal hold on the other partner, so the joint record must stay."
    return ""


def list_couples(db: Connection, vault: Vault, client_id: UUID) -> list[RecordVersion[Case]]:
    """Return the couples that a person is a partner of: their joint records name both."""
    all_cases = joined_entries.list_cases_of_person(db, vault, client_id)
    return [case for case in all_cases if case.payload.is_couple]


def list_lone_couples(db: Connection, vault: Vault, client_id: UUID) -> list[RecordVersion[Case]]:
    """Return the couples of a person whose other partner was erased; nobody is left to keep them for."""
    entry_ids = set(clients.list_joined_client_ids(db, vault, client_id))
    return [case for case in list_couples(db, vault, client_id) if set(case.payload.client_ids) <= entry_ids]


def list_rings(vault: Vault, owner_ids: Collection[UUID]) -> frozenset[UUID]:
    """Return every ring of these entries and couples: what erasing them destroys."""
    return frozenset(ring for id in owner_ids for ring in ring_erasure.list_owner_rings(vault, id))


def count_records(db: Connection, vault: Vault, rings: frozenset[UUID]) -> list[str]:
    """Return the table of every record in these rings, once for each record."""
    inventory = inventory_snapshot.refresh_inventory(db, vault)
    ring_ids = [ring.bytes for ring in rings]
    tables = [str(table.name) for table in sealed_rows.list_sealed_tables()]
    return [table for table in tables for _ in inventory.record_ids(table, ring_ids)]


def ask_erasure(
    db: Connection,
    vault: Vault,
    client_id: UUID,
    *,
    reason: ErasureReason,
    words: str,
    couples: Sequence[UUID],
    now: datetime,
) -> None:
    """Ask for a person to be erased; from now on lists leave the person out, and nothing is erased yet.

    Args:
        words: the reason in words; required while the record is still to be kept.
        couples: the couples whose joint records are to be erased too; all others stay.

    Raises:
        ErasureRefused: see `find_obstacle` and `find_joint_obstacle`.
        ReasonMissing: the record is still to be kept, and there are no words.
    """
    entry_ids = clients.list_joined_client_ids(db, vault, client_id)
    primary_id, client = entry_ids[0], clients.load_client(db, vault, entry_ids[0])
    retention = retentions.load_retention(db, vault, primary_id)
    if retention and retention.payload.erasure:
        return
    obstacle = find_obstacle(db, vault, primary_id, retention)
    if obstacle := obstacle or find_joint_obstacle(db, vault, primary_id, couples):
        raise ErasureRefused(obstacle)
    if not words and is_still_kept(db, vault, primary_id, today=now.astimezone().date()):
        raise ReasonMissing
    own_couples = {case.id for case in list_couples(db, vault, primary_id)}
    request = ErasureRequest(
        reason=reason,
        words=words,
        asked_at=now,
        entries=tuple(id.bytes for id in entry_ids),
        couples=tuple(id.bytes for id in couples if id in own_couples),
        state_before=ClientState.ARCHIVED if client.state == ClientState.ARCHIVED else ClientState.ACTIVE,
    )
    before = retention.payload if retention else Retention(client=primary_id.bytes)
    asked = msgspec.structs.replace(before, erasure=request)
    retentions.save_retention(db, vault, retention, asked, event=RetentionEvent.ERASURE_ASKED, now=now)
    records.append_version(
        db,
        vault,
        CLIENT,
        client,
        client.payload,
        state=ClientState.LEAVING,
        event=ClientEvent.LEAVING,
        now=now,
    )


def is_still_kept(db: Connection, vault: Vault, client_id: UUID, *, today: date) -> bool:
    """Return whether a record is to be kept beyond today; also where no rule says until when."""
    rule, retention = retentions.load_rule(db, vault), retentions.load_retention(db, vault, client_id)
    until = retentions.keep_until(
        last_sessions.last_seen_on(db, vault, client_id),
        rule.payload if rule else None,
        retention.payload.keep_until if retention else None,
    )
    return retentions.must_keep(until, today)


def take_back(db: Connection, vault: Vault, client_id: UUID, *, now: datetime) -> None:
    """Bring back a client who was to be erased; nothing if that was done already."""
    retention = retentions.load_retention(db, vault, client_id)
    if retention is None or retention.payload.erasure is None:
        return
    state = ClientState(retention.payload.erasure.state_before)
    kept = msgspec.structs.replace(retention.payload, erasure=None)
    retentions.save_retention(db, vault, retention, kept, event=RetentionEvent.TAKEN_BACK, now=now)
    client = clients.load_client(db, vault, client_id)
    records.append_version(
        db, vault, CLIENT, client, client.payload, state=state, event=ClientEvent.BROUGHT_BACK, now=now
    )


def check_due_client(
    db: Connection, vault: Vault, client_id: UUID, *, confirmed_day: date | None, now: datetime
) -> ErasureRequest:
    """Check that a client may be erased now; changes nothing.

    Args:
        confirmed_day: the local day that somebody confirmed, where the clock may have been set.

    Raises:
        ErasureRefused: it was not asked for, is not due, or something stands in its way.
        ClockMoved: the clock stepped by more than a day since it was asked for, and `confirmed_day` is not
            the present day.
    """
    retention = retentions.load_retention(db, vault, client_id)
    request = retention.payload.erasure if retention else None
    if retention is None or request is None:
        raise ErasureRefused("Nothing was erased: this was taken back meanwhile.")
    if not request.is_due(now):
        raise ErasureRefused("Nothing was erased: the seven days are not over.")
    asked_entry = inventory_snapshot.refresh_inventory(db, vault).find_newest(retention.id.bytes)
    first_entry = asked_entry.seq if asked_entry else 1
    step = clock_check.find_clock_step(db, vault, from_entry=first_entry, now=now)
    if step and confirmed_day != now.astimezone().date():
        raise ClockMoved(step)
    if clients.list_joined_client_ids(db, vault, client_id) != request.entry_ids:
        raise ErasureRefused("Nothing was erased: entries were joined or taken apart since it was asked for.")
    obstacle = find_obstacle(db, vault, client_id, retention)
    if obstacle := obstacle or find_joint_obstacle(db, vault, client_id, request.couple_ids):
        raise ErasureRefused(f"Nothing was erased. {obstacle}")
    return request


def erase_due_client(
    db: Connection, vault: Vault, client_id: UUID, *, confirmed_day: date | None, now: datetime
) -> None:
    """Erase a client whose undo time is over; after that only an older backup has the client.

    Raises:
        ErasureRefused, ClockMoved: see `check_due_client`.
    """
    request = check_due_client(db, vault, client_id, confirmed_day=confirmed_day, now=now)
    erased_couples = {*request.couple_ids, *(case.id for case in list_lone_couples(db, vault, client_id))}
    for case in list_couples(db, vault, client_id):
        if case.id not in erased_couples:
            cases.leave_couple(db, vault, case, request.entry_ids, now=now)
            series.end_all_series(db, vault, case, now=now)
    rings = list_rings(vault, {*request.entry_ids, *erased_couples})
    erasure.erase_rings(db, vault, rings, reason=request.reason, now=now)
