"""Printouts: a page that shows a PDF in a frame, from which it can be printed or saved as a file.

A PDF that is sent on its own ends up in the downloads folder, or in a viewer that stays open after a lock.
So one URL has three responses: the page, the PDF for its frame, and (to a POST) the file. The PDF is made
when the frame requests it, and this program never writes it to the disk.
"""

from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from flask import Response, render_template, request
from msgspec import Struct

from clinic_toolkit.journal import audit_log
from clinic_toolkit.store.transactions import may_write
from clinic_toolkit.web import context
from clinic_toolkit.web.content.printout_kinds import PrintoutKind
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult

FRAMED_PARAM = "framed"


class Printout(Struct, frozen=True, kw_only=True):
    """A printout to show.

    `kind` begins the file name and is part of the audit event; `back` is the link text and the URL of the
    page it was opened from. `client_is_present`: the client can see the screen, so the page has no menu.
    `case_id` is the case of a client who may take the paper along, which may not be safe: the page says so
    to everyone, and has "For the clinician".
    """

    kind: PrintoutKind
    title: str
    back: tuple[str, str]
    render: Callable[[], bytes]
    client_is_present: bool = False
    case_id: UUID | None = None


def respond_with_printout(printout: Printout) -> ViewResult:
    """The page that shows the printout, the PDF for its frame, or the PDF as a file."""
    if request.method == "POST":
        # In a read-only store no audit entry can be written; the page has said so.
        if context.unit_of_work().writes:
            context.audit_export(f"{audit_log.JournalEvent.RECORDS_EXPORTED} {printout.kind}")
        return responses.pdf_download(printout.render(), format_file_name(printout.kind, context.now()))
    if FRAMED_PARAM not in request.args:
        return _render_printout_page(printout)
    if request.headers.get("Sec-Fetch-Dest") == "document":
        # A PDF opened on its own would be in a viewer that a lock does not close.
        context.discard_audit_reads()
        return responses.redirect_to(_printout_address())
    context.audit_reads_at_once()
    return responses.framed_pdf(printout.render(), format_file_name(printout.kind, context.now()))


def _render_printout_page(printout: Printout) -> Response:
    # The page itself shows nothing of the record; the audit entry is written when the frame loads the PDF.
    context.discard_audit_reads()
    is_audited = may_write(context.unit_of_work().engine)
    template_context = {
        "paper": printout,
        "address": _printout_address(),
        "framed": _printout_address(framed=True),
        "noted": is_audited,
    }
    return responses.printout_page(render_template("papers/show.html", **template_context))


def _printout_address(*, framed: bool = False) -> str:
    parameters = [(name, value) for name, value in request.args.items(multi=True) if name != FRAMED_PARAM]
    query = urlencode(parameters + [(FRAMED_PARAM, "1")] * framed)
    return f"{request.path}?{query}" if query else request.path


def format_file_name(kind: str, at: datetime, ending: str = "pdf") -> str:
    """The name of a file that is saved: its kind and the time."""
    # The time to the second makes the name unique and leads to the audit entry; it reveals nothing else.
    return f"{kind}-{at.astimezone():%Y-%m-%d-%H%M%S}.{ending}"
