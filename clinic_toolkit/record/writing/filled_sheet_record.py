"""What is stored about a sheet that left as a file to fill in, and about what came back of it."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from clinic_toolkit.journal.record_kind import RecordKind, RecordNouns, register_kind
from clinic_toolkit.record.people.client_scoped import ClientScoped
from clinic_toolkit.store.base import sealed_table

filled_sheet_table = sealed_table("filled_sheet")

# The value of a box that was ticked.
TICK = "on"


class FilledSheetState(StrEnum):
    """Whether answers of the sheet were kept."""

    OUT = "out"
    BACK = "back"


class FilledSheetEvent(StrEnum):
    """What the audit log says was done to a sheet as a file."""

    MADE = "filled.made"
    KEPT = "filled.kept"


class FilledSheet(ClientScoped, array_like=True, frozen=True, kw_only=True):
    """The random code by which the file of a handout is known, and the answers that were confirmed.

    `definition_digest` is that of the sheet when the code was made; for a later version of the sheet there is
    another code. `answers` are pairs of a field's id and its value: a text, `on` for a tick, or the code of
    an option. The file itself is never kept.
    """

    handout: bytes
    code: str
    definition_digest: str
    earlier_codes: tuple[str, ...] = ()
    answers: tuple[tuple[str, str], ...] = ()
    answered_at: datetime | None = None

    @property
    def handout_id(self) -> UUID:
        """The handout that the file is of."""
        return UUID(bytes=self.handout)

    @property
    def written_texts(self) -> tuple[str, ...]:
        """What was filled in, without the ticks: a tick is no word of anybody."""
        return tuple(value for _, value in self.answers if value != TICK)

    def __repr__(self) -> str:
        return "<FilledSheet>"


FILLED_SHEET = register_kind(
    RecordKind(
        table=filled_sheet_table,
        payload_type=FilledSheet,
        states=FilledSheetState,
        events=FilledSheetEvent,
        nouns=RecordNouns(
            in_sentence="the answers on a worksheet",
            one="a worksheet as a file",
            many="worksheets as files",
        ),
    )
)
