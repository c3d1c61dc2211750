"""The set-up: the practice, its passphrase, a return code, and the recovery sheet.

Nothing is stored before the passphrase is chosen; until then the page itself carries what was typed.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from flask import Blueprint, render_template, request, url_for

from clinic_toolkit import start_commands
from clinic_toolkit.record.people import clinician as clinicians
from clinic_toolkit.record.people import practice_access, secret_changes
from clinic_toolkit.record.people.clinician_record import Clinician
from clinic_toolkit.record.people.practice_record import PracticeSettings, RecordRole
from clinic_toolkit.web import context
from clinic_toolkit.web.access import (
    guard,
    offered_words,
    pending_recovery_sheet,
    quick_return,
    secret_removal,
    step_up,
)
from clinic_toolkit.web.forms.practice import (
    RECORD_ROLES,
    PassphraseForm,
    PracticeForm,
    ReturnCodeForm,
)
from clinic_toolkit.web.screen_parts import confidentiality_notice
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("setup", __name__)

OFFER_DRAFT_FIELD, BACK_FIELD = "offer", "back"


@screen.route("/setup", methods=["GET", "POST"], endpoint="practice")
@guard.allow_before_setup
def describe() -> ViewResult:
    """Enter the practice's name and country, whom a client can call, and the limits of confidentiality."""
    form = PracticeForm(request.form if request.method == "POST" else None)
    if OFFER_DRAFT_FIELD in request.form:
        return _render_with_draft(form)
    if BACK_FIELD in request.form:
        return _render_practice_form(form, {})
    if request.method == "POST" and form.validate():
        return _render_passphrase_form(form, PassphraseForm(guessable_names=form.guessable_names()))
    return _render_practice_form(form, form.errors)


def _render_with_draft(form: PracticeForm) -> ViewResult:
    """Show the page with the draft for the chosen country; text that was typed is not replaced."""
    if not form.country.validate(form):
        return _render_practice_form(form, {"country": ["Choose a country first: the draft depends on it."]})
    form.prefill_limits(confidentiality_notice.draft_notice_for(form.country.data)["text"])
    return _render_practice_form(form, {}, asked_for=True)


def _render_practice_form(
    form: PracticeForm, errors: Mapping[str, Any], *, asked_for: bool = False
) -> ViewResult:
    draft = confidentiality_notice.draft_notice_for(form.country.data or "")
    # The page marks the text as a draft for as long as it is unchanged.
    shown_draft = draft if asked_for or form.limits_text.data == draft["text"] else None
    page = render_template(
        "setup/practice.html",
        form=form,
        errors=errors,
        roles=RECORD_ROLES,
        offered=shown_draft,
        restore_command=start_commands.write_restore_command(context.settings().data_folder),
    )
    return (page, 422) if errors else page


@screen.post("/setup/passphrase")
@guard.allow_before_setup
def passphrase() -> ViewResult:
    """Choose the passphrase; this creates the practice."""
    practice_form = PracticeForm(request.form)
    if not practice_form.validate():
        return _render_practice_form(practice_form, practice_form.errors)
    form = PassphraseForm(request.form, guessable_names=practice_form.guessable_names())
    if not form.validate():
        return _render_passphrase_form(practice_form, form), 422
    blank = PracticeSettings(
        country="",
        record_role=RecordRole.FULL,
        practice_name="",
        crisis_text="",
        is_demo=context.settings().demo,
    )
    vault, groups = practice_access.create_practice(
        context.db(),
        practice_form.practice(blank),
        practice_form.clinician(Clinician(name="")),
        passphrase=form.passphrase.data or "",
        now=context.now(),
    )
    context.log_in(vault)
    context.record_passphrase_typed()
    offered_words.forget_words()
    pending_recovery_sheet.store_pending_sheet(groups)
    return responses.redirect_to(url_for(".code"))


def _render_passphrase_form(practice_form: PracticeForm, form: PassphraseForm) -> str:
    return render_template(
        "setup/passphrase.html",
        practice_form=practice_form,
        offered=offered_words.offer_words(form.offered_passphrase.data),
        errors=form.errors,
    )


@screen.route("/setup/code", methods=["GET", "POST"])
@guard.allow_before_sheet_proved
def code() -> ViewResult:
    """Choose a return code, or go on without one."""
    form = ReturnCodeForm(request.form if request.method == "POST" else None)
    if request.method == "POST":
        if "skip" in request.form:
            return responses.redirect_to(url_for(".sheet"))
        if form.validate():
            stored = context.load_clinician()
            clinician = msgspec.structs.replace(stored.payload, return_code=form.code.data or "")
            clinicians.revise_clinician(context.db(), context.vault(), stored, clinician, now=context.now())
            quick_return.offer_quick_return(clinician.return_code, wait_for_keeper=True)
            return responses.redirect_to(url_for(".sheet"))
    page = render_template("setup/code.html", offered=form.suggested_code(), errors=form.errors)
    return (page, 422) if form.errors else page


@screen.route("/setup/sheet", methods=["GET", "POST"])
@guard.allow_before_sheet_proved
def sheet() -> ViewResult:
    """Show the steps for printing the recovery sheet, and check the groups typed back."""
    pending_sheet = pending_recovery_sheet.find_pending_sheet()
    errors: dict[str, str] = {}
    if request.method == "POST" and pending_sheet:
        errors = pending_recovery_sheet.group_errors(pending_sheet, request.form)
        if not errors:
            clinicians.record_sheet_proved(
                context.db(),
                context.vault(),
                context.load_clinician(),
                made_on=pending_sheet.made_on,
                now=context.now(),
            )
            pending_recovery_sheet.discard_pending_sheet()
            return responses.redirect_to(url_for("backup_offer.index"))
    page = _render_sheet_steps(errors)
    return (page, 422) if errors else page


def _render_sheet_steps(errors: Mapping[str, Any]) -> str:
    pending_sheet = pending_recovery_sheet.find_pending_sheet()
    return render_template(
        "setup/sheet.html",
        made=pending_sheet is not None,
        shown=pending_recovery_sheet.was_sheet_shown(),
        asked_groups=pending_sheet.asked_groups if pending_sheet else (),
        errors=errors,
    )


@screen.get("/setup/sheet/paper")
@guard.allow_before_sheet_proved
def paper() -> ViewResult:
    """The recovery sheet itself, which is shown only once."""
    pending_sheet = pending_recovery_sheet.find_pending_sheet()
    back = url_for(".sheet")
    return (
        pending_recovery_sheet.render_sheet_once(pending_sheet, back=back)
        if pending_sheet
        else responses.redirect_to(back)
    )


@screen.post("/setup/sheet/new")
@guard.allow_before_sheet_proved
def new_sheet() -> ViewResult:
    """Make another recovery sheet, because the first one was not printed or proved.

    The passphrase is needed: a sheet opens psychotherapy notes too, whose key no unlock keeps.
    """
    check = step_up.open_keys_with_present_passphrase()
    if check.locked_page:
        return check.locked_page
    if check.keys is None:
        return _render_sheet_steps(check.errors), 422
    pending_recovery_sheet.store_pending_sheet(
        secret_changes.replace_recovery_sheet(
            context.db(),
            context.vault(),
            psychotherapy_key=check.keys.psychotherapy_key,
            now=context.now(),
        )
    )
    return secret_removal.redirect_once_purged(url_for(".sheet"), if_not_purged=url_for(".sheet"))
