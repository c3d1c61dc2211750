"""Writing a worksheet of one's own from blocks, or changing a copy, with the printed page beside it."""

from uuid import UUID

from flask import Blueprint, Response, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal import records
from clinic_toolkit.record.writing import available_worksheets
from clinic_toolkit.record.writing.own_worksheet_record import SheetOrigin
from clinic_toolkit.record.writing.own_worksheets import ChangedMeanwhile
from clinic_toolkit.web import context
from clinic_toolkit.web.content.block_words import BLOCK_NAMES, NEW_SHEET
from clinic_toolkit.web.content.sheet_words import PART_LABELS, SIDE_LABELS, STEP_LABELS
from clinic_toolkit.web.forms import worksheet_fields
from clinic_toolkit.web.screen_parts import idempotent_forms, sheet_blocks, sheet_editor
from clinic_toolkit.web.screen_parts.draft_saving import DISCARD_FIELD
from clinic_toolkit.web.screen_parts.sheet_editor import EditedSheet
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("sheet_editor", __name__)

PREVIEW_NAME = "worksheet-preview.pdf"
UNKNOWN_BLOCK = (
    "A block of this page is not known here, so it was left out. Look at the others, and save again."
)


@screen.post("/your-worksheets/write")
def write() -> ViewResult:
    """Begin an empty sheet."""
    return responses.redirect_to(
        sheet_editor.begin_sheet(
            idempotent_forms.submitted_idempotency_key(),
            sheet_editor.find_client(request.form.get("client", "")),
            NEW_SHEET.items(),
            SheetOrigin.WRITTEN,
            "",
        )
    )


@screen.post("/your-worksheets/copy")
def copy() -> ViewResult:
    """Begin a copy of a sheet that is offered, to change it."""
    client = sheet_editor.find_client(request.form.get("client", ""))
    sheet = available_worksheets.load_available_worksheet(
        context.db(), context.vault(), request.form.get("sheet", ""), client.id if client else None
    )
    # A reason to give the sheet that was copied is none to give what becomes of the copy.
    fields = [pair for pair in worksheet_fields.write_fields(sheet) if pair[0] != "fear_reason"]
    return responses.redirect_to(
        sheet_editor.begin_sheet(
            idempotent_forms.submitted_idempotency_key(), client, fields, SheetOrigin.COPIED, sheet.slug
        )
    )


@screen.route("/your-worksheets/<uuid:id>/edit", methods=["GET", "POST"])
def edit(id: UUID) -> ViewResult:
    """Write the sheet, and save a version of it."""
    edited = _open(id)
    if (answer := edited.draft.handle_autosave()) is not None:
        if DISCARD_FIELD in request.form and edited.newest is None and edited.draft.is_current:
            return responses.redirect_to(_address_of_list())  # there is no sheet to go back to
        return answer
    if request.method == "GET":
        return _render(edited, {})
    if worksheet_fields.has_unknown_block(request.form):
        return _render(edited, {"": UNKNOWN_BLOCK}, 409)
    if not sheet_editor.is_save():
        return _change_blocks(edited)
    sheet, errors = sheet_editor.check_sheet(worksheet_fields.read_table(edited.typed))
    if sheet is None:
        return _render(edited, errors, 422)
    try:
        sheet_editor.save_version(edited, sheet)
    except ChangedMeanwhile as error:
        # The next press knows of the version in between, so it saves.
        return _render(edited, {"": error.sentence}, 409, base=edited.newest_id)
    except ClinicError as error:
        return _render(edited, {sheet_editor.error_place(error): error.sentence}, 422)
    return responses.redirect_to(url_for("own_worksheets.show", id=id))


def _change_blocks(edited: EditedSheet) -> ViewResult:
    fields, place = sheet_editor.change_blocks(edited.typed, request.form.get(sheet_editor.ACTION, ""))
    if not edited.may_save_draft:
        return _render(edited, {"": records.StaleVersion().sentence}, 409, typed=MultiDict(fields))
    edited.draft.save_fields(fields)
    anchor = f"#block-{place}" if place >= 0 else ""
    return responses.redirect_to(sheet_editor.editor_address(edited.sheet_id, edited.client_id) + anchor)


@screen.route("/your-worksheets/<uuid:id>/preview", methods=["GET", "POST"])
def preview(id: UUID) -> ViewResult:
    """The printed page as far as the sheet is written, for the frame on its page.

    What is sent is drawn and not kept, so that the page around the frame stays as it is.
    """
    edited = _open(id)
    if request.headers.get("Sec-Fetch-Dest") == "document":
        # A PDF opened on its own would be in a viewer that a lock does not close.
        return responses.redirect_to(sheet_editor.editor_address(id, edited.client_id))
    return responses.framed_pdf(sheet_editor.draw_unfinished(edited.typed), PREVIEW_NAME)


def _address_of_list() -> str:
    return url_for("own_worksheets.index", client=request.args.get("client") or None)


def _open(sheet_id: UUID) -> EditedSheet:
    """The page of a sheet that was begun.

    Raises:
        RecordNotFound: it never was, or not for this client.
    """
    edited = sheet_editor.open_edited_sheet(
        sheet_id, sheet_editor.find_client(request.args.get("client", ""))
    )
    if edited.newest is None and not edited.draft.is_begun:
        raise records.RecordNotFound
    return edited


def _render(
    edited: EditedSheet,
    errors: dict[str, str],
    status: int = 200,
    *,
    base: str | None = None,
    typed: MultiDict[str, str] | None = None,
) -> Response:
    known = typed if typed is not None else edited.typed
    # Numbered anew, so that the names on the page and what stands in them agree.
    values = dict(worksheet_fields.replace_blocks(known, worksheet_fields.list_blocks(known)))
    blocks = sheet_blocks.blocks_on_page(values)
    page = render_template(
        "sheet_editor/edit.html",
        here="worksheets",
        edited=edited,
        draft=edited.draft,
        values=values,
        errors=errors,
        base=edited.base if base is None else base,
        blocks=blocks,
        may_add=len(blocks) < sheet_editor.MAX_BLOCKS,
        labels=PART_LABELS,
        new_blocks=list(BLOCK_NAMES.items()),
        sides=list(SIDE_LABELS.items()),
        steps=list(STEP_LABELS.items()),
        client=edited.client,
        preview=url_for(".preview", id=edited.sheet_id, client=request.args.get("client") or None),
        back=url_for("own_worksheets.show", id=edited.sheet_id) if edited.newest else _address_of_list(),
    )
    response = responses.printout_page(page)
    response.status_code = status
    return response
