"""A sheet that was given: what is agreed about it, a smaller step, and how it went."""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from wtforms import Form

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.journal.records import RecordNotFound
from clinic_toolkit.record.people import cases, therapy_sessions
from clinic_toolkit.record.people.therapy_session_record import THERAPY_SESSION, TherapySession
from clinic_toolkit.record.writing import available_worksheets, handout_reviews, handout_words, handouts
from clinic_toolkit.record.writing.handout_record import HANDOUT, Handout, HandoutReview, ReviewOutcome
from clinic_toolkit.web import context
from clinic_toolkit.web.forms import fields
from clinic_toolkit.web.forms.handouts import AgreementForm, ReviewForm, SmallerForm, WantedForm
from clinic_toolkit.web.screen_parts import handout_page
from clinic_toolkit.web.screen_parts.saved_message import redirect_saved
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("handouts", __name__)


@screen.post("/handouts/<uuid:id>/agreement")
def agree(id: UUID) -> ViewResult:
    """Note what was agreed about a sheet."""
    handout = handouts.load_handout(context.db(), context.vault(), id)
    form = AgreementForm.for_handout(request.form, handout.payload)
    if not form.validate():
        return handout_page.render_handout_page(handout, form), 422
    if not form.matches_record(handout.payload):
        if not _is_current(form, handout):
            return handout_page.render_handout_page(handout, form, is_newer=True), 409
        handout_reviews.agree_handout(
            context.db(),
            context.vault(),
            handout,
            agreement=form.agreement.data,
            sureness=form.sureness_number,
            paper=form.paper_chosen,
            now=context.now(),
        )
    return redirect_saved(url_for("worksheets.handout", id=id))


@screen.post("/handouts/<uuid:id>/smaller")
def make_smaller(id: UUID) -> ViewResult:
    """Agree on a smaller step with the same sheet."""
    handout = handouts.load_handout(context.db(), context.vault(), id)
    form = SmallerForm(request.form)
    if not form.validate():
        return handout_page.render_handout_page(handout, form), 422
    if form.smaller.data != handout.payload.agreement:
        if not _is_current(form, handout):
            return handout_page.render_handout_page(handout, form, is_newer=True), 409
        handout_reviews.make_handout_smaller(
            context.db(), context.vault(), handout, smaller_step=form.smaller.data, now=context.now()
        )
    return redirect_saved(url_for("worksheets.handout", id=id))


@screen.post("/handouts/<uuid:id>/wanted")
def note_wanted(id: UUID) -> ViewResult:
    """Note whether a sheet that came back was wanted."""
    handout = handouts.load_handout(context.db(), context.vault(), id)
    form = WantedForm(request.form)
    if not form.validate():
        return handout_page.render_handout_page(handout, form), 422
    review = handout.payload.last_review
    if review and review.wanted != form.answer:
        if not _is_current(form, handout):
            return handout_page.render_handout_page(handout, form, is_newer=True), 409
        handout_reviews.note_whether_wanted(
            context.db(), context.vault(), handout, form.answer, now=context.now()
        )
    return redirect_saved(url_for("worksheets.handout", id=id))


@screen.route("/handouts/<uuid:id>/review", methods=["GET", "POST"])
def review(id: UUID) -> ViewResult:
    """Note how it went, outside of a session."""
    return _review(handouts.load_handout(context.db(), context.vault(), id), None)


@screen.route("/sessions/<uuid:session_id>/handouts/<uuid:id>", methods=["GET", "POST"])
def review_in_session(session_id: UUID, id: UUID) -> ViewResult:
    """Note in a session how it went with a sheet that was out."""
    session = therapy_sessions.load_therapy_session(context.db(), context.vault(), session_id)
    handout = handouts.load_handout(context.db(), context.vault(), id)
    case = cases.load_case(context.db(), context.vault(), session.payload.case_id)
    if not handouts.is_of_case(context.db(), context.vault(), handout, case):
        # Also a partner's own sheet in a session of the couple.
        raise RecordNotFound
    return _review(handout, session)


def _review(handout: RecordVersion[Handout], session: RecordVersion[TherapySession] | None) -> ViewResult:
    form = ReviewForm(request.form if request.method == "POST" else None)
    newer = False
    if request.method == "POST" and form.validate():
        newer = not _is_current(form, handout)
        if newer and _says_the_same(form, session, handout.payload.last_review):
            return redirect_saved(url_for("worksheets.handout", id=handout.id))
        if not newer:
            handout_reviews.review_handout(
                context.db(),
                context.vault(),
                handout,
                therapy_session_id=session.id if session else None,
                outcome=form.outcome_chosen,
                barriers=form.barriers_chosen,
                client_said=form.said.data,
                smaller_step=form.smaller.data,
                now=context.now(),
            )
            return redirect_saved(url_for("worksheets.handout", id=handout.id))
    if request.method == "GET":
        context.audit_read(HANDOUT, handout)
        context.audit_read(THERAPY_SESSION, *([session] if session else ()))
    page = render_template(
        "worksheets/review.html",
        here="clients",
        handout=handout,
        session=session,
        case=handouts.load_case_of_handout(context.db(), context.vault(), handout),
        sheet=available_worksheets.load_given_worksheet(context.db(), context.vault(), handout.payload),
        form=form,
        errors=form.errors,
        version=fields.version_for_page(form, handout.version),
        newer=handout_words.describe_review(handout.payload.last_review)
        if newer and handout.payload.last_review
        else "",
        is_newer=newer,
        outcomes=[
            (outcome, label, handout_words.FOLLOW_UPS[outcome])
            for outcome, label in handout_words.OUTCOME_LABELS.items()
        ],
        barriers=list(handout_words.BARRIER_LABELS.items()),
    )
    return (page, 409) if newer else (page, 422) if form.errors else page


def _is_current(form: Form, handout: RecordVersion[Handout]) -> bool:
    return fields.parse_whole_number(form.data["version"]) == handout.version


def _says_the_same(
    form: ReviewForm, session: RecordVersion[TherapySession] | None, last: HandoutReview | None
) -> bool:
    """Whether the last review is this one: the form was sent twice."""
    # What was in the way is not kept of a sheet that came back whole.
    barriers = () if form.outcome_chosen == ReviewOutcome.CAME_BACK else form.barriers_chosen
    return last is not None and (
        last.therapy_session_id,
        last.outcome,
        last.barriers,
        last.client_said,
        last.smaller_step,
    ) == (session.id if session else None, form.outcome_chosen, barriers, form.said.data, form.smaller.data)
