"""Bringing an erased client back from a backup, for a reason: exactly as the backup has the record.

`prepare_return` reads and compares and changes nothing; `bring_back` writes all of it in one transaction. The
tombstone of the erasure stays, and what is brought back lies in new rings.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal import past_records, records, returned_rings
from clinic_toolkit.journal.past_records import PastRecords, StepCallback
from clinic_toolkit.journal.record_kind import list_kinds
from clinic_toolkit.record.handovers.handover_record import HANDOVER, HandoverState
from clinic_toolkit.record.people import cases, clients
from clinic_toolkit.record.people.client_record import CLIENT, ClientEvent, ClientState
from clinic_toolkit.record.questionnaires import own_questionnaires
from clinic_toolkit.record.questionnaires.administration_record import ADMINISTRATION
from clinic_toolkit.record.retention import absent_clients, client_erasure, retentions
from clinic_toolkit.record.retention.absent_clients import AbsentPerson, OpenRecord
from clinic_toolkit.record.retention.retention_record import BroughtBack, Retention, RetentionEvent
from clinic_toolkit.vault import ring_erasure
from clinic_toolkit.vault.ring_errors import UnknownRing
from clinic_toolkit.vault.rings import RingClass
from clinic_toolkit.vault.vault import Vault

_CLASSES = (RingClass.DEMOGRAPHICS, RingClass.RECORD, RingClass.PSYCHOTHERAPY)


class NotAbsent(ClinicError):
    """The backup does not hold this person, or the person is here meanwhile."""

    def __init__(self) -> None:
        super().__init__("This client is here already, or is not in this backup. Nothing was changed.")


class ReturnRefused(ClinicError):
    """Something stands in the way of bringing this person back; nothing was changed."""


class PastRing(msgspec.Struct, frozen=True, kw_only=True):
    """A ring of a backup: whose it is, and of which class."""

    ring: UUID
    owner: UUID
    ring_class: RingClass


class PreparedReturn(msgspec.Struct, frozen=True, kw_only=True):
    """What is brought back, read and compared: the person, the joint records that come too, all of it.

    `first_entries` are the audit entries here that named each record first.
    """

    person: AbsentPerson
    couples: frozenset[UUID]
    rings: tuple[PastRing, ...]
    past: PastRecords
    first_entries: Mapping[bytes, int]


def list_rings(vault: Vault, person: AbsentPerson, couples: Collection[UUID]) -> frozenset[UUID]:
    """Return every ring of a backup that is brought back for a person, with the joint records wanted."""
    return client_erasure.list_rings(vault, _list_owners(person, couples))


def prepare_return(
    past: OpenRecord, here: OpenRecord, person: AbsentPerson, couples: Collection[UUID], step: StepCallback
) -> PreparedReturn:
    """Read everything of a person from a backup, and compare it with the audit trail here.

    Args:
        past: the backup, opened and checked as a whole.
        couples: the couples whose joint record is wanted: brought back, or if it is here, joined again.

    Raises:
        ReturnRefused, CannotReturn: it cannot be brought back from this backup.
    """
    owners = _list_owners(person, couples)
    _open_psychotherapy_notes(past, here, owners)
    rings = tuple(ring for owner in owners for ring in _list_rings(past.vault, owner))
    ids = frozenset(ring.ring for ring in rings)
    _check_alone(past.vault, owners)
    for handover in records.list_records_in_rings(past.db, past.vault, HANDOVER, ids):
        if handover.state == HandoverState.OUT:
            raise ReturnRefused(
                "On the day of this backup a questionnaire was in this client’s hands. Use a backup from "
                "before or after that."
            )
    _check_own_questionnaires(past, here, ids)
    read = past_records.read_rings(past.db, past.vault, ids, step)
    first_entries = past_records.check_against_log(here.db, here.vault, read, step)
    return PreparedReturn(
        person=person, couples=frozenset(couples), rings=rings, past=read, first_entries=first_entries
    )


def bring_back(
    db: Connection,
    vault: Vault,
    prepared: PreparedReturn,
    *,
    reason: str,
    backup_name: str,
    backup_made_at: datetime,
    now: datetime,
    step: StepCallback,
) -> UUID:
    """Bring a person back, and write down why and from which backup.

    Args:
        backup_name: the name that the program gave the backup; it stands in the audit trail.

    Returns:
        The entry that the person is shown under.

    Raises:
        NotAbsent: the person is here again.
        ReturnRefused: there is no reason.
        CannotReturn: something of it is here, or does not hold.
    """
    if not reason.strip():
        raise ReturnRefused("Write why this client is brought back.")
    owners = dict.fromkeys(ring.owner for ring in prepared.rings)
    if any(absent_clients.is_here(OpenRecord(db, vault), owner) for owner in owners):
        raise NotAbsent
    new_rings = {
        ring.ring: vault.rings.create_ring(db, owner=ring.owner, ring_class=ring.ring_class)
        for ring in prepared.rings
    }
    returned_rings.insert_past_records(
        db, vault, prepared.past, new_rings, backup_name=backup_name, now=now, step=step
    )
    for owner in owners:
        past_rings = {ring.ring for ring in prepared.rings if ring.owner == owner}
        returned_rings.create_lift(db, vault, past_rings, {new_rings[ring] for ring in past_rings}, now=now)
    returned_rings.restore_ages(db, vault, prepared.first_entries)
    returned_rings.check_signatures(vault, prepared.past)
    _check_readable(db, vault, frozenset(new_rings.values()))
    told = BroughtBack(at=now, reason=reason, backup_name=backup_name, backup_made_at=backup_made_at)
    _write_reason(db, vault, prepared.person.id, told, now=now)
    _part_from_others(db, vault, prepared.person.entry_ids, now=now)
    for couple in prepared.person.couples:
        if couple.is_here and couple.case_id in prepared.couples:
            case = cases.load_case(db, vault, couple.case_id)
            cases.rejoin_couple(db, vault, case, couple.client_ids, now=now)
    return prepared.person.id


def _list_owners(person: AbsentPerson, couples: Collection[UUID]) -> tuple[UUID, ...]:
    wanted = [couple for couple in person.couples if couple.case_id in couples]
    return (*person.entry_ids, *(couple.case_id for couple in wanted if not couple.is_here))


def _list_rings(vault: Vault, owner: UUID) -> Iterator[PastRing]:
    for ring_class in _CLASSES:
        with suppress(UnknownRing):
            ring = vault.rings.get_ring(owner, ring_class)
            yield PastRing(ring=ring, owner=owner, ring_class=ring_class)


def _open_psychotherapy_notes(past: OpenRecord, here: OpenRecord, owners: Collection[UUID]) -> None:
    """Open the psychotherapy notes of these owners in the backup, with the key that is open here."""
    rings = (ring for owner in owners for ring in ring_erasure.list_owner_rings(past.vault, owner))
    closed = [ring for ring in rings if past.vault.is_closed(ring)]
    if closed:
        past.vault.share_psychotherapy_key(past.db, here.vault)
    # Another key than that of the backup opens nothing, and nothing may be left behind unseen.
    if not all(past.vault.rings.is_open(ring) for ring in closed):
        raise ReturnRefused(
            "This backup holds psychotherapy notes of this client. Open psychotherapy notes first, on “Your "
            "practice”, then bring the client back. If the backup is from before every key was replaced, "
            "restore the whole backup into a folder of its own."
        )


def _check_alone(vault: Vault, owners: Collection[UUID]) -> None:
    for ring in (ring for owner in owners for ring in ring_erasure.list_owner_rings(vault, owner)):
        if vault.rings.is_shared(ring) or not vault.rings.is_creator(ring):
            raise ReturnRefused("A colleague has the key of a part of this record.")


def _check_own_questionnaires(past: OpenRecord, here: OpenRecord, rings: Collection[UUID]) -> None:
    used = {
        form.payload.definition_digest
        for form in records.list_records_in_rings(past.db, past.vault, ADMINISTRATION, rings)
    }
    for version in own_questionnaires.list_questionnaire_versions(past.db, past.vault):
        digest = version.payload.definition_digest
        if digest in used and own_questionnaires.find_by_digest(here.db, here.vault, digest) is None:
            raise ReturnRefused(
                "This client answered a questionnaire of your own that is not here. Add it first; then bring "
                "the client back."
            )


def _check_readable(db: Connection, vault: Vault, rings: frozenset[UUID]) -> None:
    """Read all of it once, as pages would."""
    for kind in list_kinds():
        records.list_records_in_rings(db, vault, kind, rings)
    failed = [failure for failure in list(vault.integrity_failures.values()) if failure.ring in rings]
    for failure in failed:
        vault.integrity_failures.pop(failure.record.bytes, None)
    if failed:
        raise ReturnRefused("Something of this record could not be read again, so nothing was brought back.")


def _write_reason(db: Connection, vault: Vault, client_id: UUID, told: BroughtBack, *, now: datetime) -> None:
    """Write down why, and take back that the client was to be erased on the day of the backup."""
    client_erasure.take_back(db, vault, client_id, now=now)
    current = retentions.load_retention(db, vault, client_id)
    before = current.payload if current else Retention(client=client_id.bytes)
    kept = msgspec.structs.replace(before, brought_back=told)
    retentions.save_retention(db, vault, current, kept, event=RetentionEvent.BROUGHT_BACK, now=now)


def _part_from_others(db: Connection, vault: Vault, entry_ids: Collection[UUID], *, now: datetime) -> None:
    """Show an entry by itself if the one that it was joined to did not come with it."""
    for entry_id in entry_ids:
        client = clients.load_client(db, vault, entry_id)
        joined_to = client.payload.joined_to_id
        if joined_to is not None and UUID(bytes=joined_to) not in entry_ids:
            payload = msgspec.structs.replace(client.payload, joined_to_id=None)
            records.append_version(
                db,
                vault,
                CLIENT,
                client,
                payload,
                state=ClientState.ACTIVE,
                event=ClientEvent.SEPARATED,
                now=now,
            )
