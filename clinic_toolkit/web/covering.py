"""Cover: the keys are put away for a moment, and the return code leads back to the same page.

Lock puts them away until the passphrase is typed. Both end this process; only what the keeper may still
hold is different.
"""

from flask import Response, after_this_request, session, url_for

from clinic_toolkit.web import context, guard, responses

DONE = (200, 303)


def cover(back: str) -> Response:
    """Put the keys away once this request is on the disk; the lock page leads back to this path."""
    _put_away("covered")
    return responses.see(url_for("lock.unlock", back=guard.way_back(back), covered=1))


def cover_in_place() -> Response:
    """The same for a page that stays open under its cover, because it holds words that are not saved."""
    _put_away("covered")
    return responses.told_as_json({"covered": True}, 200)


def lock_in_place() -> Response:
    """Lock, for a page that stays open under its cover in the same way."""
    context.drop_return()
    _put_away("locked")
    return responses.told_as_json({"locked": True}, 200)


def lock() -> Response:
    """Put the keys away until the passphrase is typed."""
    context.drop_return()
    _put_away("locked")
    return responses.see(url_for("lock.unlock"))


def _put_away(reason: str) -> None:
    # After the commit: what was sent along must be on the disk, or come back to the page.
    @after_this_request
    def leave(answer: Response) -> Response:
        if answer.status_code in DONE:
            session.clear()
            context.end_worker(reason)
            answer.headers["Clear-Site-Data"] = '"cache", "storage"'
        return answer
