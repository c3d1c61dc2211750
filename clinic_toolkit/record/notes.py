"""Progress notes: a draft until signed, and from then on exactly what was signed.

A note is of an hour and lies in the ring of the hour's case. It is a list of parts: what the
clinician wrote, and blocks the toolkit filled in, each marked with its source.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.record import clients, rows
from clinic_toolkit.record.cases import Case
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.record.note_facts import NoteFacts
from clinic_toolkit.record.sessions import TherapySession
from clinic_toolkit.store.base import sealed_table
from clinic_toolkit.vault.vault import Vault

clinical_note = sealed_table("clinical_note")

SECTIONS = {"DAP": {"data": "Data", "assessment": "Assessment", "plan": "Plan"}}
CLINICIAN = "clinician"


class Signed(ClinicError):
    """The note is signed; nothing changes it any more."""

    def __init__(self) -> None:
        super().__init__("This note is signed and can no longer be changed.")


class NothingToSign(ClinicError):
    """A note without a word cannot be signed."""

    def __init__(self) -> None:
        super().__init__("There is nothing in this note yet. Write at least one line before you sign it.")


class NobodyToSign(ClinicError):
    """A signature needs a name, and a practice whose settings are hurt has none."""

    def __init__(self) -> None:
        super().__init__(
            "The note was not signed: the settings of the practice cannot be read, so your name would be "
            "missing from it. Enter them again on “Your practice”, then sign."
        )


class ClientUnreadable(ClinicError):
    """What a note is signed with stands for good, and of a client whose details are hurt no name is known."""

    def __init__(self) -> None:
        super().__init__(
            "The note was not signed: the details of the client cannot be read, so the name would be "
            "missing from it. Enter them again on the client’s page, then sign."
        )


class Part(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """A piece of one section.

    `source` is "clinician" or says where the text came from; `origin` is the id of the questionnaire
    or worksheet it came from, so that it is offered only once. `offered` is a text that is put in by
    a tick only, and is left out until then.
    """

    section: str
    source: str
    text: str
    origin: str = ""
    left_out: bool = False
    offered: bool = False


class ClinicalNote(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """The note of one hour.

    From the signature on it holds the facts that are read beside it, and the minutes by which the clock on
    the wall was ahead of UTC, so that the time reads the same on a machine in another place.
    """

    session: bytes
    format: str
    parts: tuple[Part, ...]
    signed_at: datetime | None = None
    facts: NoteFacts | None = None
    ahead: int = 0

    @property
    def session_id(self) -> UUID:
        """The hour it is about."""
        return UUID(bytes=self.session)

    @property
    def signer(self) -> str:
        """Whose name stands under it; empty before the signature."""
        return self.facts.clinician if self.facts else ""

    @property
    def signed_local(self) -> datetime | None:
        """When it was signed, by the clock on the wall at that time."""
        wall = timezone(timedelta(minutes=self.ahead))
        return self.signed_at.astimezone(wall) if self.signed_at else None

    @property
    def kept_parts(self) -> tuple[Part, ...]:
        """The parts that are signed: those that hold text and are not left out."""
        return tuple(part for part in self.parts if part.text.strip() and not part.left_out)

    @property
    def quotes_questionnaire(self) -> bool:
        """Whether any of it came from a questionnaire."""
        return any(part.source.startswith("questionnaire") for part in self.kept_parts)


def begin(
    db: Connection, vault: Vault, hour: Kept[TherapySession], parts: Sequence[Part], *, now: datetime
) -> Kept[ClinicalNote]:
    """Begin the note of an hour as a draft."""
    body = ClinicalNote(session=hour.id.bytes, format="DAP", parts=tuple(parts))
    return rows.begin(
        db, vault, clinical_note, body, ring=hour.ring, state="draft", event="note.begun", now=now
    )


def revise(
    db: Connection,
    vault: Vault,
    seen: Kept[ClinicalNote],
    parts: Sequence[Part],
    *,
    version: int,
    now: datetime,
) -> Kept[ClinicalNote]:
    """Save the draft. `version` is the one the author had on screen.

    Raises:
        Signed: the note is signed.
        rows.Stale: the draft was saved elsewhere since.
    """
    if seen.final:
        raise Signed
    if seen.version != version:
        raise rows.Stale
    body = msgspec.structs.replace(seen.body, parts=tuple(parts))
    if body == seen.body:
        return seen
    return rows.rewrite(db, vault, clinical_note, seen, body, state="draft", event="note.saved", now=now)


def sign(
    db: Connection,
    vault: Vault,
    seen: Kept[ClinicalNote],
    *,
    facts: NoteFacts,
    version: int,
    now: datetime,
) -> Kept[ClinicalNote]:
    """Sign the note with the clinician's own key. From now on no verb changes it.

    The signature covers the content, the facts that are read beside it, its author, its time and its
    place in the record, and lies inside the seal: outside, it would let anyone with the file test
    guesses of the content.

    Args:
        facts: what stood beside the text when it was read (`signed_facts.facts_of`); the clinician named
            there is whose name stands under the note.

    Raises:
        Signed: it is signed already.
        NothingToSign: it holds no text.
        NobodyToSign: the practice names no clinician.
        ClientUnreadable: the name of a client cannot be read.
        rows.Stale: the draft was saved elsewhere since it was read.
    """
    if seen.final:
        raise Signed
    if seen.version != version:
        raise rows.Stale
    if not seen.body.kept_parts:
        raise NothingToSign
    if not facts.clinician.strip():
        raise NobodyToSign
    if clients.UNREADABLE in facts.people:
        raise ClientUnreadable
    ahead = now.astimezone().utcoffset() or timedelta()
    body = msgspec.structs.replace(
        seen.body,
        parts=seen.body.kept_parts,
        signed_at=now,
        facts=facts,
        ahead=round(ahead / timedelta(minutes=1)),
    )
    return rows.rewrite(
        db,
        vault,
        clinical_note,
        seen,
        body,
        state="final",
        event="note.signed",
        now=now,
        final=True,
        sign="sig/note",
    )


def is_genuine(vault: Vault, kept: Kept[ClinicalNote]) -> bool:
    """Whether the signature in the note is this clinician's over exactly this content."""
    return kept.signature is not None and vault.signed(
        "sig/note", record=kept.id, version=kept.version, content_id=kept.content_id, signature=kept.signature
    )


def mark(kept: Kept[ClinicalNote]) -> str:
    """A short mark of the signed content, printed with it: three groups of four characters."""
    text = kept.content_id.hex()[:12].upper()
    return " ".join(text[at : at + 4] for at in range(0, 12, 4))


def get(db: Connection, vault: Vault, id: UUID) -> Kept[ClinicalNote]:
    """One note.

    Raises:
        rows.NotThere: there is none that this clinician may see.
    """
    return rows.latest(db, vault, clinical_note, id, ClinicalNote)


def of_session(db: Connection, vault: Vault, hour: Kept[TherapySession]) -> Kept[ClinicalNote] | None:
    """The note of an hour, or None."""
    found = rows.in_rings(db, vault, clinical_note, [hour.ring], ClinicalNote)
    return next((kept for kept in found if kept.body.session_id == hour.id), None)


def of_hours(
    db: Connection, vault: Vault, hours: Sequence[Kept[TherapySession]]
) -> dict[UUID, Kept[ClinicalNote]]:
    """The notes of these hours, by hour; each is opened once."""
    found = rows.in_rings(db, vault, clinical_note, {hour.ring for hour in hours}, ClinicalNote)
    return {kept.body.session_id: kept for kept in found}


def of_lost_hours(
    db: Connection, vault: Vault, taking_part: Sequence[Kept[Case]], hours: Sequence[Kept[TherapySession]]
) -> list[Kept[ClinicalNote]]:
    """The notes of these cases whose hour is none of these hours: it is hurt, and its note is not."""
    read = {hour.id for hour in hours}
    found = rows.in_rings(db, vault, clinical_note, {case.ring for case in taking_part}, ClinicalNote)
    return [kept for kept in found if kept.body.session_id not in read]


def everything(db: Connection, vault: Vault) -> list[Kept[ClinicalNote]]:
    """Every note of this clinician."""
    return rows.everywhere(db, vault, clinical_note, ClinicalNote)
