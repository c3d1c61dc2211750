"""The quick return: a sealed blob made after an unlock, held by the keeper, destroyed by a lock."""

import threading

from flask import Response, after_this_request

from clinic_toolkit.vault import return_code
from clinic_toolkit.web import context

_keeper_lock = threading.Lock()
# The key derivation takes a second, and several on a busy machine; this bounds the wait for it.
_MAX_WAIT_SECONDS = 10.0


def offer_chosen_code() -> None:
    """Make a quick return for the code that the clinician has chosen, if there is one.

    Call it only where the passphrase was just typed.
    """
    if code := context.load_clinician().payload.return_code:
        offer_quick_return(code)


def offer_quick_return(code: str, *, wait_for_keeper: bool = False) -> None:
    """Make a quick return for this code and pass it to the keeper.

    Args:
        wait_for_keeper: send the response only when the keeper has the blob, because the page says that the
            code is set. Otherwise the derivation goes on in the background.
    """
    vault, worker = context.vault(), context.worker()
    this_request = worker.quick_return_request = object()

    def make() -> None:
        blob = return_code.wrap_unlocked_keys(vault, code)
        with _keeper_lock:
            # A lock in the meantime has withdrawn the request.
            if worker.quick_return_request is this_request:
                worker.keeper.hold_return_blob(blob)
                # The keeper answers in order, so this answer means that it has stored the blob.
                worker.keeper.has_return_blob()

    worker.quick_return_thread = threading.Thread(target=make, name="quick-return", daemon=True)
    worker.quick_return_thread.start()
    if wait_for_keeper:
        after_this_request(_wait_before_response)


def _wait_before_response(answer: Response) -> Response:
    wait_for_quick_return()
    return answer


def wait_for_quick_return() -> None:
    """Wait until the keeper has the quick return that was offered last, if one is still being made.

    Call it after the commit, so that no other request has to wait for the derivation.
    """
    thread = context.worker().quick_return_thread
    if thread is not None and thread.is_alive():
        thread.join(_MAX_WAIT_SECONDS)


def revoke_quick_return() -> None:
    """Destroy the quick return: from now on the passphrase is needed."""
    worker = context.worker()
    with _keeper_lock:
        worker.quick_return_request = None
        worker.keeper.drop_return_blob()
