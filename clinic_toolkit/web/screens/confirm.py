"""The passphrase once more, before an act that asks for it; then on to the act."""

from flask import Blueprint, request

from clinic_toolkit.web.access import guard, step_up
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("confirm", __name__)


@screen.get("/confirm")
def index() -> ViewResult:
    """Nothing is asked without an act."""
    return responses.redirect_to("/")


@screen.post("/confirm")
def answered() -> ViewResult:
    """Look at the passphrase, and lead on to the act."""
    onward = guard.safe_return_path(request.form.get("next")) or "/"
    return step_up.reject_wrong_passphrase(
        request.form.get(step_up.STEP_UP_FIELD, ""), onward
    ) or responses.redirect_to(onward)
