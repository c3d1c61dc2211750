"""What is stored about the days on which the practice is closed."""

from datetime import date
from enum import StrEnum

import msgspec

from clinic_toolkit.journal.record_kind import RecordKind, RecordNouns, register_kind
from clinic_toolkit.store.base import sealed_table

practice_closure_table = sealed_table("practice_closure")


class ClosureState(StrEnum):
    """The state of days on which the practice is closed."""

    PLANNED = "planned"
    WITHDRAWN = "withdrawn"


class ClosureEvent(StrEnum):
    """What the audit log says was done to such days."""

    PLANNED = "closure.planned"
    WITHDRAWN = "closure.withdrawn"


class PracticeClosure(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """From which day to which the practice is closed, both included, and the clinician's words for it."""

    first_on: date
    last_on: date
    words: str = ""

    def covers(self, day: date) -> bool:
        """Return whether the practice is closed on this day."""
        return self.first_on <= day <= self.last_on


PRACTICE_CLOSURE = register_kind(
    RecordKind(
        table=practice_closure_table,
        payload_type=PracticeClosure,
        states=ClosureState,
        events=ClosureEvent,
        nouns=RecordNouns(
            in_sentence="days on which the practice is closed",
            one="the days of a closure",
            many="closures of the practice",
        ),
    )
)
