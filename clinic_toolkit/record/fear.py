"""Fear of a person: when it was asked about in private, and whether paper stays in the room.

Read from the risk entries and from prompts that are open. `None` stands for nobody in particular.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection

from clinic_toolkit.psychometrics import fear as rule
from clinic_toolkit.record import closings, joined, open_prompts, relationships, risk_entries
from clinic_toolkit.record.closings import FEAR
from clinic_toolkit.record.joined import Joined
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.record.open_prompts import Asked
from clinic_toolkit.record.risk_entries import AT_HOME, IN_THE_ROOM, RiskEntry
from clinic_toolkit.vault.vault import Vault
from clinic_toolkit.worksheets.model import Worksheet

PARTNER = "partner"


class Known(Struct, frozen=True, kw_only=True):
    """Of one client: the day on which fear was asked about last, by person, and who is held.

    `kinds` is the frame of each relationship, and `into` what was joined.

    A hold comes from a prompt about fear of somebody, or from an entry that says so, and keeps every sheet
    about that person in the room. It ends with an entry that says that sheets may go home, and with nothing
    else: not with a prompt that was closed without a word of that, nor with a later form that says "never".
    One person may have been named twice, so a hold covers every relationship of its kind until the two are
    joined; where the kind of the one who is held cannot be read, it covers all.
    """

    asked_on: dict[UUID | None, date]
    held: frozenset[UUID | None]
    kinds: Mapping[UUID, str]
    into: Joined

    def is_asked(self, about: UUID | None, *, today: date) -> bool:
        """Whether fear of this person was asked about not longer ago than counts."""
        return rule.is_asked(self.asked_on.get(self.into.one(about)), today=today)

    def may_offer(self, sheet: Worksheet, about: UUID | None, *, today: date) -> bool:
        """Whether this sheet may be offered and given about this person."""
        return rule.may_offer(sheet, self.asked_on.get(self.into.one(about)), today=today)

    def room_only(self, about: UUID | None) -> bool:
        """Whether a sheet about this person stays in the room.

        Where it is not said who is meant, any hold counts: on either side.
        """
        if about is None:
            return bool(self.held)
        return self.into.one(about) in self.held or None in self.held or bool(self.held_beside(about))

    def held_beside(self, about: UUID) -> tuple[UUID, ...]:
        """The others of the same kind who are held, and may be the same person."""
        one = self.into.one(about)
        kind = self.kinds.get(one) if one else None
        others = (id for id in self.held if id and id != one)
        return tuple(id for id in others if self.kinds.get(id) in (kind, None))


def known(db: Connection, vault: Vault, client_id: UUID) -> Known:
    """What is known of one client."""
    entries = risk_entries.of_client(db, vault, client_id)[::-1]
    kinds = {kept.id: kept.body.frame for kept in relationships.of_client(db, vault, client_id)}
    asked = open_prompts.of_client(db, vault, client_id)
    return _known(entries, asked, kinds, joined.of(db, vault))


def _known(
    entries: Sequence[Kept[RiskEntry]], asked: Iterable[Asked], kinds: Mapping[UUID, str], into: Joined
) -> Known:
    asked_on: dict[UUID | None, date] = {}
    held: set[UUID | None] = set()
    answered = closings.fear_answered(entries)
    for kept in entries:
        entry = kept.body
        # Told by the entries, since the questions of a prompt may be lost and the hold must not be.
        held |= {UUID(bytes=about) if about else None for _, about in answered.get(kept.id.bytes, ())}
        if entry.fear:
            about = entry.relationship_id
            asked_on[about] = entry.on
            if entry.fear == IN_THE_ROOM:
                held.add(about)
            if entry.fear == AT_HOME:
                held.discard(about)
    for each in asked:
        if any(prompt.flag == FEAR for prompt in each.open):
            held.add(each.administration.body.relationship_id)
    return Known(asked_on=asked_on, held=frozenset(held), kinds=kinds, into=into)


def holds(db: Connection, vault: Vault, client_id: UUID, about: UUID | None) -> bool:
    """Whether sheets about this person stay in the room because of fear of them."""
    found = known(db, vault, client_id)
    return found.into.one(about) in found.held


class Giving(Struct, frozen=True, kw_only=True):
    """Whether a sheet may be given now, and whether it then stays in the room."""

    allowed: bool
    room_only: bool


def giving(
    db: Connection,
    vault: Vault,
    together: Sequence[UUID],
    sheet: Worksheet,
    client_id: UUID,
    about: UUID | None,
    *,
    now: datetime,
) -> Giving:
    """Whether this sheet may be given to a client about a person.

    Args:
        together: the clients of the hour's case. In a couple's hour every sheet stays in the room: what
            is known of one of them must not be told from what the other sees.
    """
    today = now.astimezone().date()
    if len(together) > 1:
        asked = not sheet.needs_fear_asked or asked_of_both(db, vault, together, today=today)
        return Giving(allowed=asked, room_only=True)
    of_client = known(db, vault, client_id)
    return Giving(
        allowed=of_client.may_offer(sheet, about, today=today), room_only=of_client.room_only(about)
    )


def note_asked(
    db: Connection,
    vault: Vault,
    client_id: UUID,
    about: UUID | None,
    *,
    where: str,
    session: UUID | None,
    now: datetime,
) -> None:
    """Note that fear of this person was asked about in private, today; `where` is a key of `WHERE`."""
    body = RiskEntry(
        client=client_id.bytes,
        session=session.bytes if session else None,
        on=now.astimezone().date(),
        relationship=about.bytes if about else None,
        fear=where,
    )
    risk_entries.write(db, vault, body, now=now)


def asked_of_both(db: Connection, vault: Vault, client_ids: Iterable[UUID], *, today: date) -> bool:
    """Whether each of a couple was asked about fear of the other.

    A relationship does not say which client it is. Only where each of them names exactly one partner can
    it be known who is meant; otherwise the answer is no.
    """
    return all(_asked_of_partner(db, vault, id, today=today) for id in client_ids)


def _asked_of_partner(db: Connection, vault: Vault, client_id: UUID, *, today: date) -> bool:
    partners = [
        kept.id
        for kept in relationships.of_client(db, vault, client_id)
        if kept.body.frame == PARTNER and kept.state == "active"
    ]
    return len(partners) == 1 and known(db, vault, client_id).is_asked(partners[0], today=today)
