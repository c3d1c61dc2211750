"""What a person sees when something is wrong. The one place where an error class meets a status.

What was typed is never lost: a POST that failed is shown again, field by field, with a button that
sends it once more.
"""

import logging
import re
import secrets
from typing import Any, NoReturn

from flask import Flask, current_app, render_template, request
from flask_wtf.csrf import CSRFError, generate_csrf
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.routing import RequestRedirect

from clinic_toolkit.errors import ClinicError, DamagedFile
from clinic_toolkit.instruments.catalogue import UnknownFrame, UnknownInstrument
from clinic_toolkit.journal.audit_log import ChainBroken
from clinic_toolkit.journal.integrity import UnreadableRecord
from clinic_toolkit.journal.records import RecordNotFound, StaleVersion
from clinic_toolkit.record.questionnaires.administrations import DefinitionUnreadable
from clinic_toolkit.store.storage_errors import StorageError
from clinic_toolkit.vault.vault import SealBroken
from clinic_toolkit.web import context
from clinic_toolkit.web.perimeter import post_bodies
from clinic_toolkit.web.screen_parts.idempotent_forms import SentBeforeWithOtherWords
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.request_info import ClinicRequest, is_from_script, is_page_navigation
from clinic_toolkit.web.transport.responses import ViewResult
from clinic_toolkit.worksheets.catalogue import UnknownWorksheet

log = logging.getLogger("clinic")

# The first class that fits decides; every other ClinicError means: what was asked cannot be done so.
STATUS_BY_ERROR: tuple[tuple[type[ClinicError], int], ...] = (
    (RecordNotFound, 404),
    (UnknownInstrument, 404),
    (UnknownFrame, 404),
    (UnknownWorksheet, 404),
    (StaleVersion, 409),
    (SentBeforeWithOtherWords, 409),
    (StorageError, 503),
    (DefinitionUnreadable, 500),
    (SealBroken, 500),
    (UnreadableRecord, 500),
    (ChainBroken, 500),
    (DamagedFile, 500),
)
DEFAULT_STATUS = 422

# Neither shown again nor sent again: passphrases, return codes, groups of the recovery sheet, form tokens.
SECRET_FIELDS = re.compile(r"\w*passphrase\w*|(offered_|return_)?code|group_?\d+|csrf_token")
# There the code is the one that is printed at the foot of a sheet.
_PRINTED_CODE_BLUEPRINT = "paper_forms"

_TOO_LARGE_MESSAGE = (
    "That was too much text at once, more than a book holds, so it was not saved. "
    "Go back, make it shorter, and save again."
)
_STALE_PAGE_MESSAGE = (
    "This page is from before the practice was last opened or locked, so nothing was done yet. If you still "
    "want it, send it again."
)
_STALE_LOCK_MESSAGE = (
    "That page is from before the practice was last opened or locked, so what you typed was not read. "
    "Go to the first page, and type it there."
)
_UNREADABLE_REQUEST_MESSAGE = "The program could not read what the page sent. Go back, and try once more."


def register_error_handlers(app: Flask) -> None:
    """Answer every error of the app with a page of ours."""
    app.register_error_handler(ClinicError, _handle_clinic_error)
    app.register_error_handler(CSRFError, _handle_csrf_error)
    app.register_error_handler(HTTPException, _handle_http_error)
    app.register_error_handler(Exception, _handle_unexpected_error)


def status_of(error: ClinicError) -> int:
    """The HTTP status of an error of ours."""
    return next((status for kind, status in STATUS_BY_ERROR if isinstance(error, kind)), DEFAULT_STATUS)


def _handle_clinic_error(error: ClinicError) -> Any:
    status = status_of(error)
    if status == 404:
        return render_not_found()
    if status >= 500:
        log.error("request.trouble", exc_info=error)
    return _render_error(error.sentence, status)


def _handle_csrf_error(error: CSRFError) -> ViewResult:
    if post_bodies.is_body_unread() and is_page_navigation():
        # It came while the program was locked and was not read: the page that sent it still has the words.
        return responses.no_content()
    # The gate has let it in, so it is a page of ours: only an old one.
    if context.find_unlocked_session() is None:
        return _render_plain_error(_STALE_LOCK_MESSAGE, 422)
    if is_from_script():
        return responses.json_response({"message": _STALE_PAGE_MESSAGE, "csrf_token": generate_csrf()}, 422)
    return _render_resubmit_page(_STALE_PAGE_MESSAGE, 422, again="Send again")


def raise_body_not_read() -> NoReturn:
    """Say what is wrong with a form that was not read.

    Raises:
        RequestEntityTooLarge: it is too large.
        CSRFError: it was sent to a locked program that is unlocked by now; it can be sent again from the
            page that holds it, which therefore stays where it is.
    """
    if (request.content_length or 0) > ClinicRequest.max_content_length:
        raise RequestEntityTooLarge
    raise CSRFError("not read")


def _handle_http_error(error: HTTPException) -> Any:
    if isinstance(error, RequestRedirect):
        return error
    if error.code == 405 and request.method == "GET" and not is_from_script():
        # The browser's Back leads here after a form that came back with an error.
        above = _nearest_parent_page(request.path)
        return responses.redirect_to(above) if above else render_not_found()
    if error.code in (404, 405):
        return render_not_found()
    if isinstance(error, RequestEntityTooLarge):
        return _render_plain_error(_TOO_LARGE_MESSAGE, 413)
    return _render_plain_error(_UNREADABLE_REQUEST_MESSAGE, error.code or 400)


def _handle_unexpected_error(error: Exception) -> Any:
    code = secrets.token_hex(4)
    log.error("request.unforeseen", exc_info=error, extra={"opaque": code})
    return _render_error(
        f"Something went wrong that should not. What you see here was not saved. Code {code}.", 500
    )


def _nearest_parent_page(path: str) -> str:
    """The nearest page above an address that only takes a form; empty if there is none."""
    adapter = current_app.create_url_adapter(request)
    while adapter is not None and path.count("/") > 1:
        path = path.rpartition("/")[0]
        if adapter.test(path, method="GET"):
            return path
    return ""


def render_not_found() -> ViewResult:
    """The one page for everything that is not there, or not for this clinician."""
    if is_from_script():
        return responses.autosave_failed("There is nothing here that you can open.", 404)
    return render_template("errors/not_there.html"), 404


def _render_error(sentence: str, status: int) -> ViewResult:
    if is_from_script():
        return responses.autosave_failed(sentence, status)
    return (
        _render_resubmit_page(sentence, status, again="Try saving again")
        if resubmittable_fields()
        else _render_plain_error(sentence, status)
    )


def _render_resubmit_page(sentence: str, status: int, *, again: str) -> ViewResult:
    names = {
        "sentence": sentence,
        "typed": resubmittable_fields(),
        "address": _request_address(),
        "again": again,
    }
    return render_template("errors/keep.html", **names), status


def _render_plain_error(sentence: str, status: int) -> ViewResult:
    if is_from_script():
        return responses.autosave_failed(sentence, status)
    return render_template("errors/plain.html", sentence=sentence), status


def is_secret_field(name: str) -> bool:
    """Whether what was typed into the field of this name may not be shown again."""
    printed = name == "code" and request.blueprint == _PRINTED_CODE_BLUEPRINT
    return SECRET_FIELDS.fullmatch(name) is not None and not printed


def resubmittable_fields() -> list[tuple[str, str]]:
    """Every field that was posted and may be shown and sent again."""
    # What is typed at the lock is secret, and is asked for again.
    if request.method != "POST" or request.blueprint == "lock" or post_bodies.is_body_unread():
        return []
    return [(name, value) for name, value in request.form.items(multi=True) if not is_secret_field(name)]


def _request_address() -> str:
    query = request.query_string.decode("ascii", "replace")
    return f"{request.path}?{query}" if query else request.path
