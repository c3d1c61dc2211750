"""How a questionnaire goes on: each answer, stopping, finishing, and what a client answered alone.

Every answer rewrites the one record and is on disk before anyone is told "Saved". What is finished is
only ever added to.
"""

from collections.abc import Mapping
from datetime import datetime

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.record import answers, rows
from clinic_toolkit.record.administrations import (
    ALONE,
    MIXED,
    Administration,
    Finished,
    administration,
    instrument_of,
)
from clinic_toolkit.record.answers import Answers, Response
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.vault.vault import Vault


def record_response(
    db: Connection,
    vault: Vault,
    seen: Kept[Administration],
    place: int,
    response: Response,
    *,
    now: datetime,
) -> Kept[Administration]:
    """Keep one answer; `place` counts items from 0.

    Raises:
        Finished: the questionnaire is finished.
        ValueError: there is no such place, or the value is not one of the questionnaire's answers.
    """
    return record_responses(db, vault, seen, {place: response}, now=now)


def record_responses(
    db: Connection,
    vault: Vault,
    seen: Kept[Administration],
    given: Mapping[int, Response],
    *,
    open_line: str | None = None,
    now: datetime,
) -> Kept[Administration]:
    """Keep several answers at once, by their places counted from 0; all of them or none.

    Args:
        open_line: what was said to the open line of a check-in; None leaves it as it is.

    Raises:
        Finished: the questionnaire is finished.
        ValueError: there is no such place, or a value is not one of the questionnaire's answers.
    """
    if seen.final:
        raise Finished
    body = seen.body
    possible = {option.value for option in instrument_of(body).options} | {None}
    put = body.answers
    for place, response in given.items():
        if response.value not in possible:
            raise ValueError("not an answer of this questionnaire")
        put = answers.put(put, place, response, after=now - body.begun)
    changed = msgspec.structs.replace(
        body,
        answers=put,
        mode=MIXED if body.mode == ALONE else body.mode,
        open_line=body.open_line if open_line is None else open_line,
        # What is changed by hand after a second entry was compared with nothing.
        keyed_twice=False,
    )
    return rows.rewrite(
        db,
        vault,
        administration,
        seen,
        changed,
        state="in_progress",
        event="administration.answered",
        now=now,
    )


def stop(db: Connection, vault: Vault, seen: Kept[Administration], *, now: datetime) -> Kept[Administration]:
    """Stop here. What was answered stays; it can be taken up again. Stopping twice is stopping once."""
    if seen.final:
        raise Finished
    if seen.state == "stopped":
        return seen
    return rows.rewrite(
        db, vault, administration, seen, seen.body, state="stopped", event="administration.stopped", now=now
    )


def complete(
    db: Connection, vault: Vault, seen: Kept[Administration], *, now: datetime
) -> Kept[Administration]:
    """Finish: from now on the answers stand. Items without an answer stay "not reached"."""
    if seen.final:
        raise Finished
    return rows.rewrite(
        db,
        vault,
        administration,
        seen,
        seen.body,
        state="completed",
        event="administration.completed",
        now=now,
        final=True,
    )


def take_up(
    db: Connection, vault: Vault, seen: Kept[Administration], *, now: datetime
) -> Kept[Administration]:
    """Go on with one that was stopped; one that is under way stays as it is."""
    if seen.state != "stopped":
        return seen
    event = "administration.taken_up"
    return rows.rewrite(db, vault, administration, seen, seen.body, state="in_progress", event=event, now=now)


def bring_in(
    db: Connection,
    vault: Vault,
    seen: Kept[Administration],
    filled: Answers,
    touched: frozenset[int],
    *,
    open_line: str,
    finished: bool,
    now: datetime,
) -> Kept[Administration]:
    """Put in what the client answered alone; what is finished gets a later version with it.

    Args:
        touched: the places that the client answered, counted from 0.
        open_line: what stands at the open line from now on.
    """
    others = (status for place, status in enumerate(seen.body.answers.statuses) if place not in touched)
    mode = ALONE if seen.body.mode == ALONE or not any(others) else MIXED
    body = msgspec.structs.replace(seen.body, answers=filled, mode=mode, open_line=open_line)
    if seen.final:
        event = "administration.amended"
        return rows.append(db, vault, administration, seen, body, state=seen.state, event=event, now=now)
    return rows.rewrite(
        db,
        vault,
        administration,
        seen,
        body,
        state="completed" if finished else "in_progress",
        event="administration.self_entered",
        now=now,
        final=finished,
    )
