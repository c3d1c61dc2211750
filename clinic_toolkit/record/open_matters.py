"""What is still to be asked of one client in private: prompts, checks, and fear of somebody.

For the clinician alone, and of one person alone: a couple's case has no open matters, since both may be
reading, and what one of them answered is not told where the other is.
"""

from datetime import date, datetime
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection

from clinic_toolkit.record import closings, fear, relationships, risk_entries, to_ask
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.record.risk_entries import RiskEntry
from clinic_toolkit.record.to_ask import ToAsk
from clinic_toolkit.vault.vault import Vault


class Feared(Struct, frozen=True, kw_only=True):
    """Whether fear of one person was asked about, and whether sheets are held.

    `about` is the person and `word` the client's word for them; for nobody in particular None and empty.
    `counts` says that it was asked not longer ago than counts; `room_only` that sheets stay in the room, and
    `beside` for the sake of which others of the same kind, if not because of this person.
    """

    about: UUID | None
    word: str
    asked_on: date | None
    counts: bool
    room_only: bool
    beside: tuple[tuple[UUID, str], ...] = ()


class OpenMatters(Struct, frozen=True, kw_only=True):
    """What stands open of one client, each kind with the oldest first."""

    asked: tuple[ToAsk, ...]
    checks: tuple[Kept[RiskEntry], ...]
    feared: tuple[Feared, ...]


def of_client(db: Connection, vault: Vault, client_id: UUID, *, now: datetime) -> OpenMatters:
    """What stands open of this client at this moment."""
    today = now.astimezone().date()
    asked = tuple(to_ask.of_client(db, vault, client_id))
    beside = {entry.id for each in asked for entry in each.put_off}
    entries = risk_entries.of_client(db, vault, client_id)[::-1]
    checks = closings.checks_due(entries, today=today)
    known = fear.known(db, vault, client_id)
    words = {kept.id: kept.body.word for kept in relationships.of_client(db, vault, client_id)}
    about: list[tuple[UUID | None, str]] = [*words.items(), (None, "")]
    return OpenMatters(
        asked=asked,
        checks=tuple(kept for kept in checks if kept.id not in beside),
        feared=tuple(
            Feared(
                about=id,
                word=word,
                asked_on=known.asked_on.get(id),
                counts=known.is_asked(id, today=today),
                room_only=id in known.held or bool(beside),
                beside=tuple(
                    (each, words[each]) for each in beside if each in words and id not in known.held
                ),
            )
            for id, word in about
            for beside in [known.held_beside(id) if id else ()]
            if id in known.asked_on or id in known.held or beside
        ),
    )
