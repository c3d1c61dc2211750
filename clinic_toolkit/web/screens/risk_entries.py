"""Risk entries: closing a prompt, writing one without a questionnaire, adding to one, reading them."""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.instruments.closed_sets import SafetyFlag
from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.psychometrics.safety_prompt_rules import NO_REASSURANCE, no_reassurance_line
from clinic_toolkit.record.handovers import clinician_side
from clinic_toolkit.record.people import (
    clients,
    display_names,
    joined_entries,
    relationships,
    therapy_session_loader,
    therapy_session_timeline,
)
from clinic_toolkit.record.people.client_record import record_ring
from clinic_toolkit.record.people.relationship_record import Relationship
from clinic_toolkit.record.questionnaires import administrations, answered_items
from clinic_toolkit.record.questionnaires.administration_record import ADMINISTRATION, Administration
from clinic_toolkit.record.safety import fear_holds, open_prompt_groups, risk_entries, risk_entry_record
from clinic_toolkit.record.safety.risk_entry_record import RiskEntry
from clinic_toolkit.record.writing import additions_after_signing
from clinic_toolkit.record.writing.form_drafts import RISK_ENTRY_FORM
from clinic_toolkit.web import context
from clinic_toolkit.web.access import guard
from clinic_toolkit.web.forms.risk_entries import NOBODY_IN_PARTICULAR, RiskForm
from clinic_toolkit.web.screen_parts import draft_saving, idempotent_forms, open_matters, risk_entry_lines
from clinic_toolkit.web.screen_parts.draft_saving import PageDraft
from clinic_toolkit.web.screen_parts.saved_message import redirect_saved
from clinic_toolkit.web.transport import request_info, responses
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("risk_entries", __name__)


@screen.route("/administrations/<uuid:administration_id>/risk-entry", methods=["GET", "POST"])
def close_prompts(administration_id: UUID) -> ViewResult:
    """Close the open prompts of a questionnaire: three choices, and optional lines of text."""
    source = administrations.load_administration(context.db(), context.vault(), administration_id)
    groups = open_prompt_groups.list_groups_after(context.db(), context.vault(), source)
    client_id = source.payload.client_id
    joined = joined_entries.load_joined_entries(context.db(), context.vault())
    relationship_id = joined.primary_id(source.payload.relationship_id)
    about = relationship_id.hex if relationship_id else NOBODY_IN_PARTICULAR
    draft = _open_draft(client_id, source.id)
    if (answer := draft.handle_autosave()) is not None:
        return answer
    people = _list_relationships(client_id)
    form = RiskForm(draft.field_values(), prompts=groups, people=people, today=context.today(), about=about)
    existing = _find_written_before(form, client_id)
    if existing is not None:
        return responses.redirect_to(_address_after_entry(existing, source))
    if request.method == "POST":
        if not form.is_current:
            return _render_form(form, client_id, draft, source=source, newer=True), 409
        # The relationship is always that of the questionnaire, whatever was posted.
        form.about.data = about
        if form.validate():
            session_id = _hour_of_entry(source)
            entry = _write_entry(
                form, client_id, session_id=session_id, relationship_id=relationship_id, source=source
            )
            draft.discard_recorded_draft()
            return redirect_saved(_address_after_entry(entry, source))
    else:
        other_sources = {each.id: each for group in groups for each in group.questionnaires}
        context.audit_read(ADMINISTRATION, *({source.id: source} | other_sources).values())
    page = _render_form(form, client_id, draft, source=source)
    return (page, 422) if form.errors else page


def _address_after_entry(entry: RecordVersion[RiskEntry], source: RecordVersion[Administration]) -> str:
    """The URL of the page where the prompt was seen, or of the entry if that page hides a fear hold."""
    next_page = _page_after_entry(source)
    pages_with_hold = (url_for("results.show", id=source.id), url_for("handover.first_unreviewed"))
    if not next_page.startswith(pages_with_hold) and _is_still_held(entry):
        return url_for(".show", id=entry.id, back=next_page)
    return next_page


def _is_still_held(entry: RecordVersion[RiskEntry]) -> bool:
    """Whether a fear hold remains although the entry closed a prompt about fear."""
    payload = entry.payload
    closed = not payload.is_deferral and any(
        answer.flag == SafetyFlag.FEAR for answer in payload.named_answers
    )
    return closed and fear_holds.has_own_hold(
        context.db(), context.vault(), payload.client_id, payload.relationship_id
    )


def _page_after_entry(administration: RecordVersion[Administration]) -> str:
    """The URL of the page where the prompt was seen."""
    if back := guard.safe_return_path(request.args.get("back")):
        return back
    for handover in clinician_side.list_open_handovers(context.db(), context.vault()):
        if handover.payload.administration_id == administration.id:
            return url_for("handover.show", id=handover.id)
    if "today" in request.args:
        return url_for("today.index")
    return url_for("results.show", id=administration.id)


def _hour_of_entry(administration: RecordVersion[Administration]) -> UUID | None:
    """The session that the entry belongs to: the client's open one, else that of the questionnaire."""
    return _find_open_hour(administration.payload.client_id) or administration.payload.therapy_session_id


def _find_open_hour(client_id: UUID) -> UUID | None:
    own_cases = joined_entries.list_single_cases(context.db(), context.vault(), client_id)
    hours = therapy_session_timeline.list_therapy_sessions_of_cases(context.db(), context.vault(), own_cases)
    open_hour = therapy_session_timeline.find_todays_sessions(hours, now=context.now()).open_session
    return open_hour.id if open_hour else None


@screen.route("/sessions/<uuid:session_id>/risk-entries/new", methods=["GET", "POST"])
def new_in_session(session_id: UUID) -> ViewResult:
    """Write an entry in a session with one client, without a questionnaire."""
    session = therapy_session_loader.load_session(context.db(), context.vault(), session_id)
    if session.client_id is None:
        # A couple's session may be read by both, so it gets no entry about what one said in private.
        raise records.RecordNotFound
    return _new_entry(session.client_id, session_id=session.hour.id)


@screen.route("/clients/<uuid:client_id>/risk-entries/new", methods=["GET", "POST"])
def new(client_id: UUID) -> ViewResult:
    """Write an entry about a client without a questionnaire, in the open session if there is one."""
    return _new_entry(
        clients.load_client(context.db(), context.vault(), client_id).id,
        session_id=_find_open_hour(client_id),
    )


@screen.route("/risk-entries/<uuid:id>/add", methods=["GET", "POST"])
def add(id: UUID) -> ViewResult:
    """Write a further entry that follows this one, which stays unchanged."""
    entry = risk_entries.load_risk_entry(context.db(), context.vault(), id)
    client = entry.payload.client_id
    return _new_entry(client, session_id=_find_open_hour(client), follows=entry)


def _new_entry(
    client_id: UUID, *, session_id: UUID | None, follows: RecordVersion[RiskEntry] | None = None
) -> ViewResult:
    draft = _open_draft(client_id, follows.id if follows else client_id)
    if (answer := draft.handle_autosave()) is not None:
        return answer
    client_relationships = _list_relationships(client_id)
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
    existing = _find_written_before(form, client_id)
    if existing is not None:
        return responses.redirect_to(url_for(".show", id=existing.id))
    if request.method == "POST" and form.validate():
        relationship_id = id_by_hex.get(form.about.data)
        if form.sheet_place:
            form.covered_prompts = open_prompt_groups.list_fear_groups_about(
                context.db(), context.vault(), client_id, relationship_id
            )
        if not form.is_current:
            return _render_form(form, client_id, draft, follows=follows), 409
        entry = _write_entry(
            form, client_id, session_id=session_id, relationship_id=relationship_id, follows=follows
        )
        draft.discard_recorded_draft()
        return redirect_saved(url_for(".show", id=entry.id))
    page = _render_form(form, client_id, draft, follows=follows)
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
    context.audit_read(risk_entry_record.RISK_ENTRY, entry)
    return render_template(
        "risk_entries/show.html",
        here="clients",
        entry=entry,
        person=clients.load_client(context.db(), context.vault(), entry.payload.client_id),
        words=_words_by_relationship(entry.payload.client_id),
        joined=additions_after_signing.risk_entry_after_signing_label(context.db(), context.vault(), entry),
        where=risk_entry_record.SHEET_PLACE_LABELS,
        is_held=_is_still_held(entry),
        in_general=answered_items.ABOUT_PEOPLE_IN_GENERAL,
        back=guard.safe_return_path(request.args.get("back")),
        no_reassurance=NO_REASSURANCE,
    )


def _open_draft(client_id: UUID, subject: UUID) -> PageDraft:
    """The draft of an entry; it closes no prompt and changes no fear hold."""
    ring = record_ring(context.vault(), client_id)
    return draft_saving.open_page_draft(RISK_ENTRY_FORM, subject, ring=ring)


def _find_written_before(form: RiskForm, client_id: UUID) -> RecordVersion[RiskEntry] | None:
    """The entry that this form created when it was submitted before, or None."""
    return idempotent_forms.find_created_before(
        risk_entry_record.RISK_ENTRY, record_ring(context.vault(), client_id), form.matches_record
    )


def _write_entry(
    form: RiskForm,
    client_id: UUID,
    *,
    session_id: UUID | None,
    relationship_id: UUID | None,
    source: RecordVersion[Administration] | None = None,
    follows: RecordVersion[RiskEntry] | None = None,
) -> RecordVersion[RiskEntry]:
    payload = form.build_entry(
        client_id,
        session_id=session_id,
        relationship_id=relationship_id,
        source_id=source.id if source else None,
        follows_id=follows.id if follows else None,
    )
    idempotency_key = idempotent_forms.submitted_idempotency_key()
    return risk_entries.create_risk_entry(
        context.db(), context.vault(), payload, now=context.now(), idempotency_key=idempotency_key
    )


def _render_form(
    form: RiskForm,
    client_id: UUID,
    draft: PageDraft,
    *,
    source: RecordVersion[Administration] | None = None,
    follows: RecordVersion[RiskEntry] | None = None,
    newer: bool = False,
) -> str:
    return render_template(
        "risk_entries/edit.html",
        here="clients",
        form=form,
        draft=draft,
        errors=form.errors,
        person=clients.load_client(context.db(), context.vault(), client_id),
        whom=display_names.load_display_names(context.db(), context.vault()).full_and_short([client_id]),
        day=context.today(),
        source=source,
        leave=_page_after_entry(source) if source else "",
        instrument=administrations.instrument_of(source.payload) if source else None,
        is_about_nobody=bool(source and administrations.frame_of(source.payload).general),
        about=answered_items.relationship_label(context.db(), context.vault(), source.payload)
        if source
        else "",
        fears=any(prompt.flag == SafetyFlag.FEAR for prompt in form.prompts),
        follows=follows,
        newer=newer,
        covered_lines=open_matters.lines_of_groups(form.covered_prompts, request.path),
        no_reassurance=no_reassurance_line(beside_prompt=bool(form.prompts or form.covered_prompts)),
    )


def _list_relationships(client_id: UUID) -> list[RecordVersion[Relationship]]:
    return relationships.list_relationships(context.db(), context.vault(), client_id)


def _words_by_relationship(client_id: UUID) -> dict[UUID, str]:
    return {relationship.id: relationship.payload.word for relationship in _list_relationships(client_id)}
