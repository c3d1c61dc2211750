"""The values that a packet is drawn from, beside those of its papers."""

from msgspec import Struct

from clinic_toolkit.record.values.page_values import Letterhead


class SeparatorPage(Struct, frozen=True, kw_only=True):
    """The sheet before the papers of one session in a packet: its time and initials, for the clinician."""

    letterhead: Letterhead
    title: str
    lines: tuple[str, ...] = ()
