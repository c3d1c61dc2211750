"""Handing a form over, and bringing its answers into the record afterwards: the clinician's side.

What comes back was written by a process without our keys, in a file that anyone could have changed, so
it is read as hostile input. Only when every row is in its place, every answer belongs to the pinned form
and the administration is as it was when it was handed over are the answers filled in. Otherwise they are
a proposal: the clinician sees what differs and decides.
"""

from datetime import datetime
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import Connection, func, select

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.instruments import travelling
from clinic_toolkit.record import administrations, handover_rows, hurt, practice, progress, returned, rows
from clinic_toolkit.record.administrations import Administration
from clinic_toolkit.record.audit import audit_line
from clinic_toolkit.record.handover import Ticket, handover, new_key, new_token
from clinic_toolkit.record.handover_rows import FINISHED, NO_ITEM, Line
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.vault.vault import Vault

OUT, RETURNED, PROPOSED, CLOSED = "out", "returned", "proposed", "closed"
ACCEPT, ASIDE = "accept", "aside"


class NotProposed(ClinicError):
    """There is nothing to decide here, or not any more."""

    def __init__(self) -> None:
        super().__init__("This has already been decided.")


class Handover(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """One hand-over: of which form, with which key while it is out, and what came back.

    `decided` is what the clinician decided about a proposal: `ACCEPT`, `ASIDE`, or empty.
    """

    administration: bytes
    client: bytes
    seen_version: int
    after_line: int
    begun: datetime
    key: bytes = b""
    lines: tuple[Line, ...] = ()
    troubles: tuple[str, ...] = ()
    finished: bool = False
    given_back: bool = False
    decided: str = ""

    def __repr__(self) -> str:
        return "<Handover>"

    @property
    def administration_id(self) -> UUID:
        """The form that was handed over."""
        return UUID(bytes=self.administration)

    @property
    def client_id(self) -> UUID:
        """Who answered."""
        return UUID(bytes=self.client)


class _Arrived(msgspec.Struct, frozen=True, kw_only=True):
    lines: tuple[Line, ...]
    troubles: tuple[str, ...]
    acts: frozenset[str]


def begin(
    db: Connection, vault: Vault, seen: Kept[Administration], *, word: str, now: datetime
) -> tuple[Kept[Handover], Ticket]:
    """Make the key of one hand-over, keep it sealed, and return what the next process needs to know.

    Args:
        word: the client's word for the relationship, as the pages say it.

    Raises:
        administrations.Finished: the questionnaire is finished.
        administrations.FromPaper: it was answered on paper.
        travelling.TooLongToHandOver: it is the practice's own, and too long for the way to the next process.
    """
    if seen.final:
        raise administrations.Finished
    if seen.body.entered is not None:
        raise administrations.FromPaper
    instrument, general = (
        administrations.instrument_of(seen.body),
        administrations.frame_of(seen.body).general,
    )
    definition = travelling.packed(instrument, general=general) if instrument.own else b""
    # Asked here: what goes along says no more which of its questions ask about fear.
    said = practice.limits_before(practice.read(db, vault).body, instrument)
    seen = progress.take_up(db, vault, seen, now=now)
    key, id = new_key(), uuid4()
    body = Handover(
        administration=seen.id.bytes,
        client=seen.body.client,
        seen_version=seen.version,
        after_line=db.scalar(select(func.max(audit_line.c.seq))) or 0,
        begun=now,
        key=key,
    )
    event = "handover.begun"
    kept = rows.begin(db, vault, handover, body, ring=seen.ring, state=OUT, event=event, now=now, id=id)
    ticket = Ticket(
        handover=id.bytes,
        vault=vault.vault_id.bytes,
        incarnation=vault.incarnation.bytes,
        instrument=seen.body.instrument,
        digest=seen.body.digest,
        general=general,
        word=word,
        before=bytes(int(there) for there in _there(seen.body)),
        key=key,
        token=new_token(),
        definition=definition,
        watched=seen.body.watched,
        limits=said.text if said else "",
    )
    return kept, ticket


def _there(body: Administration) -> list[bool]:
    """Where something was answered, item by item; an open line stands after them."""
    statuses = [status != 0 for status in body.answers.statuses]
    has_line = administrations.instrument_of(body).open_line
    return [*statuses, bool(body.open_line)] if has_line else statuses


def open_ones(db: Connection, vault: Vault) -> list[Kept[Handover]]:
    """Hand-overs that ask something of the clinician: still out, come back, or to be decided.

    Whether one is closed is asked of what is sealed, and one that is gone is missed: a changed byte
    must not make a form vanish before anyone has looked at it.
    """
    found = rows.everywhere(db, vault, handover, Handover)
    return [kept for kept in found if not kept.final]


def any_open(db: Connection, vault: Vault) -> bool:
    """Whether there are such."""
    return bool(open_ones(db, vault))


def get(db: Connection, vault: Vault, id: UUID) -> Kept[Handover]:
    """One hand-over.

    Raises:
        rows.NotThere: there is none that this clinician may see.
    """
    return rows.latest(db, vault, handover, id, Handover)


def bring_in(db: Connection, vault: Vault, out: Kept[Handover], *, now: datetime) -> Kept[Handover]:
    """Bring the answers of one hand-over into the record; the key and the rows are gone afterwards.

    Bringing in twice does nothing the second time: then the hand-over is not out any more.
    """
    if out.state != OUT:
        return out
    target = target_of(db, vault, out.body)
    arrived = _arrived(db, vault, out, target)
    whole = not arrived.troubles and (not arrived.lines or _as_it_was(target, out.body))
    finished = FINISHED in arrived.acts and whole
    if whole and target is not None and (arrived.lines or finished):
        put_in = returned.filled(target.body, arrived.lines)
        touched = returned.touched(target.body, arrived.lines)
        said = returned.open_line(target.body, arrived.lines)
        progress.bring_in(db, vault, target, put_in, touched, open_line=said, finished=finished, now=now)
    body = msgspec.structs.replace(
        out.body,
        key=b"",
        lines=arrived.lines,
        troubles=arrived.troubles,
        finished=FINISHED in arrived.acts,
        given_back=bool(arrived.acts),
    )
    handover_rows.remove(db, out.id)
    state, event = (RETURNED, "handover.merged") if whole else (PROPOSED, "handover.proposed")
    return rows.rewrite(db, vault, handover, out, body, state=state, event=event, now=now)


def accept(db: Connection, vault: Vault, seen: Kept[Handover], *, now: datetime) -> Kept[Handover]:
    """Take a proposal into the record: into what is still open, or as a later version of what is finished.

    Raises:
        NotProposed: there is nothing to decide.
        rows.NotThere: the questionnaire is not in the record any more.
    """
    if seen.state != PROPOSED:
        raise NotProposed
    target = target_of(db, vault, seen.body)
    if target is None:
        raise rows.NotThere
    # What came back may not have been compared with the form, if that could not be read at the time.
    lines = returned.of_this_form(target.body, seen.body.lines)
    put_in = returned.filled(target.body, lines)
    touched, said = returned.touched(target.body, lines), returned.open_line(target.body, lines)
    progress.bring_in(db, vault, target, put_in, touched, open_line=said, finished=False, now=now)
    body = msgspec.structs.replace(seen.body, decided=ACCEPT)
    return rows.rewrite(db, vault, handover, seen, body, state=RETURNED, event="handover.accepted", now=now)


def set_aside(db: Connection, vault: Vault, seen: Kept[Handover], *, now: datetime) -> Kept[Handover]:
    """Leave the questionnaire as it is. The proposal stays in the hand-over's own record.

    Raises:
        NotProposed: there is nothing to decide.
    """
    if seen.state != PROPOSED:
        raise NotProposed
    body = msgspec.structs.replace(seen.body, decided=ASIDE)
    return rows.rewrite(db, vault, handover, seen, body, state=RETURNED, event="handover.set_aside", now=now)


def close(db: Connection, vault: Vault, seen: Kept[Handover], *, now: datetime) -> None:
    """It was looked at before the client left; closing what is closed does nothing.

    Raises:
        NotProposed: something is still to be decided first.
    """
    if seen.final:
        return
    if seen.state != RETURNED:
        raise NotProposed
    rows.rewrite(
        db, vault, handover, seen, seen.body, state=CLOSED, event="handover.closed", now=now, final=True
    )


def target_of(db: Connection, vault: Vault, body: Handover) -> Kept[Administration] | None:
    """The questionnaire that was handed over, if it is still in the record and can be read."""
    try:
        return administrations.get(db, vault, body.administration_id)
    except (rows.NotThere, hurt.Unreadable):
        return None


def _as_it_was(target: Kept[Administration] | None, body: Handover) -> bool:
    return target is not None and target.state == "in_progress" and target.version == body.seen_version


def _arrived(
    db: Connection, vault: Vault, out: Kept[Handover], target: Kept[Administration] | None
) -> _Arrived:
    found = handover_rows.read(db, out.body.key, vault.vault_id, out.id)
    troubles = list(found.troubles)
    counted = handover_rows.counted(db, out.id, after=out.body.after_line)
    if found.last != counted:
        troubles.append("missing" if found.last < counted else "not named")
    instrument = administrations.instrument_of(target.body) if target else None
    good = tuple(line for line in found.lines if returned.fits(line, instrument))
    if len(good) < len(found.lines):
        troubles.append("not an answer of this form")
    return _Arrived(
        lines=tuple(line for line in good if line.item != NO_ITEM),
        troubles=tuple(dict.fromkeys(troubles)),
        acts=frozenset(line.status for line in good if line.item == NO_ITEM),
    )
