"""Risk entries: what was done about a safety prompt, or about a worry that no form raised. Dated and final.

An entry is never changed. Whoever knows more writes a further one, which may follow an earlier one.
"Not today" closes nothing: it says why a prompt was not asked about yet, and on which day that is looked at
again.
"""

from contextlib import suppress
from datetime import date, datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.record import clients, joined, relationships, rows, sessions
from clinic_toolkit.record.days import written
from clinic_toolkit.record.given import Given, in_hour
from clinic_toolkit.record.hurt import Unreadable
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.store.base import sealed_table
from clinic_toolkit.vault.vault import Vault

risk_entry = sealed_table("risk_entry")

ASKED, IN_HAND, NOT_TODAY = "asked", "in_hand", "not_today"
HOW = {ASKED: "Asked today", IN_HAND: "Already in hand", NOT_TODAY: "Not today, because"}
# What was not asked today is looked at again in the next hour, and after so many days at the latest.
PUT_OFF_DAYS = 7
AT_HOME, IN_THE_ROOM = "home", "room"
WHERE = {AT_HOME: "sheets may go home", IN_THE_ROOM: "sheets stay in the room"}


class NoReason(ClinicError):
    """ "Not today" without saying why."""

    def __init__(self) -> None:
        super().__init__("Write in a few words why you did not ask today.")


class CheckTooLate(ClinicError):
    """What was not asked today would wait too long."""

    def __init__(self) -> None:
        super().__init__(f"You have not asked today, so the next check must be within {PUT_OFF_DAYS} days.")


class NothingWritten(ClinicError):
    """An entry that says nothing."""

    def __init__(self) -> None:
        super().__init__("Choose one of these, or write at least one line.")


class Raised(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """The very answer that raised a prompt. Another answer to the same question is another matter.

    `administration` is the questionnaire it was given in; None in an older entry, where it is the entry's.
    """

    item: str
    flag: str
    status: str
    value: int | None
    talk: bool
    administration: bytes | None = None


class RiskEntry(Given, array_like=True, frozen=True, kw_only=True):
    """What was done, on which day. `how` is a key of `HOW`, or empty in an entry without a prompt.

    `fear` says that fear of this person was asked about in private on that day, and where sheets about
    them may be worked with: a key of `WHERE`, or empty if it was not asked. What was said about it stands
    nowhere but in the lines that the clinician chose to write. `word` is the client's word for the
    relationship at that time.
    """

    on: date
    relationship: bytes | None = None
    administration: bytes | None = None
    closes: tuple[Raised, ...] = ()
    how: str = ""
    because: str = ""
    asked: str = ""
    protects: str = ""
    did: str = ""
    consulted: str = ""
    next_check: date | None = None
    fear: str = ""
    follows: bytes | None = None
    word: str = ""

    @property
    def relationship_id(self) -> UUID | None:
        """Whom it is about; None is nobody in particular."""
        return UUID(bytes=self.relationship) if self.relationship else None

    @property
    def administration_id(self) -> UUID | None:
        """The questionnaire from which it was written, if any; it may close what others raised too."""
        return UUID(bytes=self.administration) if self.administration else None

    @property
    def answers(self) -> tuple[Raised, ...]:
        """What it closes, each answer with its questionnaire."""
        return tuple(
            msgspec.structs.replace(each, administration=each.administration or self.administration)
            for each in self.closes
        )

    @property
    def follows_id(self) -> UUID | None:
        """The entry that it adds to, if any."""
        return UUID(bytes=self.follows) if self.follows else None

    @property
    def lines(self) -> tuple[tuple[str, str], ...]:
        """What was written, each line with its name; empty ones are left out."""
        found = (
            ("Asked, and answered", self.asked),
            ("What protects", self.protects),
            ("What I did", self.did),
            ("Whom I consulted", self.consulted),
            ("Next check", written(self.next_check) if self.next_check else ""),
        )
        return tuple((name, text) for name, text in found if text)

    @property
    def in_short(self) -> str:
        """How it was dealt with, in one line; empty if that is not said."""
        if self.how == NOT_TODAY:
            return f"Not today, because: {self.because}"
        return HOW.get(self.how, "")

    @property
    def as_put_off(self) -> str:
        """Why it was not asked yet and when that is looked at again; empty if it was not put off."""
        if self.how != NOT_TODAY:
            return ""
        reason = self.because if self.because.endswith((".", "?", "!")) else f"{self.because}."
        check = f" Next check on {written(self.next_check)}." if self.next_check else ""
        return f"Not asked yet, because: {reason}{check}"


def in_words(body: RiskEntry) -> str:
    """The entry as plain sentences, without a name and without which question it came from."""
    found = [f"{body.in_short}."] if body.in_short else []
    found += [f"{name}: {text}" + ("" if text.endswith((".", "?")) else ".") for name, text in body.lines]
    if body.fear:
        found.append(f"Asked in private about fear; {WHERE[body.fear]}.")
    return " ".join(found)


def write(
    db: Connection, vault: Vault, body: RiskEntry, *, now: datetime, number: UUID | None = None
) -> Kept[RiskEntry]:
    """Write an entry, with the word that the client has for the person now. Nothing changes it afterwards.

    "Not today" without a day for the next check gets one.

    Args:
        number: the one-time number of the form; it becomes the entry's id.

    Raises:
        NoReason: it says "not today" and not why.
        CheckTooLate: it says "not today" and puts the next check off for more than `PUT_OFF_DAYS`.
        NothingWritten: it says nothing at all.
    """
    if body.how == NOT_TODAY:
        if not body.because.strip():
            raise NoReason
        day = body.next_check or next_check(db, vault, body.client_id, today=body.on)
        if day > latest_check(body.on):
            raise CheckTooLate
        body = msgspec.structs.replace(body, next_check=day)
    if not (body.how or body.lines or body.fear):
        raise NothingWritten
    if body.relationship_id:
        with suppress(rows.NotThere, Unreadable):
            word = relationships.get(db, vault, body.relationship_id).body.word
            body = msgspec.structs.replace(body, word=word)
    return rows.begin(
        db,
        vault,
        risk_entry,
        body,
        ring=vault.ring_of(body.client_id, "record"),
        state="written",
        event="risk.written",
        now=now,
        final=True,
        id=number,
    )


def get(db: Connection, vault: Vault, id: UUID) -> Kept[RiskEntry]:
    """One entry.

    Raises:
        rows.NotThere: there is none that this clinician may see.
    """
    return rows.latest(db, vault, risk_entry, id, RiskEntry)


def of_client(db: Connection, vault: Vault, client_id: UUID) -> list[Kept[RiskEntry]]:
    """The entries about a client, newest first; to read (`joined`)."""
    found = rows.in_rings(db, vault, risk_entry, clients.rings(db, vault, client_id), RiskEntry)
    return joined.of(db, vault).as_one(found)[::-1]


def of_session(
    db: Connection, vault: Vault, client_ids: tuple[UUID, ...], session_id: UUID
) -> list[Kept[RiskEntry]]:
    """The entries about these clients written for one hour, oldest first."""
    return in_hour(lambda client_id: of_client(db, vault, client_id), client_ids, session_id)


def latest_check(today: date) -> date:
    """The last day to which something that was not asked today can be put off."""
    return today + timedelta(days=PUT_OFF_DAYS)


def next_check(db: Connection, vault: Vault, client_id: UUID, *, today: date) -> date:
    """The day of the client's next hour alone, or `latest_check` if that comes first.

    A couple's hour is no occasion: nothing is asked in private there.
    """
    own = joined.alone(db, vault, client_id)
    days = [
        kept.body.on
        for kept in sessions.of_cases(db, vault, own)
        if kept.body.on > today and kept.body.attendance == "planned"
    ]
    return min([*days, latest_check(today)])


def everything(db: Connection, vault: Vault) -> list[Kept[RiskEntry]]:
    """Every entry of this clinician, oldest first; to read (`joined`)."""
    return joined.of(db, vault).as_one(rows.everywhere(db, vault, risk_entry, RiskEntry))
