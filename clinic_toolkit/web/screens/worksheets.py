"""Worksheets: the catalogue, what fits what was said, and giving one to a client."""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.record import cases, clients, handouts, results, sessions, spoken
from clinic_toolkit.record.summaries import WorksheetPage
from clinic_toolkit.web import context, responses
from clinic_toolkit.web.forms.handout import SENTENCE_LIMIT, HandoutForm
from clinic_toolkit.web.responses import Answer
from clinic_toolkit.worksheets import catalogue
from clinic_toolkit.worksheets.model import Worksheet

screen = Blueprint("worksheets", __name__)


@screen.get("/worksheets")
def index() -> Answer:
    """Every worksheet there is."""
    return render_template("worksheets/index.html", here="worksheets", sheets=catalogue.worksheets())


@screen.get("/worksheets/<slug>")
def show(slug: str) -> Answer:
    """One worksheet: what the client reads, and what the clinician should know."""
    return render_template("worksheets/show.html", here="worksheets", sheet=catalogue.worksheet(slug))


@screen.get("/worksheets/<slug>/blank")
def blank(slug: str) -> Answer:
    """The sheet on paper, with nobody's initials."""
    return _paper(catalogue.worksheet(slug), initials="", sentence="")


@screen.route("/sessions/<uuid:session>/worksheets", methods=["GET", "POST"])
def offer(session: UUID) -> Answer:
    """At most two sheets that fit what was said, the whole catalogue behind them, and giving one."""
    db, vault = context.db(), context.vault()
    hour = sessions.get(db, vault, session)
    case = cases.get(db, vault, hour.body.case_id)
    people = [clients.get(db, vault, id) for id in case.body.client_ids]
    form = HandoutForm.for_clients(people, request.form if request.method == "POST" else None)
    if request.method == "POST" and form.validate():
        kept = handouts.give(
            db,
            vault,
            catalogue.worksheet(form.worksheet.data),
            client_id=UUID(hex=form.client.data),
            session_id=hour.id,
            sentence=form.printed,
            now=context.now(),
        )
        return responses.see(url_for(".handout", id=kept.id))
    if request.method == "GET":
        context.saw("therapy_session", hour)
    given = [kept for kept in results.of_hour(db, vault, hour) if kept.state in ("completed", "stopped")]
    context.saw("administration", *given)
    found = [results.result_of(db, vault, kept) for kept in given]
    offers = {each.worksheet.slug: each for result in found for each in result.offers}
    page = render_template(
        "worksheets/offer.html",
        here="clients",
        hour=hour,
        case=case,
        people=people,
        form=form,
        errors=form.errors,
        offers=list(offers.values())[:2],
        others=[sheet for sheet in catalogue.worksheets() if sheet.slug not in offers],
        sentences=[
            *(line.words for kept in given for line in spoken.may_leave(kept.body)),
            *(kept.body.own_words for kept in given if kept.body.own_words),
        ],
        limit=SENTENCE_LIMIT,
    )
    return (page, 422) if form.errors else page


@screen.get("/handouts/<uuid:id>")
def handout(id: UUID) -> Answer:
    """A sheet that was given: where to print it, and what to ask about it next time."""
    kept = handouts.get(context.db(), context.vault(), id)
    context.saw("handout", kept)
    return render_template(
        "worksheets/handout.html",
        here="clients",
        kept=kept,
        sheet=catalogue.worksheet(kept.body.worksheet),
        client=clients.get(context.db(), context.vault(), kept.body.client_id),
    )


@screen.get("/handouts/<uuid:id>/sheet")
def sheet(id: UUID) -> Answer:
    """The sheet on paper, for this client."""
    kept = handouts.get(context.db(), context.vault(), id)
    client = clients.get(context.db(), context.vault(), kept.body.client_id)
    context.saw("handout", kept)
    return _paper(
        catalogue.worksheet(kept.body.worksheet), initials=client.body.initials, sentence=kept.body.sentence
    )


def _paper(sheet: Worksheet, *, initials: str, sentence: str) -> Answer:
    from clinic_toolkit.documents import worksheet as paper

    page = WorksheetPage(
        letterhead=context.letterhead(),
        worksheet=sheet,
        initials=initials,
        sentence=sentence,
        large="large" in request.args,
    )
    return responses.pdf(paper.render(page), "worksheet.pdf")
