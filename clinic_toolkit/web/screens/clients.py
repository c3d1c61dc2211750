"""Clients: the list, finding, one client's page, taking in, editing, putting away."""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.instruments import catalogue
from clinic_toolkit.record import administrations, cases, clients, handouts, notes, relationships, sessions
from clinic_toolkit.record.clients import Client
from clinic_toolkit.record.rows import Kept
from clinic_toolkit.web import context, responses
from clinic_toolkit.web.forms import fields
from clinic_toolkit.web.forms.client import ClientForm
from clinic_toolkit.web.responses import Answer

screen = Blueprint("clients", __name__)


@screen.get("/clients")
def index() -> Answer:
    """The clients of now; archived ones behind a link."""
    everyone = clients.everyone(context.db(), context.vault())
    archived = "archived" in request.args
    shown = [kept for kept in everyone if (kept.state == "archived") == archived]
    return _list(shown, words="", archived=archived, others=len(everyone) - len(shown))


@screen.post("/clients/find")
def find() -> Answer:
    """Find by words of the name, the telephone or the e-mail. Sent by POST: the words are a name."""
    words = fields.clean(request.form.get("words"))[: fields.LINE]
    return _list(clients.find(context.db(), context.vault(), words), words=words, archived=False, others=0)


def _list(shown: list[Kept[Client]], *, words: str, archived: bool, others: int) -> str:
    context.saw("client", *shown)
    everything = cases.everything(context.db(), context.vault())
    couples = [kept for kept in everything if kept.body.is_couple] if not (words or archived) else []
    names = {kept.id: kept.body.name for kept in clients.everyone(context.db(), context.vault())}
    return render_template(
        "clients/index.html",
        here="clients",
        shown=shown,
        words=words,
        archived=archived,
        others=others,
        couples=[(kept.id, " and ".join(names[id] for id in kept.body.client_ids)) for kept in couples],
    )


@screen.route("/clients/new", methods=["GET", "POST"])
def new() -> Answer:
    """Take a client in."""
    form = ClientForm(request.form if request.method == "POST" else None)
    if request.method == "POST" and form.validate():
        try:
            kept = clients.add(context.db(), context.vault(), form.body(), now=context.now())
        except clients.TooYoung as young:
            form.birth_date.errors = [young.sentence]
        else:
            return responses.see(url_for(".show", id=kept.id))
    return _form_page(form, None)


@screen.route("/clients/<uuid:id>/edit", methods=["GET", "POST"])
def edit(id: UUID) -> Answer:
    """Change a client's details."""
    kept = clients.get(context.db(), context.vault(), id)
    form = ClientForm(request.form if request.method == "POST" else None, obj=kept.body)
    if request.method == "POST" and form.validate():
        if form.version.data != str(kept.version):
            return _form_page(form, kept, newer=True)
        try:
            clients.revise(context.db(), context.vault(), kept, form.body(), now=context.now())
        except clients.TooYoung as young:
            form.birth_date.errors = [young.sentence]
        else:
            return responses.see(url_for(".show", id=id))
    context.saw("client", kept)
    return _form_page(form, kept)


def _form_page(form: ClientForm, kept: Kept[Client] | None, *, newer: bool = False) -> Answer:
    page = render_template(
        "clients/edit.html", here="clients", form=form, errors=form.errors, kept=kept, newer=newer
    )
    return (page, 409) if newer else (page, 422) if form.errors else page


@screen.get("/clients/<uuid:id>")
def show(id: UUID) -> Answer:
    """One client: what was agreed, the hours, whom it is about, what was given."""
    db, vault = context.db(), context.vault()
    kept = clients.get(db, vault, id)
    context.saw("client", kept)
    taking_part = cases.of_client(db, vault, id)
    hours = sessions.of_cases(db, vault, taking_part)
    known = {hour.id: note for hour in hours if (note := notes.of_session(db, vault, hour))}
    found = relationships.of_client(db, vault, id)
    words = {each.id: each.body.word for each in found}
    return render_template(
        "clients/show.html",
        here="clients",
        client=kept,
        own=next(case for case in taking_part if not case.body.is_couple),
        couples=[case for case in taking_part if case.body.is_couple],
        hours=hours,
        notes=known,
        couple_rings={case.ring for case in taking_part if case.body.is_couple},
        agreed=next((hour.body.agreed for hour in hours if hour.body.agreed), ""),
        relationships=found,
        frames={frame.id: frame.label for frame in catalogue.frames()},
        given=[
            (each, administrations.instrument_of(each.body).title, words.get(each.body.relationship_id or id))
            for each in administrations.of_client(db, vault, id)
        ],
        sheets=handouts.of_client(db, vault, id),
        attendance=sessions.ATTENDANCE,
        kinds=sessions.KINDS,
    )


@screen.post("/clients/<uuid:id>/archive")
def archive(id: UUID) -> Answer:
    """Put a client away. Nothing is deleted."""
    kept = clients.get(context.db(), context.vault(), id)
    if kept.state != "archived":
        clients.archive(context.db(), context.vault(), kept, now=context.now())
    return responses.see(url_for(".show", id=id))


@screen.post("/clients/<uuid:id>/restore")
def restore(id: UUID) -> Answer:
    """Bring an archived client back."""
    kept = clients.get(context.db(), context.vault(), id)
    if kept.state == "archived":
        clients.restore(context.db(), context.vault(), kept, now=context.now())
    return responses.see(url_for(".show", id=id))
