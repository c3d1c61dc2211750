"""A sheet that came back as a file: its answers are proposed, confirmed, kept, and drawn anew."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from werkzeug.exceptions import RequestEntityTooLarge

from clinic_toolkit.journal.records import StaleVersion
from clinic_toolkit.record.writing import filled_sheets
from clinic_toolkit.record.writing.filled_sheet_record import FILLED_SHEET
from clinic_toolkit.web import context
from clinic_toolkit.web.access import guard
from clinic_toolkit.web.content.printout_kinds import PrintoutKind
from clinic_toolkit.web.screen_parts import given_sheets, pending_answers, printouts, uploads
from clinic_toolkit.web.screen_parts.given_sheets import GivenSheet
from clinic_toolkit.web.screen_parts.pending_answers import PendingAnswers
from clinic_toolkit.web.screen_parts.printouts import Printout
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult
from clinic_toolkit.worksheets.filled_file import MAX_FILE_BYTES, FilledFileProblem
from clinic_toolkit.worksheets.filled_file_protocol import PROBLEM_SENTENCES, FilledFileError
from clinic_toolkit.worksheets.sheet_fields import FieldKind, SheetField, list_fields

screen = Blueprint("filled_sheets", __name__)

_NO_FILE = "Choose a file first. Its name ends in .pdf."
_FILE_GONE = "Choose the file once more: it is not held while the practice is locked. Nothing was kept."
_NONE_CHOSEN = "Tick what is to be kept, or keep everything."


class ShownAnswer(NamedTuple):
    """One answer in words, and what is kept there so far."""

    id: str
    label: str
    words: str
    kept: str = ""


@screen.get("/handouts/<uuid:id>/filled")
def show(id: UUID) -> ViewResult:
    """Choose the file, confirm what it holds, and see what was kept."""
    return _render(given_sheets.load_given_sheet(id))


@screen.post("/handouts/<uuid:id>/filled")
def upload(id: UUID) -> ViewResult:
    """Read a filled file, and propose its answers."""
    uploaded = uploads.take_upload("filled", max_bytes=MAX_FILE_BYTES)
    if uploaded is None:
        return _render(given_sheets.load_given_sheet(id), error=_NO_FILE), 422
    try:
        filled = pending_answers.read_without_keys(uploaded.data)
        if context.find_login() is None:
            raise FilledFileError(_FILE_GONE)  # locked in the meantime: no page of the record can be shown
        given = given_sheets.load_given_sheet(id)
        sheet = filled_sheets.find_filled_sheet(context.db(), context.vault(), given.handout)
        answers = filled_sheets.match_answers(sheet, given.worksheet, filled)
    except FilledFileError as refused:
        if context.find_login() is None:
            raise
        pending_answers.discard_answers()
        return _render(given_sheets.load_given_sheet(id), error=refused.sentence), 422
    pending_answers.hold_answers(PendingAnswers(handout_id=id, answers=answers))
    return responses.redirect_to(url_for(".show", id=id, _anchor="proposed"))


@screen.post("/handouts/<uuid:id>/filled/keep")
def keep(id: UUID) -> ViewResult:
    """Keep the answers that were confirmed."""
    db, vault = context.db(), context.vault()
    given = given_sheets.load_given_sheet(id)
    sheet = filled_sheets.find_filled_sheet(db, vault, given.handout)
    proposed = pending_answers.find_answers(id)
    if sheet is None or proposed is None:
        if sheet is not None and str(sheet.version) != request.form.get("version"):
            # The button was pressed twice: the first press has kept them.
            return responses.redirect_to(url_for(".show", id=id, _anchor="kept"))
        return _render(given, error=_FILE_GONE), 422
    chosen = proposed.keys() if "all" in request.form else set(request.form.getlist("keep"))
    confirmed = {field_id: value for field_id, value in proposed.items() if field_id in chosen}
    if not confirmed:
        return _render(given, error=_NONE_CHOSEN), 422
    seen = request.form.get("version", "")
    try:
        filled_sheets.keep_answers(
            db, vault, sheet, confirmed, seen_version=int(seen) if seen.isdecimal() else 0, now=context.now()
        )
    except StaleVersion as stale:
        return _render(
            given, error=f"{stale.sentence} Look at both, and keep what is right.", chosen=chosen
        ), 409
    pending_answers.discard_answers()
    return responses.redirect_to(url_for(".show", id=id, _anchor="kept"))


@screen.post("/handouts/<uuid:id>/filled/leave")
def leave(id: UUID) -> ViewResult:
    """Let the proposed answers go."""
    given_sheets.load_given_sheet(id)
    pending_answers.discard_answers()
    return responses.redirect_to(url_for(".show", id=id))


@screen.route("/handouts/<uuid:id>/filled/sheet", methods=["GET", "POST"])
@guard.allow_printout_when_read_only
def sheet(id: UUID) -> ViewResult:
    """The printout of the sheet with the answers that were kept."""
    from clinic_toolkit.documents import fillable_sheet

    given = given_sheets.load_given_sheet(id)
    kept = filled_sheets.find_filled_sheet(context.db(), context.vault(), given.handout)
    if kept is None or not given.ways.may_print:
        return responses.redirect_to(url_for(".show", id=id))
    if request.method == "POST" and not given.ways.may_leave:
        # A saved copy is a way out of the room like any other file; the page says so.
        return responses.redirect_to(url_for("sheet_files.show", id=id))
    context.audit_read(FILLED_SHEET, kept)
    page = given_sheets.make_page(
        given.handout,
        given.worksheet,
        large="large" in request.args,
        initials="initials" in request.args,
    )
    known = {field.id for field in list_fields(given.worksheet)}
    answers = {field_id: value for field_id, value in kept.payload.answers if field_id in known}
    return printouts.respond_with_printout(
        Printout(
            kind=PrintoutKind.WORKSHEET,
            title="Worksheet",
            back=("Back to what came back", url_for(".show", id=id)),
            render=lambda: fillable_sheet.render_filled_sheet(page, answers),
            case_id=None if given.case.payload.is_couple else given.case.id,
        )
    )


@screen.errorhandler(RequestEntityTooLarge)
def handle_too_large(error: RequestEntityTooLarge) -> ViewResult:
    """Show the page again with an error at the field, for a request over the size limit."""
    id = (request.view_args or {})["id"]
    sentence = PROBLEM_SENTENCES[FilledFileProblem.TOO_LARGE]
    return _render(given_sheets.load_given_sheet(id), error=sentence), 413


def _render(given: GivenSheet, *, error: str = "", chosen: Collection[str] = ()) -> str:
    sheet = filled_sheets.find_filled_sheet(context.db(), context.vault(), given.handout)
    kept = dict(sheet.payload.answers) if sheet else {}
    if sheet is not None:
        context.audit_read(FILLED_SHEET, sheet)
    proposed = pending_answers.find_answers(given.handout.id)
    fields = list_fields(given.worksheet)
    return render_template(
        "filled_sheets/show.html",
        here="clients",
        given=given,
        errors={"filled": error} if error else {},
        version=sheet.version if sheet else 0,
        proposed=None if proposed is None else _show_answers(fields, proposed, kept),
        blank_count=len(fields) - len(proposed or {}),
        chosen=chosen,
        kept=_show_answers(fields, kept, {}),
        answered_at=sheet.payload.answered_at if sheet else None,
        is_same_sheet=sheet is not None and sheet.payload.definition_digest == given.worksheet.digest,
    )


def _show_answers(
    fields: Sequence[SheetField], answers: Mapping[str, str], kept: Mapping[str, str]
) -> list[ShownAnswer]:
    """The answers in words, in the order of the sheet, each with what is kept in its field so far."""
    return [
        ShownAnswer(
            field.id, field.label, _words(field, answers[field.id]), _words(field, kept.get(field.id, ""))
        )
        for field in fields
        if field.id in answers
    ]


def _words(field: SheetField, value: str) -> str:
    """The answer as a person says it."""
    if field.kind == FieldKind.TICK:
        return "ticked" if value else ""
    if field.kind == FieldKind.CHOICE:
        return field.option_label(value) or ""
    return value
