"""The audit entries added since the last signature: checked at every unlock.

If they are valid, a clinician's unlock signs them; an executor has no signing key, and a read-only store
takes no entry.
"""

from collections.abc import Collection
from contextlib import suppress
from datetime import datetime
from enum import StrEnum

from msgspec import Struct
from sqlalchemy import Connection, select

from clinic_toolkit.journal import audit_entries, audit_log, keyless_events
from clinic_toolkit.store.transactions import transaction_of
from clinic_toolkit.store.types import from_microseconds
from clinic_toolkit.vault.inventory import GENESIS_HASH
from clinic_toolkit.vault.vault import Vault


class UnsignedEntriesEvent(StrEnum):
    """What an unlock says of the unsigned entries: they are signed now, there were none, or one was invalid.

    The first is followed by the numbers of the first and last of them, the third by that of the invalid one.
    ALL_CHECKED: this unlock trusts every entry before; see `checked_entries`.
    """

    ACCEPTED = "audit.adopted"
    NONE_FOUND = "audit.opened"
    REFUSED = "audit.not_adopted"
    ALL_CHECKED = "audit.checked"


_ROWS_AT_ONCE = 200


class UnsignedEntries(Struct, frozen=True, kw_only=True):
    """What the check of the entries after the last signature found.

    `first` and `last` are their numbers, `last` one less than `first` if there are none; `refused` is the
    number of the one that is invalid, 0 if all are valid.
    """

    first: int = 0
    last: int = 0
    refused: int = 0


def examine_unsigned_entries(db: Connection, vault: Vault) -> UnsignedEntries:
    """Check the entries that were added since the last signature, without signing anything."""
    try:
        first, last = check_unsigned_entries(db, vault)
    except audit_log.ChainBroken as error:
        return UnsignedEntries(refused=error.seq)
    return UnsignedEntries(first=first, last=last)


def sign_unsigned_entries(
    db: Connection, vault: Vault, *, now: datetime, examined: UnsignedEntries | None = None
) -> int | None:
    """Check the entries that were added since the last signature, and sign them.

    Every unlock begins with this. If an entry is invalid, none of them is accepted
    and the refusal is recorded in the log for good; the unlock still succeeds. `vault.refused_entry` is the
    number of the invalid one then, and None if all are valid, or if a read-only store cannot record it.

    Args:
        examined: what the check found before an incarnation was begun, whose entry is signed itself.

    Returns:
        How many entries were accepted; None if one of them is invalid.
    """
    vault.refused_entry = None
    found = examined or examine_unsigned_entries(db, vault)
    if found.refused:
        if audit_log.append_entry(db, vault, f"{UnsignedEntriesEvent.REFUSED} {found.refused}", now=now):
            vault.refused_entry = found.refused
        return None
    event = (
        f"{UnsignedEntriesEvent.ACCEPTED} {found.first}-{found.last}"
        if found.last >= found.first
        else UnsignedEntriesEvent.NONE_FOUND
    )
    audit_log.append_entry(db, vault, event, now=now)
    return found.last - found.first + 1


def check_unsigned_entries(db: Connection, vault: Vault) -> tuple[int, int]:
    """Check every entry after the last signature.

    Returns:
        The numbers of the first and last of them; the last is one less than the first if there are none.

    Raises:
        ChainBroken: the last signature is invalid, or an entry does not continue the chain or is not one
            that this program writes without a key.
    """
    query = select(audit_log.audit_log_table).where(audit_log.audit_log_table.c.signature.is_not(None))
    last_signed = db.execute(query.order_by(audit_log.audit_log_table.c.seq.desc()).limit(1)).first()
    seq, previous_hash = (last_signed.seq, last_signed.hash) if last_signed else (0, GENESIS_HASH)
    if last_signed and not audit_entries.SignatureCheck(db, vault).is_signed_by_author(last_signed):
        raise audit_log.ChainBroken(seq)
    first = seq + 1
    for row in audit_entries.iter_chained_rows(db, vault, seq, previous_hash):
        seq = row.seq
        if not _is_keyless_event(row.body):
            # Sealed entries are always signed, so an unsigned entry must be one of `keyless_events`.
            raise audit_log.ChainBroken(seq)
    return first, seq


def list_keyless_times(
    db: Connection, vault: Vault, event: str, *, since: Collection[str]
) -> tuple[datetime, ...]:
    """When each entry of this keyless event says that it was written, oldest first.

    Anyone who can write to the file can add such an entry. Those before the last signature count too: another
    session may have signed it after they were written, without anybody seeing them.

    Args:
        since: the codes of events; what was written before this clinician's last entry of one is left out.
    """
    after = _find_last_own_entry(db, vault, since)
    times: list[datetime] = []
    for row in transaction_of(db).iter_entries(audit_log.audit_log_table, after + 1):
        if row.body[:1] == audit_log.KEYLESS_PREFIX:
            with suppress(keyless_events.UnknownKeylessEvent):
                found, recorded_at = keyless_events.decode_event(row.body[1:])
                times += [from_microseconds(recorded_at)] if found == event else []
    return tuple(times)


def _find_last_own_entry(db: Connection, vault: Vault, events: Collection[str]) -> int:
    """The number of the last entry of one of these events that this clinician signed; 0 if there is none."""
    table, check = audit_log.audit_log_table, audit_entries.SignatureCheck(db, vault)
    query = select(table).where(table.c.signature.is_not(None)).order_by(table.c.seq.desc())
    with db.execute(query.execution_options(yield_per=_ROWS_AT_ONCE)) as rows:
        for row in rows:
            try:
                payload = audit_entries.open_payload(vault, row.seq, row.body)
            except audit_entries.UNREADABLE_ERRORS:
                continue
            is_one = payload.event.partition(" ")[0] in events and payload.actor_id == vault.user_id.bytes
            if is_one and check.is_signed_by(row, vault.user_id):
                return int(row.seq)
    return 0


def _is_keyless_event(body: bytes) -> bool:
    try:
        return body[:1] == audit_log.KEYLESS_PREFIX and bool(keyless_events.decode_event(body[1:]))
    except keyless_events.UnknownKeylessEvent:
        return False
