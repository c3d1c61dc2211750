"""Closing the open prompts of a questionnaire by a risk entry."""

from uuid import UUID

from flask import Blueprint, request, url_for

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.handovers import clinician_side
from clinic_toolkit.record.people import joined_entries
from clinic_toolkit.record.questionnaires import administrations
from clinic_toolkit.record.questionnaires.administration_record import ADMINISTRATION, Administration
from clinic_toolkit.record.safety import open_prompt_groups
from clinic_toolkit.record.safety.risk_entry_record import RiskEntry
from clinic_toolkit.web import context
from clinic_toolkit.web.access import guard
from clinic_toolkit.web.forms.risk_entries import NOBODY_IN_PARTICULAR, RiskForm
from clinic_toolkit.web.screen_parts import risk_entry_form
from clinic_toolkit.web.screen_parts.saved_message import redirect_saved
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("prompt_closing", __name__)


@screen.route("/administrations/<uuid:administration_id>/risk-entry", methods=["GET", "POST"])
def close_prompts(administration_id: UUID) -> ViewResult:
    """Close the open prompts of a questionnaire: three choices, and optional lines of text."""
    source = administrations.load_administration(context.db(), context.vault(), administration_id)
    groups = open_prompt_groups.list_groups_after(context.db(), context.vault(), source)
    client_id = source.payload.client_id
    joined = joined_entries.load_joined_entries(context.db(), context.vault())
    relationship_id = joined.primary_id(source.payload.relationship_id)
    about = relationship_id.hex if relationship_id else NOBODY_IN_PARTICULAR
    draft = risk_entry_form.open_draft(client_id, source.id)
    if (answer := draft.handle_autosave()) is not None:
        return answer
    people = risk_entry_form.list_relationships(client_id)
    form = RiskForm(draft.field_values(), prompts=groups, people=people, today=context.today(), about=about)
    existing = risk_entry_form.find_written_before(form, client_id)
    if existing is not None:
        return responses.redirect_to(_address_after_entry(existing, source))
    if request.method == "POST":
        if not form.is_current:
            return risk_entry_form.render_form(
                form, client_id, draft, source=source, leave=_page_after_entry(source), newer=True
            ), 409
        # The relationship is always that of the questionnaire, whatever was posted.
        form.about.data = about
        if form.validate():
            session_id = _session_of_entry(source)
            entry = risk_entry_form.write_entry(
                form, client_id, session_id=session_id, relationship_id=relationship_id, source=source
            )
            draft.discard_recorded_draft()
            return redirect_saved(_address_after_entry(entry, source))
    else:
        other_sources = {each.id: each for group in groups for each in group.questionnaires}
        context.audit_read(ADMINISTRATION, *({source.id: source} | other_sources).values())
    page = risk_entry_form.render_form(form, client_id, draft, source=source, leave=_page_after_entry(source))
    return (page, 422) if form.errors else page


def _address_after_entry(entry: RecordVersion[RiskEntry], source: RecordVersion[Administration]) -> str:
    """The URL of the page where the prompt was seen, or of the entry if that page hides a fear hold."""
    next_page = _page_after_entry(source)
    pages_with_hold = (url_for("results.show", id=source.id), url_for("handover.first_unreviewed"))
    if not next_page.startswith(pages_with_hold) and risk_entry_form.is_still_held(entry):
        return url_for("risk_entries.show", id=entry.id, back=next_page)
    return next_page


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


def _session_of_entry(administration: RecordVersion[Administration]) -> UUID | None:
    """The session that the entry belongs to: the client's open one, else that of the questionnaire."""
    return (
        risk_entry_form.find_open_session(administration.payload.client_id)
        or administration.payload.therapy_session_id
    )
