"""Joining two entries of the same client or of the same relationship, and separating them again."""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.instruments import catalogue
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import clients, display_names, relationships
from clinic_toolkit.record.people.relationships import Relationship
from clinic_toolkit.web import context
from clinic_toolkit.web.forms.joins import JoinForm
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("joins", __name__)


@screen.route("/clients/<uuid:id>/join", methods=["GET", "POST"])
def clients_entry(id: UUID) -> ViewResult:
    """Join this client's entry to another entry of the same client."""
    db, vault = context.db(), context.vault()
    kept = clients.load_client(db, vault, id)
    if kept.payload.joined_to_id:
        return responses.redirect_to(url_for("clients.show", id=clients.primary_client_id(db, vault, id)))
    names = display_names.load_display_names(db, vault).full_by_id
    others = [
        each
        for each in clients.list_clients(db, vault)
        if each.id != id and each.state != clients.STATE_JOINED
    ]
    told = display_names.choice_labels(db, vault, others)
    form = JoinForm.for_choices(
        [(each.id.hex, told[each.id]) for each in others], request.form if request.method == "POST" else None
    )
    if request.method == "POST" and form.validate():
        try:
            clients.join_client(db, vault, kept, UUID(hex=form.other.data), now=context.now())
        except clients.CannotJoinClients as refused:
            form.other.errors = [refused.sentence]
        else:
            return responses.redirect_to(url_for("clients.show", id=clients.primary_client_id(db, vault, id)))
    context.audit_read("client", kept)
    page = render_template(
        "joins/client.html", here="clients", client=kept, name=names[id], form=form, errors=form.errors
    )
    return (page, 422) if form.errors else page


@screen.post("/clients/<uuid:id>/take-apart")
def clients_apart(id: UUID) -> ViewResult:
    """Separate a joined entry of a client again."""
    kept = clients.load_client(context.db(), context.vault(), id)
    if kept.payload.joined_to_id:
        clients.separate_client(context.db(), context.vault(), kept, now=context.now())
    return responses.redirect_to(url_for("clients.show", id=id))


@screen.route("/relationships/<uuid:id>/join", methods=["GET", "POST"])
def persons_entry(id: UUID) -> ViewResult:
    """Join this relationship to another one that is about the same person."""
    db, vault = context.db(), context.vault()
    kept = relationships.load_relationship(db, vault, id)
    if kept.payload.joined_to_id:
        return responses.redirect_to(_address_of_joined(kept))
    frames = {frame.id: frame.label.lower() for frame in catalogue.list_frames()}
    found = relationships.list_relationships(db, vault, kept.payload.client_id)
    words = relationships.numbered_words(found)
    others = [
        (each.id.hex, f"{words[each.id]} ({frames[each.payload.frame]})") for each in found if each.id != id
    ]
    form = JoinForm.for_choices(others, request.form if request.method == "POST" else None)
    if request.method == "POST" and form.validate():
        relationships.join_relationship(db, vault, kept, UUID(hex=form.other.data), now=context.now())
        return responses.redirect_to(_address_of_joined(kept))
    context.audit_read("relationship", kept)
    page = render_template(
        "joins/person.html",
        here="clients",
        kept=kept,
        person=clients.load_client(db, vault, kept.payload.client_id),
        form=form,
        errors=form.errors,
    )
    return (page, 422) if form.errors else page


def _address_of_joined(relationship: RecordVersion[Relationship]) -> str:
    into = relationships.load_relationship_joins(context.db(), context.vault())
    return url_for("relationships.show", id=into[relationship.id])


@screen.post("/relationships/<uuid:id>/take-apart")
def persons_apart(id: UUID) -> ViewResult:
    """Separate a joined relationship again."""
    kept = relationships.load_relationship(context.db(), context.vault(), id)
    if kept.payload.joined_to_id:
        relationships.separate_relationship(context.db(), context.vault(), kept, now=context.now())
    return responses.redirect_to(url_for("relationships.show", id=id))
