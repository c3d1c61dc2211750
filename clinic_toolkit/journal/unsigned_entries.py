"""The lines added since the last signature: checked at every unlock, and vouched for if they fit."""

from datetime import datetime

from sqlalchemy import Connection, select

from clinic_toolkit.journal import audit_log, keyless_events
from clinic_toolkit.vault.vault import Vault

# The line of an unlock that found the trail not to fit.
EVENT_UNSIGNED_ACCEPTED, EVENT_UNSIGNED_REFUSED = "audit.adopted ", "audit.not_adopted"
# The line of `sign_unsigned_entries`, the one that says how the way in was opened, and that of a head that
# was put back.
_ENTRIES_PER_UNLOCK = 3


def sign_unsigned_entries(db: Connection, vault: Vault, *, now: datetime) -> int | None:
    """Check the lines that were added since the last signature and vouch for them.

    The first act of every unlock. A line that does not fit is told in the trail, where nothing takes it
    away again, and none of them is vouched for. It does not keep the clinician from the record.

    Returns:
        How many lines were adopted; None if one of them does not fit.
    """
    try:
        first, last = check_unsigned_entries(db, vault)
    except audit_log.ChainBroken as broken:
        audit_log.append_entry(db, vault, f"{EVENT_UNSIGNED_REFUSED} {broken.seq}", now=now)
        return None
    audit_log.append_entry(
        db, vault, f"{EVENT_UNSIGNED_ACCEPTED}{first}-{last}" if last >= first else "audit.opened", now=now
    )
    return last - first + 1


def find_refused_entry(db: Connection, vault: Vault) -> int | None:
    """The line that this unlock found not to fit and did not vouch for, told by a sealed line; or None."""
    newest, _ = audit_log.last_position(db)
    for told in audit_log.iter_entries_after(db, vault, max(0, newest - _ENTRIES_PER_UNLOCK)):
        if told.entry and not told.entry.is_keyless and told.entry.event.startswith(EVENT_UNSIGNED_REFUSED):
            return int(told.entry.event.removeprefix(EVENT_UNSIGNED_REFUSED))
    return None


def check_unsigned_entries(db: Connection, vault: Vault) -> tuple[int, int]:
    """The first and last line without a signature over it, each of them checked; or `ChainBroken`."""
    signed = select(audit_log.audit_log_table).where(audit_log.audit_log_table.c.signature.is_not(None))
    last = db.execute(signed.order_by(audit_log.audit_log_table.c.seq.desc()).limit(1)).first()
    seq, before = (last.seq, last.hash) if last else (0, audit_log.GENESIS_HASH)
    if last and not audit_log.has_valid_signature(vault, last):
        raise audit_log.ChainBroken(seq)
    first = seq + 1
    for row in audit_log.iter_chained_rows(db, vault, seq, before):
        seq = row.seq
        if not _is_keyless_event(row.body):
            # Who holds the keys signs each line: a sealed one without a signature is nobody's. And
            # without a key the program writes nothing but the few of `keyless_events`.
            raise audit_log.ChainBroken(seq)
    return first, seq


def _is_keyless_event(body: bytes) -> bool:
    try:
        return body[:1] == audit_log.KEYLESS_MARK and bool(keyless_events.decode_event(body[1:]))
    except keyless_events.UnknownKeylessEvent:
        return False
