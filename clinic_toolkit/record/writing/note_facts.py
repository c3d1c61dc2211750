"""The facts of a note: everything shown beside its text, fixed as values when the note is signed.

The page, the paper and the plain copy of a signed note are rendered from these values alone, so that no later
change of the session, a name or the practice changes a signed note.
"""

from datetime import date, time
from hashlib import sha256
from uuid import UUID

import msgspec

from clinic_toolkit.dates import Clock, DateOrder, WritingStyle
from clinic_toolkit.record.values.page_values import Letterhead, PaperSize, TherapySessionFacts

END_UNKNOWN = "The end was not known when this was signed."
END_IS_PLANNED = "The session was still open when this was signed; the end shown is the planned one."

_encode_facts = msgspec.msgpack.Encoder().encode


class FactVersions(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """The versions that the facts were read from: session, practice, clinician, and each client.

    `administrations` pairs the id (16 bytes) of each questionnaire of the session with its version.
    """

    therapy_session: int
    practice: int
    clinician: int
    clients: tuple[int, ...]
    administrations: tuple[tuple[bytes, int], ...] = ()

    @property
    def encoded(self) -> str:
        """The versions as a page sends them back: session, practice, clinician, clients; "5-2-1-1"."""
        return "-".join(map(str, (self.therapy_session, self.practice, self.clinician, *self.clients)))

    @classmethod
    def decode(cls, encoded_versions: str) -> "FactVersions | None":
        """Parse what a page sent back; None if it is not of the form that `encoded` produces."""
        parts = encoded_versions.split("-")
        if len(parts) < 3 or not all(part.isascii() and part.isdigit() and len(part) < 10 for part in parts):
            return None
        therapy_session, practice, clinician, *clients = map(int, parts)
        return cls(
            therapy_session=therapy_session, practice=practice, clinician=clinician, clients=tuple(clients)
        )


class NotedGoal(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """A goal of the treatment plan that the note worked on: its id as 16 bytes, and its words then."""

    id_bytes: bytes
    words: str

    @property
    def id(self) -> UUID:
        """The id of the goal, under which the plan has it."""
        return UUID(bytes=self.id_bytes)


class NoteFacts(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """The facts in words, as shown.

    `client_names` are the names of the clients of the case, in its order; `session_was_open` says that the
    session had not been ended; `evidence_lines` state the validation status of
    the questionnaires that the note quotes. `goals` are those of the treatment plan that the note worked on.
    `practice_address` and `licence_line` stand at its head; `date_order` and `clock` are how dates and times
    were written, "" in notes of earlier versions.
    """

    client_names: tuple[str, ...]
    kind: str
    session_date: date
    start: time | None
    end: time | None
    session_was_open: bool
    place: str
    attendance: str
    present_names: str
    practice_name: str
    clinician_name: str
    paper_size: PaperSize
    is_demo: bool
    evidence_lines: tuple[str, ...]
    versions: FactVersions
    goals: tuple[NotedGoal, ...] = ()
    practice_address: str = ""
    licence_line: str = ""
    date_order: str = ""
    clock: str = ""

    @property
    def style(self) -> WritingStyle:
        """How dates and times were written when it was signed, and are written in it for good."""
        first = WritingStyle()
        return WritingStyle(
            DateOrder(self.date_order) if self.date_order else first.order,
            Clock(self.clock) if self.clock else first.clock,
        )

    @property
    def session_facts(self) -> TherapySessionFacts:
        """The facts of the session, as values for pages and paper."""
        return TherapySessionFacts(
            client_names=" and ".join(self.client_names),
            kind=self.kind,
            session_date=self.session_date,
            start=self.start,
            end=self.end,
            place=self.place,
            attendance=self.attendance,
            present_names=self.present_names,
            remark="" if not self.session_was_open else END_IS_PLANNED if self.end else END_UNKNOWN,
        )

    @property
    def letterhead(self) -> Letterhead:
        """The letterhead of the printed note, without the crisis text, which a note does not print."""
        return Letterhead(
            practice_name=self.practice_name,
            clinician_name=self.clinician_name,
            crisis_text="",
            paper_size=self.paper_size,
            is_demo=self.is_demo,
            address=self.practice_address,
            licence_line=self.licence_line,
            style=self.style,
        )

    @property
    def digest(self) -> str:
        """The SHA-256 of everything that is shown, in hex; facts that read the same have the same digest."""
        without_versions = msgspec.structs.replace(
            self, versions=FactVersions(therapy_session=0, practice=0, clinician=0, clients=())
        )
        return sha256(_encode_facts(without_versions)).hexdigest()
