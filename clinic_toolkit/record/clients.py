"""Clients: the people an hour is for. A code or initials are enough to begin."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.names.folding import fold, holds
from clinic_toolkit.names.initials import initials
from clinic_toolkit.record import cases, memory, rows
from clinic_toolkit.record.kept import HURT, Kept
from clinic_toolkit.store.base import sealed_table
from clinic_toolkit.vault.vault import Vault

client = sealed_table("client")

ADULT = 18
ACTIVE, ARCHIVED, JOINED = "active", "archived", "joined"
UNREADABLE = "(details cannot be read)"


class TooYoung(ClinicError):
    """The birth date makes the client a minor."""

    def __init__(self) -> None:
        super().__init__(
            "This birth date is less than 18 years ago. The questionnaires and worksheets here are "
            "written for adults, and the law has other rules on consent and access for minors. So this "
            "program keeps no record for anyone under 18."
        )


class NotTheSame(ClinicError):
    """These two entries cannot be of one person."""

    def __init__(self) -> None:
        super().__init__(
            "These two entries cannot be joined: they are joined already, or they are the two people of "
            "a couple."
        )


class Client(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """Who someone is and how they may be reached. `leave_message` is "ask", "yes" or "no".

    `code` are initials or a code, shown wherever the name is not. `joined_to` is the entry of the same person
    under which everything of this one is shown.
    """

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
    code: str = ""
    joined_to: bytes | None = None

    @property
    def initials(self) -> str:
        """What a list left open on a desk may show: the code, else what is proposed for the name."""
        if self.name == UNREADABLE:
            return self.name
        return self.code or initials(self.name)


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
        db, vault, client, body, ring=ring, state=ACTIVE, event="client.added", now=now, final=True, id=id
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
    state = (JOINED if body.joined_to else ACTIVE) if seen.state == HURT else seen.state
    return rows.append(db, vault, client, seen, body, state=state, event="client.revised", now=now)


def archive(db: Connection, vault: Vault, seen: Kept[Client], *, now: datetime) -> Kept[Client]:
    """Put a client away: out of the lists, nothing deleted."""
    return rows.append(db, vault, client, seen, seen.body, state=ARCHIVED, event="client.archived", now=now)


def restore(db: Connection, vault: Vault, seen: Kept[Client], *, now: datetime) -> Kept[Client]:
    """Bring an archived client back."""
    return rows.append(db, vault, client, seen, seen.body, state=ACTIVE, event="client.restored", now=now)


def join(db: Connection, vault: Vault, seen: Kept[Client], other: UUID, *, now: datetime) -> Kept[Client]:
    """Show everything of this entry under another one of the same person. Nothing moves and nothing is lost.

    Raises:
        NotTheSame: it is the same entry, or shown under this one already, or its partner in a couple.
        rows.NotThere: there is no such other entry.
    """
    target = shown_under(db, vault, get(db, vault, other).id)
    one, another = set(together(db, vault, seen.id)), set(together(db, vault, target))
    couples = (set(kept.body.client_ids) for kept in cases.everything(db, vault) if kept.body.is_couple)
    if one & another or seen.body.joined_to or any(each & one and each & another for each in couples):
        raise NotTheSame
    body = msgspec.structs.replace(seen.body, joined_to=target.bytes)
    return rows.append(db, vault, client, seen, body, state=JOINED, event="client.joined", now=now)


def take_apart(db: Connection, vault: Vault, seen: Kept[Client], *, now: datetime) -> Kept[Client]:
    """Let this entry stand by itself again; what came since stays with the entry that it was given to."""
    body = msgspec.structs.replace(seen.body, joined_to=None)
    return rows.append(db, vault, client, seen, body, state=ACTIVE, event="client.taken_apart", now=now)


def get(db: Connection, vault: Vault, id: UUID) -> Kept[Client]:
    """One client, as last saved.

    Raises:
        rows.NotThere: there is none that this clinician may see.
    """
    return rows.latest(db, vault, client, id, Client, _stand_in)


def everyone(db: Connection, vault: Vault) -> list[Kept[Client]]:
    """Every client of this clinician, archived and joined entries too, by name."""
    return sorted(in_order(db, vault), key=lambda kept: fold(kept.body.name))


def in_order(db: Connection, vault: Vault) -> list[Kept[Client]]:
    """Every client of this clinician, archived and joined entries too, in the order they were taken in."""
    return rows.everywhere(db, vault, client, Client, _stand_in)


def _stand_in(vault: Vault, ring: UUID) -> Client:
    # Hours and notes are reached through their client, so a client whose details are hurt stays in the list.
    return Client(name=UNREADABLE)


def joined(db: Connection, vault: Vault) -> dict[UUID, UUID]:
    """Each joined entry, with the one that it is shown under."""
    return memory.told_once(db, vault, client, "joined", lambda: _joined(db, vault))


def _joined(db: Connection, vault: Vault) -> dict[UUID, UUID]:
    every = in_order(db, vault)
    known = {kept.id.bytes for kept in every}
    # One whose other entry is not there stands by itself, so that nobody is out of sight.
    return followed({kept.id: kept.body.joined_to for kept in every if kept.body.joined_to in known})


def followed(into: Mapping[UUID, bytes | None]) -> dict[UUID, UUID]:
    """Each entry with the last one of its row: what was joined to a joined one is shown there too."""
    found = {}
    for id in into:
        end, passed = id, {id}
        while (further := into.get(end)) and UUID(bytes=further) not in passed:
            end = UUID(bytes=further)
            passed.add(end)
        found[id] = end
    return found


def shown_under(db: Connection, vault: Vault, id: UUID) -> UUID:
    """The entry that this one is shown under: itself, unless it was joined to another."""
    return joined(db, vault).get(id, id)


def together(db: Connection, vault: Vault, id: UUID) -> tuple[UUID, ...]:
    """Every entry of the person whose entry this is, the one that all are shown under first."""
    into = joined(db, vault)
    first = into.get(id, id)
    return (first, *(each for each, end in into.items() if end == first and each != first))


def rings(db: Connection, vault: Vault, id: UUID) -> list[UUID]:
    """The rings of the record of the person whose entry this is."""
    return [vault.ring_of(each, "record") for each in together(db, vault, id)]


def find(db: Connection, vault: Vault, words: str) -> list[Kept[Client]]:
    """Clients whose name, code, telephone or e-mail holds every one of the words, archived ones too.

    What a joined entry holds finds the one that it is shown under.
    """
    every, into = everyone(db, vault), joined(db, vault)
    found = {
        into.get(kept.id, kept.id)
        for body, kept in ((kept.body, kept) for kept in every)
        if holds(words, " ".join((body.name, body.initials, body.email)), body.phone)
    }
    return [kept for kept in every if kept.id in found]
