"""Joining two entries of one client, or of one person that a client names, and taking them apart again."""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.instruments import catalogue
from clinic_toolkit.record import clients, relationships, told_apart
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.record.relationships import Relationship
from clinic_toolkit.web import context, responses
from clinic_toolkit.web.forms.joining import JoinForm
from clinic_toolkit.web.responses import Answer

screen = Blueprint("joins", __name__)


@screen.route("/clients/<uuid:id>/join", methods=["GET", "POST"])
def clients_entry(id: UUID) -> Answer:
    """Join this entry to another one of the same person."""
    db, vault = context.db(), context.vault()
    kept = clients.get(db, vault, id)
    if kept.body.joined_to:
        return responses.see(url_for("clients.show", id=clients.shown_under(db, vault, id)))
    names = told_apart.of(db, vault).full
    others = [each for each in clients.everyone(db, vault) if each.id != id and each.state != clients.JOINED]
    told = told_apart.in_choices(db, vault, others)
    form = JoinForm.for_choices(
        [(each.id.hex, told[each.id]) for each in others], request.form if request.method == "POST" else None
    )
    if request.method == "POST" and form.validate():
        try:
            clients.join(db, vault, kept, UUID(hex=form.other.data), now=context.now())
        except clients.NotTheSame as refused:
            form.other.errors = [refused.sentence]
        else:
            return responses.see(url_for("clients.show", id=clients.shown_under(db, vault, id)))
    context.saw("client", kept)
    page = render_template(
        "joins/client.html", here="clients", client=kept, name=names[id], form=form, errors=form.errors
    )
    return (page, 422) if form.errors else page


@screen.post("/clients/<uuid:id>/take-apart")
def clients_apart(id: UUID) -> Answer:
    """Let a joined entry stand by itself again."""
    kept = clients.get(context.db(), context.vault(), id)
    if kept.body.joined_to:
        clients.take_apart(context.db(), context.vault(), kept, now=context.now())
    return responses.see(url_for("clients.show", id=id))


@screen.route("/relationships/<uuid:id>/join", methods=["GET", "POST"])
def persons_entry(id: UUID) -> Answer:
    """Join this entry to another one of the same person."""
    db, vault = context.db(), context.vault()
    kept = relationships.get(db, vault, id)
    if kept.body.joined_to:
        return responses.see(_where_shown(kept))
    frames = {frame.id: frame.label.lower() for frame in catalogue.frames()}
    found = relationships.of_client(db, vault, kept.body.client_id)
    words = relationships.words(found)
    others = [
        (each.id.hex, f"{words[each.id]} ({frames[each.body.frame]})") for each in found if each.id != id
    ]
    form = JoinForm.for_choices(others, request.form if request.method == "POST" else None)
    if request.method == "POST" and form.validate():
        relationships.join(db, vault, kept, UUID(hex=form.other.data), now=context.now())
        return responses.see(_where_shown(kept))
    context.saw("relationship", kept)
    page = render_template(
        "joins/person.html",
        here="clients",
        kept=kept,
        person=clients.get(db, vault, kept.body.client_id),
        form=form,
        errors=form.errors,
    )
    return (page, 422) if form.errors else page


def _where_shown(kept: Kept[Relationship]) -> str:
    into = relationships.joined(context.db(), context.vault())
    return url_for("relationships.show", id=into[kept.id])


@screen.post("/relationships/<uuid:id>/take-apart")
def persons_apart(id: UUID) -> Answer:
    """Let a joined entry stand by itself again."""
    kept = relationships.get(context.db(), context.vault(), id)
    if kept.body.joined_to:
        relationships.take_apart(context.db(), context.vault(), kept, now=context.now())
    return responses.see(url_for("relationships.show", id=id))
