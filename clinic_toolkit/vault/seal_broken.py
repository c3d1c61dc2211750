"""The error for a sealed row that does not open."""

from uuid import UUID

from clinic_toolkit.errors import ClinicError


class SealBroken(ClinicError):
    """A stored row is not what was sealed for its place; its content is never shown, not even in part."""

    def __init__(self, *, table: str, record: UUID) -> None:
        super().__init__(
            f"One stored entry ({table} {record.hex[:8]}) is damaged or was changed outside this program. "
            "It is not shown. Everything else can be used; a backup may still hold it."
        )
        self.table = table
        self.record = record
