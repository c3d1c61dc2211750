"""What is stored about a version of a worksheet that the practice wrote, copied or took in."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from clinic_toolkit.journal.record_kind import RecordKind, RecordNouns, register_kind
from clinic_toolkit.store.base import sealed_table

own_worksheet_table = sealed_table("own_worksheet")


class OwnWorksheetState(StrEnum):
    """The state of a version of a worksheet."""

    OFFERED = "offered"
    RETIRED = "retired"
    SUPERSEDED = "superseded"


class OwnWorksheetEvent(StrEnum):
    """What the audit log says was done to a version of a worksheet."""

    ADDED = "worksheet.added"
    SUPERSEDED = "worksheet.superseded"
    RETIRED = "worksheet.retired"
    OFFERED = "worksheet.offered"


class SheetOrigin(StrEnum):
    """Where a worksheet of one's own came from."""

    WRITTEN = "written"
    COPIED = "copied"
    TAKEN_IN = "taken_in"


class OwnWorksheet(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """One version of one worksheet: the bytes of its definition, their digest, and for whom it is.

    `sheet` is the id, as 16 bytes, that all versions share, and `client` the client that it was written for,
    or None for the whole practice. `copied_from` is the slug of the sheet that it was copied from.
    """

    sheet: bytes
    client: bytes | None
    version: str
    title: str
    definition_digest: str
    definition: bytes
    origin: SheetOrigin
    copied_from: str
    added_at: datetime

    @property
    def sheet_id(self) -> UUID:
        """The id that all versions of the sheet share."""
        return UUID(bytes=self.sheet)

    @property
    def client_id(self) -> UUID | None:
        """The client that it was written for; None for the whole practice."""
        return UUID(bytes=self.client) if self.client else None

    @property
    def slug(self) -> str:
        """What a handout names the sheet by."""
        return slug_of(self.sheet_id)

    def __repr__(self) -> str:
        return "<OwnWorksheet>"


def slug_of(sheet_id: UUID) -> str:
    """The slug of the practice's own sheet with this id; no sheet that ships has one like it."""
    return f"own-{sheet_id.hex}"


def sheet_id_of(slug: str) -> UUID | None:
    """The id of the practice's own sheet with this slug; None if it is that of no such sheet."""
    prefix, _, digits = slug.partition("-")
    if prefix != "own" or len(digits) != 32:
        return None
    try:
        return UUID(hex=digits)
    except ValueError:
        return None


OWN_WORKSHEET = register_kind(
    RecordKind(
        table=own_worksheet_table,
        payload_type=OwnWorksheet,
        states=OwnWorksheetState,
        events=OwnWorksheetEvent,
        nouns=RecordNouns(
            in_sentence="a worksheet of your own",
            one="a worksheet of your own",
            many="worksheets of your own",
        ),
    )
)
