"""The clinician's decision about returned answers that could not be merged automatically."""

from datetime import datetime

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.handovers import returned_answers
from clinic_toolkit.record.handovers.clinician_side import NothingToDecide, find_handed_administration
from clinic_toolkit.record.handovers.handover_record import (
    HANDOVER,
    Handover,
    HandoverEvent,
    HandoverState,
    ProposalDecision,
)
from clinic_toolkit.record.questionnaires import progress
from clinic_toolkit.vault.vault import Vault


def accept_proposal(
    db: Connection, vault: Vault, current: RecordVersion[Handover], *, now: datetime
) -> RecordVersion[Handover]:
    """Merge a proposal into its questionnaire, as a later version if that is already finished.

    Raises:
        NothingToDecide: the hand-over has no proposal to decide.
        RecordNotFound: the questionnaire is missing or unreadable.
    """
    if current.state != HandoverState.PROPOSED:
        raise NothingToDecide
    target = find_handed_administration(db, vault, current.payload)
    if target is None:
        raise records.RecordNotFound
    # If the form was unreadable when the answers came back, they have not been checked against it yet.
    rows = returned_answers.list_fitting_rows(target.payload, current.payload.rows)
    merged_answers = returned_answers.merge_into_answers(target.payload, rows)
    answered_indexes = returned_answers.answered_indexes(target.payload, rows)
    open_line = returned_answers.merge_open_line(target.payload, rows)
    progress.apply_returned_answers(
        db,
        vault,
        target,
        merged_answers,
        answered_indexes,
        open_line_answer=open_line,
        finished=False,
        now=now,
    )
    payload = msgspec.structs.replace(current.payload, decision=ProposalDecision.ACCEPT)
    return records.replace_draft(
        db,
        vault,
        HANDOVER,
        current,
        payload,
        state=HandoverState.RETURNED,
        event=HandoverEvent.ACCEPTED,
        now=now,
    )


def set_aside_proposal(
    db: Connection, vault: Vault, current: RecordVersion[Handover], *, now: datetime
) -> RecordVersion[Handover]:
    """Leave the questionnaire as it is; the proposal stays in the hand-over's own record.

    Raises:
        NothingToDecide: the hand-over has no proposal to decide.
    """
    if current.state != HandoverState.PROPOSED:
        raise NothingToDecide
    payload = msgspec.structs.replace(current.payload, decision=ProposalDecision.SET_ASIDE)
    return records.replace_draft(
        db,
        vault,
        HANDOVER,
        current,
        payload,
        state=HandoverState.RETURNED,
        event=HandoverEvent.SET_ASIDE,
        now=now,
    )
