"""The practice: its settings, return code, passphrase and recovery sheet."""

from datetime import date
from typing import Any

import msgspec
from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.record.people import clinician as clinicians
from clinic_toolkit.record.people import practice, secret_changes
from clinic_toolkit.web import context
from clinic_toolkit.web.access import (
    offered_words,
    pending_recovery_sheet,
    quick_return,
    secret_removal,
    sheet_groups,
    step_up,
    writing_style,
)
from clinic_toolkit.web.access import psychotherapy_key as notes_key
from clinic_toolkit.web.forms import fields
from clinic_toolkit.web.forms.practice import (
    RECORD_ROLES,
    PassphraseForm,
    PracticeForm,
    ReturnCodeForm,
    guessable_names,
    setting_values,
    settings_digest,
)
from clinic_toolkit.web.screen_parts import confidentiality_notice, draft_saving
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("practice", __name__)

_PURGE_PENDING = "What the old one left behind could not be removed just now. Lock once: then it is removed."
SAVED_MESSAGES = {
    "1": "Saved.",
    "phrase": "The passphrase is changed. The old one no longer works here.",
    "phrase-later": f"The passphrase is changed. {_PURGE_PENDING}",
    "sheet": "The new recovery sheet is in use. The old one no longer works here: destroy it.",
    "notes": "The key for psychotherapy notes is made. Passphrase and recovery sheet stay as they are.",
    "notes-later": f"The key for psychotherapy notes is made. {_PURGE_PENDING}",
    "sheet-later": f"The new recovery sheet is in use. {_PURGE_PENDING}",
}
_SECRET_CHANGES = ("phrase", "phrase-later", "sheet", "sheet-later")


@screen.route("/practice", methods=["GET", "POST"])
def index() -> ViewResult:
    """Show and change the settings."""
    stored, clinician = context.load_practice(), context.load_clinician()
    stored_values = setting_values(stored.payload, clinician.payload)
    draft = draft_saving.open_page_draft("practice", context.vault().vault_id, ring=None)
    if (answer := draft.handle_autosave()) is not None:
        return answer
    form = PracticeForm(draft.field_values(), data=stored_values)
    newer: list[tuple[str, str]] = []
    if request.method == "POST" and form.validate():
        stored_digest, sent_digest, seen_digest = (
            settings_digest(stored.payload, clinician.payload),
            settings_digest(form.practice(stored.payload), form.clinician(clinician.payload)),
            form.version.data,
        )
        if sent_digest in (stored_digest, seen_digest):
            draft.discard_recorded_draft()
            return responses.redirect_to(url_for(".index", saved=1))
        if seen_digest != stored_digest:
            newer = form.differences(stored_values)
    if request.method == "POST" and not newer and not form.errors:
        _save_settings(form)
        draft.discard_recorded_draft()
        return responses.redirect_to(url_for(".index", saved=1))
    draft_notice = confidentiality_notice.draft_notice_for(stored.payload.country)
    if request.method == "GET" and not draft.is_shown:
        form.prefill_limits(draft_notice["text"])
    page = render_template(
        "practice/index.html",
        form=form,
        draft=draft,
        errors=form.errors,
        roles=RECORD_ROLES,
        practice=stored.payload,
        clinician=clinician.payload,
        offered=draft_notice,
        newer=newer,
        version=form.version.data
        if form.errors or draft.is_shown
        else settings_digest(stored.payload, clinician.payload),
        saved=SAVED_MESSAGES.get(request.args.get("saved", ""), ""),
        copies=secret_removal.list_old_copies() if request.args.get("saved", "") in _SECRET_CHANGES else [],
        slots_intact=context.vault().slots_intact,
        has_psychotherapy_key=secret_changes.has_psychotherapy_key(context.db(), context.vault()),
    )
    return (page, 409) if newer else (page, 422) if form.errors else page


def _save_settings(form: PracticeForm) -> None:
    """Save what was changed of the practice and of the clinician, in one transaction."""
    db, vault, now = context.db(), context.vault(), context.now()
    stored, clinician = context.load_practice(), context.load_clinician()
    settings, renamed = form.practice(stored.payload), form.clinician(clinician.payload)
    if settings != stored.payload:
        practice.revise_practice_settings(db, vault, stored, settings, now=now)
        writing_style.forget_style()
    if renamed != clinician.payload:
        clinicians.revise_clinician(db, vault, clinician, renamed, now=now)


@screen.route("/practice/code", methods=["GET", "POST"])
def code() -> ViewResult:
    """Choose another return code, or none.

    The passphrase is needed: someone at a screen that was left open must not be able to choose the code
    that unlocks and signs.
    """
    stored = context.load_clinician()
    form = ReturnCodeForm(request.form if request.method == "POST" else None)
    errors: dict[str, Any] = {}
    if request.method == "POST":
        without_code = "off" in request.form
        errors = {} if without_code or form.validate() else dict(form.errors)
        if not errors:
            check = step_up.check_present_passphrase()
            if check.locked_page:
                return check.locked_page
            errors = check.errors
        if not errors:
            return _save_return_code("" if without_code else form.code.data or "")
    page = render_template(
        "practice/code.html",
        offered=form.suggested_code(),
        has_code=bool(stored.payload.return_code),
        errors=errors,
    )
    return (page, 422) if errors else page


def _save_return_code(chosen: str) -> ViewResult:
    stored = context.load_clinician()
    clinician = msgspec.structs.replace(stored.payload, return_code=chosen)
    if clinician != stored.payload:
        clinicians.revise_clinician(context.db(), context.vault(), stored, clinician, now=context.now())
    if chosen:
        quick_return.offer_quick_return(chosen, wait_for_keeper=True)
    else:
        quick_return.revoke_quick_return()
    return responses.redirect_to(url_for(".index", saved=1))


@screen.route("/practice/passphrase", methods=["GET", "POST"])
def passphrase() -> ViewResult:
    """Choose another passphrase; the present one is needed."""
    posted = request.form if request.method == "POST" else None
    form = PassphraseForm(posted, guessable_names=guessable_names(context.letterhead()))
    errors: dict[str, Any] = {}
    if request.method == "POST":
        form.validate()
        errors = dict(form.errors)
        if not errors:
            # Perhaps the form was sent twice: then its passphrase is the present one already.
            was_sent_before = _key_slots_changed_since()
            check = (
                step_up.check_present_passphrase(form.passphrase.data or "")
                if was_sent_before
                else step_up.open_keys_with_present_passphrase()
            )
            if check.locked_page:
                return check.locked_page
            if was_sent_before and not check.errors:
                return _redirect_after_replacement("phrase")
            errors = check.errors
            if check.keys:
                secret_changes.change_passphrase(
                    context.db(),
                    context.vault(),
                    form.passphrase.data or "",
                    psychotherapy_key=check.keys.psychotherapy_key,
                    now=context.now(),
                )
                offered_words.forget_words()
                return _redirect_after_replacement("phrase")
    page = render_template(
        "practice/passphrase.html",
        offered=offered_words.offer_words(form.offered_passphrase.data),
        ways_in=context.vault().slot_generation,
        errors=errors,
    )
    return (page, 422) if errors else page


def _key_slots_changed_since() -> bool:
    """Whether a passphrase or recovery sheet was replaced after this page was shown."""
    shown_generation = fields.parse_whole_number(request.form.get("ways_in"))
    return 0 < shown_generation < context.vault().slot_generation


@screen.route("/practice/sheet", methods=["GET", "POST"])
def sheet() -> ViewResult:
    """Make another recovery sheet; the present one stays valid until the new one is proved."""
    pending_sheet = pending_recovery_sheet.find_pending_sheet()
    errors: dict[str, Any] = {}
    if request.method == "POST":
        if not pending_sheet and "ways_in" in request.form and "keep" not in request.form:
            # No pending sheet: either the form was sent twice and the sheet is in use, or a lock removed it.
            return (
                _redirect_after_replacement("sheet")
                if _key_slots_changed_since()
                else responses.redirect_to(url_for(".sheet"))
            )
        if pending_sheet and step_up.PRESENT_FIELD in request.form:
            return responses.redirect_to(url_for(".sheet"))
        if "keep" in request.form:
            pending_recovery_sheet.discard_pending_sheet()
            return responses.redirect_to(url_for(".index"))
        if pending_sheet:
            errors = pending_recovery_sheet.group_errors(pending_sheet, request.form)
            if not errors and pending_sheet.new_sheet:
                return _activate_sheet(pending_sheet.new_sheet, pending_sheet.made_on)
        else:
            check = step_up.open_keys_with_present_passphrase()
            if check.locked_page:
                return check.locked_page
            errors = check.errors
            if check.keys:
                new_sheet = secret_changes.generate_recovery_sheet(
                    context.vault(), psychotherapy_key=check.keys.psychotherapy_key
                )
                pending_recovery_sheet.store_new_sheet(new_sheet)
                return responses.redirect_to(url_for(".sheet"))
    made_on = context.load_clinician().payload.recovery_sheet_made_on
    page = render_template(
        "practice/sheet.html",
        drawn=pending_sheet,
        shown=pending_recovery_sheet.was_sheet_shown(),
        made_on=made_on,
        ways_in=context.vault().slot_generation,
        errors=errors,
    )
    return (page, 422) if errors else page


@screen.get("/practice/sheet/paper")
def paper() -> ViewResult:
    """Show the new recovery sheet, once."""
    pending_sheet = pending_recovery_sheet.find_pending_sheet()
    back = url_for(".sheet")
    return (
        pending_recovery_sheet.render_sheet_once(pending_sheet, back=back)
        if pending_sheet
        else responses.redirect_to(back)
    )


def _activate_sheet(new_sheet: secret_changes.NewRecoverySheet, made_on: date) -> ViewResult:
    stored = context.load_clinician()
    secret_changes.activate_recovery_sheet(
        context.db(),
        context.vault(),
        stored,
        new_sheet,
        made_on=made_on,
        now=context.now(),
    )
    pending_recovery_sheet.discard_pending_sheet()
    return _redirect_after_replacement("sheet")


@screen.route("/practice/psychotherapy-key", methods=["GET", "POST"])
def psychotherapy_key() -> ViewResult:
    """Make the key for psychotherapy notes in a practice that has none: passphrase and sheet, once."""
    if secret_changes.has_psychotherapy_key(context.db(), context.vault()):
        return responses.redirect_to(url_for(".index"))
    errors: dict[str, Any] = {}
    if request.method == "POST":
        groups, mistyped = sheet_groups.read_sheet(request.form)
        errors = dict(mistyped)
        if not errors:
            check = step_up.check_present_passphrase()
            if check.locked_page:
                return check.locked_page
            errors = check.errors
        if not errors:
            sentence = notes_key.make(request.form[step_up.PRESENT_FIELD], groups)
            if not sentence:
                return _redirect_after_replacement("notes")
            errors = {"": sentence}
    page = render_template(
        "practice/psychotherapy_key.html", groups=range(1, sheet_groups.GROUPS + 1), errors=errors
    )
    return (page, 422) if errors else page


def _redirect_after_replacement(what: str) -> ViewResult:
    return secret_removal.redirect_once_purged(
        url_for(".index", saved=what), if_not_purged=url_for(".index", saved=f"{what}-later")
    )
