"""Worksheets: the catalogue, what fits what was said, and giving one to a client."""

from contextlib import suppress
from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.record import (
    cases,
    clients,
    fear,
    handouts,
    relationships,
    results,
    sessions,
    spoken,
    told_apart,
)
from clinic_toolkit.record.administrations import Administration
from clinic_toolkit.record.cases import Case
from clinic_toolkit.record.handouts import Handout
from clinic_toolkit.record.hurt import Unreadable
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.record.sessions import TherapySession
from clinic_toolkit.record.summaries import WorksheetPage
from clinic_toolkit.web import context, guard, new_records, papers, responses
from clinic_toolkit.web.forms.handout import SENTENCE_LIMIT, HandoutForm
from clinic_toolkit.web.forms.risk_entry import NOBODY
from clinic_toolkit.web.papers import Paper
from clinic_toolkit.web.responses import Answer
from clinic_toolkit.worksheets import catalogue
from clinic_toolkit.worksheets.model import Worksheet

screen = Blueprint("worksheets", __name__)

ASK_FIRST = (
    "Not given yet. This sheet is a step towards a person. If your client fears that person, it can bring "
    "danger. First ask in private about fear of this person; it counts for 90 days."
)
# Both may be reading this page, so that it says nothing of either.
NOT_TOGETHER = "Not given. This sheet is for a session with one of the two alone."


@screen.get("/worksheets")
def index() -> Answer:
    """Every worksheet there is."""
    return render_template("worksheets/index.html", here="worksheets", sheets=catalogue.worksheets())


@screen.get("/worksheets/<slug>")
def show(slug: str) -> Answer:
    """One worksheet: what the client reads, and what the clinician should know."""
    return render_template("worksheets/show.html", here="worksheets", sheet=catalogue.worksheet(slug))


@screen.route("/worksheets/<slug>/blank", methods=["GET", "POST"])
@guard.giving_a_paper
def blank(slug: str) -> Answer:
    """The sheet on paper, with nobody's initials."""
    back = ("Back to the worksheet", url_for(".show", slug=slug))
    return _paper(catalogue.worksheet(slug), back, initials="", sentence="")


@screen.route("/sessions/<uuid:session>/worksheets", methods=["GET", "POST"])
def offer(session: UUID) -> Answer:
    """At most two sheets that fit what was said, the whole catalogue behind them, and giving one."""
    db, vault = context.db(), context.vault()
    hour = sessions.get(db, vault, session)
    case = cases.get(db, vault, hour.body.case_id)
    people = [clients.get(db, vault, id) for id in case.body.client_ids]
    # Whom one of a couple speaks of is nothing for the other to read.
    known = [] if case.body.is_couple else relationships.of_client(db, vault, people[0].id)
    given = [kept for kept in results.of_hour(db, vault, hour) if kept.state in ("completed", "stopped")]
    form = HandoutForm.for_clients(
        people,
        told_apart.of(db, vault).full,
        request.form if request.method == "POST" else None,
        known,
        _spoken_of(given),
    )
    held = False
    if request.method == "POST" and form.validate():
        kept = _given(form, case, hour, {each.id.hex: each.id for each in known})
        if kept is not None:
            return responses.see(url_for(".handout", id=kept.id))
        held = True
    if request.method == "GET":
        context.saw("therapy_session", hour)
    context.saw("administration", *given)
    # Without the time nothing is looked up about fear: this list is read in the room, and says nothing of it.
    found = [results.result_of(db, vault, kept) for kept in given]
    offers = list({each.worksheet.slug: each for result in found for each in result.offers}.values())[:2]
    now_, later = _listed(case)
    page = render_template(
        "worksheets/offer.html",
        here="clients",
        hour=hour,
        case=case,
        people=people,
        form=form,
        errors=form.errors,
        offers=offers,
        others=[sheet for sheet in now_ if sheet.slug not in [each.worksheet.slug for each in offers]],
        later=later,
        held=held,
        sentences=[
            *(line.words for kept in given for line in spoken.may_leave(kept.body)),
            *(kept.body.own_words for kept in given if kept.body.own_words),
        ],
        limit=SENTENCE_LIMIT,
    )
    return (page, 422) if form.errors else page


def _spoken_of(given: list[Kept[Administration]]) -> str:
    """Whom the questionnaires of the hour were about, if it was one person."""
    about = {kept.body.relationship_id for kept in given}
    one = about.pop() if len(about) == 1 else None
    return one.hex if one else NOBODY


def _given(
    form: HandoutForm, case: Kept[Case], hour: Kept[TherapySession], known: dict[str, UUID]
) -> Kept[Handout] | None:
    """Give the sheet; None, with the reason in the form, if fear has to be asked about first."""
    db, vault = context.db(), context.vault()
    client, about = UUID(hex=form.client.data), known.get(form.about.data)
    before = new_records.made_before(Handout, vault.ring_of(client, "record"), form.says)
    if before is not None:
        return before
    chosen = catalogue.worksheet(form.worksheet.data)
    if form.where and not case.body.is_couple:
        fear.note_asked(db, vault, client, about, where=form.where, session=hour.id, now=context.now())
    giving = fear.giving(db, vault, case.body.client_ids, chosen, client, about, now=context.now())
    if not giving.allowed:
        if case.body.is_couple:
            form.worksheet.errors = [NOT_TOGETHER]
        else:
            form.fear.errors = [ASK_FIRST]
        return None
    return handouts.give(
        db,
        vault,
        chosen,
        client_id=client,
        session_id=hour.id,
        sentence=form.printed,
        now=context.now(),
        about=about,
        room_only=giving.room_only,
        number=new_records.number_sent(),
    )


def _listed(case: Kept[Case]) -> tuple[list[Worksheet], list[Worksheet]]:
    """The sheets that stand open in the list, and those that are folded away for the clinician.

    With one client every sheet that waits until fear was asked about is folded away, also after it was. A
    couple's list has no fold: such a sheet is on it only after time alone with each of the two.
    """
    every = catalogue.worksheets()
    later = [sheet for sheet in every if sheet.needs_fear_asked]
    if not case.body.is_couple:
        return [sheet for sheet in every if sheet not in later], later
    db, vault, today = context.db(), context.vault(), context.now().astimezone().date()
    asked = fear.asked_of_both(db, vault, case.body.client_ids, today=today)
    return [sheet for sheet in every if asked or sheet not in later], []


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
        case=_case_of(kept),
    )


def _case_of(kept: Kept[Handout]) -> Kept[Case]:
    """The case of the hour in which it was given, a couple's perhaps; else the client's own."""
    if kept.body.session_id:
        with suppress(Unreadable):
            hour = sessions.get(context.db(), context.vault(), kept.body.session_id)
            return cases.get(context.db(), context.vault(), hour.body.case_id)
    return cases.single_of(context.db(), context.vault(), kept.body.client_id)


@screen.route("/handouts/<uuid:id>/sheet", methods=["GET", "POST"])
@guard.giving_a_paper
def sheet(id: UUID) -> Answer:
    """The sheet on paper, for this client."""
    kept = handouts.get(context.db(), context.vault(), id)
    client = clients.get(context.db(), context.vault(), kept.body.client_id)
    context.saw("handout", kept)
    return _paper(
        catalogue.worksheet(kept.body.worksheet),
        ("Back to the sheet that was given", url_for(".handout", id=id)),
        initials=told_apart.of(context.db(), context.vault()).short.get(client.id, client.body.initials),
        sentence=kept.body.sentence,
    )


def _paper(sheet: Worksheet, back: tuple[str, str], *, initials: str, sentence: str) -> Answer:
    from clinic_toolkit.documents import worksheet as paper

    page = WorksheetPage(
        letterhead=context.letterhead(),
        worksheet=sheet,
        initials=initials,
        sentence=sentence,
        large="large" in request.args,
    )
    return papers.answer(
        Paper(kind="worksheet", title="Worksheet", back=back, render=lambda: paper.render(page))
    )
