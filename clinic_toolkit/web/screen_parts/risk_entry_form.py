"""The form for a risk entry, as the pages that write one share it."""

from uuid import UUID

from flask import render_template, request

from clinic_toolkit.instruments.closed_sets import SafetyFlag
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.psychometrics.safety_prompt_rules import no_reassurance_line
from clinic_toolkit.record.people import (
    clients,
    display_names,
    joined_entries,
    relationships,
    therapy_session_timeline,
)
from clinic_toolkit.record.people.client_record import record_ring
from clinic_toolkit.record.people.relationship_record import Relationship
from clinic_toolkit.record.questionnaires import administrations, answered_items
from clinic_toolkit.record.questionnaires.administration_record import Administration
from clinic_toolkit.record.safety import fear_holds, risk_entries, risk_entry_record
from clinic_toolkit.record.safety.risk_entry_record import RiskEntry
from clinic_toolkit.record.writing.form_drafts import RISK_ENTRY_FORM
from clinic_toolkit.web import context
from clinic_toolkit.web.forms.risk_entries import RiskForm
from clinic_toolkit.web.screen_parts import draft_saving, idempotent_forms, open_matters
from clinic_toolkit.web.screen_parts.draft_saving import PageDraft


def is_still_held(entry: RecordVersion[RiskEntry]) -> bool:
    """Whether a fear hold remains although the entry closed a prompt about fear."""
    payload = entry.payload
    closed = not payload.is_deferral and any(
        answer.flag == SafetyFlag.FEAR for answer in payload.named_answers
    )
    return closed and fear_holds.has_own_hold(
        context.db(), context.vault(), payload.client_id, payload.relationship_id
    )


def find_open_session(client_id: UUID) -> UUID | None:
    """The id of the client's open session of today, or None."""
    own_cases = joined_entries.list_single_cases(context.db(), context.vault(), client_id)
    sessions = therapy_session_timeline.list_therapy_sessions_of_cases(
        context.db(), context.vault(), own_cases
    )
    open_session = therapy_session_timeline.find_todays_sessions(sessions, now=context.now()).open_session
    return open_session.id if open_session else None


def open_draft(client_id: UUID, subject: UUID) -> PageDraft:
    """The draft of an entry; it closes no prompt and changes no fear hold."""
    ring = record_ring(context.vault(), client_id)
    return draft_saving.open_page_draft(RISK_ENTRY_FORM, subject, ring=ring)


def find_written_before(form: RiskForm, client_id: UUID) -> RecordVersion[RiskEntry] | None:
    """The entry that this form created when it was submitted before, or None."""
    return idempotent_forms.find_created_before(
        risk_entry_record.RISK_ENTRY, record_ring(context.vault(), client_id), form.matches_record
    )


def write_entry(
    form: RiskForm,
    client_id: UUID,
    *,
    session_id: UUID | None,
    relationship_id: UUID | None,
    source: RecordVersion[Administration] | None = None,
    follows: RecordVersion[RiskEntry] | None = None,
) -> RecordVersion[RiskEntry]:
    """Write the entry as the form says it; `source` is the questionnaire from whose page it is written."""
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


def render_form(
    form: RiskForm,
    client_id: UUID,
    draft: PageDraft,
    *,
    source: RecordVersion[Administration] | None = None,
    leave: str = "",
    follows: RecordVersion[RiskEntry] | None = None,
    newer: bool = False,
) -> str:
    """Render the page with the form.

    Args:
        source: the questionnaire whose prompts the entry closes, if any.
        leave: the URL of the page to go back to without an entry; "" for the client's page.
        follows: the earlier entry that this one follows, if any.
        newer: the open prompts changed after the page was opened.
    """
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
        leave=leave,
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


def list_relationships(client_id: UUID) -> list[RecordVersion[Relationship]]:
    """The people that an entry about this client may be about."""
    return relationships.list_relationships(context.db(), context.vault(), client_id)
