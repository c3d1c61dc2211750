"""A client's requests: to have the record put right, or to see it; each with its clock and its answer."""

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from wtforms import Field, Form

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import cases, clients
from clinic_toolkit.record.people.client_record import record_ring
from clinic_toolkit.record.writing import client_requests, notes, request_periods
from clinic_toolkit.record.writing.client_request_record import (
    CLIENT_REQUEST,
    ClientRequest,
    Decision,
    RequestKind,
)
from clinic_toolkit.web import context
from clinic_toolkit.web.forms.client_requests import (
    AnswerForm,
    DisagreementForm,
    ExtensionForm,
    RequestForm,
)
from clinic_toolkit.web.screen_parts import draft_saving, idempotent_forms
from clinic_toolkit.web.screen_parts.draft_saving import PageDraft
from clinic_toolkit.web.screen_parts.saved_message import redirect_saved
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("client_requests", __name__)

NO_PERIOD = "No period is known here for your country: write the day by which you will answer."


@screen.get("/clients/<uuid:client_id>/requests")
def index(client_id: UUID) -> ViewResult:
    """The requests of one client, newest first."""
    client = clients.load_client(context.db(), context.vault(), client_id)
    found = client_requests.list_requests(context.db(), context.vault(), client_id)
    context.audit_read(CLIENT_REQUEST, *found)
    return render_template("client_requests/index.html", here="clients", client=client, requests=found)


@screen.route("/clients/<uuid:client_id>/requests/new", methods=["GET", "POST"])
def new(client_id: UUID) -> ViewResult:
    """Write down a request; the day of the answer is proposed by the law of the country."""
    db, vault = context.db(), context.vault()
    client = clients.load_client(db, vault, client_id)
    ring = record_ring(vault, client_id)
    draft = draft_saving.open_page_draft(client_requests.REQUEST_FORM, client_id, ring=ring)
    if (answer := draft.handle_autosave()) is not None:
        return answer
    form = RequestForm(draft.field_values(), data={"received_on": context.today()})
    if request.method != "POST":
        return _render_new(client.id, form, draft)
    if not form.validate():
        return _render_new(client.id, form, draft), 422
    created = idempotent_forms.find_created_before(CLIENT_REQUEST, ring, form.matches_record)
    if created is not None:
        return responses.redirect_to(url_for(".show", id=created.id))
    kind = RequestKind(form.kind.data)
    period = request_periods.find_period(context.load_practice().payload.country, kind)
    due_on = form.due_on.data or (period.due_on(form.received_on.data) if period else None)
    if due_on is None:
        form.due_on.errors = [NO_PERIOD]
        return _render_new(client.id, form, draft), 422
    payload = ClientRequest(
        client=client_id.bytes,
        kind=kind,
        received_on=form.received_on.data,
        how=form.how.data,
        words=form.words.data,
        due_on=due_on,
        basis=period.source if period else "",
        note=_asked_note(client_id),
    )
    try:
        made = client_requests.receive_request(
            db,
            vault,
            payload,
            now=context.now(),
            idempotency_key=idempotent_forms.submitted_idempotency_key(),
        )
    except client_requests.RequestIncomplete as error:
        form.due_on.errors = [error.sentence]
        return _render_new(client.id, form, draft), 422
    draft.discard_recorded_draft()
    return redirect_saved(url_for(".show", id=made.id))


def _asked_note(client_id: UUID) -> bytes:
    """The id of the note from whose page the form was opened, if it is one of this client."""
    try:
        note = notes.load_note(context.db(), context.vault(), UUID(hex=request.args.get("note", "")))
    except (ValueError, ClinicError):
        return b""
    rings = {case.ring for case in cases.list_cases_of_client(context.db(), context.vault(), client_id)}
    return note.id.bytes if note.final and note.ring in rings else b""


@screen.get("/requests/<uuid:id>")
def show(id: UUID) -> ViewResult:
    """One request, and what can be done with it."""
    kept = client_requests.load_request(context.db(), context.vault(), id)
    return _render_request(kept, Form())


@screen.post("/requests/<uuid:id>/extend")
def extend(id: UUID) -> ViewResult:
    """Make the time for the answer longer."""
    kept, form = client_requests.load_request(context.db(), context.vault(), id), ExtensionForm(request.form)

    def change() -> None:
        client_requests.extend_time(
            *(context.db(), context.vault(), kept),
            country=context.load_practice().payload.country,
            reason=form.reason.data,
            now=context.now(),
        )

    is_stored = kept.payload.extension_reason == form.reason.data
    return _respond(kept, form, form.reason, change, is_stored=is_stored)


@screen.post("/requests/<uuid:id>/answer")
def answer(id: UUID) -> ViewResult:
    """Write down what was answered."""
    kept, form = client_requests.load_request(context.db(), context.vault(), id), AnswerForm(request.form)

    def change() -> None:
        client_requests.answer_request(
            *(context.db(), context.vault(), kept),
            decision=Decision(form.decision.data),
            answer=form.answer.data,
            answered_on=form.answered_on.data,
            now=context.now(),
        )

    stored = (kept.payload.decision, kept.payload.answer, kept.payload.answered_on)
    is_stored = stored == (form.decision.data, form.answer.data, form.answered_on.data)
    return _respond(kept, form, form.answer, change, is_stored=is_stored)


@screen.post("/requests/<uuid:id>/disagree")
def disagree(id: UUID) -> ViewResult:
    """Attach the client's statement of disagreement."""
    kept = client_requests.load_request(context.db(), context.vault(), id)
    form = DisagreementForm(request.form)

    def change() -> None:
        client_requests.record_disagreement(
            *(context.db(), context.vault(), kept),
            disagreement=form.disagreement.data,
            rebuttal=form.rebuttal.data,
            disagreed_on=form.disagreed_on.data,
            now=context.now(),
        )

    stored = (kept.payload.disagreement, kept.payload.rebuttal, kept.payload.disagreed_on)
    is_stored = stored == (form.disagreement.data, form.rebuttal.data, form.disagreed_on.data)
    return _respond(kept, form, form.disagreement, change, is_stored=is_stored)


def _respond(
    kept: RecordVersion[ClientRequest],
    form: Form,
    refused_at: Field,
    change: Callable[[], None],
    *,
    is_stored: bool,
) -> ViewResult:
    """Make the change that a form asks for, or show the request again with what is wrong.

    Args:
        refused_at: the field beside which a refusal is shown.
        is_stored: the form was sent twice: what it says is stored already.
    """
    if not form.validate():
        return _render_request(kept, form), 422
    if is_stored:
        return responses.redirect_to(url_for(".show", id=kept.id))
    try:
        change()
    except ClinicError as error:
        refused_at.errors = [error.sentence]
        return _render_request(kept, form), 422
    return redirect_saved(url_for(".show", id=kept.id))


def _render_new(client_id: UUID, form: RequestForm, draft: PageDraft) -> str:
    country = context.load_practice().payload.country
    return render_template(
        "client_requests/new.html",
        here="clients",
        client_id=client_id,
        form=form,
        errors=form.errors,
        draft=draft,
        periods=[
            (kind, period)
            for kind in RequestKind
            if (period := request_periods.find_period(country, kind)) is not None
        ],
        is_about_note=bool(_asked_note(client_id)),
    )


def _render_request(kept: RecordVersion[ClientRequest], form: Form) -> str:
    context.audit_read(CLIENT_REQUEST, kept)
    period = request_periods.find_period(context.load_practice().payload.country, kept.payload.kind)
    may_extend = period is not None and bool(period.extra_days or period.extra_months)
    today = context.today()
    return render_template(
        "client_requests/show.html",
        here="clients",
        kept=kept,
        asked=kept.payload,
        values={"answered_on": today, "disagreed_on": today} | {key: form.data[key] for key in form.data},
        errors=form.errors,
        period=period,
        may_extend=may_extend and not kept.payload.extended_on,
        may_disagree=kept.payload.decision in (Decision.DENIED, Decision.PARTLY),
        decisions=AnswerForm().decision.choices,
        today=today,
    )
