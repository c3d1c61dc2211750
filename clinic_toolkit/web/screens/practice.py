"""The practice's own page: its settings, its code, its passphrase, its recovery sheet."""

from typing import Any

import msgspec
from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.record import practice
from clinic_toolkit.web import (
    context,
    drafts,
    drawn_sheet,
    limits,
    old_secret,
    responses,
    returning,
    stepup,
    unlocking,
)
from clinic_toolkit.web.forms import fields
from clinic_toolkit.web.forms.practice import (
    RECORD_KINDS,
    CodeForm,
    PassphraseForm,
    PracticeForm,
    names_in,
    seen_of,
)
from clinic_toolkit.web.responses import Answer

screen = Blueprint("practice", __name__)

_LATER = "What the old one left behind could not be removed just now. Lock once: then it is removed."
SAVED = {
    "1": "Saved.",
    "phrase": "The passphrase is changed. The old one no longer works here.",
    "phrase-later": f"The passphrase is changed. {_LATER}",
    "sheet": "The new recovery sheet is in use. The old one no longer works here: destroy it.",
    "sheet-later": f"The new recovery sheet is in use. {_LATER}",
}
_SECRETS = ("phrase", "phrase-later", "sheet", "sheet-later")


@screen.route("/practice", methods=["GET", "POST"])
def index() -> Answer:
    """Look at the settings and change them."""
    seen = context.practice()
    draft = drafts.of_form("practice", context.vault().vault_id, ring=None)
    if (answer := draft.answered()) is not None:
        return answer
    form = PracticeForm(draft.typed(), obj=seen.body)
    newer: list[tuple[str, str]] = []
    if request.method == "POST" and form.validate():
        standing, sent, saw = seen_of(seen.body), seen_of(form.settings()), form.version.data
        if sent in (standing, saw):
            draft.recorded()
            return responses.see(url_for(".index", saved=1))
        if saw != standing:
            newer = form.differing(seen.body)
    if request.method == "POST" and not newer and not form.errors:
        changed = msgspec.structs.replace(
            form.settings(),
            return_code=seen.body.return_code,
            sheet_proved=seen.body.sheet_proved,
            sheet_made_on=seen.body.sheet_made_on,
            demo=seen.body.demo,
        )
        if changed != seen.body:
            practice.revise(context.db(), context.vault(), seen, changed, now=context.now())
        draft.recorded()
        return responses.see(url_for(".index", saved=1))
    offered = limits.draft_of(seen.body.country)
    if request.method == "GET" and not draft.shown:
        form.put_in(offered["text"])
    page = render_template(
        "practice/index.html",
        form=form,
        draft=draft,
        errors=form.errors,
        kinds=RECORD_KINDS,
        practice=seen.body,
        offered=offered,
        newer=newer,
        version=form.version.data if form.errors or draft.shown else seen_of(seen.body),
        saved=SAVED.get(request.args.get("saved", ""), ""),
        copies=old_secret.copies_left() if request.args.get("saved", "") in _SECRETS else [],
        slots_intact=context.vault().slots_intact,
    )
    return (page, 409) if newer else (page, 422) if form.errors else page


@screen.route("/practice/code", methods=["GET", "POST"])
def code() -> Answer:
    """Choose another return code, or do without one.

    The passphrase is asked, as for itself: whoever sits at a screen that was left open must not choose
    the code that opens it again and signs.
    """
    seen = context.practice()
    form = CodeForm(request.form if request.method == "POST" else None)
    errors: dict[str, Any] = {}
    if request.method == "POST":
        off = "off" in request.form
        errors = {} if off or form.validate() else dict(form.errors)
        errors = errors or _unless_passphrase()
        if context.unlocked() is None:
            return stepup.locked_page(errors["present_passphrase"][0], request.path)
        if not errors:
            return _keep_code("" if off else form.code.data or "")
    page = render_template(
        "practice/code.html",
        offered=form.offered(),
        has_code=bool(seen.body.return_code),
        errors=errors,
    )
    return (page, 422) if errors else page


def _keep_code(chosen: str) -> Answer:
    seen = context.practice()
    changed = msgspec.structs.replace(seen.body, return_code=chosen)
    if changed != seen.body:
        practice.revise(context.db(), context.vault(), seen, changed, now=context.now())
    if chosen:
        returning.hold(chosen, before_the_answer=True)
    else:
        returning.drop()
    return responses.see(url_for(".index", saved=1))


@screen.route("/practice/passphrase", methods=["GET", "POST"])
def passphrase() -> Answer:
    """Choose another passphrase; the present one is asked first."""
    typed = request.form if request.method == "POST" else None
    form = PassphraseForm(typed, known=names_in(context.practice().body))
    errors: dict[str, Any] = {}
    if request.method == "POST":
        form.validate()
        if not form.errors and _ways_in_changed_since():
            # Sent twice: then the passphrase of this form is the present one already.
            errors = _unless_passphrase(form.passphrase.data or "")
            if not errors:
                return _replaced("phrase")
        errors = errors or dict(form.errors) or _unless_passphrase()
        if context.unlocked() is None:
            return stepup.locked_page(errors["present_passphrase"][0], request.path)
        if not errors:
            practice.change_passphrase(
                context.db(), context.vault(), form.passphrase.data or "", now=context.now()
            )
            return _replaced("phrase")
    page = render_template(
        "practice/passphrase.html",
        offered=form.offered(),
        ways_in=context.vault().slot_generation,
        errors=errors,
    )
    return (page, 422) if errors else page


def _ways_in_changed_since() -> bool:
    """Whether a passphrase or a sheet was replaced after this page was shown."""
    seen = fields.whole(request.form.get("ways_in"))
    return 0 < seen < context.vault().slot_generation


@screen.route("/practice/sheet", methods=["GET", "POST"])
def sheet() -> Answer:
    """Make another recovery sheet; the present one goes on working until the new one is proved."""
    drawn = drawn_sheet.held()
    errors: dict[str, Any] = {}
    if request.method == "POST":
        if not drawn and "ways_in" in request.form and "keep" not in request.form:
            # Sent twice: the sheet is in use since the first time. If not, it was forgotten at a lock.
            return _replaced("sheet") if _ways_in_changed_since() else responses.see(url_for(".sheet"))
        if drawn and "present_passphrase" in request.form:
            return responses.see(url_for(".sheet"))
        if "keep" in request.form:
            drawn_sheet.let_go()
            return responses.see(url_for(".index"))
        if drawn:
            errors = drawn_sheet.mistakes(drawn, request.form)
            if not errors:
                return _take(drawn)
        else:
            errors = _unless_passphrase()
            if context.unlocked() is None:
                return stepup.locked_page(errors["present_passphrase"][0], request.path)
            if not errors:
                drawn_sheet.hold(practice.draw_sheet())
                return responses.see(url_for(".sheet"))
    made_on = context.practice().body.sheet_made_on
    page = render_template(
        "practice/sheet.html",
        drawn=drawn,
        shown=drawn_sheet.was_shown(),
        made_on=made_on,
        ways_in=context.vault().slot_generation,
        errors=errors,
    )
    return (page, 422) if errors else page


@screen.get("/practice/sheet/paper")
def paper() -> Answer:
    """The new sheet, once."""
    drawn = drawn_sheet.held()
    back = url_for(".sheet")
    return drawn_sheet.paper(drawn, back=back) if drawn else responses.see(back)


def _take(drawn: drawn_sheet.Drawn) -> Answer:
    seen = context.practice()
    practice.take_sheet(
        context.db(), context.vault(), seen, drawn.groups, made_on=drawn.made_on, now=context.now()
    )
    drawn_sheet.let_go()
    return _replaced("sheet")


def _replaced(what: str) -> Answer:
    return old_secret.removed(
        url_for(".index", saved=what), otherwise=url_for(".index", saved=f"{what}-later")
    )


def _unless_passphrase(typed: str | None = None) -> dict[str, list[str]]:
    typed = request.form.get("present_passphrase", "") if typed is None else typed
    sentence = unlocking.confirm(typed)
    return {"present_passphrase": [sentence]} if sentence else {}
