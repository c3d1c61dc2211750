"""A paper on a page of ours: looked at in a frame, printed from there, saved by an act of its own.

A PDF that is sent on its own ends up in the folder of downloads, or in a viewer that stays open when the
keys are put away. One address therefore has three answers: the page, the PDF for its frame, and (to a
POST) the file. The PDF is drawn when the frame asks for it, and is never on the disk of this program.
"""

from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlencode

from flask import Response, render_template, request
from msgspec import Struct

from clinic_toolkit.journal import audit_log
from clinic_toolkit.web import context
from clinic_toolkit.web.screen_parts import record_notices
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult

FRAMED_PARAM = "framed"


class Printout(Struct, frozen=True, kw_only=True):
    """A paper to be shown.

    `kind` begins the name of its file and stands in the trail; `back` is the words and the address of the
    page it came from. `client_is_present`: the client is looking on, so that the page has no menu.
    """

    kind: str
    title: str
    back: tuple[str, str]
    render: Callable[[], bytes]
    client_is_present: bool = False


def respond_with_printout(printout: Printout) -> ViewResult:
    """The page that holds a paper, the paper for its frame, or the file."""
    if request.method == "POST":
        # In a store that takes no line, the page has said that there is none.
        if context.unit_of_work().writes:
            context.audit_export(f"{audit_log.EVENT_PAPER_SAVED} {printout.kind}")
        return responses.pdf_download(printout.render(), _file_name(printout, context.now()))
    if FRAMED_PARAM not in request.args:
        return _render_printout_page(printout)
    if request.headers.get("Sec-Fetch-Dest") == "document":
        # Opened on its own it would be a viewer that no lock reaches.
        context.discard_audit_reads()
        return responses.redirect_to(_printout_address())
    return responses.framed_pdf(printout.render(), _file_name(printout, context.now()))


def _render_printout_page(printout: Printout) -> Response:
    # It has no word of the record on it; what the frame asks for is noted then.
    context.discard_audit_reads()
    noted = not record_notices.is_store_read_only(context.unit_of_work().engine)
    names = {
        "paper": printout,
        "address": _printout_address(),
        "framed": _printout_address(framed=True),
        "noted": noted,
    }
    return responses.printout_page(render_template("papers/show.html", **names))


def _printout_address(*, framed: bool = False) -> str:
    given = [(name, value) for name, value in request.args.items(multi=True) if name != FRAMED_PARAM]
    query = urlencode(given + [(FRAMED_PARAM, "1")] * framed)
    return f"{request.path}?{query}" if query else request.path


def _file_name(printout: Printout, at: datetime) -> str:
    # The second tells two files apart, and leads to the line of the trail. Nothing else is said by it.
    return f"{printout.kind}-{at.astimezone():%Y-%m-%d-%H%M%S}.pdf"
