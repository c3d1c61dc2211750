"""Handing a form over to a client, and reviewing what came back before the client leaves."""

from contextlib import suppress
from enum import StrEnum
from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.journal.integrity import UnreadableRecord
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.psychometrics.safety_prompt_rules import no_reassurance_line
from clinic_toolkit.record.handovers import clinician_side, proposals, return_review
from clinic_toolkit.record.handovers.handover_record import (
    HANDOVER,
    Handover,
    HandoverState,
    ProposalDecision,
)
from clinic_toolkit.record.people import display_names, therapy_sessions
from clinic_toolkit.record.people.therapy_session_record import TherapySession, TherapySessionState
from clinic_toolkit.record.questionnaires import administrations, answered_items, answers
from clinic_toolkit.record.questionnaires.administration_record import ADMINISTRATION, Administration
from clinic_toolkit.record.safety import fear_holds, prompt_status
from clinic_toolkit.web import context
from clinic_toolkit.web.access import guard, handover_transition
from clinic_toolkit.web.screen_parts import confidentiality_notice, open_matters
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("handover", __name__)


class NextStep(StrEnum):
    """Where a button under a returned form leads."""

    TOGETHER = "together"
    AGAIN = "again"
    LOOK = "look"
    END = "end"
    SESSION = "session"


@screen.route("/administrations/<uuid:id>/hand-over", methods=["GET", "POST"])
@guard.exempt_lock_from_csrf
def offer(id: UUID) -> ViewResult:
    """Explain the hand-over; then lock and leave only the form on the device."""
    db = context.db()
    if handover_transition.is_handed_over():
        return handover_transition.render_wait_page()
    vault = context.vault()
    administration = administrations.load_administration(db, vault, id)
    if administration.final:
        raise administrations.AdministrationFinished
    if administration.payload.entered_on is not None:
        raise administrations.AnsweredOnPaper
    label = answered_items.relationship_label(db, vault, administration.payload)
    if request.method == "POST":
        relationship_word = label if administration.payload.relationship else ""
        _, ticket = clinician_side.create_handover(
            db, vault, administration, relationship_word=relationship_word, now=context.now()
        )
        return handover_transition.hand_over_device(ticket)
    context.audit_read(ADMINISTRATION, administration)
    return render_template(
        "handover/offer.html",
        here="clients",
        administration=administration,
        about=label,
        whom=display_names.load_display_names(db, vault).called_and_short(administration.payload.client_id),
        instrument=administrations.instrument_of(administration.payload),
        limits=confidentiality_notice.notice_before(administrations.instrument_of(administration.payload)),
        by_code=context.worker().keeper.has_return_blob(),
        has_code=bool(context.load_clinician().payload.return_code),
        answered=sum(status != 0 for status in administration.payload.answers.statuses),
    )


@screen.get("/handed-back")
@guard.allow_always
def handed_back() -> ViewResult:
    """The page that the client saw last; it holds nothing of the record, so it is shown while locked."""
    return render_template("handover/thanks.html")


@screen.get("/handovers")
def first_unreviewed() -> ViewResult:
    """Redirect to the first returned form that was not reviewed yet, or else to the path in `back`."""
    return_path = guard.safe_return_path(request.args.get("back")) or "/"
    open_handovers = clinician_side.list_open_handovers(context.db(), context.vault())
    return responses.redirect_to(url_for(".show", id=open_handovers[0].id) if open_handovers else return_path)


@screen.get("/handovers/<uuid:id>")
def show(id: UUID) -> ViewResult:
    """Review a returned form: what to ask, what to talk about, what was left out. It never shows a score."""
    handover = clinician_side.load_handover(context.db(), context.vault(), id)
    review = return_review.build_return_review(context.db(), context.vault(), handover)
    context.audit_read(HANDOVER, handover)
    prompts: tuple[prompt_status.PromptStatus, ...] = ()
    if review is not None:
        context.audit_read(ADMINISTRATION, review.administration)
        prompts = prompt_status.list_prompts_of_administration(
            context.db(), context.vault(), review.administration
        )
    still_open = open_matters.lines_beside(review.administration, request.path) if review else []
    return render_template(
        "handover/returned.html",
        here="clients",
        handover=handover,
        out=handover.state == HandoverState.OUT,
        proposed=handover.state == HandoverState.PROPOSED,
        arrival=review,
        prompts=prompts,
        is_held=review is not None
        and fear_holds.is_held_after_closing(
            context.db(), context.vault(), review.administration.payload, prompts
        ),
        session=_find_session(review.administration) if review else None,
        orphaned_answers=return_review.list_orphaned_answers(handover),
        still_open=still_open,
        no_reassurance=no_reassurance_line(beside_prompt=bool(prompts or still_open)),
    )


@screen.post("/handovers/<uuid:id>/bring-in")
def retry_merge(id: UUID) -> ViewResult:
    """Try again to merge answers that could not be merged at the unlock."""
    db, vault = context.db(), context.vault()
    clinician_side.merge_handover(db, vault, clinician_side.load_handover(db, vault, id), now=context.now())
    return responses.redirect_to(url_for(".show", id=id))


@screen.post("/handovers/<uuid:id>/decide")
def decide(id: UUID) -> ViewResult:
    """Record the client's answers, or keep those already in the record."""
    db, vault = context.db(), context.vault()
    handover = clinician_side.load_handover(db, vault, id)
    if handover.state != HandoverState.PROPOSED and handover.payload.decision == request.form.get("decision"):
        return responses.redirect_to(url_for(".show", id=id))
    record_decision = (
        proposals.accept_proposal
        if request.form.get("decision") == ProposalDecision.ACCEPT
        else proposals.set_aside_proposal
    )
    record_decision(db, vault, handover, now=context.now())
    return responses.redirect_to(url_for(".show", id=id))


@screen.post("/handovers/<uuid:id>/on")
def close_handover(id: UUID) -> ViewResult:
    """Close the hand-over, because its answers were reviewed, and go where the button leads."""
    db, vault = context.db(), context.vault()
    handover = clinician_side.load_handover(db, vault, id)
    clinician_side.close_handover(db, vault, handover, now=context.now())
    wanted = request.form.get("to")
    step = next((step for step in NextStep if step == wanted), NextStep.LOOK)
    return responses.redirect_to(_page_after_review(handover, step))


def _page_after_review(handover: RecordVersion[Handover], step: NextStep) -> str:
    target = clinician_side.find_handed_administration(context.db(), context.vault(), handover.payload)
    if target is None:
        return url_for("today.index")
    if step in (NextStep.END, NextStep.SESSION) and (session := _find_session(target)):
        ends_session = step == NextStep.END and session.state == TherapySessionState.OPEN
        return url_for("endings.show" if ends_session else "sessions.show", id=session.id)
    if step == NextStep.AGAIN and not target.final:
        return url_for(".offer", id=target.id)
    if step == NextStep.TOGETHER:
        return _page_to_continue(target)
    return url_for("results.show", id=target.id)


def _find_session(target: RecordVersion[Administration]) -> RecordVersion[TherapySession] | None:
    """The session in which the form was handed over, or None if there is none or it is unreadable."""
    if target.payload.therapy_session_id is None:
        return None
    with suppress(UnreadableRecord):
        return therapy_sessions.load_therapy_session(
            context.db(), context.vault(), target.payload.therapy_session_id
        )
    return None


def _page_to_continue(target: RecordVersion[Administration]) -> str:
    if target.final:
        return url_for("results.together", id=target.id)
    item_index = answers.next_unanswered_index(target.payload.answers)
    if item_index == len(target.payload.answers.statuses):
        return url_for("administrations.check", id=target.id)
    return url_for("administrations.item", id=target.id, number=item_index + 1)
