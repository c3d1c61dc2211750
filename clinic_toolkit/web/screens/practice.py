"""The practice's own page: its settings, its code, its passphrase, its recovery sheet."""

from typing import Any

import msgspec
from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.record import practice
from clinic_toolkit.web import context, responses
from clinic_toolkit.web.forms.practice import RECORD_KINDS, CodeForm, PassphraseForm, PracticeForm
from clinic_toolkit.web.responses import Answer

screen = Blueprint("practice", __name__)


@screen.route("/practice", methods=["GET", "POST"])
def index() -> Answer:
    """Look at the settings and change them."""
    seen = context.practice()
    form = PracticeForm(request.form if request.method == "POST" else None, obj=seen.body)
    if request.method == "POST" and form.validate():
        changed = msgspec.structs.replace(
            form.settings(),
            return_code=seen.body.return_code,
            sheet_proved=seen.body.sheet_proved,
            demo=seen.body.demo,
        )
        practice.revise(context.db(), context.vault(), seen, changed, now=context.now())
        return responses.see(url_for(".index", saved=1))
    page = render_template(
        "practice/index.html",
        form=form,
        errors=form.errors,
        kinds=RECORD_KINDS,
        practice=seen.body,
        saved="saved" in request.args,
        slots_intact=context.vault().slots_intact,
    )
    return (page, 422) if form.errors else page


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
    practice.revise(context.db(), context.vault(), seen, changed, now=context.now())
    if chosen:
        context.hold_return(chosen)
    else:
        context.drop_return()
    return responses.see(url_for(".index", saved=1))


@screen.route("/practice/passphrase", methods=["GET", "POST"])
def passphrase() -> Answer:
    """Choose another passphrase; the present one is asked first."""
    form = PassphraseForm(request.form if request.method == "POST" else None)
    errors: dict[str, Any] = {}
    if request.method == "POST":
        form.validate()
        errors = dict(form.errors) or _unless_passphrase()
        if not errors:
            practice.change_passphrase(
                context.db(), context.vault(), form.passphrase.data or "", now=context.now()
            )
            return responses.see(url_for(".index", saved=1))
    page = render_template(
        "practice/passphrase.html",
        offered=form.offered(),
        errors=errors,
    )
    return (page, 422) if errors else page


def _unless_passphrase() -> dict[str, list[str]]:
    if practice.is_passphrase(context.db(), request.form.get("present_passphrase", "")):
        return {}
    return {"present_passphrase": ["This is not your present passphrase. Nothing was changed."]}
