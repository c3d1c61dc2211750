"""The head of a clinician's sheet: whose practice it is, and the plain facts of the hour."""

from typing import TYPE_CHECKING

from clinic_toolkit.documents import words
from clinic_toolkit.documents.blocks import Block, Pair, Text
from clinic_toolkit.documents.look import BODY, QUIET, STRONG, Look

if TYPE_CHECKING:
    from clinic_toolkit.record.summaries import HourFacts, Letterhead

LABEL_WIDTH = 92.0
_PRACTICE = Look(size=10, bold=True)
_CLINICIAN = Look(size=10, colour=QUIET.colour)


def letterhead(value: "Letterhead") -> Text:
    """The practice's name, and the clinician's beside it."""
    names = [(value.practice, _PRACTICE), (f"  {value.clinician}", _CLINICIAN)]
    return Text([(name, look) for name, look in names if name.strip()], after=16)


def facts(hour: "HourFacts") -> list[Block]:
    """What is known of the hour, one pair a line; what is empty leaves no line."""
    rows = [
        ("Client", hour.who, STRONG),
        ("Date", words.day(hour.on), BODY),
        ("Time", words.hours(hour.start, hour.end), BODY),
        ("", hour.remark, BODY),
        ("Kind", hour.kind, BODY),
        ("Place", hour.place, BODY),
        ("Attendance", hour.attendance, BODY),
        ("Present", hour.present, BODY),
    ]
    return [
        Pair(Text(label, QUIET), Text(value, look), label_width=LABEL_WIDTH, before=2)
        for label, value, look in rows
        if value.strip()
    ]
