"""The progress of an administration: answering, stopping, finishing, and merging returned answers.

Every answer replaces the one draft and is on disk before a page says "Saved". A finished administration is
never replaced; changes are appended as later versions.
"""

from collections.abc import Mapping
from datetime import datetime

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.questionnaires import answers
from clinic_toolkit.record.questionnaires.administration_record import (
    ADMINISTRATION,
    Administration,
    AdministrationEvent,
    AdministrationMode,
    AdministrationState,
)
from clinic_toolkit.record.questionnaires.administrations import AdministrationFinished, instrument_of
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
    """Save one answer; `index` counts items from 0.

    Raises:
        AdministrationFinished: the questionnaire is finished.
        ValueError: there is no such item, or the value is not one of the questionnaire's options.
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
    """Save several answers at once, all of them or none.

    Args:
        responses: the answers, by index counted from 0.
        open_line_answer: the answer to the open line of a check-in; None leaves it unchanged.

    Raises:
        AdministrationFinished: the questionnaire is finished.
        ValueError: there is no such item, or a value is not one of the questionnaire's options.
    """
    if current.final:
        raise AdministrationFinished
    payload = current.payload
    option_values = {option.value for option in instrument_of(payload).options} | {None}
    new_answers = payload.answers
    for index, response in responses.items():
        if response.value not in option_values:
            raise ValueError("not an answer of this questionnaire")
        new_answers = answers.with_response(new_answers, index, response, elapsed=now - payload.begun_at)
    new_payload = msgspec.structs.replace(
        payload,
        answers=new_answers,
        mode=AdministrationMode.MIXED if payload.mode == AdministrationMode.SELF_ENTERED else payload.mode,
        open_line_answer=payload.open_line_answer if open_line_answer is None else open_line_answer,
        # A change after the double entry has not been compared with a second entry.
        double_entered=False,
    )
    return records.replace_draft(
        db,
        vault,
        ADMINISTRATION,
        current,
        new_payload,
        state=AdministrationState.IN_PROGRESS,
        event=AdministrationEvent.ANSWERED,
        now=now,
    )


def stop_administration(
    db: Connection, vault: Vault, current: RecordVersion[Administration], *, now: datetime
) -> RecordVersion[Administration]:
    """Stop an administration, which can be resumed later; a stopped one is unchanged.

    Raises:
        AdministrationFinished: the questionnaire is finished.
    """
    if current.final:
        raise AdministrationFinished
    if current.state == AdministrationState.STOPPED:
        return current
    return records.replace_draft(
        db,
        vault,
        ADMINISTRATION,
        current,
        current.payload,
        state=AdministrationState.STOPPED,
        event=AdministrationEvent.STOPPED,
        now=now,
    )


def complete_administration(
    db: Connection, vault: Vault, current: RecordVersion[Administration], *, now: datetime
) -> RecordVersion[Administration]:
    """Finish an administration, so that its answers are final; unanswered items stay "not reached".

    Raises:
        AdministrationFinished: the questionnaire is finished already.
    """
    if current.final:
        raise AdministrationFinished
    return records.replace_draft(
        db,
        vault,
        ADMINISTRATION,
        current,
        current.payload,
        state=AdministrationState.COMPLETED,
        event=AdministrationEvent.COMPLETED,
        now=now,
        final=True,
    )


def resume_administration(
    db: Connection, vault: Vault, current: RecordVersion[Administration], *, now: datetime
) -> RecordVersion[Administration]:
    """Resume a stopped administration; any other is unchanged."""
    if current.state != AdministrationState.STOPPED:
        return current
    event = AdministrationEvent.RESUMED
    return records.replace_draft(
        db,
        vault,
        ADMINISTRATION,
        current,
        current.payload,
        state=AdministrationState.IN_PROGRESS,
        event=event,
        now=now,
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
    """Save answers that the client gave alone; a finished administration gets a later version.

    Args:
        answers_after: all answers, with the returned ones merged in.
        answered_indexes: the indexes, from 0, of the items that the client answered.
        open_line_answer: the new answer to the open line.
        finished: finish the administration.
    """
    other_statuses = (
        status
        for index, status in enumerate(current.payload.answers.statuses)
        if index not in answered_indexes
    )
    mode = (
        AdministrationMode.SELF_ENTERED
        if current.payload.mode == AdministrationMode.SELF_ENTERED or not any(other_statuses)
        else AdministrationMode.MIXED
    )
    payload = msgspec.structs.replace(
        current.payload, answers=answers_after, mode=mode, open_line_answer=open_line_answer
    )
    if current.final:
        event = AdministrationEvent.AMENDED
        return records.append_version(
            db, vault, ADMINISTRATION, current, payload, state=current.state, event=event, now=now
        )
    return records.replace_draft(
        db,
        vault,
        ADMINISTRATION,
        current,
        payload,
        state=AdministrationState.COMPLETED if finished else AdministrationState.IN_PROGRESS,
        event=AdministrationEvent.SELF_ENTERED,
        now=now,
        final=finished,
    )
