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
    joined,
    lately,
    notes,
    relationships,
    repeats,
    results,
    rhythms,
    sessions,
    told_apart,
)
from clinic_toolkit.record.cases import Case
from clinic_toolkit.record.clients import Client
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.web import context, drafts, new_records, proposing, requests, responses, saying, searches
from clinic_toolkit.web.drafts import FormDraft
from clinic_toolkit.web.forms import fields
from clinic_toolkit.web.forms.client import ClientForm
from clinic_toolkit.web.responses import Answer

screen = Blueprint("clients", __name__)

# So many sessions, questionnaires, sheets and people stand on a client's page, and so many clients in
# the list; the others are one click away.
NEWEST = 12
CLIENTS = 30


@screen.get("/clients")
def index() -> Answer:
    """The clients of now; archived ones behind a link."""
    archived = "archived" in request.args
    everyone = clients.everyone(context.db(), context.vault())
    alone = [kept for kept in everyone if kept.state != clients.JOINED]
    listed = [kept for kept in alone if (kept.state == clients.ARCHIVED) == archived]
    most = requests.most(CLIENTS)
    shown = lately.seen(context.db(), context.vault(), listed, most=most, today=_today())
    names = told_apart.of(context.db(), context.vault()).full
    active = {kept.id for kept in everyone if kept.state != clients.ARCHIVED}
    couples = [
        (case.id, " and ".join(names[id] for id in case.body.client_ids) or clients.UNREADABLE)
        for case in cases.everything(context.db(), context.vault())
        if case.body.is_couple and _is_put_away(case.body, active) == archived
    ]
    others = len(alone) - len(listed)
    return _list(shown, couples=couples, archived=archived, others=others, every=len(listed))


def _is_put_away(couple: Case, active: set[UUID]) -> bool:
    # Of a couple whose entry is hurt nobody is known; it must not be out of sight for that.
    return bool(couple.client_ids) and active.isdisjoint(couple.client_ids)


@screen.get("/clients/find")
def found() -> Answer:
    """Who was found. What was looked for is in no address; where it is not known, to the whole list."""
    typed = searches.kept(request.args.get(searches.SEARCH))
    if typed is None:
        return responses.see(url_for(".index"))
    return _list(clients.find(context.db(), context.vault(), typed["words"]), words=typed["words"])


@screen.post("/clients/find")
def find() -> Answer:
    """Find by words of the name, the telephone or the e-mail. Sent by POST: the words are a name."""
    words = " ".join(fields.clean(request.form.get("words")).split())
    if not words:
        return responses.see(url_for(".index"))
    # Not answered here: a page that answers a form is one that the browser's Back does not find again.
    return responses.see(url_for(".found", search=searches.keep({"words": words})))


def _list(
    shown: list[Kept[Client]],
    *,
    couples: Sequence[tuple[UUID, str]] = (),
    words: str = "",
    archived: bool = False,
    others: int = 0,
    every: int = 0,
) -> str:
    context.saw("client", *shown)
    db, vault = context.db(), context.vault()
    alike = told_apart.of(db, vault).alike
    return render_template(
        "clients/index.html",
        beside={kept.id: told_apart.beside(db, vault, kept) for kept in shown if kept.id in alike},
        here="clients",
        shown=shown,
        names=told_apart.of(context.db(), context.vault()).full,
        couples=couples,
        words=words,
        archived=archived,
        others=others,
        every=every,
    )


@screen.route("/clients/new", methods=["GET", "POST"])
def new() -> Answer:
    """Take a client in."""
    draft = drafts.of_form("client", context.vault().user_id, ring=None)
    if (answer := draft.answered(lambda: proposing.while_typed(None))) is not None:
        return answer
    form = ClientForm(draft.typed(), today=_today())
    before = new_records.client_taken_in_before(form.says)
    if before is not None:
        return responses.see(url_for(".show", id=before.id))
    if request.method == "POST" and form.validate():
        if alike := _alike(form, None):
            return _form_page(form, None, draft, alike=alike)
        number = new_records.number_sent()
        body = proposing.with_initials(form.body(), None)
        kept = clients.add(context.db(), context.vault(), body, now=context.now(), number=number)
        draft.recorded()
        return saying.saved(url_for(".show", id=kept.id))
    return _form_page(form, None, draft)


@screen.route("/clients/<uuid:id>/edit", methods=["GET", "POST"])
def edit(id: UUID) -> Answer:
    """Change a client's details."""
    kept = clients.get(context.db(), context.vault(), id)
    draft = drafts.of_form("client", id, ring=kept.ring)
    if (answer := draft.answered(lambda: proposing.while_typed(id))) is not None:
        return answer
    form = ClientForm(draft.typed(), kept=kept.body, today=_today())
    if request.method == "POST" and form.validate():
        if form.says(kept.body):
            draft.recorded()
            return responses.see(url_for(".show", id=id))
        if form.version.data != str(kept.version):
            return _form_page(form, kept, draft, newer=form.differing(kept.body))
        if alike := _alike(form, kept):
            return _form_page(form, kept, draft, alike=alike)
        body = proposing.with_initials(form.body(), kept.id)
        clients.revise(context.db(), context.vault(), kept, body, now=context.now())
        draft.recorded()
        return saying.saved(url_for(".show", id=id))
    context.saw("client", kept)
    return _form_page(form, kept, draft)


def _today() -> date:
    return context.now().astimezone().date()


def _alike(form: ClientForm, kept: Kept[Client] | None) -> list[Kept[Client]]:
    """Who is perhaps the same person, unless that was asked and answered, or nothing of it was changed."""
    body = form.body()
    if kept and (kept.body.name, kept.body.initials) == (body.name, body.code or kept.body.initials):
        return []
    found = told_apart.alike(context.db(), context.vault(), body, besides=kept.id if kept else None)
    # Only those who were asked about: the name may have been changed since to that of yet another.
    answered = request.form.get("another", "").split()
    return found if any(each.id.hex not in answered for each in found) else []


def _form_page(
    form: ClientForm,
    kept: Kept[Client] | None,
    draft: FormDraft,
    *,
    newer: Sequence[tuple[str, str]] = (),
    alike: Sequence[Kept[Client]] = (),
) -> Answer:
    page = render_template(
        "clients/edit.html",
        here="clients",
        form=form,
        errors=form.errors,
        kept=kept,
        newer=newer,
        alike=alike,
        names=told_apart.of(context.db(), context.vault()).full,
        told_apart=lambda each: told_apart.beside(context.db(), context.vault(), each),
        draft=draft,
        version=fields.seen_version(form, kept.version if kept else 0, draft=draft.shown),
    )
    return (page, 409) if newer or alike else (page, 422) if form.errors else page


@screen.get("/clients/<uuid:id>")
def show(id: UUID) -> Answer:
    """One client: what was agreed, the hours, whom it is about, what was given."""
    db, vault = context.db(), context.vault()
    kept = clients.get(db, vault, id)
    under = clients.shown_under(db, vault, id)
    if under != id:
        return _joined_page(kept, under)
    taking_part = joined.cases_of(db, vault, id)
    own = cases.single_of(db, vault, id)
    entries = clients.together(db, vault, id)
    names = told_apart.of(db, vault)
    hours = sessions.of_cases(db, vault, taking_part)
    by_case = {case.id: case for case in taking_part}
    alone = [hour for hour in hours if not by_case[hour.body.case_id].body.is_couple]
    found = relationships.of_client(db, vault, id)
    context.saw("client", kept)
    context.saw("relationship", *found)
    words = relationships.words(found)
    given = administrations.of_client(db, vault, id)
    most = requests.most(NEWEST)
    shown = given[:most]
    order = lately.people(db, vault, id, found)
    found = sorted(found, key=lambda each: (each.state == "archived", order.index(each.id)))
    asked_again = repeats.of_client(given, rhythms.of_client(db, vault, id), now=context.now())
    context.saw("rhythm", *(each.rhythm for each in asked_again if each.rhythm and each.standing))
    return render_template(
        "clients/show.html",
        here="clients",
        client=kept,
        name=names.full[id],
        short=names.short[id],
        entries=[clients.get(db, vault, each) for each in entries if each != id],
        told_apart=lambda each: told_apart.beside(db, vault, each),
        own=own,
        couples=[
            (case.id, names.full[other])
            for case in taking_part
            for other in case.body.client_ids
            if case.body.is_couple and other not in entries and other in names.full
        ],
        hours=hours,
        notes=notes.of_hours(db, vault, hours[:most]),
        notes_alone=notes.of_lost_hours(db, vault, taking_part, hours),
        couple_rings={case.ring for case in taking_part if case.body.is_couple},
        now=sessions.of_today(alone, now=context.now()),
        agreed=sessions.agreed_before(alone),
        relationships=found,
        most=most,
        words=words,
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


def _joined_page(kept: Kept[Client], under: UUID) -> Answer:
    """What is left to say on the page of an entry that was joined to another: where everything is shown."""
    context.saw("client", kept)
    return render_template(
        "clients/joined.html",
        here="clients",
        client=kept,
        under=under,
        name=told_apart.of(context.db(), context.vault()).full.get(under, clients.UNREADABLE),
    )


@screen.post("/clients/<uuid:id>/archive")
def archive(id: UUID) -> Answer:
    """Put a client away. Nothing is deleted."""
    kept = clients.get(context.db(), context.vault(), id)
    if kept.state not in (clients.ARCHIVED, clients.JOINED):
        clients.archive(context.db(), context.vault(), kept, now=context.now())
    return responses.see(url_for(".show", id=id))


@screen.post("/clients/<uuid:id>/restore")
def restore(id: UUID) -> Answer:
    """Bring an archived client back."""
    kept = clients.get(context.db(), context.vault(), id)
    if kept.state == "archived":
        clients.restore(context.db(), context.vault(), kept, now=context.now())
    return responses.see(url_for(".show", id=id))
