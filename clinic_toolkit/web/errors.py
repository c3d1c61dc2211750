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
from clinic_toolkit.record.administrations import DefinitionLost
from clinic_toolkit.record.audit import ChainBroken
from clinic_toolkit.record.hurt import Unreadable
from clinic_toolkit.record.rows import NotThere, Stale
from clinic_toolkit.store.trouble import StorageTrouble
from clinic_toolkit.vault.vault import SealBroken
from clinic_toolkit.web import context, posted, responses
from clinic_toolkit.web.new_records import SentBefore
from clinic_toolkit.web.requests import ClinicRequest, by_script, is_from_a_page
from clinic_toolkit.web.responses import Answer
from clinic_toolkit.worksheets.catalogue import UnknownWorksheet

log = logging.getLogger("clinic")

# The first class that fits decides; every other ClinicError means: what was asked cannot be done so.
STATUS: tuple[tuple[type[ClinicError], int], ...] = (
    (NotThere, 404),
    (UnknownInstrument, 404),
    (UnknownFrame, 404),
    (UnknownWorksheet, 404),
    (Stale, 409),
    (SentBefore, 409),
    (StorageTrouble, 503),
    (DefinitionLost, 500),
    (SealBroken, 500),
    (Unreadable, 500),
    (ChainBroken, 500),
    (DamagedFile, 500),
)
OTHERWISE = 422

# Neither shown again nor sent again: passphrases, return codes, groups of the recovery sheet, form tokens.
SECRET = re.compile(r"\w*passphrase\w*|(offered_|return_)?code|group_?\d+|csrf_token")
# There the code is the one that is printed at the foot of a sheet.
_PRINTED_CODES = "paper_forms"

_TOO_LARGE = (
    "That was too much text at once, more than a book holds, so it was not saved. "
    "Go back, make it shorter, and save again."
)
_OLD_PAGE = (
    "This page is from before the practice was last opened or locked, so nothing was done yet. If you still "
    "want it, send it again."
)
_OLD_LOCK = (
    "That page is from before the practice was last opened or locked, so what you typed was not read. "
    "Go to the first page, and type it there."
)
_UNREADABLE = "The program could not read what the page sent. Go back, and try once more."


def register(app: Flask) -> None:
    """Answer every error of the app with a page of ours."""
    app.register_error_handler(ClinicError, _told)
    app.register_error_handler(CSRFError, _refused)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unforeseen)


def status_of(error: ClinicError) -> int:
    """The HTTP status of an error of ours."""
    return next((status for kind, status in STATUS if isinstance(error, kind)), OTHERWISE)


def _told(error: ClinicError) -> Any:
    status = status_of(error)
    if status == 404:
        return not_there()
    if status >= 500:
        log.error("request.trouble", exc_info=error)
    return _answer(error.sentence, status)


def _refused(error: CSRFError) -> Answer:
    if posted.is_unread() and is_from_a_page():
        # It came while the program was locked and was not read: the page that sent it still has the words.
        return responses.stay()
    # The gate has let it in, so it is a page of ours: only an old one.
    if context.unlocked() is None:
        return _plain(_OLD_LOCK, 422)
    if by_script():
        return responses.told_as_json({"message": _OLD_PAGE, "csrf_token": generate_csrf()}, 422)
    return _kept(_OLD_PAGE, 422, again="Send again")


def refuse_unread() -> NoReturn:
    """Say what is wrong with a form that was not read.

    Raises:
        RequestEntityTooLarge: it is too large.
        CSRFError: it was sent to a locked program that is unlocked by now; it can be sent again from the
            page that holds it, which therefore stays where it is.
    """
    if (request.content_length or 0) > ClinicRequest.max_content_length:
        raise RequestEntityTooLarge
    raise CSRFError("not read")


def _http(error: HTTPException) -> Any:
    if isinstance(error, RequestRedirect):
        return error
    if error.code == 405 and request.method == "GET" and not by_script():
        # The browser's Back leads here after a form that came back with an error.
        above = _page_above(request.path)
        return responses.see(above) if above else not_there()
    if error.code in (404, 405):
        return not_there()
    if isinstance(error, RequestEntityTooLarge):
        return _plain(_TOO_LARGE, 413)
    return _plain(_UNREADABLE, error.code or 400)


def _unforeseen(error: Exception) -> Any:
    code = secrets.token_hex(4)
    log.error("request.unforeseen", exc_info=error, extra={"opaque": code})
    return _answer(
        f"Something went wrong that should not. What you see here was not saved. Code {code}.", 500
    )


def _page_above(path: str) -> str:
    """The nearest page above an address that only takes a form; empty if there is none."""
    adapter = current_app.create_url_adapter(request)
    while adapter is not None and path.count("/") > 1:
        path = path.rpartition("/")[0]
        if adapter.test(path, method="GET"):
            return path
    return ""


def not_there() -> Answer:
    """The one page for everything that is not there, or not for this clinician."""
    if by_script():
        return responses.not_saved("There is nothing here that you can open.", 404)
    return render_template("errors/not_there.html"), 404


def _answer(sentence: str, status: int) -> Answer:
    if by_script():
        return responses.not_saved(sentence, status)
    return _kept(sentence, status, again="Try saving again") if sent_along() else _plain(sentence, status)


def _kept(sentence: str, status: int, *, again: str) -> Answer:
    names = {"sentence": sentence, "typed": sent_along(), "address": _address(), "again": again}
    return render_template("errors/keep.html", **names), status


def _plain(sentence: str, status: int) -> Answer:
    if by_script():
        return responses.not_saved(sentence, status)
    return render_template("errors/plain.html", sentence=sentence), status


def is_secret(name: str) -> bool:
    """Whether what was typed into the field of this name may not be shown again."""
    printed = name == "code" and request.blueprint == _PRINTED_CODES
    return SECRET.fullmatch(name) is not None and not printed


def sent_along() -> list[tuple[str, str]]:
    """Every field that was posted and may be shown and sent again."""
    # What is typed at the lock is secret, and is asked for again.
    if request.method != "POST" or request.blueprint == "lock" or posted.is_unread():
        return []
    return [(name, value) for name, value in request.form.items(multi=True) if not is_secret(name)]


def _address() -> str:
    query = request.query_string.decode("ascii", "replace")
    return f"{request.path}?{query}" if query else request.path
