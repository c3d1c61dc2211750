"""How a questionnaire goes on: each answer, stopping, finishing, and what a client answered alone.

Every answer rewrites the one record and is on disk before anyone is told "Saved". What is finished is
only ever added to.
"""

from collections.abc import Mapping
from datetime import datetime

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.questionnaires import answers
from clinic_toolkit.record.questionnaires.administrations import (
    MODE_MIXED,
    MODE_SELF_ENTERED,
    Administration,
    AdministrationFinished,
    administration_table,
    instrument_of,
)
from clinic_toolkit.record.questionnaires.answers import Answers, Response
from clinic_toolkit.vault.vault import Vault


def record_response(
    db: Connection,
    vault: Vault,
    current: RecordVersion[Administration],
    index: int,
    response: Response,
    *,
    now: datetime,
) -> RecordVersion[Administration]:
    """Keep one answer; `place` counts items from 0.

    Raises:
        AdministrationFinished: the questionnaire is finished.
        ValueError: there is no such place, or the value is not one of the questionnaire's answers.
    """
    return record_responses(db, vault, current, {index: response}, now=now)


def record_responses(
    db: Connection,
    vault: Vault,
    current: RecordVersion[Administration],
    responses: Mapping[int, Response],
    *,
    open_line_answer: str | None = None,
    now: datetime,
) -> RecordVersion[Administration]:
    """Keep several answers at once, by their places counted from 0; all of them or none.

    Args:
        open_line_answer: what was said to the open line of a check-in; None leaves it as it is.

    Raises:
        AdministrationFinished: the questionnaire is finished.
        ValueError: there is no such place, or a value is not one of the questionnaire's answers.
    """
    if current.final:
        raise AdministrationFinished
    body = current.payload
    possible = {option.value for option in instrument_of(body).options} | {None}
    put = body.answers
    for place, response in responses.items():
        if response.value not in possible:
            raise ValueError("not an answer of this questionnaire")
        put = answers.with_response(put, place, response, elapsed=now - body.begun_at)
    changed = msgspec.structs.replace(
        body,
        answers=put,
        mode=MODE_MIXED if body.mode == MODE_SELF_ENTERED else body.mode,
        open_line_answer=body.open_line_answer if open_line_answer is None else open_line_answer,
        # What is changed by hand after a second entry was compared with nothing.
        double_entered=False,
    )
    return records.replace_draft(
        db,
        vault,
        administration_table,
        current,
        changed,
        state="in_progress",
        event="administration.answered",
        now=now,
    )


def stop_administration(
    db: Connection, vault: Vault, current: RecordVersion[Administration], *, now: datetime
) -> RecordVersion[Administration]:
    """Stop here. What was answered stays; it can be taken up again. Stopping twice is stopping once."""
    if current.final:
        raise AdministrationFinished
    if current.state == "stopped":
        return current
    return records.replace_draft(
        db,
        vault,
        administration_table,
        current,
        current.payload,
        state="stopped",
        event="administration.stopped",
        now=now,
    )


def complete_administration(
    db: Connection, vault: Vault, current: RecordVersion[Administration], *, now: datetime
) -> RecordVersion[Administration]:
    """Finish: from now on the answers stand. Items without an answer stay "not reached"."""
    if current.final:
        raise AdministrationFinished
    return records.replace_draft(
        db,
        vault,
        administration_table,
        current,
        current.payload,
        state="completed",
        event="administration.completed",
        now=now,
        final=True,
    )


def resume_administration(
    db: Connection, vault: Vault, current: RecordVersion[Administration], *, now: datetime
) -> RecordVersion[Administration]:
    """Go on with one that was stopped; one that is under way stays as it is."""
    if current.state != "stopped":
        return current
    event = "administration.taken_up"
    return records.replace_draft(
        db, vault, administration_table, current, current.payload, state="in_progress", event=event, now=now
    )


def apply_returned_answers(
    db: Connection,
    vault: Vault,
    current: RecordVersion[Administration],
    answers_after: Answers,
    answered_indexes: frozenset[int],
    *,
    open_line_answer: str,
    finished: bool,
    now: datetime,
) -> RecordVersion[Administration]:
    """Put in what the client answered alone; what is finished gets a later version with it.

    Args:
        answered_indexes: the places that the client answered, counted from 0.
        open_line_answer: what stands at the open line from now on.
    """
    others = (
        status
        for place, status in enumerate(current.payload.answers.statuses)
        if place not in answered_indexes
    )
    mode = MODE_SELF_ENTERED if current.payload.mode == MODE_SELF_ENTERED or not any(others) else MODE_MIXED
    body = msgspec.structs.replace(
        current.payload, answers=answers_after, mode=mode, open_line_answer=open_line_answer
    )
    if current.final:
        event = "administration.amended"
        return records.append_version(
            db, vault, administration_table, current, body, state=current.state, event=event, now=now
        )
    return records.replace_draft(
        db,
        vault,
        administration_table,
        current,
        body,
        state="completed" if finished else "in_progress",
        event="administration.self_entered",
        now=now,
        final=finished,
    )
