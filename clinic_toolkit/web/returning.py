"""The quick return: made after an unlock, held by the keeper, and gone when the practice is locked."""

import threading

from flask import Response, after_this_request

from clinic_toolkit.vault import return_code
from clinic_toolkit.web import context

_handing = threading.Lock()
# A derivation takes a second, and several on a busy machine. Nobody waits for it without end.
_LONGEST = 10.0


def hold(code: str, *, before_the_answer: bool = False) -> None:
    """Offer a quick return with this code, from now on.

    Args:
        before_the_answer: the answer says that the code was taken, so it leaves when the keeper has it. Else
            nobody is kept waiting for the second that the derivation takes.
    """
    opened, here = context.vault(), context.worker()
    wanted = here.return_wanted = object()

    def make() -> None:
        blob = return_code.wrap_for_return(opened, code)
        with _handing:
            # Whoever locked meanwhile does not want it any more.
            if here.return_wanted is wanted:
                here.keeper.hold(blob)
                # Its answer comes after it took the blob.
                here.keeper.holds()

    here.return_on_its_way = threading.Thread(target=make, name="quick-return", daemon=True)
    here.return_on_its_way.start()
    if before_the_answer:
        after_this_request(_wait_and_answer)


def _wait_and_answer(answer: Response) -> Response:
    wait()
    return answer


def wait() -> None:
    """Come back once the keeper has the quick return that was offered last, if one is on its way.

    Called after the commit: nobody else then waits for the derivation.
    """
    on_its_way = context.worker().return_on_its_way
    if on_its_way is not None and on_its_way.is_alive():
        on_its_way.join(_LONGEST)


def drop() -> None:
    """Ask for the passphrase from now on."""
    here = context.worker()
    with _handing:
        here.return_wanted = None
        here.keeper.drop()
