"""What came of it: the clinician's result, the page to look at together, the client page, the summary."""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.instruments.standing import status_line
from clinic_toolkit.psychometrics.change import SAME_RULE
from clinic_toolkit.psychometrics.numerals import in_words
from clinic_toolkit.psychometrics.prompts import NO_REASSURANCE
from clinic_toolkit.psychometrics.rules import higher_means
from clinic_toolkit.psychometrics.wording import facet_count, norm_line, total_line
from clinic_toolkit.record import (
    administrations,
    check_ins,
    courses,
    fear,
    hour_summaries,
    open_prompts,
    reflections,
    results,
    rows,
    sessions,
)
from clinic_toolkit.record.summaries import CLIENT_LINE, STATUS_LINE
from clinic_toolkit.web import context, guard, papers, responses
from clinic_toolkit.web.forms.fields import first_error
from clinic_toolkit.web.forms.reflection import ReflectionForm
from clinic_toolkit.web.papers import Paper
from clinic_toolkit.web.requests import by_script
from clinic_toolkit.web.responses import Answer

screen = Blueprint("results", __name__)

STOOD_OUT, TOGETHER = "stood-out", "together"


@screen.get("/administrations/<uuid:id>/result")
def show(id: UUID) -> Answer:
    """The clinician's page."""
    kept = administrations.get(context.db(), context.vault(), id)
    context.saw("administration", kept)
    prompts = open_prompts.of_administration(context.db(), context.vault(), kept)
    context.saw(
        "risk_entry",
        *{prompt.entry.id: prompt.entry for prompt in prompts if prompt.entry}.values(),
    )
    result = results.result_of(context.db(), context.vault(), kept, now=context.now())
    if check_ins.is_one(kept.body):
        return render_template(
            "results/check_in.html",
            here="clients",
            kept=kept,
            result=result,
            check_in=check_ins.page_of(context.db(), context.vault(), kept),
            fits_ill=results.fits_ill(result.instrument, kept.body.frame),
            status_text=STATUS_LINE,
            no_reassurance=NO_REASSURANCE,
        )
    numbers = results.scored(result.items, result.instrument)
    return render_template(
        "results/show.html",
        here="clients",
        kept=kept,
        result=result,
        prompts=prompts,
        held=fear.holds(context.db(), context.vault(), kept.body.client_id, kept.body.relationship_id),
        counts=[facet_count(result.instrument, facet) for facet in numbers.facets],
        total_line=total_line(numbers),
        fits_ill=results.fits_ill(result.instrument, kept.body.frame),
        compared=courses.compared(context.db(), context.vault(), kept),
        same_rule=SAME_RULE,
        tells_more=results.client_page_of(context.practice().body, kept, stood_out=True).stood_out,
        status_text=status_line(result.instrument, STATUS_LINE),
        higher_means=higher_means(result.instrument),
        no_norm=norm_line(result.instrument),
        no_reassurance=NO_REASSURANCE,
    )


@screen.get("/administrations/<uuid:id>/answers")
def answers(id: UUID) -> Answer:
    """Every item with its answer, for the clinician."""
    kept = administrations.get(context.db(), context.vault(), id)
    context.saw("administration", kept)
    result = results.result_of(context.db(), context.vault(), kept)
    return render_template(
        "results/answers.html",
        here="clients",
        kept=kept,
        result=result,
        status_text=status_line(result.instrument, STATUS_LINE),
    )


@screen.route("/administrations/<uuid:id>/together", methods=["GET", "POST"])
def together(id: UUID) -> Answer:
    """The page to look at together, with room for what the client says of it."""
    kept = administrations.get(context.db(), context.vault(), id)
    shown = results.together_of(context.db(), context.vault(), kept)
    form = ReflectionForm.about(shown, kept.body, request.form if request.method == "POST" else None)
    newer = bool(form.changes(kept.body) and form.seen_version != kept.version)
    if request.method == "POST" and form.validate() and not newer:
        if not form.changes(kept.body):
            changed = kept
        else:
            changed = reflections.keep(
                context.db(),
                context.vault(),
                kept,
                wrong=form.wrong.data,
                own_words=form.own_words.data,
                next_step=form.next_step.data,
                taken=form.chosen,
                put_right=form.put_right,
                seen_version=form.seen_version,
                now=context.now(),
            )
        if by_script():
            return responses.saved(context.now(), version=changed.version)
        if "print" in request.form:
            return responses.see(url_for(".client_page", id=id, together=""))
        # The client is reading: the clinician's page is not where this leads.
        return responses.see(url_for(".together", id=id, kept="", _anchor="words"))
    newer = newer and request.method == "POST" and not form.errors
    if request.method == "POST" and by_script():
        if form.errors:
            return responses.not_saved(first_error(form), 422)
        return responses.not_saved(f"{rows.Stale().sentence} Press “Save this” to see both.", 409)
    if request.method == "GET":
        context.saw("administration", kept)
    page = render_template(
        "results/together.html",
        kept=kept,
        newer=kept.body if newer else None,
        together=shown,
        more=in_words(shown.unnamed),
        form=form,
        errors=form.errors,
        client_text=CLIENT_LINE,
    )
    return (page, 409) if newer else (page, 422) if form.errors else page


@screen.route("/administrations/<uuid:id>/client-page", methods=["GET", "POST"])
@guard.giving_a_paper
def client_page(id: UUID) -> Answer:
    """The client page, on paper; with what stood out only if that was chosen."""
    from clinic_toolkit.documents import client_page as paper

    kept = administrations.get(context.db(), context.vault(), id)
    context.saw("administration", kept)
    value = results.client_page_of(
        context.practice().body, kept, stood_out=request.args.get("with") == STOOD_OUT
    )
    together = TOGETHER in request.args
    return papers.answer(
        Paper(
            kind="page",
            title="Your page" if together else "Client page",
            back=("Back", url_for(".together", id=id))
            if together
            else ("Back to the result", url_for(".show", id=id)),
            render=lambda: paper.render(value),
            beside_client=together,
        )
    )


@screen.route("/sessions/<uuid:session>/summary", methods=["GET", "POST"])
@guard.giving_a_paper
def summary(session: UUID) -> Answer:
    """The clinician's summary of an hour, on paper."""
    from clinic_toolkit.documents import summary as paper

    hour = sessions.get(context.db(), context.vault(), session)
    context.saw("therapy_session", hour)
    db, vault = context.db(), context.vault()
    given = results.of_hour(db, vault, hour)
    context.saw("administration", *given)
    value = hour_summaries.session_summary_of(db, vault, context.practice().body, hour, given)
    return papers.answer(
        Paper(
            kind="summary",
            title="Session summary",
            back=("Back to the session", url_for("sessions.show", id=session)),
            render=lambda: paper.render(value),
        )
    )
