"""The page of what is due; shown again where something stands in the way of an erasure."""

from collections.abc import Sequence

from flask import render_template, request

from clinic_toolkit.journal.list_facts import FactsReader
from clinic_toolkit.record.people import clients, display_names
from clinic_toolkit.record.people.client_record import CLIENT
from clinic_toolkit.record.retention import due_list, retentions
from clinic_toolkit.web import context
from clinic_toolkit.web.transport import request_info
from clinic_toolkit.web.transport.responses import ViewResult

# How many clients past their date the page shows; a link shows the rest.
NEWEST_SHOWN = 30
# What the page says after an erasure, by the word in its address.
ERASED_MESSAGES = {
    "1": "Erased. No file of the data folder holds it any more.",
    "copies": "Erased. The data file does not hold it any more.",
    "later": "Erased. A file of the data folder still holds it, locked, until the program is next locked or "
    "ended.",
}


def render_due_page(
    *, errors: tuple[str, ...] = (), asks_day: bool = False, copies: Sequence[str] = ()
) -> ViewResult:
    """Render the page.

    Args:
        errors: why nothing was erased, as sentences.
        asks_day: whether the day has to be confirmed, because the clock may have been set.
        copies: file names of copies of the store that may still hold what was erased.
    """
    db, vault = context.db(), context.vault()
    names = display_names.load_display_names(db, vault)
    past = due_list.list_past_dates(db, vault, today=context.today())
    shown = past[: request_info.list_limit(NEWEST_SHOWN)]
    erasures = due_list.list_erasures(FactsReader(db, vault), names.short_by_id)
    erased = request.args.get("erased", "")
    context.audit_read(CLIENT, *(clients.load_client(db, vault, one.client_id) for one in shown))
    page = render_template(
        "retention/due.html",
        due=[one for one in erasures if one.is_due(context.now())],
        waiting=[one for one in erasures if not one.is_due(context.now())],
        past=shown,
        total=len(past),
        names=names.full_by_id,
        rule=retentions.load_rule(db, vault),
        today=context.today(),
        errors={"": errors[0]} if errors else {},
        more_errors=errors[1:],
        asks_day=asks_day,
        erased=ERASED_MESSAGES.get(erased, ""),
        copies=copies,
    )
    return (page, 409) if errors else page
