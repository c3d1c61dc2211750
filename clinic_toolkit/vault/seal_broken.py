"""The errors for a sealed row that does not open, and for a ring in which nothing may be sealed."""

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


class RingReadOnly(SealBroken):
    """Nothing is sealed in a ring that this clinician may only read, or whose statements are damaged."""

    def __init__(self, *, table: str, record: UUID) -> None:
        super().__init__(table=table, record=record)
        ClinicError.__init__(
            self,
            "Nothing was saved: this part of the record can only be read. Who may write in it was changed, "
            "or is damaged in the data file. Lock, and unlock once more; if nothing can be saved then, run "
            "the full check.",
        )
