"""What an executor may do: follow every link, search, lock, and quit; no other button.

The vault of an executor cannot sign, so nothing could be written anyway. The refusal comes before the view,
as a page with one sentence. A copy of a paper is not saved as a file either, since no entry could say so.
"""

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from clinic_toolkit.vault.user_keys import SigningKeyNotOpen
from clinic_toolkit.web import context
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.request_info import is_from_script

FIRST_PAGE = "executor.overview"
_REFUSED_STATUS = 403


def is_executor() -> bool:
    """Whether this browser was unlocked with the two sheets of an executor."""
    login = context.find_login()
    return login is not None and not login.vault.can_sign


def begin_executor_login() -> None:
    """Note in every open vault of a clinician that an executor opens the practice now; *Today* says it.

    Where psychotherapy notes are open, the idle timeout is short from now on.
    """
    if context.vault().rings.opens_psychotherapy_notes:
        context.worker().timeouts.notes_open = True
    vaults = {login.vault for login in context.worker().logins.values()}
    for vault in (vault for vault in vaults if vault.can_sign):
        vault.executor_uses = (*vault.executor_uses, context.now())


def deny_or_redirect(*, is_lock_page: bool, is_search: bool) -> Response | None:
    """The response in place of the view, or None if an executor may look at this page.

    Args:
        is_lock_page: whether the page is one of the lock or of the set-up; there is nothing to do there.
        is_search: whether it only searches, also when it is sent by POST.
    """
    if is_lock_page:
        return responses.redirect_to(url_for(FIRST_PAGE))
    if is_search or request.method in ("GET", "HEAD"):
        return None
    sentence = SigningKeyNotOpen().sentence
    if is_from_script():
        return responses.autosave_failed(sentence, _REFUSED_STATUS)
    return Response(
        render_template("executor/refused.html", sentence=sentence), _REFUSED_STATUS, mimetype="text/html"
    )
