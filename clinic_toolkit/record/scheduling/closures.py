"""The days on which the practice is closed; no hour is lost by them, they only say so beside each."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.scheduling.closure_record import (
    PRACTICE_CLOSURE,
    ClosureEvent,
    ClosureState,
    PracticeClosure,
)
from clinic_toolkit.vault.vault import Vault

MAX_DAYS = 366


class ClosureEndsBeforeStart(ClinicError):
    """The last day of a closure would be before its first."""

    def __init__(self) -> None:
        super().__init__("The last day is before the first. Write the same day, or a later one.")


class ClosureTooLong(ClinicError):
    """A closure of more than a year is a mistyped date."""

    def __init__(self) -> None:
        super().__init__("That is more than a year. Check the year of the last day.")


def plan_closure(
    db: Connection,
    vault: Vault,
    closure: PracticeClosure,
    *,
    now: datetime,
    idempotency_key: UUID | None = None,
) -> RecordVersion[PracticeClosure]:
    """Record days on which the practice is closed, in the practice's ring.

    Raises:
        ClosureEndsBeforeStart: the last day is before the first.
        ClosureTooLong: it is longer than `MAX_DAYS`.
    """
    if closure.last_on < closure.first_on:
        raise ClosureEndsBeforeStart
    if closure.last_on - closure.first_on >= timedelta(days=MAX_DAYS):
        raise ClosureTooLong
    return records.create_record(
        db,
        vault,
        PRACTICE_CLOSURE,
        closure,
        ring=vault.practice_ring,
        state=ClosureState.PLANNED,
        event=ClosureEvent.PLANNED,
        now=now,
        final=True,
        record_id=idempotency_key,
    )


def withdraw_closure(
    db: Connection, vault: Vault, current: RecordVersion[PracticeClosure], *, now: datetime
) -> RecordVersion[PracticeClosure]:
    """Say that the practice is open on these days after all; nothing if that was said already."""
    if current.state == ClosureState.WITHDRAWN:
        return current
    return records.append_version(
        db, vault, PRACTICE_CLOSURE, current, current.payload, state=ClosureState.WITHDRAWN,
        event=ClosureEvent.WITHDRAWN, now=now,
    )  # fmt: skip


def load_closure(db: Connection, vault: Vault, closure_id: UUID) -> RecordVersion[PracticeClosure]:
    """Load one closure.

    Raises:
        RecordNotFound: there is none.
    """
    return records.load_record(db, vault, PRACTICE_CLOSURE, closure_id)


def list_closures(db: Connection, vault: Vault) -> list[RecordVersion[PracticeClosure]]:
    """Return the closures that stand, by their first day."""
    found = records.list_records_in_rings(db, vault, PRACTICE_CLOSURE, [vault.practice_ring])
    return sorted(
        (closure for closure in found if closure.state == ClosureState.PLANNED),
        key=lambda closure: closure.payload.first_on,
    )


def find_closure(closures: Iterable[PracticeClosure], day: date) -> PracticeClosure | None:
    """Return the closure that covers this day; None if the practice is open."""
    return next((closure for closure in closures if closure.covers(day)), None)


def describe_closure(closure: PracticeClosure | None) -> str:
    """Return what stands beside an hour of such a day: "closed: summer holiday"; "" if it is none."""
    if closure is None:
        return ""
    return f"closed: {closure.words}" if closure.words else "closed"
