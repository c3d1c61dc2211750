"""Relationships: whom a client speaks of, in the client's own word."""

from collections.abc import Sequence
from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.instruments import catalogue
from clinic_toolkit.record import cases, clients, relationships, watched
from clinic_toolkit.record.clients import Client
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.record.relationships import Relationship
from clinic_toolkit.web import context, drafts, new_records, responses, saying
from clinic_toolkit.web.drafts import FormDraft
from clinic_toolkit.web.forms import fields
from clinic_toolkit.web.forms.relationship import RelationshipForm
from clinic_toolkit.web.responses import Answer

screen = Blueprint("relationships", __name__)


@screen.route("/clients/<uuid:client>/relationships/new", methods=["GET", "POST"])
def new(client: UUID) -> Answer:
    """Name a relationship."""
    person = clients.get(context.db(), context.vault(), client)
    draft = drafts.of_form("relationship", client, ring=context.vault().ring_of(client, "record"))
    if (answer := draft.answered()) is not None:
        return answer
    form = RelationshipForm(draft.typed())
    before = new_records.made_before(
        Relationship,
        context.vault().ring_of(client, "record"),
        lambda body: (form.word.data, form.frame.data) == (body.word, body.frame),
    )
    if before is not None:
        return responses.see(url_for(".show", id=before.id))
    if request.method == "POST" and form.validate() and form.frame.data:
        if alike := _alike(form, client, None):
            return _form_page(form, person, None, draft, alike=alike)
        kept = relationships.add(
            context.db(),
            context.vault(),
            client,
            word=form.word.data,
            frame=form.frame.data,
            now=context.now(),
            number=new_records.number_sent(),
        )
        draft.recorded()
        return saying.saved(url_for(".show", id=kept.id))
    return _form_page(form, person, None, draft)


@screen.get("/relationships/<uuid:id>")
def show(id: UUID) -> Answer:
    """One relationship, with what is worth knowing about its kind."""
    kept = relationships.get(context.db(), context.vault(), id)
    context.saw("relationship", kept)
    under = relationships.joined(context.db(), context.vault()).get(id)
    if under is not None:
        return _joined_page(kept, under)
    return render_template(
        "relationships/show.html",
        case=cases.single_of(context.db(), context.vault(), kept.body.client_id),
        here="clients",
        kept=kept,
        entries=relationships.joined_to(context.db(), context.vault(), kept),
        added=lambda each: relationships.added(context.db(), context.vault(), each),
        frame=catalogue.frame(kept.body.frame),
        watched=watched.item_of(kept.body.watched) if kept.body.watched else None,
        person=clients.get(context.db(), context.vault(), kept.body.client_id),
    )


@screen.route("/relationships/<uuid:id>/edit", methods=["GET", "POST"])
def edit(id: UUID) -> Answer:
    """Change the word or the kind."""
    kept = relationships.get(context.db(), context.vault(), id)
    person = clients.get(context.db(), context.vault(), kept.body.client_id)
    draft = drafts.of_form("relationship", id, ring=kept.ring)
    if (answer := draft.answered()) is not None:
        return answer
    form = RelationshipForm(draft.typed(), obj=kept.body)
    if request.method == "POST" and form.validate() and form.frame.data:
        if (form.word.data, form.frame.data) == (kept.body.word, kept.body.frame):
            draft.recorded()
            return responses.see(url_for(".show", id=id))
        if form.version.data != str(kept.version):
            return _form_page(form, person, kept, draft, newer=True)
        if alike := _alike(form, kept.body.client_id, kept):
            return _form_page(form, person, kept, draft, alike=alike)
        relationships.revise(
            context.db(), context.vault(), kept, word=form.word.data, frame=form.frame.data, now=context.now()
        )
        draft.recorded()
        return saying.saved(url_for(".show", id=id))
    context.saw("relationship", kept)
    return _form_page(form, person, kept, draft)


def _alike(form: RelationshipForm, client: UUID, kept: Kept[Relationship] | None) -> list[Kept[Relationship]]:
    """Who has this word already, unless that was asked and answered, or the word stays as it was."""
    if kept and kept.body.word == form.word.data:
        return []
    besides = kept.id if kept else None
    found = relationships.alike(context.db(), context.vault(), client, form.word.data, besides=besides)
    answered = request.form.get("another", "").split()
    return found if any(each.id.hex not in answered for each in found) else []


def _form_page(
    form: RelationshipForm,
    person: Kept[Client],
    kept: Kept[Relationship] | None,
    draft: FormDraft,
    *,
    newer: bool = False,
    alike: Sequence[Kept[Relationship]] = (),
) -> Answer:
    page = render_template(
        "relationships/edit.html",
        here="clients",
        form=form,
        errors=form.errors,
        client=person.id,
        name=person.body.name,
        kept=kept,
        kind=catalogue.frame(kept.body.frame).label if kept else "",
        newer=newer,
        alike=alike,
        frames={frame.id: frame.label for frame in catalogue.frames()},
        draft=draft,
        version=fields.seen_version(form, kept.version if kept else 0, draft=draft.shown),
    )
    return (page, 409) if newer or alike else (page, 422) if form.errors else page


@screen.post("/relationships/<uuid:id>/put-away")
def put_away(id: UUID) -> Answer:
    """Leave it out of the choices from now on."""
    kept = relationships.get(context.db(), context.vault(), id)
    if kept.state == "active":
        relationships.put_away(context.db(), context.vault(), kept, now=context.now())
    return responses.see(url_for(".show", id=id))


@screen.post("/relationships/<uuid:id>/take-up")
def take_up(id: UUID) -> Answer:
    """Offer it among the choices again."""
    kept = relationships.get(context.db(), context.vault(), id)
    if kept.state == "archived":
        relationships.take_up(context.db(), context.vault(), kept, now=context.now())
    return responses.see(url_for(".show", id=id))


def _joined_page(kept: Kept[Relationship], under: UUID) -> Answer:
    db, vault = context.db(), context.vault()
    return render_template(
        "relationships/joined.html",
        here="clients",
        kept=kept,
        person=clients.get(db, vault, kept.body.client_id),
        kind=catalogue.frame(kept.body.frame).label,
        under=under,
        word=relationships.words(relationships.of_client(db, vault, kept.body.client_id))[under],
    )
