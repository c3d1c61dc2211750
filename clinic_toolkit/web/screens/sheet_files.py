"""A given sheet to take away without paper: as a file to fill in, locked for sending, or photographed."""

from uuid import UUID

from flask import Blueprint, Response, render_template, request, url_for

from clinic_toolkit.documents import body_shape
from clinic_toolkit.journal import audit_log
from clinic_toolkit.record.writing import filled_sheets
from clinic_toolkit.standing_sentences import CLIENT_LINE
from clinic_toolkit.web import context
from clinic_toolkit.web.access import sheet_passwords
from clinic_toolkit.web.content.printout_kinds import PrintoutKind
from clinic_toolkit.web.screen_parts import given_sheets, printouts
from clinic_toolkit.web.screen_parts.given_sheets import GivenSheet
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("sheet_files", __name__)


@screen.get("/handouts/<uuid:id>/take-away")
def show(id: UUID) -> ViewResult:
    """The ways in which the sheet can be taken away without paper."""
    return _render_ways(given_sheets.load_given_sheet(id))


@screen.post("/handouts/<uuid:id>/take-away")
def save_fillable(id: UUID) -> ViewResult:
    """The sheet as a file to fill in."""
    given = given_sheets.load_given_sheet(id)
    if not given.ways.may_leave:
        return _render_ways(given), 422
    return _send_file(_make_file(given), PrintoutKind.FILLABLE_SHEET)


@screen.post("/handouts/<uuid:id>/sending")
def begin_sending(id: UUID) -> ViewResult:
    """Draw a new password for the file, and lead to the page that shows it."""
    given = given_sheets.load_given_sheet(id)
    if not given.ways.may_leave:
        return _render_ways(given), 422
    sheet_passwords.draw_password(id)
    return responses.redirect_to(url_for(".show_password", id=id))


@screen.get("/handouts/<uuid:id>/sending")
def show_password(id: UUID) -> ViewResult:
    """Show the password once, with the button that saves the file."""
    given = given_sheets.load_given_sheet(id)
    if not given.ways.may_leave or sheet_passwords.find_password(id) is None:
        return responses.redirect_to(url_for(".show", id=id))
    password = sheet_passwords.show_password(id)
    return render_template("sheet_files/sending.html", here="clients", given=given, password=password)


@screen.post("/handouts/<uuid:id>/sending/file")
def save_locked(id: UUID) -> ViewResult:
    """The sheet as a locked file."""
    from clinic_toolkit.documents import locked_file

    given = given_sheets.load_given_sheet(id)
    password = sheet_passwords.find_password(id)
    if not given.ways.may_leave:
        return _render_ways(given), 422
    if password is None:
        return _render_ways(given, is_password_gone=True), 422
    return _send_file(locked_file.lock_file(_make_file(given), password), PrintoutKind.LOCKED_SHEET)


@screen.get("/handouts/<uuid:id>/photograph")
def photograph(id: UUID) -> ViewResult:
    """The sheet alone on the screen, in large letters, to be photographed."""
    given = given_sheets.load_given_sheet(id)
    if not given.ways.may_leave:
        return responses.redirect_to(url_for(".show", id=id))
    return render_template(
        "sheet_files/photograph.html",
        sheet=given.worksheet,
        sentence=given.handout.payload.client_sentence,
        step=given.handout.payload.agreement,
        outline=body_shape.format_svg_path(),
        back=url_for(".show", id=id),
        client_line=CLIENT_LINE,
    )


def _render_ways(given: GivenSheet, *, is_password_gone: bool = False) -> str:
    return render_template(
        "sheet_files/show.html", here="clients", given=given, is_password_gone=is_password_gone
    )


def _make_file(given: GivenSheet) -> bytes:
    from clinic_toolkit.documents import fillable_sheet

    made = filled_sheets.issue_code(
        context.db(), context.vault(), given.handout, given.worksheet, now=context.now()
    )
    page = given_sheets.make_page(given.handout, given.worksheet, large="large" in request.form)
    return fillable_sheet.render_fillable_sheet(page, made.payload.code)


def _send_file(data: bytes, kind: PrintoutKind) -> Response:
    context.audit_export(f"{audit_log.JournalEvent.RECORDS_EXPORTED} {kind}")
    # The name says nothing of what is in the file: it ends up in mails and lists of downloads.
    return responses.pdf_download(data, printouts.format_file_name("document", context.now()))
