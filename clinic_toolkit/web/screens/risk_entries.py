"""Risk entries: writing one without a questionnaire, adding to one, reading them."""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.psychometrics.safety_prompt_rules import NO_REASSURANCE
from clinic_toolkit.record.people import (
    clients,
    joined_entries,
    therapy_session_loader,
)
from clinic_toolkit.record.questionnaires import answered_items
from clinic_toolkit.record.safety import (
    open_prompt_groups,
    risk_entries,
    risk_entry_record,
    risk_entry_threads,
)
from clinic_toolkit.record.safety.risk_entry_record import RiskEntry
from clinic_toolkit.record.writing import additions_after_signing, set_aside_marks
from clinic_toolkit.web import context
from clinic_toolkit.web.access import guard
from clinic_toolkit.web.forms.risk_entries import NOBODY_IN_PARTICULAR, RiskForm
from clinic_toolkit.web.screen_parts import (
    risk_entry_form,
    risk_entry_lines,
)
from clinic_toolkit.web.screen_parts.saved_message import redirect_saved
from clinic_toolkit.web.transport import request_info, responses
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("risk_entries", __name__)


@screen.route("/sessions/<uuid:session_id>/risk-entries/new", methods=["GET", "POST"])
def new_in_session(session_id: UUID) -> ViewResult:
    """Write an entry in a session with one client, without a questionnaire."""
    loaded = therapy_session_loader.load_session(context.db(), context.vault(), session_id)
    if loaded.client_id is None:
        # A couple's session may be read by both, so it gets no entry about what one said in private.
        raise records.RecordNotFound
    return _new_entry(loaded.client_id, session_id=loaded.session.id)


@screen.route("/clients/<uuid:client_id>/risk-entries/new", methods=["GET", "POST"])
def new(client_id: UUID) -> ViewResult:
    """Write an entry about a client without a questionnaire, in the open session if there is one."""
    return _new_entry(
        clients.load_client(context.db(), context.vault(), client_id).id,
        session_id=risk_entry_form.find_open_session(client_id),
    )


@screen.route("/risk-entries/<uuid:id>/add", methods=["GET", "POST"])
def add(id: UUID) -> ViewResult:
    """Write a further entry that follows this one, which stays unchanged."""
    entry = risk_entries.load_risk_entry(context.db(), context.vault(), id)
    client = entry.payload.client_id
    return _new_entry(client, session_id=risk_entry_form.find_open_session(client), follows=entry)


def _new_entry(
    client_id: UUID, *, session_id: UUID | None, follows: RecordVersion[RiskEntry] | None = None
) -> ViewResult:
    draft = risk_entry_form.open_draft(client_id, follows.id if follows else client_id)
    if (answer := draft.handle_autosave()) is not None:
        return answer
    client_relationships = risk_entry_form.list_relationships(client_id)
    hex_id = request.args.get("about", "")
    if follows and follows.payload.relationship_id:
        joined = joined_entries.load_joined_entries(context.db(), context.vault())
        hex_id = (joined.primary_id(follows.payload.relationship_id) or follows.payload.relationship_id).hex
    id_by_hex = {relationship.id.hex: relationship.id for relationship in client_relationships}
    form = RiskForm(
        draft.field_values(),
        prompts=(),
        people=client_relationships,
        today=context.today(),
        about=hex_id if hex_id in id_by_hex else NOBODY_IN_PARTICULAR,
    )
    existing = risk_entry_form.find_written_before(form, client_id)
    if existing is not None:
        return responses.redirect_to(url_for(".show", id=existing.id))
    if request.method == "POST" and form.validate():
        relationship_id = id_by_hex.get(form.about.data)
        if form.sheet_place:
            form.covered_prompts = open_prompt_groups.list_fear_groups_about(
                context.db(), context.vault(), client_id, relationship_id
            )
        if not form.is_current:
            return risk_entry_form.render_form(form, client_id, draft, follows=follows), 409
        entry = risk_entry_form.write_entry(
            form, client_id, session_id=session_id, relationship_id=relationship_id, follows=follows
        )
        draft.discard_recorded_draft()
        return redirect_saved(url_for(".show", id=entry.id))
    page = risk_entry_form.render_form(form, client_id, draft, follows=follows)
    return (page, 422) if form.errors else page


@screen.get("/clients/<uuid:client_id>/risk-entries")
def index(client_id: UUID) -> ViewResult:
    """The entries about one client, newest first."""
    loaded_client = clients.load_client(context.db(), context.vault(), client_id)
    entries = risk_entries.list_risk_entries_of_client(context.db(), context.vault(), client_id)
    context.audit_read(risk_entry_record.RISK_ENTRY, *entries)
    return render_template(
        "risk_entries/index.html",
        here="clients",
        person=loaded_client,
        entries=entries,
        list_limit=request_info.list_limit(20),
        details=risk_entry_lines.describe_entries(entries, _words_by_relationship(client_id)),
        today=context.today(),
        no_reassurance=NO_REASSURANCE,
    )


@screen.get("/risk-entries/<uuid:id>")
def show(id: UUID) -> ViewResult:
    """One entry, as it was written."""
    entry = risk_entries.load_risk_entry(context.db(), context.vault(), id)
    entries = risk_entries.list_risk_entries_of_client(context.db(), context.vault(), entry.payload.client_id)
    thread = risk_entry_threads.list_thread(reversed(entries), entry)
    context.audit_read(risk_entry_record.RISK_ENTRY, *thread)
    return render_template(
        "risk_entries/show.html",
        here="clients",
        entry=entry,
        thread=thread,
        today=context.today(),
        person=clients.load_client(context.db(), context.vault(), entry.payload.client_id),
        words=_words_by_relationship(entry.payload.client_id),
        joined=additions_after_signing.risk_entry_after_signing_label(context.db(), context.vault(), entry),
        where=risk_entry_record.SHEET_PLACE_LABELS,
        is_held=risk_entry_form.is_still_held(entry),
        in_general=answered_items.ABOUT_PEOPLE_IN_GENERAL,
        back=guard.safe_return_path(request.args.get("back")),
        arrived=set_aside_marks.describe_arrival(context.db(), context.vault(), entry),
        no_reassurance=NO_REASSURANCE,
    )


def _words_by_relationship(client_id: UUID) -> dict[UUID, str]:
    return {
        relationship.id: relationship.payload.word
        for relationship in risk_entry_form.list_relationships(client_id)
    }
