"""The part of the inspection that looks at keys: the header, the key slots, the rings, the directory."""

from collections.abc import Iterator
from enum import StrEnum
from uuid import UUID

import msgspec
from sqlalchemy import Connection, select

from clinic_toolkit.journal import inventory_snapshot, public_key_findings, tombstones
from clinic_toolkit.journal.inventory_snapshot import inventory_snapshot_table
from clinic_toolkit.journal.logged_versions import LoggedVersions
from clinic_toolkit.vault import header_backup
from clinic_toolkit.vault.header_fault import HeaderFault
from clinic_toolkit.vault.identity import identity_table
from clinic_toolkit.vault.key_slot_tables import slot_list_table, slot_table
from clinic_toolkit.vault.ring_membership import list_members
from clinic_toolkit.vault.ring_tables import ring_table
from clinic_toolkit.vault.vault import Vault

HEADER_FAULT_SENTENCES = {
    HeaderFault.USED: "The keys of the practice are damaged in the data file; they were opened with "
    "their second copy, the file clinic.head.",
    HeaderFault.MISSING: "The second copy of the practice’s keys, the file clinic.head, is missing or "
    "cannot be read.",
    HeaderFault.OUTDATED: "The second copy of the practice’s keys, the file clinic.head, is out of date.",
}


# The tables with rows of each clinician, and what such a row is called.
_NOUN_BY_TABLE = {
    identity_table: "A sealed key",
    slot_table: "A way to unlock",
    slot_list_table: "A list of ways to unlock",
    inventory_snapshot_table: "A summary of the trail",
}


class FindingSubject(StrEnum):
    """What a finding is about: a line of the audit log, a version of a record, or keys."""

    LINE = "line"
    VERSION = "version"
    KEYS = "keys"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One fault; `ring` is the ring of the affected record, None if it is not known.

    `version` is the table, record and number of the version that it is about, `line` the number of the line.
    """

    sentence: str
    subject: FindingSubject = FindingSubject.KEYS
    ring: UUID | None = None
    version: tuple[str, UUID, int] | None = None
    line: int | None = None


def inspect_header(db: Connection, vault: Vault | None) -> Iterator[Finding]:
    """Yield a finding if the header or its backup is damaged; without a vault, only for the backup."""
    if vault is not None:
        # If the backup was needed to unlock, that stays a finding until the next unlock; any other fault may
        # have been repaired since, so it is looked for again.
        fault: HeaderFault | None = HeaderFault.USED if vault.header_fault == HeaderFault.USED else None
        # If the key slots are in doubt, neither the header nor its backup can be called the correct one.
        fault = fault or (header_backup.find_fault(db, vault) if vault.slots_intact else None)
    else:
        fault = None if header_backup.find_header_backup(db) else HeaderFault.MISSING
    if fault:
        yield Finding(sentence=HEADER_FAULT_SENTENCES[fault])


def inspect_rings(db: Connection, vault: Vault, logged: LoggedVersions) -> Iterator[Finding]:
    """Yield a finding for each ring that the audit log does not mention.

    A ring is created in the same transaction as its first record, so a complete log names every ring. The
    practice ring and the clinician's own ring are created with the practice and are therefore exempt.
    """
    if not logged.is_complete:
        return
    for id in sorted(db.scalars(select(ring_table.c.ring).distinct()), key=lambda id: id.bytes):
        if id.bytes not in logged.ring_ids and id not in (vault.practice_ring, vault.own_ring):
            yield Finding(
                sentence=f"The key of one part of the record ({id.hex[:8]}) is not mentioned in the audit "
                "trail: it was added from outside this program."
            )


def inspect_key_slots(vault: Vault, logged: LoggedVersions) -> Iterator[Finding]:
    """Yield a finding for a slot list that is not the newest, and one for each ring that does not open."""
    if not vault.key_slots.compare_generation(logged.slot_generation, log_complete=logged.is_complete).intact:
        yield Finding(
            sentence="The list of ways to unlock is not the one this program wrote last: a "
            "passphrase or a recovery sheet was added, removed or put back outside this program."
        )
    for id in sorted(vault.outdated_rings, key=lambda id: id.bytes):
        yield Finding(
            sentence=f"The newest list of who shares one part of the record ({id.hex[:8]}) is missing: an "
            "older one was put back outside this program. What is there can be read.",
            ring=id,
        )
    for id in sorted(vault.damaged_rings - vault.outdated_rings, key=lambda id: id.bytes):
        yield Finding(
            sentence=f"The key of one part of the record ({id.hex[:8]}) is missing or damaged. What it "
            "opens cannot be read.",
            ring=id,
        )


def inspect_erasures(db: Connection, vault: Vault) -> Iterator[Finding]:
    """Yield a finding for each ring that was erased and of which a key is there."""
    inventory = inventory_snapshot.refresh_inventory(db, vault)
    for id in tombstones.inspect_tombstones(db, vault, inventory):
        yield Finding(
            sentence=f"One part of the record ({id.hex()[:8]}) was erased, and its key was put back outside "
            "this program.",
            ring=UUID(bytes=id),
        )


def inspect_public_keys(vault: Vault) -> Iterator[Finding]:
    """Yield a finding for each public key that is refused, and each confirmation that cannot be read."""
    yield from map(_key_finding, public_key_findings.public_key_sentences(vault.key_directory.faults))
    yield from map(_key_finding, public_key_findings.unreadable_colleague_sentences(vault))


def inspect_users(db: Connection, vault: Vault) -> Iterator[Finding]:
    """Yield a finding for each row of a clinician who never was a member of the practice's ring.

    Whether a row of a member is genuine, only that member can check.
    """
    key = vault.rings.get_key(vault.practice_ring)
    members = list_members(db, vault.vault_id, vault.key_directory, key)
    for table, noun in _NOUN_BY_TABLE.items():
        users = set(db.scalars(select(table.c.user)))
        for user_id in sorted(users - {vault.user_id}, key=lambda user_id: user_id.bytes):
            if user_id.bytes not in members:
                yield Finding(
                    sentence=f"{noun} of a clinician ({user_id.hex[:8]}) who is not in this practice was "
                    "added from outside this program."
                )


def _key_finding(sentence: str) -> Finding:
    return Finding(sentence=sentence)
