"""Phrases for notes: the list, one of them, and removing it."""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.writing import phrases
from clinic_toolkit.record.writing.phrase_record import PHRASE, Phrase, PhraseState
from clinic_toolkit.web import context
from clinic_toolkit.web.forms import fields
from clinic_toolkit.web.forms.phrases import PhraseForm
from clinic_toolkit.web.screen_parts import idempotent_forms
from clinic_toolkit.web.screen_parts.saved_message import redirect_saved
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("phrases", __name__)


@screen.get("/phrases")
def index() -> ViewResult:
    """The phrases that the practice keeps."""
    kept = phrases.list_phrases(context.db(), context.vault())
    context.audit_read(PHRASE, *kept)
    return render_template("phrases/index.html", here="", phrases=kept)


@screen.route("/phrases/new", methods=["GET", "POST"])
def new() -> ViewResult:
    """Keep a new phrase."""
    form = PhraseForm(request.form if request.method == "POST" else None)
    is_valid = request.method == "POST" and form.validate()
    if idempotent_forms.find_created_before(
        PHRASE, context.vault().practice_ring, lambda body: is_valid and body == form.payload()
    ):
        return redirect_saved(url_for(".index"))
    if is_valid:
        phrases.create_phrase(
            context.db(),
            context.vault(),
            form.payload(),
            now=context.now(),
            idempotency_key=idempotent_forms.submitted_idempotency_key(),
        )
        return redirect_saved(url_for(".index"))
    return _render_form(form, None)


@screen.route("/phrases/<uuid:id>", methods=["GET", "POST"])
def edit(id: UUID) -> ViewResult:
    """Change a phrase; the notes that it was put into stay as they are."""
    phrase = phrases.load_phrase(context.db(), context.vault(), id)
    form = PhraseForm(request.form if request.method == "POST" else None, obj=phrase.payload)
    if request.method == "POST" and form.validate():
        is_same = form.payload() == phrase.payload and phrase.state == PhraseState.KEPT
        if not is_same and fields.parse_whole_number(form.version.data) != phrase.version:
            return _render_form(form, phrase, newer=True)
        phrases.revise_phrase(context.db(), context.vault(), phrase, form.payload(), now=context.now())
        return redirect_saved(url_for(".index"))
    context.audit_read(PHRASE, phrase)
    return _render_form(form, phrase)


@screen.post("/phrases/<uuid:id>/remove")
def remove(id: UUID) -> ViewResult:
    """No longer offer a phrase."""
    phrase = phrases.load_phrase(context.db(), context.vault(), id)
    phrases.remove_phrase(context.db(), context.vault(), phrase, now=context.now())
    return redirect_saved(url_for(".index"))


def _render_form(
    form: PhraseForm, phrase: RecordVersion[Phrase] | None, *, newer: bool = False
) -> ViewResult:
    page = render_template(
        "phrases/edit.html",
        here="",
        form=form,
        errors=form.errors,
        phrase=phrase,
        newer=phrase.payload if newer and phrase else None,
        version=fields.version_for_page(form, phrase.version if phrase else 0),
    )
    return (page, 409) if newer else (page, 422) if form.errors else page
