"""Joining two entries of the same client or of the same relationship, and separating them again."""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.instruments import catalogue
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import clients, display_names, relationships
from clinic_toolkit.record.people.client_record import CLIENT, UNLISTED_STATES
from clinic_toolkit.record.people.relationship_record import RELATIONSHIP, Relationship
from clinic_toolkit.web import context
from clinic_toolkit.web.forms.joins import JoinForm
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("joins", __name__)


@screen.route("/clients/<uuid:id>/join", methods=["GET", "POST"])
def join_client(id: UUID) -> ViewResult:
    """Join this client's entry to another entry of the same client."""
    db, vault = context.db(), context.vault()
    client = clients.load_client(db, vault, id)
    if client.payload.joined_to_id:
        return responses.redirect_to(url_for("clients.show", id=clients.primary_client_id(db, vault, id)))
    names = display_names.load_display_names(db, vault).full_by_id
    other_clients = [
        other
        for other in clients.list_clients(db, vault)
        if other.id != id and other.state not in UNLISTED_STATES
    ]
    labels = display_names.choice_labels(db, vault, other_clients)
    form = JoinForm.for_choices(
        [(other.id.hex, labels[other.id]) for other in other_clients],
        request.form if request.method == "POST" else None,
    )
    if request.method == "POST" and form.validate():
        try:
            clients.join_client(db, vault, client, UUID(hex=form.other.data), now=context.now())
        except clients.CannotJoinClients as error:
            form.other.errors = [error.sentence]
        else:
            return responses.redirect_to(url_for("clients.show", id=clients.primary_client_id(db, vault, id)))
    context.audit_read(CLIENT, client)
    page = render_template(
        "joins/client.html", here="clients", client=client, name=names[id], form=form, errors=form.errors
    )
    return (page, 422) if form.errors else page


@screen.post("/clients/<uuid:id>/take-apart")
def separate_client(id: UUID) -> ViewResult:
    """Separate a joined entry of a client again."""
    client = clients.load_client(context.db(), context.vault(), id)
    if client.payload.joined_to_id:
        clients.separate_client(context.db(), context.vault(), client, now=context.now())
    return responses.redirect_to(url_for("clients.show", id=id))


@screen.route("/relationships/<uuid:id>/join", methods=["GET", "POST"])
def join_relationship(id: UUID) -> ViewResult:
    """Join this relationship to another one that is about the same person."""
    db, vault = context.db(), context.vault()
    relationship = relationships.load_relationship(db, vault, id)
    if relationship.payload.joined_to_id:
        return responses.redirect_to(_address_of_joined(relationship))
    frames = {frame.id: frame.label.lower() for frame in catalogue.list_frames()}
    client_relationships = relationships.list_relationships(db, vault, relationship.payload.client_id)
    word_by_id = relationships.numbered_words(client_relationships)
    choices = [
        (other.id.hex, f"{word_by_id[other.id]} ({frames[other.payload.frame]})")
        for other in client_relationships
        if other.id != id
    ]
    form = JoinForm.for_choices(choices, request.form if request.method == "POST" else None)
    if request.method == "POST" and form.validate():
        relationships.join_relationship(db, vault, relationship, UUID(hex=form.other.data), now=context.now())
        return responses.redirect_to(_address_of_joined(relationship))
    context.audit_read(RELATIONSHIP, relationship)
    page = render_template(
        "joins/person.html",
        here="clients",
        relationship=relationship,
        person=clients.load_client(db, vault, relationship.payload.client_id),
        form=form,
        errors=form.errors,
    )
    return (page, 422) if form.errors else page


def _address_of_joined(relationship: RecordVersion[Relationship]) -> str:
    joins = relationships.load_relationship_joins(context.db(), context.vault())
    return url_for("relationships.show", id=joins[relationship.id])


@screen.post("/relationships/<uuid:id>/take-apart")
def separate_relationship(id: UUID) -> ViewResult:
    """Separate a joined relationship again."""
    relationship = relationships.load_relationship(context.db(), context.vault(), id)
    if relationship.payload.joined_to_id:
        relationships.separate_relationship(context.db(), context.vault(), relationship, now=context.now())
    return responses.redirect_to(url_for("relationships.show", id=id))
