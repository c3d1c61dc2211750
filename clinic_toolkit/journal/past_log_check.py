"""Whether the audit log from before the keys were replaced is as the old identity signed it.

A line that could not be read then is kept as it was, and its chain goes on from the hash that it had: what it
said is not known, and nothing vouches for it.
"""

from collections.abc import Callable, Iterator
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.crypto.signature import verify_signature
from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal import audit_entries, audit_log, past_log
from clinic_toolkit.journal.audit_log import KEYLESS_PREFIX, SEALED_PREFIX, chain_hash
from clinic_toolkit.journal.incarnations import RESTORE_PREFIX
from clinic_toolkit.journal.past_log import KeyChange, PastLine, UnreadLine
from clinic_toolkit.store.chain import ChainRow
from clinic_toolkit.store.transactions import transaction_of
from clinic_toolkit.vault.inventory import GENESIS_HASH
from clinic_toolkit.vault.vault import SealBroken, Vault

_LINES_PER_STEP = 500


class PastLogBroken(ClinicError):
    """The old log is not as the old identity signed it."""

    def __init__(self, seq: int) -> None:
        super().__init__(
            f"Line {seq} of the audit trail from before the keys were replaced is not as it was signed then."
        )


def find_key_change(
    db: Connection, vault: Vault, report_step: Callable[[], None] = lambda: None
) -> KeyChange | None:
    """Return the newest change of keys that the log tells of; None if there was none.

    Only a line counts that the present identity signed, in its place of the chain.
    """
    found: KeyChange | None = None
    signatures = audit_entries.SignatureCheck(db, vault)
    for row in audit_entries.iter_chained_rows(db, vault, 0, GENESIS_HASH):
        if row.seq % _LINES_PER_STEP == 0:
            report_step()
        change = _read_change(vault, row)
        if change is not None and signatures.is_signed_by(row, vault.user_id):
            found = change
    return found


def check_past_log(
    db: Connection, vault: Vault, change: KeyChange, report_step: Callable[[], None] = lambda: None
) -> int:
    """Verify the old log as far as the change of keys; returns how many lines it has.

    Raises:
        PastLogBroken: a line is not as the old identity signed it, or says something else now.
    """
    past_hash, seq = GENESIS_HASH, 0
    for row, line in _iter_past_lines(db, vault, change):
        seq = row.seq
        if isinstance(line, UnreadLine):
            past_hash = line.hash or past_hash
        else:
            incarnation = UUID(bytes=past_log.incarnation_of(change, seq))
            past_hash = chain_hash(incarnation, seq, past_hash, line.body)
            past_row = ChainRow(seq, line.body, past_hash, line.signature)
            if line.body[:1] != KEYLESS_PREFIX and not (
                line.signature is not None
                and audit_entries.is_signed_with(vault, past_row, change.signing_key, incarnation)
                and _says_the_same(vault, change, row, line.body)
            ):
                raise PastLogBroken(seq)
        report_step()
    handed_over = past_log.handed_over(vault, change.incarnations[-1][1], change.seq, change.hash)
    if (seq, past_hash) != (change.seq, change.hash) or not verify_signature(
        change.signing_key, past_log.REKEY_LABEL, *handed_over, signature=change.signature
    ):
        raise PastLogBroken(change.seq)
    return seq


def _iter_past_lines(
    db: Connection, vault: Vault, change: KeyChange
) -> Iterator[tuple[ChainRow, PastLine | UnreadLine]]:
    """Yield each line up to the change, with what it was before."""
    for row in transaction_of(db).iter_entries(audit_log.audit_log_table, 1, change.seq):
        if row.body[:1] == KEYLESS_PREFIX:
            yield row, PastLine(row.body, None)
            continue
        try:
            raw = audit_entries.open_body(vault, row.seq, row.body)
            line = past_log.decode_unread_line(raw) or past_log.decode_past_line(raw)
        except audit_entries.UNREADABLE_ERRORS:
            raise PastLogBroken(row.seq) from None
        yield row, line


def _says_the_same(vault: Vault, change: KeyChange, row: ChainRow, body: bytes) -> bool:
    """Whether the old line, opened by its old key, says what the line says that took its place."""
    now_said = audit_entries.open_payload(vault, row.seq, row.body)
    if body[:1] == RESTORE_PREFIX:
        return audit_entries.open_payload(vault, row.seq, body) == now_said
    try:
        return past_log.decode_entry(past_log.open_past_content(vault, change, row.seq, body)) == now_said
    except (SealBroken, msgspec.DecodeError, LookupError):
        return False


def _read_change(vault: Vault, row: ChainRow) -> KeyChange | None:
    if row.body[:1] != SEALED_PREFIX or row.signature is None:
        return None
    try:
        return past_log.decode_change(audit_entries.open_body(vault, row.seq, row.body))
    except audit_entries.UNREADABLE_ERRORS:
        return None
