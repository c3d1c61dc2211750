"""Relationships: the people a client speaks of, each with the client's own word."""

from collections.abc import Sequence
from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.instruments import catalogue
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import cases, clients, relationships, watched_questions
from clinic_toolkit.record.people.client_record import Client, record_ring
from clinic_toolkit.record.people.relationship_record import RELATIONSHIP, Relationship, RelationshipState
from clinic_toolkit.web import context
from clinic_toolkit.web.forms import fields
from clinic_toolkit.web.forms.relationships import RelationshipForm
from clinic_toolkit.web.screen_parts import draft_saving, idempotent_forms, saved_message
from clinic_toolkit.web.screen_parts.draft_saving import PageDraft
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("relationships", __name__)


@screen.route("/clients/<uuid:client_id>/relationships/new", methods=["GET", "POST"])
def new(client_id: UUID) -> ViewResult:
    """Add a relationship."""
    loaded_client = clients.load_client(context.db(), context.vault(), client_id)
    draft = draft_saving.open_page_draft(
        "relationship", client_id, ring=record_ring(context.vault(), client_id)
    )
    if (answer := draft.handle_autosave()) is not None:
        return answer
    form = RelationshipForm(draft.field_values())
    existing = idempotent_forms.find_created_before(
        RELATIONSHIP,
        record_ring(context.vault(), client_id),
        lambda body: (form.word.data, form.frame.data) == (body.word, body.frame),
    )
    if existing is not None:
        return responses.redirect_to(url_for(".show", id=existing.id))
    if request.method == "POST" and form.validate() and form.frame.data:
        if same_word := _find_same_word(form, client_id, None):
            return _render_form(form, loaded_client, None, draft, alike=same_word)
        relationship = relationships.create_relationship(
            context.db(),
            context.vault(),
            client_id,
            word=form.word.data,
            frame=form.frame.data,
            now=context.now(),
            idempotency_key=idempotent_forms.submitted_idempotency_key(),
        )
        draft.discard_recorded_draft()
        return saved_message.redirect_saved(url_for(".show", id=relationship.id))
    return _render_form(form, loaded_client, None, draft)


@screen.get("/relationships/<uuid:id>")
def show(id: UUID) -> ViewResult:
    """One relationship, with the note about its frame."""
    relationship = relationships.load_relationship(context.db(), context.vault(), id)
    context.audit_read(RELATIONSHIP, relationship)
    primary_id = relationships.load_relationship_joins(context.db(), context.vault()).get(id)
    if primary_id is not None:
        return _render_joined(relationship, primary_id)
    return render_template(
        "relationships/show.html",
        case=cases.load_single_case(context.db(), context.vault(), relationship.payload.client_id),
        here="clients",
        relationship=relationship,
        entries=relationships.list_joined_entries(context.db(), context.vault(), relationship),
        added=lambda each: relationships.date_added(context.db(), context.vault(), each),
        frame=catalogue.load_frame(relationship.payload.frame),
        watched=watched_questions.item_of_question(relationship.payload.watched_question)
        if relationship.payload.watched_question
        else None,
        person=clients.load_client(context.db(), context.vault(), relationship.payload.client_id),
    )


@screen.route("/relationships/<uuid:id>/edit", methods=["GET", "POST"])
def edit(id: UUID) -> ViewResult:
    """Change the client's word or the frame."""
    relationship = relationships.load_relationship(context.db(), context.vault(), id)
    client = clients.load_client(context.db(), context.vault(), relationship.payload.client_id)
    draft = draft_saving.open_page_draft("relationship", id, ring=relationship.ring)
    if (answer := draft.handle_autosave()) is not None:
        return answer
    form = RelationshipForm(draft.field_values(), obj=relationship.payload)
    if request.method == "POST" and form.validate() and form.frame.data:
        if (form.word.data, form.frame.data) == (relationship.payload.word, relationship.payload.frame):
            draft.discard_recorded_draft()
            return responses.redirect_to(url_for(".show", id=id))
        if form.version.data != str(relationship.version):
            return _render_form(form, client, relationship, draft, newer=True)
        if same_word := _find_same_word(form, relationship.payload.client_id, relationship):
            return _render_form(form, client, relationship, draft, alike=same_word)
        relationships.revise_relationship(
            context.db(),
            context.vault(),
            relationship,
            word=form.word.data,
            frame=form.frame.data,
            now=context.now(),
        )
        draft.discard_recorded_draft()
        return saved_message.redirect_saved(url_for(".show", id=id))
    context.audit_read(RELATIONSHIP, relationship)
    return _render_form(form, client, relationship, draft)


def _find_same_word(
    form: RelationshipForm, client: UUID, relationship: RecordVersion[Relationship] | None
) -> list[RecordVersion[Relationship]]:
    """Other relationships with this word; none if they were confirmed as others or it is unchanged."""
    if relationship and relationship.payload.word == form.word.data:
        return []
    except_id = relationship.id if relationship else None
    same_word = relationships.list_same_word(
        context.db(), context.vault(), client, form.word.data, except_id=except_id
    )
    confirmed_ids = request.form.get("another", "").split()
    return same_word if any(each.id.hex not in confirmed_ids for each in same_word) else []


def _render_form(
    form: RelationshipForm,
    person: RecordVersion[Client],
    relationship: RecordVersion[Relationship] | None,
    draft: PageDraft,
    *,
    newer: bool = False,
    alike: Sequence[RecordVersion[Relationship]] = (),
) -> ViewResult:
    page = render_template(
        "relationships/edit.html",
        here="clients",
        form=form,
        errors=form.errors,
        client=person.id,
        relationship=relationship,
        kind=catalogue.load_frame(relationship.payload.frame).label if relationship else "",
        newer=newer,
        alike=alike,
        frames={frame.id: frame.label for frame in catalogue.list_frames()},
        draft=draft,
        version=fields.version_for_page(
            form, relationship.version if relationship else 0, draft=draft.is_shown
        ),
    )
    return (page, 409) if newer or alike else (page, 422) if form.errors else page


@screen.post("/relationships/<uuid:id>/put-away")
def archive(id: UUID) -> ViewResult:
    """Archive a relationship: it is not among the choices any more."""
    relationship = relationships.load_relationship(context.db(), context.vault(), id)
    if relationship.state == RelationshipState.ACTIVE:
        relationships.archive_relationship(context.db(), context.vault(), relationship, now=context.now())
    return responses.redirect_to(url_for(".show", id=id))


@screen.post("/relationships/<uuid:id>/take-up")
def restore(id: UUID) -> ViewResult:
    """Make an archived relationship one of the choices again."""
    relationship = relationships.load_relationship(context.db(), context.vault(), id)
    if relationship.state == RelationshipState.ARCHIVED:
        relationships.restore_relationship(context.db(), context.vault(), relationship, now=context.now())
    return responses.redirect_to(url_for(".show", id=id))


def _render_joined(relationship: RecordVersion[Relationship], primary_id: UUID) -> ViewResult:
    db, vault = context.db(), context.vault()
    return render_template(
        "relationships/joined.html",
        here="clients",
        relationship=relationship,
        person=clients.load_client(db, vault, relationship.payload.client_id),
        kind=catalogue.load_frame(relationship.payload.frame).label,
        primary_id=primary_id,
        word=relationships.numbered_words(
            relationships.list_relationships(db, vault, relationship.payload.client_id)
        )[primary_id],
    )
