"""What is agreed about a sheet that was given, how it went, and what may be asked then.

Nothing here counts for anybody to see how often sheets come back: the one rule that looks back asks a
question (`asks_whether_wanted`).
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.writing.handout_record import (
    HANDOUT,
    OUT_STATES,
    Barrier,
    Handout,
    HandoutEvent,
    HandoutReview,
    HandoutState,
    PaperChoice,
    ReviewOutcome,
    WantedAnswer,
)
from clinic_toolkit.vault.vault import Vault

# Below this a step is likely to be too large: a smaller one is offered.
SURE_ENOUGH = 7
# A client who gives beyond their limit does what is asked. After so many sheets in a row that came back
# whole, the question is whether the last one was wanted.
WHOLE_IN_A_ROW = 3


class NotReviewed(ClinicError):
    """A question about a review was answered where there is no review that it is about."""

    def __init__(self) -> None:
        super().__init__("How it went is not noted yet. Note that first.")


def is_out(handout: RecordVersion[Handout]) -> bool:
    """Whether the sheet is with the client and was not looked at since it was given or made smaller."""
    return handout.state in OUT_STATES


def agree_handout(
    db: Connection,
    vault: Vault,
    handout: RecordVersion[Handout],
    *,
    agreement: str,
    sureness: int | None,
    paper: PaperChoice,
    now: datetime,
) -> RecordVersion[Handout]:
    """Note what was agreed about a sheet: one line, how sure the client is, and whether it is printed.

    Args:
        agreement: what, and when, in the client's words; may be empty.
        sureness: 0 to 10; None if it was not asked.

    Returns:
        The handout as it is now; the same version if nothing changed.

    Raises:
        StaleVersion: a newer version exists than the one that was passed.
    """
    payload = msgspec.structs.replace(handout.payload, agreement=agreement, sureness=sureness, paper=paper)
    if payload == handout.payload:
        return handout
    return _append(db, vault, handout, payload, handout.state, HandoutEvent.AGREED, now)


def make_handout_smaller(
    db: Connection, vault: Vault, handout: RecordVersion[Handout], *, smaller_step: str, now: datetime
) -> RecordVersion[Handout]:
    """Agree on a smaller step with the same sheet; how sure the client is of it is asked anew.

    Raises:
        StaleVersion: a newer version exists than the one that was passed.
    """
    payload = msgspec.structs.replace(handout.payload, agreement=smaller_step, sureness=None)
    if payload == handout.payload:
        return handout
    return _append(db, vault, handout, payload, HandoutState.MADE_SMALLER, HandoutEvent.MADE_SMALLER, now)


def review_handout(
    db: Connection,
    vault: Vault,
    handout: RecordVersion[Handout],
    *,
    therapy_session_id: UUID | None,
    outcome: ReviewOutcome,
    barriers: tuple[Barrier, ...],
    client_said: str,
    smaller_step: str,
    now: datetime,
) -> RecordVersion[Handout]:
    """Note how it went. A second review in the same session takes the place of the first.

    Args:
        barriers: what was in the way; kept only if the sheet did not come back whole.
        client_said: one line; may be empty.
        smaller_step: a smaller step with the same sheet, which is then out again; empty for none.

    Raises:
        StaleVersion: a newer version exists than the one that was passed.
    """
    came_back = outcome == ReviewOutcome.CAME_BACK
    review = HandoutReview(
        reviewed_at=now,
        therapy_session_id_bytes=therapy_session_id.bytes if therapy_session_id else None,
        outcome=outcome,
        barriers=() if came_back else barriers,
        client_said=client_said,
        smaller_step=smaller_step,
    )
    last, earlier = handout.payload.last_review, handout.payload.reviews
    if last is not None and last.therapy_session_id_bytes == review.therapy_session_id_bytes is not None:
        earlier = earlier[:-1]
        if msgspec.structs.replace(last, reviewed_at=now, wanted=WantedAnswer.NOT_ASKED) == review:
            return handout
    payload = msgspec.structs.replace(handout.payload, reviews=(*earlier, review))
    if smaller_step:
        payload = msgspec.structs.replace(payload, agreement=smaller_step, sureness=None)
    state = HandoutState.MADE_SMALLER if smaller_step else HandoutState(outcome.value)
    return _append(db, vault, handout, payload, state, HandoutEvent.REVIEWED, now)


def note_whether_wanted(
    db: Connection, vault: Vault, handout: RecordVersion[Handout], wanted: WantedAnswer, *, now: datetime
) -> RecordVersion[Handout]:
    """Note what the client said when asked whether the sheet that came back was wanted.

    Raises:
        NotReviewed: there is no review of this sheet.
        StaleVersion: a newer version exists than the one that was passed.
    """
    review = handout.payload.last_review
    if review is None:
        raise NotReviewed
    if review.wanted == wanted:
        return handout
    reviews = (*handout.payload.reviews[:-1], msgspec.structs.replace(review, wanted=wanted))
    payload = msgspec.structs.replace(handout.payload, reviews=reviews)
    return _append(db, vault, handout, payload, handout.state, HandoutEvent.REVIEWED, now)


def asks_whether_wanted(handouts: Iterable[RecordVersion[Handout]], reviewed: RecordVersion[Handout]) -> bool:
    """Whether to ask if this sheet was wanted: it is exactly the third in a row that came back whole.

    A sheet that came back in part, or not this time, begins a new row. The fourth asks nothing.

    Args:
        handouts: all sheets of the client, in any order.
        reviewed: the sheet whose newest review is looked at.
    """
    ours = reviewed.payload.last_review
    if ours is None:
        return False
    reviews = [
        review
        for handout in handouts
        for review in handout.payload.reviews
        if review.reviewed_at < ours.reviewed_at
    ]
    reviews.sort(key=lambda review: review.reviewed_at)
    row = 0
    for review in (*reviews, ours):
        row = row + 1 if review.outcome == ReviewOutcome.CAME_BACK else 0
    return row == WHOLE_IN_A_ROW


def _append(
    db: Connection,
    vault: Vault,
    handout: RecordVersion[Handout],
    payload: Handout,
    state: str,
    event: HandoutEvent,
    now: datetime,
) -> RecordVersion[Handout]:
    return records.append_version(db, vault, HANDOUT, handout, payload, state=state, event=event, now=now)
