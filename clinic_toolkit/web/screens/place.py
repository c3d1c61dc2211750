"""Where the practice is: the head of its papers, and how dates and times are written there."""

from collections.abc import Mapping

import msgspec
from flask import Blueprint, render_template, request, url_for
from werkzeug.exceptions import RequestEntityTooLarge

from clinic_toolkit.images import logo_protocol
from clinic_toolkit.images.logo_limits import MAX_FILE_BYTES, PROBLEM_SENTENCES, LogoFileError, LogoProblem
from clinic_toolkit.instruments.parser_protocol import ParsingFailed
from clinic_toolkit.journal.records import RecordNotFound, StaleVersion
from clinic_toolkit.record.people import crisis_lines, logos, practice
from clinic_toolkit.web import context
from clinic_toolkit.web.access import writing_style
from clinic_toolkit.web.forms import fields
from clinic_toolkit.web.forms.place import PlaceForm
from clinic_toolkit.web.screen_parts import keyless_parser, letterheads, uploads
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
    return _render(form, form.errors, 422 if form.errors else 200)


def _render(form: PlaceForm, errors: Mapping[str, object], status: int) -> ViewResult:
    stored, logo = context.load_practice(), letterheads.load_logo()
    page = render_template(
        "practice/place.html",
        form=form,
        errors=errors,
        logo=letterheads.image_address(logo) if logo else "",
        practice=stored.payload,
        clinician=context.load_clinician().payload,
        version=fields.version_for_page(form, stored.version),
        line=crisis_lines.find_crisis_line(stored.payload.country),
        read_on=crisis_lines.load_crisis_lines().read_on,
    )
    return page, status


@screen.post("/practice/place/logo")
def keep_logo() -> ViewResult:
    """Keep a picture as the logo; its file is decoded in the process without keys, and not kept."""
    uploaded = uploads.take_upload("logo", max_bytes=MAX_FILE_BYTES)
    try:
        if uploaded is None:
            raise LogoFileError("Choose a picture first.")
        reply = keyless_parser.parse_without_keys(logo_protocol.encode_request(uploaded.data))
        if context.find_login() is None:
            raise LogoFileError("The practice was locked meanwhile. Unlock it, and choose the picture again.")
        logo = logo_protocol.decode_reply(reply)
    except LogoFileError as refused:
        if context.find_login() is None:
            raise
        return _render_refused(refused.sentence, 422)
    except ParsingFailed as failed:
        return _render_refused(failed.sentence, 422)
    logos.keep_logo(context.db(), context.vault(), logo, now=context.now())
    return redirect_saved(url_for(".index", _anchor="logo"))


@screen.post("/practice/place/no-logo")
def remove_logo() -> ViewResult:
    """Print no logo any more."""
    logos.remove_logo(context.db(), context.vault(), now=context.now())
    return redirect_saved(url_for(".index", _anchor="logo"))


@screen.errorhandler(RequestEntityTooLarge)
def handle_too_large(error: RequestEntityTooLarge) -> ViewResult:
    """Show the page again with an error at the field, for a request over the size limit."""
    return _render_refused(PROBLEM_SENTENCES[LogoProblem.TOO_LARGE], 413)


def _render_refused(sentence: str, status: int) -> ViewResult:
    return _render(PlaceForm.for_practice(None, context.load_practice().payload), {"logo": sentence}, status)


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
