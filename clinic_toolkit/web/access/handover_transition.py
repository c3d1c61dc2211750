"""What a hand-over does after the commit: pass on the ticket, or merge the answers that came back.

Neither may happen before: a ticket whose sealed key was not saved would collect answers that nobody can
decrypt, and an unlock must not fail because a returned form cannot be read.
"""

import logging
from collections.abc import Callable
from contextlib import suppress

from flask import Response, after_this_request, current_app, render_template
from flask import session as cookie

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.record.handovers import clinician_side
from clinic_toolkit.record.handovers.client_side import HandoverTicket
from clinic_toolkit.store.storage_errors import StorageError
from clinic_toolkit.store.transactions import on_rollback, reading, store_of, writing
from clinic_toolkit.vault.vault import Vault
from clinic_toolkit.web import context
from clinic_toolkit.web.perimeter.end_reason import EndReason
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.request_info import is_from_script

_HANDED_OVER_KEY = "clinic handed over"

log = logging.getLogger("clinic")


def hand_over_device(ticket: HandoverTicket) -> Response:
    """Lock, and pass the ticket to the next process once the hand-over is committed."""
    ticket_bytes, worker, extensions = ticket.encode(), context.worker(), current_app.extensions
    # Set before the commit: a second press waits for the write transaction and must find the flag then.
    extensions[_HANDED_OVER_KEY] = True
    on_rollback(context.db(), lambda: extensions.pop(_HANDED_OVER_KEY))

    def leave() -> None:
        # From now on the client holds this browser: its login must not give access to anything.
        cookie.clear()
        try:
            worker.keeper.pass_ticket(ticket_bytes)
        except OSError:
            # Without a ticket the lock page follows, and the next unlock merges a form without answers.
            log.exception("handover.ticket_not_left")
        context.end_worker(EndReason.HANDED_OVER)

    _run_after_commit(leave)
    response = responses.redirect_to("/")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def is_handed_over() -> bool:
    """Whether this process has handed a form over and is ending."""
    return _HANDED_OVER_KEY in current_app.extensions


def render_wait_page() -> Response:
    """The page that is shown until the next process is ready."""
    if is_from_script():
        return responses.autosave_failed("Handed over. Unlock to go on.", 401)
    response = Response(render_template("handover/moment.html"))
    response.headers["Refresh"] = "1; url=/"
    return response


def merge_answers_after_commit(opened: Vault) -> None:
    """Merge the answers of every open hand-over into the record, once the unlock is committed."""
    if clinician_side.has_open_handover(context.db(), opened):
        _run_after_commit(lambda: _merge_returned_forms(opened))


def has_returned_form() -> bool:
    """Whether a form that was handed over still needs the clinician."""
    return clinician_side.has_open_handover(context.db(), context.vault())


def _merge_returned_forms(opened: Vault) -> None:
    worker, now = context.worker(), context.now()
    if worker.engine is None:
        return
    try:
        with reading(worker.engine) as db:
            handovers = clinician_side.list_open_handovers(db, opened)
    except ClinicError:
        log.exception("handover.answers_not_merged")
        return
    for handover in handovers:
        # One transaction each: an error in one form must not keep another from being merged. The failed form
        # stays open; the page that follows says so and offers to try again.
        try:
            with writing(worker.engine) as db:
                clinician_side.merge_handover(db, opened, handover, now=now)
        except Exception:
            log.exception("handover.answers_not_merged")
    # The removed answers must not stay in the write-ahead log either.
    with suppress(StorageError):
        store_of(worker.engine).checkpoint()


def _run_after_commit(callback: Callable[[], None]) -> None:
    rollbacks: list[bool] = []
    on_rollback(context.db(), lambda: rollbacks.append(True))

    @after_this_request
    def afterwards(answer: Response) -> Response:
        if not rollbacks:
            callback()
        return answer
