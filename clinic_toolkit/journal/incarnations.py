"""The incarnations of a practice: after a restore the audit log goes on under a new id.

Two copies of one folder that both go on write different lines under the same numbers. A new id, which every
later hash and signature covers, keeps them apart. The line that begins it is plain, because the chain must be
checkable without a key; the clinician who unlocked signs it. It holds its fields twice, each with a checksum:
without the id before it no earlier line could be verified, and one flipped bit must not cost that.
"""

import hashlib
import struct
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from msgspec import Struct
from sqlalchemy import Connection, func, select

from clinic_toolkit.journal.audit_log import audit_log_table, chain_hash, last_position
from clinic_toolkit.store.chain import ChainRow
from clinic_toolkit.store.transactions import on_rollback, transaction_of
from clinic_toolkit.store.types import to_microseconds
from clinic_toolkit.vault.identity import load_vault_ids, vault_table
from clinic_toolkit.vault.inventory import GENESIS_HASH
from clinic_toolkit.vault.vault import Vault

RESTORE_PREFIX = b"\x02"
RESTORE_LABEL = "sig/restore"

_FIELDS = struct.Struct(">16s16s16sQQ")
_CHECKSUM_BYTES = 32
_COPY_BYTES = _FIELDS.size + _CHECKSUM_BYTES
BODY_BYTES = len(RESTORE_PREFIX) + 2 * _COPY_BYTES


class RestoreEvent(StrEnum):
    """What the line that begins an incarnation says; the time of the backup follows, in microseconds."""

    RESTORED = "practice.restored"


class InvalidRestoreLine(ValueError):
    """A line of this kind whose fields cannot be read from either copy."""


class RestoreLine(Struct, frozen=True, kw_only=True):
    """The fields of such a line: ids of 16 bytes, times in microseconds since 1970."""

    before: bytes
    incarnation: bytes
    user: bytes
    recorded_at: int
    backup_made_at: int

    @property
    def event(self) -> str:
        """The event as the audit log says it."""
        return f"{RestoreEvent.RESTORED} {self.backup_made_at}"


def encode_body(line: RestoreLine) -> bytes:
    """Encode the body of a line that begins an incarnation."""
    fields = _FIELDS.pack(line.before, line.incarnation, line.user, line.recorded_at, line.backup_made_at)
    return RESTORE_PREFIX + 2 * (fields + hashlib.sha256(fields).digest())


def decode_body(body: bytes) -> RestoreLine:
    """Decode the body of such a line, from whichever of its copies is whole.

    Raises:
        InvalidRestoreLine: neither is.
    """
    for start in (len(RESTORE_PREFIX), len(RESTORE_PREFIX) + _COPY_BYTES):
        copy = body[start : start + _COPY_BYTES]
        fields = copy[: _FIELDS.size]
        if len(copy) == _COPY_BYTES and hashlib.sha256(fields).digest() == copy[_FIELDS.size :]:
            before, incarnation, user, recorded_at, made_at = _FIELDS.unpack(fields)
            return RestoreLine(
                before=before,
                incarnation=incarnation,
                user=user,
                recorded_at=recorded_at,
                backup_made_at=made_at,
            )
    raise InvalidRestoreLine("the fields of a line that begins an incarnation")


def list_past_incarnations(db: Connection, current: UUID) -> tuple[tuple[int, UUID], ...]:
    """The incarnations before the current one, oldest first, each with the number of its last line."""
    first = db.execute(select(audit_log_table).where(audit_log_table.c.seq == 1)).first()
    if first is not None and first.hash == chain_hash(current, 1, GENESIS_HASH, first.body):
        # So the whole log is of one incarnation, and need not be searched.
        return ()
    columns = audit_log_table.c.seq, audit_log_table.c.body
    query = select(*columns).where(func.length(audit_log_table.c.body) == BODY_BYTES).order_by(columns[0])
    past = []
    for row in db.execute(query):
        try:
            line = decode_body(row.body)
        except InvalidRestoreLine:
            continue
        if row.body[:1] == RESTORE_PREFIX:
            past.append((row.seq - 1, UUID(bytes=line.before)))
    return tuple(past)


def find_last_restore(db: Connection, vault: Vault) -> RestoreLine | None:
    """Return the line that began the current incarnation; None if none did, or it cannot be read."""
    load_past_incarnations(db, vault)
    if not vault.past_incarnations:
        return None
    first_seq = vault.past_incarnations[-1][0] + 1
    query = select(audit_log_table.c.body).where(audit_log_table.c.seq == first_seq)
    try:
        return decode_body(db.scalar(query) or b"")
    except InvalidRestoreLine:
        return None


def load_past_incarnations(db: Connection, vault: Vault) -> None:
    """Let this vault know which incarnation each line belongs to; done once."""
    if vault.past_incarnations is None:
        vault.past_incarnations = list_past_incarnations(db, vault.incarnation)


def incarnation_of(vault: Vault, seq: int) -> UUID:
    """The incarnation that the line of this number belongs to, once they were loaded."""
    return _find_incarnation(vault.past_incarnations or (), seq, vault.incarnation)


def find_incarnations(db: Connection, vault: Vault | None) -> Callable[[int], UUID]:
    """A function from the number of a line to its incarnation; without a vault, by the ids in the store."""
    if vault is not None:
        load_past_incarnations(db, vault)
        return lambda seq: incarnation_of(vault, seq)
    current = load_vault_ids(db)[1]
    past = list_past_incarnations(db, current)
    return lambda seq: _find_incarnation(past, seq, current)


def list_spans(db: Connection) -> list[tuple[int | None, UUID]]:
    """The incarnations by the ids in the store, oldest first, each with the number of its last line.

    The current one stands last, with None.
    """
    current = load_vault_ids(db)[1]
    return [*list_past_incarnations(db, current), (None, current)]


def _find_incarnation(past: tuple[tuple[int, UUID], ...], seq: int, current: UUID) -> UUID:
    return next((incarnation for last_seq, incarnation in past if seq <= last_seq), current)


def begin_incarnation(db: Connection, vault: Vault, *, backup_made_at: int, now: datetime) -> None:
    """Go on under a new id, in a write transaction that has checked the lines before and signed nothing yet.

    What the check found is signed by the next entry, under the new id.

    Args:
        backup_made_at: when the backup was made that this store was restored from, in microseconds, as the
            mark in the folder says; 0 if that is not known. Never later than `now`.

    Raises:
        ChainBroken: there is no number left for the line.
    """
    load_past_incarnations(db, vault)
    before, past = vault.incarnation, vault.past_incarnations or ()
    seq, previous_hash = last_position(db)
    line = RestoreLine(
        before=before.bytes,
        incarnation=uuid4().bytes,
        user=vault.user_id.bytes,
        recorded_at=max(0, to_microseconds(now)),
        # Anybody who can write to the folder can put the mark there, and no backup is made after this line.
        backup_made_at=min(backup_made_at, max(0, to_microseconds(now))),
    )

    def undo() -> None:
        vault.incarnation, vault.past_incarnations, vault.inventory = before, past, None

    on_rollback(db, undo)
    incarnation = UUID(bytes=line.incarnation)
    db.execute(vault_table.update().values(incarnation=incarnation))
    body = encode_body(line)
    entry_hash = chain_hash(incarnation, seq + 1, previous_hash, body)
    signature = vault.sign(RESTORE_LABEL, *signed_fields(vault, line, seq + 1, entry_hash))
    transaction_of(db).append_entry(
        audit_log_table,
        ChainRow(seq + 1, body, entry_hash, signature),
        incarnation=incarnation,
        at=to_microseconds(now),
    )
    vault.incarnation, vault.past_incarnations = incarnation, (*past, (seq, before))
    # Read again, with the lines of both.
    vault.inventory = None


def signed_fields(
    vault: Vault, line: RestoreLine, seq: int, entry_hash: bytes
) -> tuple[UUID, bytes, bytes, int, bytes]:
    """What the clinician signs under `RESTORE_LABEL` for such a line."""
    return vault.vault_id, line.before, line.incarnation, seq, entry_hash
