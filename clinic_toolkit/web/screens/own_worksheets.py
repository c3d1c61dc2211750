"""The practice's own worksheets: the list, one of them, taking one in from a file, and out as a file."""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from werkzeug.exceptions import RequestEntityTooLarge

from clinic_toolkit.instruments.parser_protocol import ParsingFailed
from clinic_toolkit.journal import audit_log, records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import clients
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.record.values.page_values import WorksheetPage
from clinic_toolkit.record.writing import available_worksheets, own_worksheets
from clinic_toolkit.record.writing.own_worksheet_record import OWN_WORKSHEET, OwnWorksheet, SheetOrigin
from clinic_toolkit.web import context
from clinic_toolkit.web.access import guard
from clinic_toolkit.web.content.printout_kinds import PrintoutKind
from clinic_toolkit.web.forms import worksheet_fields
from clinic_toolkit.web.screen_parts import (
    idempotent_forms,
    printouts,
    sheet_editor,
    sheet_twin,
    sheet_upload,
    uploads,
)
from clinic_toolkit.web.screen_parts.printouts import Printout
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult
from clinic_toolkit.worksheets import definition_text
from clinic_toolkit.worksheets.loader import MAX_BYTES

screen = Blueprint("own_worksheets", __name__)

_NO_FILE_MESSAGE = "Choose a file first. Its name ends in .toml."
_TOO_LARGE_MESSAGE = f"This file is too large: a worksheet may have {MAX_BYTES:,} bytes. Nothing was added."


@screen.get("/your-worksheets")
def index() -> ViewResult:
    """The practice's own sheets, or those for one client, and the three ways to a new one."""
    return _render_index({})


@screen.post("/your-worksheets")
def upload() -> ViewResult:
    """Take a sheet in from a file: it is read in a process without keys, and opened to be looked at."""
    uploaded = uploads.take_upload("definition", max_bytes=MAX_BYTES)
    if uploaded is None:
        return _render_index({"definition": _NO_FILE_MESSAGE}), 422
    # Refused here, so that no larger file is ever passed to the parser process.
    if len(uploaded.data) > MAX_BYTES:
        return _render_index({"definition": _TOO_LARGE_MESSAGE}), 413
    try:
        sheet, problems = sheet_upload.parse_without_keys(uploaded.data)
    except ParsingFailed as failure:
        if context.find_login() is None:
            raise  # locked in the meantime: no page of the record can be shown
        return _render_index({"definition": sheet_upload.failure_sentence(failure)}), 422
    if sheet is not None:
        problems = tuple(sheet_editor.check_fit(sheet).values())
    if sheet is None or problems:
        return _render_index({}, file=uploaded.name, problems=problems), 422
    return responses.redirect_to(
        sheet_editor.begin_sheet(
            idempotent_forms.submitted_idempotency_key(),
            _client(),
            worksheet_fields.write_fields(sheet),
            SheetOrigin.TAKEN_IN,
            "",
        )
    )


@screen.get("/your-worksheets/<uuid:id>")
def show(id: UUID) -> ViewResult:
    """One sheet: what it says, whether it waits and why, and its versions."""
    newest = _load(id)
    payload = newest.payload
    context.audit_read(OWN_WORKSHEET, newest)
    return render_template(
        "own_worksheets/show.html",
        here="worksheets",
        own=newest,
        sheet=own_worksheets.read_definition(payload),
        versions=[
            (version.payload.version, version.payload.title, version.payload.added_at.astimezone())
            for version in reversed(
                own_worksheets.list_versions(context.db(), context.vault(), payload.client_id)
            )
            if version.payload.sheet == payload.sheet
        ],
        client=clients.load_client(context.db(), context.vault(), payload.client_id)
        if payload.client_id
        else None,
        edit=sheet_editor.editor_address(id, payload.client_id),
    )


@screen.route("/your-worksheets/<uuid:id>/blank", methods=["GET", "POST"])
@guard.allow_printout_when_read_only
def blank(id: UUID) -> ViewResult:
    """The printout of the sheet, without initials."""
    from clinic_toolkit.documents import worksheet as paper

    newest = _load(id)
    context.audit_read(OWN_WORKSHEET, newest)
    page = WorksheetPage(
        letterhead=context.letterhead(),
        worksheet=own_worksheets.read_definition(newest.payload),
        initials="",
        client_sentence="",
        large_type="large" in request.args,
    )
    return printouts.respond_with_printout(
        Printout(
            kind=PrintoutKind.WORKSHEET,
            title="Worksheet",
            back=("Back to the worksheet", url_for(".show", id=id)),
            render=lambda: paper.render_worksheet(page),
        )
    )


@screen.get("/your-worksheets/<uuid:id>/read")
def read(id: UUID) -> ViewResult:
    """The sheet as a page, with the words of the paper."""
    newest = _load(id)
    context.audit_read(OWN_WORKSHEET, newest)
    return sheet_twin.render_twin(
        own_worksheets.read_definition(newest.payload), back=url_for(".show", id=id)
    )


@screen.post("/your-worksheets/<uuid:id>/file")
def save_as_file(id: UUID) -> ViewResult:
    """The sheet as a file that another practice can take in; without this practice's reason to give it."""
    newest = _load(id)
    context.audit_read(OWN_WORKSHEET, newest)
    context.audit_export(f"{audit_log.JournalEvent.RECORDS_EXPORTED} {PrintoutKind.WORKSHEET_FILE}")
    sheet = own_worksheets.read_definition(newest.payload)
    return responses.file_download(
        definition_text.write_own_worksheet(sheet, for_others=True),
        printouts.format_file_name(PrintoutKind.WORKSHEET, context.now(), "toml"),
        "application/toml",
    )


@screen.post("/your-worksheets/<uuid:id>/retire")
def retire(id: UUID) -> ViewResult:
    """Retire a sheet: it is not offered any more."""
    own_worksheets.retire_worksheet(context.db(), context.vault(), _load(id), now=context.now())
    return responses.redirect_to(url_for(".show", id=id))


@screen.post("/your-worksheets/<uuid:id>/offer")
def offer_again(id: UUID) -> ViewResult:
    """Offer a retired sheet again."""
    own_worksheets.reoffer_worksheet(context.db(), context.vault(), _load(id), now=context.now())
    return responses.redirect_to(url_for(".show", id=id))


def _load(sheet_id: UUID) -> RecordVersion[OwnWorksheet]:
    newest = own_worksheets.find_sheet(context.db(), context.vault(), sheet_id)
    if newest is None:
        raise records.RecordNotFound
    return newest


@screen.errorhandler(RequestEntityTooLarge)
def handle_too_large(error: RequestEntityTooLarge) -> ViewResult:
    """Show the page again with an error at the field, for a file over the size limit."""
    return _render_index({"definition": _TOO_LARGE_MESSAGE}), 413


def _client() -> RecordVersion[Client] | None:
    values = request.args if request.method == "GET" else request.form
    return sheet_editor.find_client(values.get("client", ""))


def _render_index(errors: dict[str, str], *, file: str = "", problems: tuple[str, ...] = ()) -> str:
    db, vault, client = context.db(), context.vault(), _client()
    client_id = client.id if client else None
    return render_template(
        "own_worksheets/index.html",
        here="worksheets",
        client=client,
        yours=[
            version
            for version in own_worksheets.list_newest_versions(db, vault, client_id)
            # Also those that were written for another entry of the same client.
            if (version.payload.client_id is None) == (client_id is None)
        ],
        unfinished=sheet_editor.list_unfinished_sheets(client_id),
        copies=[
            (sheet.slug, sheet.title)
            for sheet in available_worksheets.list_available_worksheets(db, vault, client_id)
        ],
        errors=errors,
        file=file,
        problems=problems,
    )
