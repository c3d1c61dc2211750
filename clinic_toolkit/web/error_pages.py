"""Error pages, and the one table that maps error classes to HTTP statuses.

Typed text is not lost: after a failed POST the error page shows every field that is not secret, with a button
that sends the form again.
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
from clinic_toolkit.web.transport.request_info import body_limit, is_from_script, is_page_navigation
from clinic_toolkit.web.transport.responses import ViewResult
from clinic_toolkit.worksheets.catalogue import UnknownWorksheet

log = logging.getLogger("clinic")

# The first class that matches decides; every other ClinicError gets `DEFAULT_STATUS`.
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

# Fields that are neither shown nor sent again: passphrases, return codes, recovery sheet groups, CSRF tokens.
SECRET_FIELDS = re.compile(r"\w*passphrase\w*|(offered_|return_)?code|group_?\d+|csrf_token")
# In this blueprint the field `code` is the form code printed at the foot of a sheet, which is not secret.
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
    """Register a handler for every error of the app."""
    app.register_error_handler(ClinicError, _handle_clinic_error)
    app.register_error_handler(CSRFError, _handle_csrf_error)
    app.register_error_handler(HTTPException, _handle_http_error)
    app.register_error_handler(Exception, _handle_unexpected_error)


def status_of(error: ClinicError) -> int:
    """The HTTP status for a `ClinicError`."""
    return next(
        (status for error_class, status in STATUS_BY_ERROR if isinstance(error, error_class)), DEFAULT_STATUS
    )


def _handle_clinic_error(error: ClinicError) -> Any:
    status = status_of(error)
    if status == 404:
        return render_not_found()
    if status >= 500:
        log.error("request.trouble", exc_info=error)
    return _render_error(error.sentence, status)


def _handle_csrf_error(error: CSRFError) -> ViewResult:
    if post_bodies.is_body_unread() and is_page_navigation():
        # The form came while the program was locked and was not read; the page still has the text.
        return responses.no_content()
    # The gate accepted it, so it comes from one of our pages, which is only out of date.
    if context.find_login() is None:
        return _render_plain_error(_STALE_LOCK_MESSAGE, 422)
    if is_from_script():
        return responses.json_response({"message": _STALE_PAGE_MESSAGE, "csrf_token": generate_csrf()}, 422)
    return _render_resubmit_page(_STALE_PAGE_MESSAGE, 422, again="Send again")


def raise_body_not_read() -> NoReturn:
    """Raise the error for a form whose body was not read.

    Raises:
        RequestEntityTooLarge: the body is too large.
        CSRFError: it was sent while the program was locked, and the program is unlocked by now. The response
            leaves the browser on the page that sent it, from which it can be sent again.
    """
    if (request.content_length or 0) > body_limit(request.path):
        raise RequestEntityTooLarge
    raise CSRFError("not read")


def _handle_http_error(error: HTTPException) -> Any:
    if isinstance(error, RequestRedirect):
        return error
    if error.code == 405 and request.method == "GET" and not is_from_script():
        # The browser's *Back* sends a GET here after a form that was shown again with an error.
        parent = _nearest_parent_page(request.path)
        return responses.redirect_to(parent) if parent else render_not_found()
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
    """The path of the nearest parent that answers a GET, for a path that only takes a POST; else ""."""
    adapter = current_app.create_url_adapter(request)
    while adapter is not None and path.count("/") > 1:
        path = path.rpartition("/")[0]
        if adapter.test(path, method="GET"):
            return path
    return ""


def render_not_found() -> ViewResult:
    """The page for everything that does not exist or that this clinician may not open."""
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
    template_context = {
        "sentence": sentence,
        "typed": resubmittable_fields(),
        "address": _request_address(),
        "again": again,
    }
    return render_template("errors/keep.html", **template_context), status


def _render_plain_error(sentence: str, status: int) -> ViewResult:
    if is_from_script():
        return responses.autosave_failed(sentence, status)
    return render_template("errors/plain.html", sentence=sentence), status


def is_secret_field(name: str) -> bool:
    """Whether the value of the field with this name must not be shown again."""
    is_printed_code = name == "code" and request.blueprint == _PRINTED_CODE_BLUEPRINT
    return SECRET_FIELDS.fullmatch(name) is not None and not is_printed_code


def resubmittable_fields() -> list[tuple[str, str]]:
    """Name and value of every posted field that may be shown and sent again."""
    # Everything typed at the lock is secret, and is asked for again.
    if request.method != "POST" or request.blueprint == "lock" or post_bodies.is_body_unread():
        return []
    return [(name, value) for name, value in request.form.items(multi=True) if not is_secret_field(name)]


def _request_address() -> str:
    query = request.query_string.decode("ascii", "replace")
    return f"{request.path}?{query}" if query else request.path
