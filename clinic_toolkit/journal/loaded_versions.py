"""Single records that a vault opened, kept so that later pages need not open them again."""

from typing import TypeVar

import msgspec

from clinic_toolkit.journal.integrity_reasons import IntegrityReason
from clinic_toolkit.journal.record_kind import RecordKind
from clinic_toolkit.journal.record_versions import RecordVersion, open_versions
from clinic_toolkit.store.rows import SealedRow
from clinic_toolkit.vault.vault import Vault

P = TypeVar("P", bound=msgspec.Struct)

# Most versions kept for each table: enough for the pages of a day, and little plaintext beside the lists.
MAX_VERSIONS = 256


def open_row(vault: Vault, kind: RecordKind[P], row: SealedRow) -> RecordVersion[P] | IntegrityReason:
    """Open a row, or return what it held when it was opened before; all its bytes must be the same.

    What was opened is kept on the vault and goes with it. A row that does not open is tried again each time.
    """
    cache = vault.record_cache.setdefault(f"{kind.name} {kind.schema_version}: loaded", {})
    known = cache.get(row.id)
    if known is not None and known[0] == row:
        version: RecordVersion[P] = known[1]
        return version
    (opened,) = open_versions(vault, kind, [row])
    if not isinstance(opened, IntegrityReason):
        if len(cache) >= MAX_VERSIONS:
            cache.clear()
        cache[row.id] = (row, opened)
    return opened
