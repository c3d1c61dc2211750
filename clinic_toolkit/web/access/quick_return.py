"""The quick return: a sealed blob made after an unlock, held by the keeper, destroyed by a lock."""

import threading

from flask import Response, after_this_request

from clinic_toolkit.vault import return_code
from clinic_toolkit.web import context

_keeper_lock = threading.Lock()
# The key derivation takes a second, and several on a busy machine; this bounds the wait for it.
_MAX_WAIT_SECONDS = 10.0


def offer_quick_return(code: str, *, wait_for_keeper: bool = False) -> None:
    """Make a quick return for this code and pass it to the keeper.

    Args:
        wait_for_keeper: send the response only when the keeper has the blob, because the page says that the
            code is set. Otherwise the derivation goes on in the background.
    """
    opened, here = context.vault(), context.worker()
    wanted = here.quick_return_request = object()

    def make() -> None:
        blob = return_code.wrap_user_key(opened, code)
        with _keeper_lock:
            # A lock in the meantime has withdrawn the request.
            if here.quick_return_request is wanted:
                here.keeper.hold_return_blob(blob)
                # The keeper answers in order, so this answer means that it has stored the blob.
                here.keeper.has_return_blob()

    here.quick_return_thread = threading.Thread(target=make, name="quick-return", daemon=True)
    here.quick_return_thread.start()
    if wait_for_keeper:
        after_this_request(_wait_before_response)


def _wait_before_response(answer: Response) -> Response:
    wait_for_quick_return()
    return answer


def wait_for_quick_return() -> None:
    """Wait until the keeper has the quick return that was offered last, if one is still being made.

    Call it after the commit, so that no other request has to wait for the derivation.
    """
    on_its_way = context.worker().quick_return_thread
    if on_its_way is not None and on_its_way.is_alive():
        on_its_way.join(_MAX_WAIT_SECONDS)


def revoke_quick_return() -> None:
    """Destroy the quick return: from now on the passphrase is needed."""
    here = context.worker()
    with _keeper_lock:
        here.quick_return_request = None
        here.keeper.drop_return_blob()
