"""Step-up: ask for the passphrase again, then go on to the act that requires it."""

from flask import Blueprint, request

from clinic_toolkit.web.access import guard, step_up
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("confirm", __name__)


@screen.get("/confirm")
def index() -> ViewResult:
    """Redirect to *Today*, because there is no act to confirm."""
    return responses.redirect_to("/")


@screen.post("/confirm")
def confirm_passphrase() -> ViewResult:
    """Check the passphrase, and go on to the act."""
    return_path = guard.safe_return_path(request.form.get("next")) or "/"
    return step_up.reject_wrong_passphrase(
        request.form.get(step_up.STEP_UP_FIELD, ""), return_path
    ) or responses.redirect_to(return_path)
