"""The first run: the practice, its passphrase, a code to come back with, and the recovery sheet.

Nothing is written before the passphrase is chosen; until then what was typed travels on the page.
"""

import secrets
from typing import cast

import msgspec
from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.record import practice
from clinic_toolkit.web import context, guard, responses
from clinic_toolkit.web.forms.practice import RECORD_KINDS, CodeForm, PassphraseForm, PracticeForm
from clinic_toolkit.web.responses import Answer

screen = Blueprint("setup", __name__)


@screen.route("/setup", methods=["GET", "POST"], endpoint="practice")
@guard.before_practice
def describe() -> Answer:
    """What the practice is called, where it is, and whom a client can call."""
    form = PracticeForm(request.form if request.method == "POST" else None)
    if request.method == "POST" and form.validate():
        return _passphrase_page(form, PassphraseForm())
    page = render_template("setup/practice.html", form=form, errors=form.errors, kinds=RECORD_KINDS)
    return (page, 422) if form.errors else page


@screen.post("/setup/passphrase")
@guard.before_practice
def passphrase() -> Answer:
    """Choose the passphrase; with it the practice is made."""
    about, form = PracticeForm(request.form), PassphraseForm(request.form)
    if not about.validate():
        return render_template(
            "setup/practice.html", form=about, errors=about.errors, kinds=RECORD_KINDS
        ), 422
    if not form.validate():
        return _passphrase_page(about, form), 422
    settings = msgspec.structs.replace(about.settings(), demo=context.settings().demo)
    vault, groups = practice.create(
        context.db(), settings, passphrase=form.passphrase.data or "", now=context.now()
    )
    context.enter(vault)
    _hold_sheet(groups)
    return responses.see(url_for(".code"))


def _passphrase_page(about: PracticeForm, form: PassphraseForm) -> str:
    return render_template(
        "setup/passphrase.html",
        about=about,
        offered=form.offered(),
        errors=form.errors,
    )


@screen.route("/setup/code", methods=["GET", "POST"])
@guard.before_sheet
def code() -> Answer:
    """Choose a short code for the way back during the day, or go on without one."""
    form = CodeForm(request.form if request.method == "POST" else None)
    if request.method == "POST":
        if "skip" in request.form:
            return responses.see(url_for(".sheet"))
        if form.validate():
            seen = context.practice()
            chosen = msgspec.structs.replace(seen.body, return_code=form.code.data or "")
            practice.revise(context.db(), context.vault(), seen, chosen, now=context.now())
            context.hold_return(chosen.return_code)
            return responses.see(url_for(".sheet"))
    page = render_template("setup/code.html", offered=form.offered(), errors=form.errors)
    return (page, 422) if form.errors else page


@screen.route("/setup/sheet", methods=["GET", "POST"])
@guard.before_sheet
def sheet() -> Answer:
    """Print the recovery sheet and type two of its groups back."""
    groups = _groups()
    errors: dict[str, str] = {}
    if request.method == "POST" and groups:
        asked = _asked()
        for number in asked:
            if not practice.same_group(groups[number - 1], request.form.get(f"group_{number}", "")):
                errors[f"group_{number}"] = (
                    f"This is not group {number} of your sheet. Look again and type all five characters."
                )
        if not errors:
            seen = context.practice()
            proved = msgspec.structs.replace(seen.body, sheet_proved=True)
            practice.revise(context.db(), context.vault(), seen, proved, now=context.now())
            context.take_from_session("groups")
            return responses.see(url_for("today.index"))
    page = render_template("setup/sheet.html", made=groups is not None, asked=_asked(), errors=errors)
    return (page, 422) if errors else page


@screen.get("/setup/sheet/paper")
@guard.before_sheet
def paper() -> Answer:
    """The recovery sheet itself. It can be printed until it is proved, and never again."""
    from clinic_toolkit.documents import recovery

    groups = _groups()
    if groups is None:
        return responses.see(url_for(".sheet"))
    value = practice.recovery_sheet(
        context.practice().body, groups, context.vault().vault_id, now=context.now().astimezone()
    )
    return responses.pdf(recovery.render(value), "recovery-sheet.pdf")


@screen.post("/setup/sheet/new")
@guard.before_sheet
def new_sheet() -> Answer:
    """Make another sheet, because the first one was never printed or proved."""
    _hold_sheet(practice.new_sheet(context.db(), context.vault(), now=context.now()))
    return responses.see(url_for(".sheet"))


def _hold_sheet(groups: tuple[str, ...]) -> None:
    context.keep_in_session("groups", groups)
    context.keep_in_session(
        "asked", tuple(sorted(secrets.SystemRandom().sample(range(1, len(groups) + 1), 2)))
    )


def _groups() -> tuple[str, ...] | None:
    return cast("tuple[str, ...] | None", context.peek_in_session("groups"))


def _asked() -> tuple[int, ...]:
    return cast("tuple[int, ...]", context.peek_in_session("asked") or ())
