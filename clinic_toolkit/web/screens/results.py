"""Results: the clinician's page, the page to look at together, the client page, the summary."""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from msgspec.structs import replace

from clinic_toolkit.instruments.validation_status import validation_status_line
from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.psychometrics.numerals import number_in_words
from clinic_toolkit.psychometrics.result_sentences import describe_count, describe_total, norm_line
from clinic_toolkit.psychometrics.safety_prompt_rules import no_reassurance_line
from clinic_toolkit.psychometrics.score_change import ABOUT_THE_SAME_RULE
from clinic_toolkit.psychometrics.score_explanation import explain_higher
from clinic_toolkit.record.outcomes import check_ins, courses, results
from clinic_toolkit.record.people import cases, therapy_sessions
from clinic_toolkit.record.people.therapy_session_record import THERAPY_SESSION
from clinic_toolkit.record.questionnaires import administrations, answered_items, reflections
from clinic_toolkit.record.questionnaires.administration_record import ADMINISTRATION, Administration
from clinic_toolkit.record.safety import fear_holds, prompt_status
from clinic_toolkit.record.safety.risk_entry_record import RISK_ENTRY
from clinic_toolkit.record.values.page_values import Result
from clinic_toolkit.record.writing import goal_thread, set_aside_marks, therapy_session_summary
from clinic_toolkit.standing_sentences import CLIENT_LINE, STATUS_LINE
from clinic_toolkit.web import context
from clinic_toolkit.web.access import guard
from clinic_toolkit.web.content.printout_kinds import PrintoutKind
from clinic_toolkit.web.forms.fields import first_error
from clinic_toolkit.web.forms.results import ReflectionForm
from clinic_toolkit.web.screen_parts import client_names, letterheads, open_matters, printouts
from clinic_toolkit.web.screen_parts.printouts import Printout
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.request_info import is_from_script
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("results", __name__)

STOOD_OUT, TOGETHER, ANSWERS = "stood-out", "together", "answers"


@screen.get("/administrations/<uuid:id>/result")
def show(id: UUID) -> ViewResult:
    """The clinician's page of a result."""
    administration = administrations.load_administration(context.db(), context.vault(), id)
    context.audit_read(ADMINISTRATION, administration)
    prompts = prompt_status.list_prompts_of_administration(context.db(), context.vault(), administration)
    context.audit_read(
        RISK_ENTRY,
        *{prompt.entry.id: prompt.entry for prompt in prompts if prompt.entry}.values(),
    )
    holds = fear_holds.load_fear_holds(context.db(), context.vault(), administration.payload.client_id)
    result = results.build_result_with_offers(
        context.db(), context.vault(), administration, holds, today=context.today()
    )
    still_open = open_matters.lines_beside(administration, request.path)
    arrived = set_aside_marks.describe_arrival(context.db(), context.vault(), administration)
    if check_ins.is_check_in(administration.payload):
        return render_template(
            "results/check_in.html",
            here="clients",
            administration=administration,
            heading=_heading_of(administration, result),
            result=result,
            check_in=check_ins.build_check_in_page(context.db(), context.vault(), administration),
            fits_ill=answered_items.poorly_fitting_numbers(result.instrument, administration.payload.frame),
            status_text=STATUS_LINE,
            served=goal_thread.find_goals_of_questionnaire(context.db(), context.vault(), administration),
            still_open=still_open,
            arrived=arrived,
            no_reassurance=no_reassurance_line(beside_prompt=bool(still_open)),
        )
    scores = answered_items.score_answers(result.items, result.instrument)
    return render_template(
        "results/show.html",
        here="clients",
        administration=administration,
        heading=_heading_of(administration, result),
        result=result,
        prompts=prompts,
        served=goal_thread.find_goals_of_questionnaire(context.db(), context.vault(), administration),
        still_open=still_open,
        arrived=arrived,
        is_held=fear_holds.is_held_after_closing(
            context.db(), context.vault(), administration.payload, prompts
        ),
        counts=[describe_count(result.instrument, facet) for facet in scores.facets],
        total_line=describe_total(scores),
        fits_ill=answered_items.poorly_fitting_numbers(result.instrument, administration.payload.frame),
        compared=courses.compare_with_previous(context.db(), context.vault(), administration),
        same_rule=ABOUT_THE_SAME_RULE,
        tells_more=results.build_client_page(context.letterhead(), administration, stood_out=True).stood_out,
        status_text=validation_status_line(result.instrument, STATUS_LINE),
        higher_means=explain_higher(result.instrument),
        no_norm=norm_line(result.instrument),
        no_reassurance=no_reassurance_line(beside_prompt=bool(prompts or still_open)),
    )


def _heading_of(administration: RecordVersion[Administration], result: Result) -> str:
    """The heading of the page, where two clients of one name are told apart; papers have the name alone."""
    return results.result_heading(
        result.instrument,
        client_names.name_of(administration.payload.client_id),
        result.relationship_word,
        general=administration.payload.relationship_id is None,
    )


@screen.get("/administrations/<uuid:id>/answers")
def answers(id: UUID) -> ViewResult:
    """Every item with its answer, for the clinician."""
    administration = administrations.load_administration(context.db(), context.vault(), id)
    context.audit_read(ADMINISTRATION, administration)
    result = results.build_result(context.db(), context.vault(), administration)
    return render_template(
        "results/answers.html",
        here="clients",
        administration=administration,
        result=result,
        status_text=validation_status_line(result.instrument, STATUS_LINE),
    )


@screen.route("/administrations/<uuid:id>/together", methods=["GET", "POST"])
def together(id: UUID) -> ViewResult:
    """The page to look at together, with fields for what the client says about it."""
    administration = administrations.load_administration(context.db(), context.vault(), id)
    review = results.build_joint_review(context.db(), context.vault(), administration)
    form = ReflectionForm.for_result(
        review, administration.payload, request.form if request.method == "POST" else None
    )
    newer = bool(form.has_changes(administration.payload) and form.expected_version != administration.version)
    if request.method == "POST" and form.validate() and not newer:
        if not form.has_changes(administration.payload):
            revised = administration
        else:
            revised = reflections.record_reflection(
                context.db(),
                context.vault(),
                administration,
                wrong=form.wrong.data,
                own_words=form.own_words.data,
                next_step=form.next_step.data,
                remarks_on_client_page=form.chosen_places,
                corrections=form.corrections,
                expected_version=form.expected_version,
                now=context.now(),
            )
        if is_from_script():
            return responses.autosave_saved(context.now(), version=revised.version)
        if "print" in request.form:
            return responses.redirect_to(url_for(".client_page", id=id, together=""))
        # The client is looking on, so this must not redirect to the clinician's page.
        return responses.redirect_to(url_for(".together", id=id, kept="", _anchor="words"))
    newer = newer and request.method == "POST" and not form.errors
    if request.method == "POST" and is_from_script():
        if form.errors:
            return responses.autosave_failed(first_error(form), 422)
        return responses.autosave_failed(
            f"{records.StaleVersion().sentence} Press “Save this” to see both.", 409
        )
    if request.method == "GET":
        context.audit_read(ADMINISTRATION, administration)
    page = render_template(
        "results/together.html",
        administration=administration,
        newer=administration.payload if newer else None,
        together=review,
        more=number_in_words(review.unnamed_count),
        form=form,
        errors=form.errors,
        client_text=CLIENT_LINE,
    )
    return (page, 409) if newer else (page, 422) if form.errors else page


@screen.route("/administrations/<uuid:id>/client-page", methods=["GET", "POST"])
@guard.allow_printout_when_read_only
def client_page(id: UUID) -> ViewResult:
    """The printout of the client page; it says what stood out only if that was chosen."""
    from clinic_toolkit.documents import client_page as paper

    administration = administrations.load_administration(context.db(), context.vault(), id)
    context.audit_read(ADMINISTRATION, administration)
    page = results.build_client_page(
        context.letterhead(), administration, stood_out=request.args.get("with") == STOOD_OUT
    )
    with_client = TOGETHER in request.args
    return printouts.respond_with_printout(
        Printout(
            kind=PrintoutKind.PAGE,
            title="Your page" if with_client else "Client page",
            back=("Back", url_for(".together", id=id))
            if with_client
            else ("Back to the result", url_for(".show", id=id)),
            render=lambda: paper.render_client_page(page),
            client_is_present=with_client,
            case_id=cases.load_single_case(
                context.db(), context.vault(), administration.payload.client_id
            ).id,
        )
    )


@screen.route("/sessions/<uuid:session_id>/summary", methods=["GET", "POST"])
@guard.allow_printout_when_read_only
def summary(session_id: UUID) -> ViewResult:
    """The printout of the clinician's summary of a session; every answer follows only if that was chosen."""
    from clinic_toolkit.documents import summary as paper

    session = therapy_sessions.load_therapy_session(context.db(), context.vault(), session_id)
    context.audit_read(THERAPY_SESSION, session)
    db, vault = context.db(), context.vault()
    session_administrations = answered_items.list_single_client_administrations(db, vault, session)
    context.audit_read(ADMINISTRATION, *session_administrations)
    page = therapy_session_summary.build_session_summary(
        db, vault, letterheads.letterhead_with_logo(), session, session_administrations
    )
    page = replace(page, with_every_answer=ANSWERS in request.args)
    return printouts.respond_with_printout(
        Printout(
            kind=PrintoutKind.SUMMARY,
            title="Session summary",
            back=("Back to the session", url_for("sessions.show", id=session_id)),
            render=lambda: paper.render_session_summary(page),
        )
    )
