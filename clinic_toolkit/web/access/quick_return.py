"""The quick return: made after an unlock, held by the keeper, and gone when the practice is locked."""

import threading

from flask import Response, after_this_request

from clinic_toolkit.vault import return_code
from clinic_toolkit.web import context

_keeper_lock = threading.Lock()
# A derivation takes a second, and several on a busy machine. Nobody waits for it without end.
_MAX_WAIT_SECONDS = 10.0


def offer_quick_return(code: str, *, wait_for_keeper: bool = False) -> None:
    """Offer a quick return with this code, from now on.

    Args:
        wait_for_keeper: the answer says that the code was taken, so it leaves when the keeper has it. Else
            nobody is kept waiting for the second that the derivation takes.
    """
    opened, here = context.vault(), context.worker()
    wanted = here.quick_return_request = object()

    def make() -> None:
        blob = return_code.wrap_user_key(opened, code)
        with _keeper_lock:
            # Whoever locked meanwhile does not want it any more.
            if here.quick_return_request is wanted:
                here.keeper.hold_return_blob(blob)
                # Its answer comes after it took the blob.
                here.keeper.has_return_blob()

    here.quick_return_thread = threading.Thread(target=make, name="quick-return", daemon=True)
    here.quick_return_thread.start()
    if wait_for_keeper:
        after_this_request(_wait_before_response)


def _wait_before_response(answer: Response) -> Response:
    wait_for_quick_return()
    return answer


def wait_for_quick_return() -> None:
    """Come back once the keeper has the quick return that was offered last, if one is on its way.

    Called after the commit: nobody else then waits for the derivation.
    """
    on_its_way = context.worker().quick_return_thread
    if on_its_way is not None and on_its_way.is_alive():
        on_its_way.join(_MAX_WAIT_SECONDS)


def revoke_quick_return() -> None:
    """Ask for the passphrase from now on."""
    here = context.worker()
    with _keeper_lock:
        here.quick_return_request = None
        here.keeper.drop_return_blob()
