"""The rows of sealed tables, as every engine takes and returns them."""

from typing import Any, NamedTuple
from uuid import UUID

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.store.types import cached_uuid

# What a new row is made of; its id is given by the engine.
COLUMNS = ("record", "version", "ring", "key_id", "final", "sealed")
# The values of a new row by column: `record` and `ring` are UUIDs, `key_id` and `sealed` bytes.
RowValues = dict[str, Any]


class SealedRow(NamedTuple):
    """One row of a sealed table."""

    id: int
    record: UUID
    version: int
    ring: UUID
    key_id: bytes
    final: int
    sealed: bytes


# The same columns as an engine stores them: record and ring are 16 bytes each.
RawRow = tuple[int, bytes, int, bytes, bytes, int, bytes]


class RowTaken(ClinicError):
    """There is a row of this record and version already, or an entry of this number: another save won."""

    def __init__(self) -> None:
        super().__init__("Something else was saved in the same place at the same time. Please save again.")


def to_sealed_row(row: RawRow) -> SealedRow:
    """Convert a raw row: record and ring become UUIDs."""
    id, record, version, ring, key_id, final, sealed = row
    return SealedRow(id, UUID(bytes=record), version, cached_uuid(ring), key_id, final, sealed)
