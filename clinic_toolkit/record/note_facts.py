"""The facts of a note: what is read beside its text, fixed as values when the note is signed.

Page, paper and plain copy of a signed note are drawn from these values and from nothing else, so
that no later change of the hour, a name or the practice changes a signed note.
"""

from datetime import date, time
from hashlib import sha256

import msgspec

from clinic_toolkit.record.summaries import HourFacts, Letterhead

NO_END = "The end was not known when this was signed."
PLANNED_END = "The session was still open when this was signed; the end shown is the planned one."

_encode = msgspec.msgpack.Encoder().encode


class Versions(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """Which versions the facts were read from: of the hour, the practice, and each client of the case.

    `forms` are the questionnaires of the hour, each with the version that it had.
    """

    hour: int
    practice: int
    people: tuple[int, ...]
    forms: tuple[tuple[bytes, int], ...] = ()

    @property
    def written(self) -> str:
        """As a page sends it back, such as "5-2-1": hour, practice, clients."""
        return "-".join(map(str, (self.hour, self.practice, *self.people)))

    @classmethod
    def read(cls, sent: str) -> "Versions | None":
        """What a page sent back, or None if no page of ours sends that."""
        parts = sent.split("-")
        if len(parts) < 2 or not all(part.isascii() and part.isdigit() and len(part) < 10 for part in parts):
            return None
        hour, practice, *people = map(int, parts)
        return cls(hour=hour, practice=practice, people=tuple(people))


class NoteFacts(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """The facts in words, as they are read.

    `people` are the names of the clients of the case, in its order; `open` says that the hour had not
    been ended; `paper` is "A4" or "Letter"; `status_lines` say what is known of the questionnaires that
    the note quotes.
    """

    people: tuple[str, ...]
    kind: str
    on: date
    start: time | None
    end: time | None
    open: bool
    place: str
    attendance: str
    present: str
    practice: str
    clinician: str
    paper: str
    demo: bool
    status_lines: tuple[str, ...]
    versions: Versions

    @property
    def hour(self) -> HourFacts:
        """The facts of the hour, to be shown."""
        return HourFacts(
            who=" and ".join(self.people),
            kind=self.kind,
            on=self.on,
            start=self.start,
            end=self.end,
            place=self.place,
            attendance=self.attendance,
            present=self.present,
            remark="" if not self.open else PLANNED_END if self.end else NO_END,
        )

    @property
    def letterhead(self) -> Letterhead:
        """The head of the sheet. A note prints no crisis text."""
        return Letterhead(
            practice=self.practice, clinician=self.clinician, crisis_text="", paper=self.paper, demo=self.demo
        )

    @property
    def digest(self) -> str:
        """Stands for everything that is shown: two sets of facts that read alike have the same one."""
        shown = msgspec.structs.replace(self, versions=Versions(hour=0, practice=0, people=()))
        return sha256(_encode(shown)).hexdigest()
