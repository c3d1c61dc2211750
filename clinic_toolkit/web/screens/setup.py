"""The first run: the practice, its passphrase, a code to come back with, and the recovery sheet.

Nothing is written before the passphrase is chosen; until then what was typed travels on the page.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.record import practice
from clinic_toolkit.web import context, drawn_sheet, guard, limits, old_secret, responses, returning
from clinic_toolkit.web.forms.practice import RECORD_KINDS, CodeForm, PassphraseForm, PracticeForm, names_in
from clinic_toolkit.web.responses import Answer

screen = Blueprint("setup", __name__)

OFFER, BACK = "offer", "back"


@screen.route("/setup", methods=["GET", "POST"], endpoint="practice")
@guard.before_practice
def describe() -> Answer:
    """What the practice is called, where it is, whom a client can call, and the limits of confidentiality."""
    form = PracticeForm(request.form if request.method == "POST" else None)
    if OFFER in request.form:
        return _with_draft(form)
    if BACK in request.form:
        return _practice_page(form, {})
    if request.method == "POST" and form.validate():
        return _passphrase_page(form, PassphraseForm(known=names_in(form.settings())))
    return _practice_page(form, form.errors)


def _with_draft(form: PracticeForm) -> Answer:
    """The same page with the draft of the country chosen on it; nothing that was typed is replaced."""
    if not form.country.validate(form):
        return _practice_page(form, {"country": ["Choose a country first: the draft depends on it."]})
    form.put_in(limits.draft_of(form.country.data)["text"])
    return _practice_page(form, {}, asked_for=True)


def _practice_page(form: PracticeForm, errors: Mapping[str, Any], *, asked_for: bool = False) -> Answer:
    draft = limits.draft_of(form.country.data or "")
    # A draft that was put in says that it is one for as long as it stands there unchanged.
    offered = draft if asked_for or form.limits_text.data == draft["text"] else None
    page = render_template(
        "setup/practice.html", form=form, errors=errors, kinds=RECORD_KINDS, offered=offered
    )
    return (page, 422) if errors else page


@screen.post("/setup/passphrase")
@guard.before_practice
def passphrase() -> Answer:
    """Choose the passphrase; with it the practice is made."""
    about = PracticeForm(request.form)
    if not about.validate():
        return _practice_page(about, about.errors)
    form = PassphraseForm(request.form, known=names_in(about.settings()))
    if not form.validate():
        return _passphrase_page(about, form), 422
    settings = msgspec.structs.replace(about.settings(), demo=context.settings().demo)
    vault, groups = practice.create(
        context.db(), settings, passphrase=form.passphrase.data or "", now=context.now()
    )
    context.enter(vault)
    context.passphrase_was_typed()
    drawn_sheet.hold(groups)
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
            returning.hold(chosen.return_code, before_the_answer=True)
            return responses.see(url_for(".sheet"))
    page = render_template("setup/code.html", offered=form.offered(), errors=form.errors)
    return (page, 422) if form.errors else page


@screen.route("/setup/sheet", methods=["GET", "POST"])
@guard.before_sheet
def sheet() -> Answer:
    """Print the recovery sheet and type two of its groups back."""
    drawn = drawn_sheet.held()
    errors: dict[str, str] = {}
    if request.method == "POST" and drawn:
        errors = drawn_sheet.mistakes(drawn, request.form)
        if not errors:
            practice.prove_sheet(
                context.db(), context.vault(), context.practice(), made_on=drawn.made_on, now=context.now()
            )
            drawn_sheet.let_go()
            return responses.see(url_for("today.index"))
    asked = drawn.asked if drawn else ()
    page = render_template(
        "setup/sheet.html", made=drawn is not None, shown=drawn_sheet.was_shown(), asked=asked, errors=errors
    )
    return (page, 422) if errors else page


@screen.get("/setup/sheet/paper")
@guard.before_sheet
def paper() -> Answer:
    """The recovery sheet itself. It is shown once, and never again."""
    drawn = drawn_sheet.held()
    back = url_for(".sheet")
    return drawn_sheet.paper(drawn, back=back) if drawn else responses.see(back)


@screen.post("/setup/sheet/new")
@guard.before_sheet
def new_sheet() -> Answer:
    """Make another sheet, because the first one was never printed or proved."""
    drawn_sheet.hold(practice.new_sheet(context.db(), context.vault(), now=context.now()))
    return old_secret.removed(url_for(".sheet"), otherwise=url_for(".sheet"))
