"""Cover: the keys are put away for a moment, and the return code leads back to the same page.

Lock puts them away until the passphrase is typed. Both end this process; only what the keeper may still
hold is different.
"""

from flask import Response, after_this_request, session, url_for

from clinic_toolkit.web import context
from clinic_toolkit.web.access import guard, quick_return
from clinic_toolkit.web.transport import responses

COMMITTED_STATUSES = (200, 303)
COVERED, LOCKED, QUIT = "covered", "locked", "quit"


def cover_and_redirect(back: str) -> Response:
    """Put the keys away once this request is on the disk; the lock page leads back to this path."""
    _drop_keys_after_commit(COVERED)
    return responses.redirect_to(url_for("lock.unlock", back=guard.safe_return_path(back), covered=1))


def cover_in_place() -> Response:
    """The same for a page that stays open under its cover, because it holds words that are not saved."""
    _drop_keys_after_commit(COVERED)
    return responses.json_response({"covered": True}, 200)


def lock_in_place() -> Response:
    """Lock, for a page that stays open under its cover in the same way."""
    quick_return.revoke_quick_return()
    _drop_keys_after_commit(LOCKED)
    return responses.json_response({"locked": True}, 200)


def lock_and_redirect() -> Response:
    """Put the keys away until the passphrase is typed."""
    quick_return.revoke_quick_return()
    _drop_keys_after_commit(LOCKED)
    return responses.redirect_to(url_for("lock.unlock"))


def end_program(last_page: str) -> Response:
    """End the whole program after this page, which is the last one that it answers with."""
    quick_return.revoke_quick_return()

    @after_this_request
    def leave(answer: Response) -> Response:
        session.clear()
        here = context.worker()
        here.keeper.quit_program()
        context.end_worker(QUIT)
        # Not the cache: the style of this page comes from there, since nobody answers any more.
        answer.headers["Clear-Site-Data"] = '"storage"'
        return answer

    return Response(last_page, mimetype="text/html")


def _drop_keys_after_commit(reason: str) -> None:
    # After the commit: what was sent along must be on the disk, or come back to the page.
    @after_this_request
    def leave(answer: Response) -> Response:
        if answer.status_code in COMMITTED_STATUSES:
            if reason == COVERED:
                # The page that follows promises a way back by the code, which may still be on its way.
                quick_return.wait_for_quick_return()
            session.clear()
            context.end_worker(reason)
            answer.headers["Clear-Site-Data"] = '"cache", "storage"'
        return answer
