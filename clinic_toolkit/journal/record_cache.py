"""Single records that a vault opened or saved, kept so that later pages need not open them again."""

from contextlib import suppress
from typing import Any, TypeVar

import msgspec

from clinic_toolkit.journal.integrity_reasons import IntegrityReason
from clinic_toolkit.journal.record_kind import RecordKind
from clinic_toolkit.journal.record_versions import RecordVersion, as_read, open_versions
from clinic_toolkit.store.rows import RowValues, SealedRow
from clinic_toolkit.vault.vault import Vault

P = TypeVar("P", bound=msgspec.Struct)

# Most versions kept for each table: enough for the pages of a day, and little plaintext beside the lists.
MAX_VERSIONS = 256


def open_row(vault: Vault, kind: RecordKind[P], row: SealedRow) -> RecordVersion[P] | IntegrityReason:
    """Open a row, or return what it held when it was opened before; all its bytes must be the same.

    What was opened is kept on the vault and goes with it. A row that does not open is tried again each time.
    """
    cache = _cache_of(vault, kind)
    known = cache.get(row.record)
    if known is not None and known[0] == row:
        version: RecordVersion[P] = known[1]
        return version
    (opened,) = open_versions(vault, kind, [row])
    if not isinstance(opened, IntegrityReason):
        if len(cache) >= MAX_VERSIONS:
            cache.clear()
        cache[row.record] = (row, opened)
    return opened


def note_replaced(vault: Vault, kind: RecordKind[P], version: RecordVersion[P], values: RowValues) -> None:
    """Remember a version that takes the place of a draft in its row.

    Whether it is there is seen when the row is read: if the save failed, the row has other bytes.

    Args:
        values: the values of the row that was written.
    """
    cache = _cache_of(vault, kind)
    if known := cache.get(version.id):
        row: SealedRow = known[0]
        with suppress(msgspec.DecodeError):
            cache[version.id] = (row._replace(**values), as_read(kind, version))


def _cache_of(vault: Vault, kind: RecordKind[Any]) -> dict[Any, Any]:
    return vault.record_cache.setdefault(f"{kind.name} {kind.schema_version}: loaded", {})
