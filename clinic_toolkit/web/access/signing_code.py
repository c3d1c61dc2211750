"""The return code that is asked for before something is signed, since a screen may have been left open."""

from collections.abc import Callable

from flask import url_for

from clinic_toolkit.record.people import clinician as clinicians
from clinic_toolkit.web import context
from clinic_toolkit.web.access import quick_return
from clinic_toolkit.web.perimeter.end_reason import EndReason
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult

WRONG_CODES_KEY, MAX_CODE_ATTEMPTS = "wrong codes", 3


def is_asked() -> bool:
    """Whether the clinician has chosen a return code."""
    return bool(context.load_clinician().payload.return_code)


def refuse_wrong_code(typed: str | None, show_again: Callable[[str], ViewResult]) -> ViewResult | None:
    """Return None if the code is right or none was chosen, else the response to a wrong one.

    Args:
        typed: the code as it was typed.
        show_again: returns the page again, with this sentence beside the code.
    """
    clinician = context.load_clinician().payload
    if not clinician.return_code:
        return None
    try:
        clinicians.check_return_code(clinician, typed or "")
    except clinicians.WrongReturnCode as error:
        # Someone else may be at a screen that was left open, so there are three tries, as at the lock.
        tries = (context.pop_from_login(WRONG_CODES_KEY) or 0) + bool((typed or "").strip())
        context.put_in_login(WRONG_CODES_KEY, tries)
        if tries < MAX_CODE_ATTEMPTS:
            return show_again(error.sentence)
        quick_return.revoke_quick_return()
        context.end_worker(EndReason.WRONG_CODES)
        return responses.redirect_to(url_for("lock.unlock"))
    return None
