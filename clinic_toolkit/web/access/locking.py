"""Cover and lock: two ways to remove the keys from memory.

After *Cover* the return code leads back to the same page; after *Lock* the passphrase is needed. Both end
this process. The difference is that after a lock the keeper holds no sealed blob for a quick return.
"""

from flask import Response, after_this_request, url_for
from flask import session as cookie

from clinic_toolkit.web import context
from clinic_toolkit.web.access import background_check, guard, quick_return, record_reading
from clinic_toolkit.web.perimeter.end_reason import EndReason
from clinic_toolkit.web.transport import responses

COMMITTED_STATUSES = (200, 303)
# How long a lock waits for the entries of what was looked at. A save that is running must not keep the keys
# in memory; the entries are tried once more while the process ends.
MAX_AUDIT_SECONDS = 0.4
# The same for the snapshot. That of many years takes a fifth of this.
MAX_SNAPSHOT_SECONDS = 2.0


def cover_and_redirect(back: str) -> Response:
    """Cover once this request is committed, and redirect to the lock page, which leads back to `back`."""
    _drop_keys_after_commit(EndReason.COVERED)
    return responses.redirect_to(url_for("lock.unlock", back=guard.safe_return_path(back), covered=1))


def cover_in_place() -> Response:
    """Cover a page that stays open because it holds unsaved text: a JSON response, no redirect."""
    _drop_keys_after_commit(EndReason.COVERED)
    return responses.json_response({"covered": True}, 200)


def lock_in_place() -> Response:
    """Lock for a page that stays open because it holds unsaved text: a JSON response, no redirect."""
    quick_return.revoke_quick_return()
    _drop_keys_after_commit(EndReason.LOCKED)
    return responses.json_response({"locked": True}, 200)


def lock_and_redirect() -> Response:
    """Lock once this request is committed, and redirect to the lock page."""
    quick_return.revoke_quick_return()
    _drop_keys_after_commit(EndReason.LOCKED)
    return responses.redirect_to(url_for("lock.unlock"))


def end_program(last_page: str) -> Response:
    """End the whole program after sending this last page."""
    quick_return.revoke_quick_return()

    @after_this_request
    def leave(answer: Response) -> Response:
        record_reading.stop_reading()
        _write_waiting_reads()
        _save_snapshot()
        cookie.clear()
        worker = context.worker()
        worker.keeper.quit_program()
        context.end_worker(EndReason.QUIT)
        # The cache is kept: this page's stylesheet comes from it, because the program no longer answers.
        answer.headers["Clear-Site-Data"] = '"storage"'
        return answer

    return Response(last_page, mimetype="text/html")


def _drop_keys_after_commit(reason: EndReason) -> None:
    # After the commit, so that text sent with this request is saved, or an error is shown on its page.
    @after_this_request
    def leave(answer: Response) -> Response:
        if answer.status_code in COMMITTED_STATUSES:
            record_reading.stop_reading()
            _write_waiting_reads()
            if reason == EndReason.COVERED:
                # The next page offers the return code, but the keeper may not have the blob yet.
                quick_return.wait_for_quick_return()
            _save_snapshot()
            cookie.clear()
            context.end_worker(reason)
            answer.headers["Clear-Site-Data"] = '"cache", "storage"'
        return answer


def _write_waiting_reads() -> None:
    worker = context.worker()
    if worker.engine is not None:
        worker.waiting_reads.try_write_within(MAX_AUDIT_SECONDS, worker.engine)


def _save_snapshot() -> None:
    engine, login = context.worker().engine, context.find_login()
    if engine is not None and login is not None:
        background_check.save_snapshot_within(MAX_SNAPSHOT_SECONDS, engine, login.vault)
