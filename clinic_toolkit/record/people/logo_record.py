"""What is stored of the logo of the practice: bare dots, never the file that it came in."""

from enum import StrEnum

import msgspec

from clinic_toolkit.images.logo_limits import Logo
from clinic_toolkit.journal.record_kind import RecordKind, RecordNouns, register_kind
from clinic_toolkit.store.base import sealed_table

practice_logo_table = sealed_table("practice_logo")


class LogoState(StrEnum):
    """The state of the logo."""

    KEPT = "kept"
    REMOVED = "removed"


class LogoEvent(StrEnum):
    """What the audit log says was done to the logo."""

    KEPT = "logo.kept"
    REMOVED = "logo.removed"


class PracticeLogo(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """The logo: its size in dots, and each dot as three bytes, row by row; all empty once it is removed."""

    width: int = 0
    height: int = 0
    dots: bytes = b""

    @property
    def logo(self) -> Logo | None:
        """The picture; None if it is removed, or does not fit its size."""
        found = Logo(width=self.width, height=self.height, dots=self.dots)
        return found if found.is_sound else None


PRACTICE_LOGO = register_kind(
    RecordKind(
        table=practice_logo_table,
        payload_type=PracticeLogo,
        states=LogoState,
        events=LogoEvent,
        nouns=RecordNouns(in_sentence="the logo of the practice", one="the logo", many="logos"),
    )
)
