"""Clients: the people an hour is for. A code or initials are enough to begin."""

import unicodedata
from datetime import date, datetime
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.record import cases, rows
from clinic_toolkit.record.kept import HURT, Kept
from clinic_toolkit.store.base import sealed_table
from clinic_toolkit.vault.vault import Vault

client = sealed_table("client")

ADULT = 18
UNREADABLE = "(details cannot be read)"


class TooYoung(ClinicError):
    """The birth date makes the client a minor."""

    def __init__(self) -> None:
        super().__init__(
            "This birth date is less than 18 years ago. The questionnaires and worksheets here are written "
            "for adults, and the law asks for other consent and access rules for minors, so the toolkit does "
            "not keep a record for anyone under 18."
        )


class Client(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """Who someone is and how they may be reached. `leave_message` is "ask", "yes" or "no"."""

    name: str
    birth_date: date | None = None
    phone: str = ""
    email: str = ""
    address: str = ""
    reach_note: str = ""
    leave_message: str = "ask"
    emergency_name: str = ""
    emergency_phone: str = ""
    emergency_relation: str = ""

    @property
    def initials(self) -> str:
        """The name as far as a list left open on a desk may show it: "Ana Reyes" becomes "A. R."."""
        words = self.name.split()
        if len(words) < 2 or self.name == UNREADABLE:
            return self.name
        return " ".join(f"{word[0].upper()}." for word in (words[0], words[-1]))


def age_on(birth_date: date, day: date) -> int:
    """Whole years; someone born on 29 February has the birthday on 1 March in other years."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def _adult_only(body: Client, now: datetime) -> None:
    if body.birth_date is not None and age_on(body.birth_date, now.astimezone().date()) < ADULT:
        raise TooYoung


def add(
    db: Connection, vault: Vault, body: Client, *, now: datetime, number: UUID | None = None
) -> Kept[Client]:
    """Take a client into the record, with the case of one person that hours will belong to.

    Args:
        number: the one-time number of the form; it becomes the client's id, and both rings are theirs by it.

    Raises:
        TooYoung: the birth date is less than 18 years ago.
    """
    _adult_only(body, now)
    id = number or uuid4()
    ring = vault.new_ring(db, owner=id, ring_class="demographics")
    vault.new_ring(db, owner=id, ring_class="record")
    kept = rows.begin(
        db, vault, client, body, ring=ring, state="active", event="client.added", now=now, final=True, id=id
    )
    cases.open_single(db, vault, id, now=now)
    return kept


def revise(db: Connection, vault: Vault, seen: Kept[Client], body: Client, *, now: datetime) -> Kept[Client]:
    """Save changed details; the earlier ones stay in the record.

    Raises:
        TooYoung: the birth date is less than 18 years ago.
        rows.Stale: they were changed meanwhile.
    """
    _adult_only(body, now)
    # Written anew, a client whose details were hurt is in the list again.
    state = "active" if seen.state == HURT else seen.state
    return rows.append(db, vault, client, seen, body, state=state, event="client.revised", now=now)


def archive(db: Connection, vault: Vault, seen: Kept[Client], *, now: datetime) -> Kept[Client]:
    """Put a client away: out of the lists, nothing deleted."""
    return rows.append(db, vault, client, seen, seen.body, state="archived", event="client.archived", now=now)


def restore(db: Connection, vault: Vault, seen: Kept[Client], *, now: datetime) -> Kept[Client]:
    """Bring an archived client back."""
    return rows.append(db, vault, client, seen, seen.body, state="active", event="client.restored", now=now)


def get(db: Connection, vault: Vault, id: UUID) -> Kept[Client]:
    """One client, as last saved.

    Raises:
        rows.NotThere: there is none that this clinician may see.
    """
    return rows.latest(db, vault, client, id, Client, _stand_in)


def everyone(db: Connection, vault: Vault) -> list[Kept[Client]]:
    """Every client of this clinician, archived ones too, by name."""
    return sorted(
        rows.everywhere(db, vault, client, Client, _stand_in), key=lambda kept: plain(kept.body.name)
    )


def _stand_in(vault: Vault, ring: UUID) -> Client:
    # Hours and notes are reached through their client, so a client whose details are hurt stays in the list.
    return Client(name=UNREADABLE)


def plain(text: str) -> str:
    """Text to compare names by: "zoe" finds Zoë, and Émile stands at E."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(ch for ch in apart if not unicodedata.combining(ch))


def find(db: Connection, vault: Vault, words: str) -> list[Kept[Client]]:
    """Clients whose name, telephone or e-mail holds every one of the words, archived ones too."""
    wanted = plain(words).split()

    def holds(body: Client) -> bool:
        text = plain(" ".join((body.name, body.initials, body.phone, body.email)))
        return all(word in text for word in wanted)

    return [kept for kept in everyone(db, vault) if holds(kept.body)]
