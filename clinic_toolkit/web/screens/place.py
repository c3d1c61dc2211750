"""Where the practice is: the head of its papers, and how dates and times are written there."""

import msgspec
from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.journal.records import RecordNotFound, StaleVersion
from clinic_toolkit.record.people import crisis_lines, practice
from clinic_toolkit.web import context
from clinic_toolkit.web.access import writing_style
from clinic_toolkit.web.forms import fields
from clinic_toolkit.web.forms.place import PlaceForm
from clinic_toolkit.web.screen_parts.saved_message import redirect_saved
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("place", __name__)


@screen.route("/practice/place", methods=["GET", "POST"])
def index() -> ViewResult:
    """Show and change the letterhead, the order of dates and the clock."""
    stored = context.load_practice()
    form = PlaceForm.for_practice(request.form if request.method == "POST" else None, stored.payload)
    if request.method == "POST" and form.validate():
        settings = form.practice(stored.payload)
        if settings != stored.payload:
            if fields.parse_whole_number(form.version.data) != stored.version:
                raise StaleVersion
            practice.revise_practice_settings(
                context.db(), context.vault(), stored, settings, now=context.now()
            )
            writing_style.forget_style()
        return redirect_saved(url_for(".index"))
    page = render_template(
        "practice/place.html",
        form=form,
        errors=form.errors,
        practice=stored.payload,
        clinician=context.load_clinician().payload,
        version=fields.version_for_page(form, stored.version),
        line=crisis_lines.find_crisis_line(stored.payload.country),
        read_on=crisis_lines.load_crisis_lines().read_on,
    )
    return (page, 422) if form.errors else page


@screen.post("/practice/place/crisis-line")
def use_crisis_line() -> ViewResult:
    """Put the suggestion for the country in the place of whom a client can call; it can be edited then."""
    stored = context.load_practice()
    line = crisis_lines.find_crisis_line(stored.payload.country)
    if line is None:
        raise RecordNotFound
    settings = msgspec.structs.replace(stored.payload, crisis_text=line.text)
    if settings != stored.payload:
        practice.revise_practice_settings(context.db(), context.vault(), stored, settings, now=context.now())
    return responses.redirect_to(url_for("practice.index", saved=1))
