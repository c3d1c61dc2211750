"""The acts of the demo about worksheets: giving one, with what is agreed about it, and asking how it went."""

from datetime import datetime
from uuid import UUID

from clinic_toolkit.demo import content
from clinic_toolkit.demo.acts import DemoState
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people.therapy_session_record import TherapySession
from clinic_toolkit.record.safety import fear_holds
from clinic_toolkit.record.writing import handout_reviews, handouts
from clinic_toolkit.record.writing.handout_record import PaperChoice
from clinic_toolkit.worksheets import catalogue


def give_worksheet(
    spec: content.GivenWorksheet,
    state: DemoState,
    session: RecordVersion[TherapySession],
    client_id: UUID,
    relationship_id: UUID | None,
    now: datetime,
) -> None:
    """Give a sheet in a session, and note what was agreed about it, if anything was."""
    sheet = catalogue.load_worksheet(spec.sheet)
    if spec.fear:
        fear_holds.record_fear_inquiry(
            state.db,
            state.vault,
            client_id,
            relationship_id,
            sheet_place=spec.fear,
            therapy_session_id=session.id,
            now=now,
        )
    permission = fear_holds.load_handout_permission(
        state.db, state.vault, [client_id], sheet, client_id, relationship_id, now=now
    )
    handout = handouts.create_handout(
        state.db,
        state.vault,
        sheet,
        client_id=client_id,
        therapy_session_id=session.id,
        client_sentence=spec.sentence,
        relationship_id=relationship_id,
        is_room_only=permission.is_room_only,
        now=now,
    )
    if spec.agreed or spec.sure is not None:
        handout_reviews.agree_handout(
            state.db,
            state.vault,
            handout,
            agreement=spec.agreed,
            sureness=spec.sure,
            paper=PaperChoice.PRINTED,
            now=now,
        )


def review_worksheet(
    spec: content.ReviewedWorksheet,
    state: DemoState,
    session: RecordVersion[TherapySession],
    client_id: UUID,
    now: datetime,
) -> None:
    """Note in a session how it went with the newest sheet of this kind that is out."""
    newest = next(
        handout
        for handout in handouts.list_handouts(state.db, state.vault, client_id)
        if handout.payload.worksheet_slug == spec.sheet and handout_reviews.is_out(handout)
    )
    handout_reviews.review_handout(
        state.db,
        state.vault,
        handouts.load_handout(state.db, state.vault, newest.id),
        therapy_session_id=session.id,
        outcome=spec.outcome,
        barriers=tuple(spec.barriers),
        client_said=spec.said,
        smaller_step=spec.smaller,
        now=now,
    )
