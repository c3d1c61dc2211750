"""The header of the papers for the clinician alone: the practice, and the facts of the session."""

from typing import TYPE_CHECKING

from clinic_toolkit.dates import format_date, format_time_range
from clinic_toolkit.documents.blocks import Block, Text
from clinic_toolkit.documents.labelled_value import LabelledValue
from clinic_toolkit.documents.picture import Picture
from clinic_toolkit.documents.styles import BODY, QUIET, STRONG, TextStyle

if TYPE_CHECKING:
    from clinic_toolkit.record.values.page_values import Letterhead, TherapySessionFacts

LABEL_WIDTH = 92.0
_PRACTICE = TextStyle(size=10, bold=True)
_CLINICIAN = TextStyle(size=10, colour=QUIET.colour)


def letterhead_block(value: "Letterhead") -> Text:
    """The names of the practice and of the clinician, in one line."""
    names = [(value.practice_name, _PRACTICE), (f"  {value.clinician_name}", _CLINICIAN)]
    return Text([(name, style) for name, style in names if name.strip()], after=16)


def letterhead_blocks(value: "Letterhead") -> list[Block]:
    """The logo, the names, the address and the licence: for a paper that says whose it is."""
    above: list[Block] = [Picture(value.logo, after=8)] if value.logo else []
    lines = [line for line in (*value.address.splitlines(), value.licence_line) if line.strip()]
    names = letterhead_block(value)
    if not lines:
        return [*above, names]
    names.after = 2
    below: list[Block] = [Text(line, _CLINICIAN) for line in lines[:-1]]
    return [*above, names, *below, Text(lines[-1], _CLINICIAN, after=16)]


def fact_row(
    label: str, value: str, style: TextStyle = BODY, *, before: float = 2, keep_with_next: bool = False
) -> LabelledValue:
    """One fact: its label in quiet letters, and the value beside it."""
    return LabelledValue(
        Text(label, QUIET),
        Text(value, style),
        label_width=LABEL_WIDTH,
        before=before,
        keep_with_next=keep_with_next,
    )


def session_fact_blocks(session: "TherapySessionFacts", *, close: bool = False) -> list[Block]:
    """The facts of the session, one labelled value a line; empty ones are left out.

    Args:
        session: the facts.
        close: date and time on one line, and kind, place and attendance on another, for a full page.
    """
    times = format_time_range(session.start, session.end)
    date = format_date(session.session_date)
    rows = (
        [
            ("Client", session.client_names, STRONG),
            ("Date", ", ".join(filter(None, (date, times))), BODY),
            ("", session.remark, BODY),
            ("Kind", " · ".join(filter(None, (session.kind, session.place, session.attendance))), BODY),
            ("Present", session.present_names, BODY),
        ]
        if close
        else [
            ("Client", session.client_names, STRONG),
            ("Date", date, BODY),
            ("Time", times, BODY),
            ("", session.remark, BODY),
            ("Kind", session.kind, BODY),
            ("Place", session.place, BODY),
            ("Attendance", session.attendance, BODY),
            ("Present", session.present_names, BODY),
        ]
    )
    return [fact_row(label, value, style) for label, value, style in rows if value.strip()]
