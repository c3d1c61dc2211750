"""Consents of a client or a couple: what stands, recording one, correcting it, and its withdrawal."""

from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import cases, consent_sheets, consents
from clinic_toolkit.record.people.case_record import Case
from clinic_toolkit.record.people.consent_record import (
    CONSENT,
    METHOD_LABELS,
    POLICY_NAMES,
    Consent,
    ConsentState,
    CouplePolicy,
)
from clinic_toolkit.record.people.consents import ConsentRefused
from clinic_toolkit.web import context
from clinic_toolkit.web.access import guard
from clinic_toolkit.web.content.printout_kinds import PrintoutKind
from clinic_toolkit.web.forms.consents import AGREED, ConsentForm, WithdrawalForm, values_of
from clinic_toolkit.web.screen_parts import client_names, consent_lines, idempotent_forms, printouts
from clinic_toolkit.web.screen_parts.saved_message import redirect_saved
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("consents", __name__)

# The address of each sheet; one in large print has `LARGE` at its end.
TOOL_SHEET, LARGE = "tool", "large"
POLICIES = {"open": CouplePolicy.NO_SECRETS, "limited": CouplePolicy.LIMITED_SECRETS}
# The address and the name of each.
SHEETS = ((TOOL_SHEET, "About the questionnaires and worksheets"),)
COUPLE_SHEETS = tuple((name, POLICY_NAMES[policy].capitalize()) for name, policy in POLICIES.items())


@screen.get("/cases/<uuid:case_id>/consents")
def of_case(case_id: UUID) -> ViewResult:
    """What stands, everything that was recorded, and the sheets to print."""
    case = _load_case(case_id)
    found = consents.list_consents_of_case(context.db(), context.vault(), case)
    context.audit_read(CONSENT, *found)
    return render_template(
        "consents/index.html",
        here="clients",
        case=case,
        lines=consent_lines.describe_consents(case, found),
        consents=found,
        state_of=_state_words,
        today=context.today(),
        draft_mark=consent_sheets.DRAFT_MARK,
        sheets=COUPLE_SHEETS if case.payload.is_couple else SHEETS,
    )


@screen.route("/cases/<uuid:case_id>/consents/new", methods=["GET", "POST"])
def new(case_id: UUID) -> ViewResult:
    """Record a consent, or that somebody declined."""
    case = _load_case(case_id)
    subject = consents.list_subjects(case.payload)[0]
    first = {"answered_on": context.today(), "answer": AGREED, "subject": subject}
    form = _build_form(case, first)
    existing = idempotent_forms.find_created_before(
        CONSENT, case.ring, lambda kept: form.validate() and kept == form.build_consent(case.id)
    )
    if existing is not None:
        return responses.redirect_to(url_for(".show", id=existing.id))
    if request.method == "POST" and form.validate():
        try:
            consent = consents.record_consent(
                context.db(),
                context.vault(),
                case,
                form.build_consent(case.id),
                is_declined=form.is_declined,
                now=context.now(),
                idempotency_key=idempotent_forms.submitted_idempotency_key(),
            )
        except ConsentRefused as refusal:
            return _render_form(form, case, refusal=refusal.sentence)
        return redirect_saved(url_for(".show", id=consent.id))
    return _render_form(form, case)


@screen.get("/consents/<uuid:id>")
def show(id: UUID) -> ViewResult:
    """One consent, and the versions before it."""
    consent = consents.load_consent(context.db(), context.vault(), id)
    earlier = consents.list_earlier_versions(context.db(), context.vault(), consent)
    context.audit_read(CONSENT, consent, *earlier)
    return render_template(
        "consents/show.html",
        here="clients",
        consent=consent,
        facts=_facts_of(consent),
        state_of=_state_words,
        earlier=[(version, _facts_of(version)) for version in earlier],
    )


@screen.route("/consents/<uuid:id>/edit", methods=["GET", "POST"])
def edit(id: UUID) -> ViewResult:
    """Correct what was recorded by mistake."""
    consent = consents.load_consent(context.db(), context.vault(), id)
    context.audit_read(CONSENT, consent)
    case = _load_case(consent.payload.case_id)
    form = _build_form(case, values_of(consent.payload, consent.state, consent.version))
    if request.method == "POST" and form.validate():
        try:
            consents.correct_consent(
                context.db(),
                context.vault(),
                case,
                consent,
                form.build_consent(case.id),
                is_declined=form.is_declined,
                expected_version=form.expected_version,
                now=context.now(),
            )
        except ConsentRefused as refusal:
            return _render_form(form, case, consent=consent, refusal=refusal.sentence)
        except records.StaleVersion:
            return _render_form(form, case, consent=consent, is_newer=True)
        return redirect_saved(url_for(".show", id=id))
    return _render_form(form, case, consent=consent)


@screen.route("/consents/<uuid:id>/withdraw", methods=["GET", "POST"])
def withdraw(id: UUID) -> ViewResult:
    """Note that somebody takes it back."""
    consent = consents.load_consent(context.db(), context.vault(), id)
    context.audit_read(CONSENT, consent)
    people = [(one.hex, client_names.name_of(one)) for one in consent.payload.given_by_ids]
    form = WithdrawalForm(
        request.form if request.method == "POST" else None, people=people, today=context.today()
    )
    refusal = ""
    if request.method == "POST" and form.validate():
        try:
            consents.withdraw_consent(
                context.db(),
                context.vault(),
                consent,
                by=UUID(hex=form.by.data),
                on=form.on.data,
                words=form.words.data,
                expected_version=form.expected_version,
                now=context.now(),
            )
        except ConsentRefused as error:
            refusal = error.sentence
        else:
            return redirect_saved(url_for(".show", id=id))
    errors = {**form.errors, **({"": refusal} if refusal else {})}
    page = render_template(
        "consents/withdraw.html", here="clients", consent=consent, people=people, form=form, errors=errors
    )
    return (page, 422) if errors else page


@screen.route("/consent-sheets/<name>", methods=["GET", "POST"])
@guard.allow_printout_when_read_only
def sheet(name: str) -> ViewResult:
    """A blank sheet to read and sign; it names no client."""
    from clinic_toolkit.documents import consent_sheet as document

    kind, _, size = name.partition("-")
    policy = POLICIES.get(kind)
    if (policy is None and kind != TOOL_SHEET) or size not in ("", LARGE):
        raise records.RecordNotFound
    letterhead = context.letterhead()
    page = (
        consent_sheets.build_couple_sheet(letterhead, policy)
        if policy
        else consent_sheets.build_tool_sheet(letterhead)
    )
    return printouts.respond_with_printout(
        printouts.Printout(
            kind=PrintoutKind.CONSENT_SHEET,
            title=f"{page.wording}. {consent_sheets.DRAFT_MARK}",
            back=("Back to the clients", url_for("clients.index")),
            render=lambda: document.render_consent_sheet(page, is_large=size == LARGE),
        )
    )


def _load_case(case_id: UUID) -> RecordVersion[Case]:
    return cases.load_case(context.db(), context.vault(), case_id)


def _build_form(case: RecordVersion[Case], values: dict[str, Any]) -> ConsentForm:
    names = {id: client_names.name_of(id) for id in case.payload.client_ids}
    typed = request.form if request.method == "POST" else None
    return ConsentForm(typed, case=case.payload, names=names, data=values)


def _state_words(consent: RecordVersion[Consent]) -> str:
    who = " and ".join(map(client_names.name_of, consent.payload.given_by_ids))
    if consent.state == ConsentState.WITHDRAWN and consent.payload.withdrawn_by_id:
        return f"withdrawn by {client_names.name_of(consent.payload.withdrawn_by_id)}"
    return f"{'declined' if consent.state == ConsentState.DECLINED else 'agreed'} by {who}"


def _facts_of(consent: RecordVersion[Consent]) -> list[tuple[str, str]]:
    payload = consent.payload
    return [
        ("What", payload.label),
        ("How", METHOD_LABELS[payload.method]),
        ("Text that was read", payload.wording),
        ("Remark", payload.remark),
        ("In their words", payload.withdrawal_words),
    ]


def _render_form(
    form: ConsentForm,
    case: RecordVersion[Case],
    *,
    consent: RecordVersion[Consent] | None = None,
    refusal: str = "",
    is_newer: bool = False,
) -> ViewResult:
    errors = {**form.errors, **({"": refusal} if refusal else {})}
    page = render_template(
        "consents/edit.html",
        here="clients",
        form=form,
        case=case,
        consent=consent,
        newer=consent if is_newer else None,
        newer_facts=_facts_of(consent) if consent and is_newer else [],
        version=consent.version if consent and is_newer else form.version.data,
        errors=errors,
    )
    if is_newer:
        return page, 409
    return (page, 422) if errors else page
