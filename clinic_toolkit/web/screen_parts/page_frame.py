"""What stands around every page of the clinician: the pulse, the notices, and whether something was saved."""

from typing import Any

from flask import request

from clinic_toolkit.web import context
from clinic_toolkit.web.screen_parts import record_notices, saved_message

# An open page asks this address whether it is still unlocked.
PULSE_PATH = "/pulse"


def values_of_frame() -> dict[str, Any]:
    """The values that the frame of a page is drawn from; none of the record while locked."""
    if context.find_login() is None:
        return {"unlocked": False, "pulse": "", "notices": (), "saved_message": str, "request": request}
    return {
        "unlocked": True,
        "pulse": PULSE_PATH,
        "notices": record_notices.list_notices(),
        "saved_message": saved_message.take_message,
        "request": request,
    }
