"""Couples: two clients whose hours are shared."""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.record import cases, clients, notes, sessions, told_apart
from clinic_toolkit.record.cases import Case
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.web import context, requests, responses, saying
from clinic_toolkit.web.forms.case import CoupleForm
from clinic_toolkit.web.responses import Answer

screen = Blueprint("cases", __name__)

# So many sessions stand on a couple's page; the others are one click away.
NEWEST = 12


@screen.route("/couples/new", methods=["GET", "POST"])
def new() -> Answer:
    """Put two clients together as a couple."""
    db, vault = context.db(), context.vault()
    people = [kept for kept in clients.everyone(db, vault) if kept.state == "active"]
    names = told_apart.in_choices(db, vault, people)
    form = CoupleForm.for_clients(people, names, request.form if request.method == "POST" else None)
    if request.method == "POST" and form.validate():
        first, second = UUID(hex=form.first.data or "0" * 32), UUID(hex=form.second.data or "0" * 32)
        if known := _couple_of(first, second):
            return responses.see(url_for(".show", id=known.id))
        try:
            kept = cases.open_couple(db, vault, first, second, now=context.now())
        except cases.NotACouple as same:
            form.second.errors = [same.sentence]
        else:
            return saying.saved(url_for(".show", id=kept.id))
    page = render_template("cases/new.html", here="clients", form=form, errors=form.errors, people=people)
    return (page, 422) if form.errors else page


def _couple_of(first: UUID, second: UUID) -> Kept[Case] | None:
    """The case these two have already: a second one would split their hours."""
    into = clients.joined(context.db(), context.vault())
    return next(
        (
            kept
            for kept in cases.everything(context.db(), context.vault())
            if kept.body.is_couple and {into.get(id, id) for id in kept.body.client_ids} == {first, second}
        ),
        None,
    )


@screen.get("/cases/<uuid:id>")
def show(id: UUID) -> Answer:
    """A couple's page: their shared hours. What each answered stays on that person's own page."""
    db, vault = context.db(), context.vault()
    kept = cases.get(db, vault, id)
    if not kept.body.is_couple:
        return responses.see(url_for("clients.show", id=kept.body.client_ids[0]))
    people = [clients.get(db, vault, each) for each in kept.body.client_ids]
    hours = sessions.of_cases(db, vault, [kept])
    most = requests.most(NEWEST)
    context.saw("clinical_case", kept)
    context.saw("client", *people)
    return render_template(
        "cases/show.html",
        here="clients",
        case=kept,
        people=people,
        hours=hours,
        most=most,
        notes=notes.of_hours(db, vault, hours[:most]),
        now=sessions.of_today(hours, now=context.now()),
        agreed=sessions.agreed_before(hours),
        attendance=sessions.attendance_of,
        kinds=sessions.KINDS,
    )
