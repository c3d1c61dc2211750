"""Clients: the list, finding, one client's page, taking in, editing, putting away."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.instruments import catalogue
from clinic_toolkit.record import (
    administrations,
    answers,
    cases,
    clients,
    handouts,
    notes,
    relationships,
    repeats,
    results,
    rhythms,
    sessions,
)
from clinic_toolkit.record.cases import Case
from clinic_toolkit.record.clients import Client
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.web import context, drafts, new_records, responses
from clinic_toolkit.web.drafts import FormDraft
from clinic_toolkit.web.forms import fields
from clinic_toolkit.web.forms.client import ClientForm
from clinic_toolkit.web.responses import Answer

screen = Blueprint("clients", __name__)

# So many questionnaires stand on a client's page; the others are one click away.
NEWEST = 12


@screen.get("/clients")
def index() -> Answer:
    """The clients of now; archived ones behind a link."""
    archived = "archived" in request.args
    everyone = clients.everyone(context.db(), context.vault())
    shown = [kept for kept in everyone if (kept.state == "archived") == archived]
    names = {kept.id: kept.body.name for kept in everyone}
    active = {kept.id for kept in everyone if kept.state != "archived"}
    couples = [
        (case.id, " and ".join(names[id] for id in case.body.client_ids) or clients.UNREADABLE)
        for case in cases.everything(context.db(), context.vault())
        if case.body.is_couple and _is_put_away(case.body, active) == archived
    ]
    return _list(shown, couples=couples, archived=archived, others=len(everyone) - len(shown))


def _is_put_away(couple: Case, active: set[UUID]) -> bool:
    # Of a couple whose entry is hurt nobody is known; it must not be out of sight for that.
    return bool(couple.client_ids) and active.isdisjoint(couple.client_ids)


@screen.get("/clients/find")
def find_again() -> Answer:
    """What was looked for is in no address, so an address alone finds nobody: to the whole list."""
    return responses.see(url_for(".index"))


@screen.post("/clients/find")
def find() -> Answer:
    """Find by words of the name, the telephone or the e-mail. Sent by POST: the words are a name."""
    words = " ".join(fields.clean(request.form.get("words")).split())
    if not words:
        return responses.see(url_for(".index"))
    return _list(clients.find(context.db(), context.vault(), words), words=words)


def _list(
    shown: list[Kept[Client]],
    *,
    couples: Sequence[tuple[UUID, str]] = (),
    words: str = "",
    archived: bool = False,
    others: int = 0,
) -> str:
    context.saw("client", *shown)
    return render_template(
        "clients/index.html",
        here="clients",
        shown=shown,
        couples=couples,
        words=words,
        archived=archived,
        others=others,
    )


@screen.route("/clients/new", methods=["GET", "POST"])
def new() -> Answer:
    """Take a client in."""
    draft = drafts.of_form("client", context.vault().user_id, ring=None)
    if (answer := draft.answered()) is not None:
        return answer
    form = ClientForm(draft.typed(), today=_today())
    before = new_records.client_taken_in_before(lambda body: form.body() == body)
    if before is not None:
        return responses.see(url_for(".show", id=before.id))
    if request.method == "POST" and form.validate():
        number = new_records.number_sent()
        kept = clients.add(context.db(), context.vault(), form.body(), now=context.now(), number=number)
        draft.recorded()
        return responses.see(url_for(".show", id=kept.id))
    return _form_page(form, None, draft)


@screen.route("/clients/<uuid:id>/edit", methods=["GET", "POST"])
def edit(id: UUID) -> Answer:
    """Change a client's details."""
    kept = clients.get(context.db(), context.vault(), id)
    draft = drafts.of_form("client", id, ring=kept.ring)
    if (answer := draft.answered()) is not None:
        return answer
    form = ClientForm(draft.typed(), obj=kept.body, today=_today())
    if request.method == "POST" and form.validate():
        if form.body() == kept.body:
            draft.recorded()
            return responses.see(url_for(".show", id=id))
        if form.version.data != str(kept.version):
            return _form_page(form, kept, draft, newer=form.differing(kept.body))
        clients.revise(context.db(), context.vault(), kept, form.body(), now=context.now())
        draft.recorded()
        return responses.see(url_for(".show", id=id))
    context.saw("client", kept)
    return _form_page(form, kept, draft)


def _today() -> date:
    return context.now().astimezone().date()


def _form_page(
    form: ClientForm, kept: Kept[Client] | None, draft: FormDraft, *, newer: Sequence[tuple[str, str]] = ()
) -> Answer:
    page = render_template(
        "clients/edit.html",
        here="clients",
        form=form,
        errors=form.errors,
        kept=kept,
        newer=newer,
        draft=draft,
        version=fields.seen_version(form, kept.version if kept else 0, draft=draft.shown),
    )
    return (page, 409) if newer else (page, 422) if form.errors else page


@screen.get("/clients/<uuid:id>")
def show(id: UUID) -> Answer:
    """One client: what was agreed, the hours, whom it is about, what was given."""
    db, vault = context.db(), context.vault()
    kept = clients.get(db, vault, id)
    taking_part = cases.of_client(db, vault, id)
    own = next(case for case in taking_part if not case.body.is_couple)
    hours = sessions.of_cases(db, vault, taking_part)
    alone = [hour for hour in hours if hour.body.case_id == own.id]
    found = relationships.of_client(db, vault, id)
    context.saw("client", kept)
    context.saw("relationship", *found)
    words = {each.id: each.body.word for each in found}
    given = administrations.of_client(db, vault, id)
    shown = given if "all" in request.args else given[:NEWEST]
    asked_again = repeats.of_client(given, rhythms.of_client(db, vault, id), now=context.now())
    context.saw("rhythm", *(each.rhythm for each in asked_again if each.rhythm and each.standing))
    return render_template(
        "clients/show.html",
        here="clients",
        client=kept,
        own=own,
        couples=[
            (case.id, clients.get(db, vault, other).body.name)
            for case in taking_part
            for other in case.body.client_ids
            if case.body.is_couple and other != id
        ],
        hours=hours,
        notes=notes.of_hours(db, vault, hours),
        notes_alone=notes.of_lost_hours(db, vault, taking_part, hours),
        couple_rings={case.ring for case in taking_part if case.body.is_couple},
        now=sessions.of_today(alone, now=context.now()),
        agreed=sessions.agreed_before(alone),
        relationships=found,
        frames={frame.id: frame.label for frame in catalogue.frames()},
        given=[
            (
                each,
                administrations.title_of(each.body),
                words.get(each.body.relationship_id or id, results.IN_GENERAL),
                min(answers.next_place(each.body.answers) + 1, len(each.body.answers.statuses)),
            )
            for each in shown
        ],
        courses=[
            (word, about)
            for word, about in (*((words[each], each) for each in words), (results.IN_GENERAL, None))
            if any(each.theme[0] == about for each in asked_again)
        ],
        more=len(given) if len(given) > len(shown) else 0,
        repeats=[(words.get(each.theme[0] or id, results.IN_GENERAL), each) for each in asked_again],
        sheets=handouts.of_client(db, vault, id),
        attendance=sessions.attendance_of,
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
