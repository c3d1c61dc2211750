"""Everything of one client in order of time, by month, with a choice of kind, person and year."""

from uuid import UUID

from flask import Blueprint, render_template

from clinic_toolkit.record.people import cases, clients, relationships
from clinic_toolkit.record.people.client_record import CLIENT
from clinic_toolkit.record.people.relationship_record import RELATIONSHIP
from clinic_toolkit.record.safety.risk_entry_record import RISK_ENTRY
from clinic_toolkit.record.writing import client_timeline
from clinic_toolkit.web import context
from clinic_toolkit.web.screen_parts import client_names, timeline_lines
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("timeline", __name__)


@screen.get("/clients/<uuid:id>/timeline")
def show(id: UUID) -> ViewResult:
    """The timeline of a client, as the client may see it too."""
    return _render(id, is_alone=False)


@screen.get("/clients/<uuid:id>/timeline/with-risk-entries")
def show_alone(id: UUID) -> ViewResult:
    """The timeline with the risk entries in their places, for the clinician alone."""
    return _render(id, is_alone=True)


def _render(id: UUID, *, is_alone: bool) -> str:
    db, vault = context.db(), context.vault()
    client = clients.load_client(db, vault, id)
    client_relationships = relationships.list_relationships(db, vault, id)
    word_by_id = relationships.numbered_words(client_relationships)
    timeline = client_timeline.load_timeline(db, vault, id, with_risk_entries=is_alone)
    kind_words = timeline_lines.ALL_KIND_WORDS if is_alone else timeline_lines.KIND_WORDS
    choice = timeline_lines.choose_entries(timeline, list(word_by_id), kind_words)
    context.audit_read(RISK_ENTRY, *timeline.risk_entries.values())
    context.audit_read(CLIENT, client)
    context.audit_read(RELATIONSHIP, *client_relationships)
    return render_template(
        "timeline/show.html",
        here="clients",
        client=client,
        name=client_names.name_of(id),
        own=cases.load_single_case(db, vault, id),
        choice=choice,
        is_alone=is_alone,
        choices=timeline_lines.list_choices(choice, word_by_id, kind_words),
        months=timeline_lines.describe_by_month(choice, timeline, word_by_id),
        is_empty=not timeline.entries,
        today=context.today(),
    )
