"""The practice's own questionnaires: choose a file, see its errors, add it, retire it."""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from werkzeug.exceptions import RequestEntityTooLarge

from clinic_toolkit.instruments import definition_inbox, parser_protocol
from clinic_toolkit.instruments.loader import MAX_BYTES, DefinitionError
from clinic_toolkit.instruments.parser_outcome import ParserOutcome
from clinic_toolkit.instruments.parser_protocol import Findings, ParsingFailed
from clinic_toolkit.record.questionnaires import own_questionnaires
from clinic_toolkit.web import context
from clinic_toolkit.web.screen_parts import pending_definition, uploads
from clinic_toolkit.web.screen_parts.pending_definition import NoPendingDefinition, PendingDefinition
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("own_questionnaires", __name__)

_STATUS_BY_OUTCOME = {ParserOutcome.SLOW: 422, ParserOutcome.LARGE: 422}
_NO_FILE_MESSAGE = "Choose a file first. Its name ends in .toml."
_TOO_LARGE_MESSAGE = (
    f"This file is too large: a questionnaire may have {MAX_BYTES:,} bytes. Nothing was added."
)
_FILE_GONE_MESSAGE = "This file is not in the folder any more. Nothing was added."


@screen.get("/your-questionnaires")
def index() -> ViewResult:
    """The practice's own questionnaires, the files in the inbox folder, and the upload."""
    return _render_index()


@screen.post("/your-questionnaires")
def upload() -> ViewResult:
    """Parse an uploaded file, and show its preview or all its errors."""
    uploaded = uploads.take_upload("definition", max_bytes=MAX_BYTES)
    if uploaded is None:
        return _render_index(errors={"definition": _NO_FILE_MESSAGE}), 422
    return _preview_file(uploaded.data, uploaded.name)


@screen.post("/your-questionnaires/folder")
def preview_from_folder() -> ViewResult:
    """Parse a file from the inbox folder, and show its preview or all its errors."""
    name = request.form.get("file", "")
    data = definition_inbox.read_file(context.settings().data_folder, name)
    if data is None:
        return _render_index(errors={"": _FILE_GONE_MESSAGE}), 422
    return _preview_file(data, name)


def _preview_file(data: bytes, file: str) -> ViewResult:
    # Refused here, so that no larger file is ever passed to the parser process.
    if len(data) > MAX_BYTES:
        return _render_index(errors={"definition": _TOO_LARGE_MESSAGE}), 413
    try:
        reply = pending_definition.parse_without_keys(data, file)
    except ParsingFailed as failure:
        if context.find_login() is None:
            raise  # locked in the meantime: no page of the record can be shown
        return _render_index(errors={"definition": failure.sentence}), _STATUS_BY_OUTCOME.get(
            failure.outcome, 503
        )
    findings, instrument = reply.findings, reply.instrument
    if instrument is not None:
        try:
            own_questionnaires.check_addition(context.db(), context.vault(), instrument, file)
        except DefinitionError as error:
            findings = parser_protocol.collect_findings(error, data)
    if instrument is None or findings is not None:
        pending_definition.discard_pending_definition()
        return _render_index(findings=findings), 422
    pending_definition.store_pending_definition(
        PendingDefinition(definition=data, file=file, instrument=instrument)
    )
    return responses.redirect_to(url_for("previews.show"))


@screen.post("/your-questionnaires/take-in")
def add() -> ViewResult:
    """Add the questionnaire under preview to the practice."""
    db, vault = context.db(), context.vault()
    added = own_questionnaires.find_by_digest(db, vault, request.form.get("digest", ""))
    if added is not None:
        # The button was pressed twice: the first press has added it.
        return responses.redirect_to(url_for(".index", taken=added.payload.instrument_id, _anchor="yours"))
    try:
        pending = pending_definition.load_pending_definition()
    except NoPendingDefinition as nothing_pending:
        return handle_no_pending_definition(nothing_pending)
    try:
        own_questionnaires.add_questionnaire(
            context.db(),
            context.vault(),
            pending.instrument,
            pending.definition,
            pending.file,
            now=context.now(),
        )
    except DefinitionError as error:
        # Another window added a conflicting questionnaire in the meantime.
        return _render_index(findings=parser_protocol.collect_findings(error, pending.definition)), 409
    pending_definition.discard_pending_definition()
    return responses.redirect_to(url_for(".index", taken=pending.instrument.id, _anchor="yours"))


@screen.post("/your-questionnaires/leave")
def discard_preview() -> ViewResult:
    """End the preview without adding the questionnaire."""
    pending_definition.discard_pending_definition()
    return responses.redirect_to(url_for(".index"))


@screen.post("/your-questionnaires/<uuid:id>/retire")
def retire(id: UUID) -> ViewResult:
    """Retire a questionnaire: it is not offered any more."""
    db, vault = context.db(), context.vault()
    own_questionnaires.retire_questionnaire(
        db, vault, own_questionnaires.load_own_questionnaire(db, vault, id), now=context.now()
    )
    return responses.redirect_to(url_for(".index", _anchor="yours"))


@screen.post("/your-questionnaires/<uuid:id>/offer")
def offer_again(id: UUID) -> ViewResult:
    """Offer a retired questionnaire again."""
    db, vault = context.db(), context.vault()
    own_questionnaires.reoffer_questionnaire(
        db, vault, own_questionnaires.load_own_questionnaire(db, vault, id), now=context.now()
    )
    return responses.redirect_to(url_for(".index", _anchor="yours"))


@screen.errorhandler(NoPendingDefinition)
def handle_no_pending_definition(error: NoPendingDefinition) -> ViewResult:
    """Say that no definition is under preview any more."""
    return _render_index(errors={"definition": error.sentence}), 422


@screen.errorhandler(RequestEntityTooLarge)
def handle_too_large(error: RequestEntityTooLarge) -> ViewResult:
    """Show the page again with an error at the field, for a file over the size limit."""
    return _render_index(errors={"definition": _TOO_LARGE_MESSAGE}), 413


def _render_index(*, errors: dict[str, str] | None = None, findings: Findings | None = None) -> str:
    db, vault = context.db(), context.vault()
    own_versions = own_questionnaires.list_newest_versions(db, vault)
    return render_template(
        "own_questionnaires/index.html",
        here="questionnaires",
        yours=own_versions,
        taken=next(
            (
                version.payload.title
                for version in own_versions
                if version.payload.instrument_id == request.args.get("taken")
            ),
            "",
        ),
        files=definition_inbox.list_files(context.settings().data_folder),
        folder=definition_inbox.INBOX_FOLDER,
        errors=errors or {},
        file=findings.file if findings else "",
        problems=findings.problems if findings else (),
        more=findings.count - len(findings.problems) if findings else 0,
        count=findings.count if findings else 0,
    )
