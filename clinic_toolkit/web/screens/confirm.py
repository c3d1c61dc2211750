"""The passphrase once more, before an act that asks for it; then on to the act."""

from flask import Blueprint, request

from clinic_toolkit.web import guard, responses, stepup
from clinic_toolkit.web.responses import Answer

screen = Blueprint("confirm", __name__)


@screen.get("/confirm")
def index() -> Answer:
    """Nothing is asked without an act."""
    return responses.see("/")


@screen.post("/confirm")
def answered() -> Answer:
    """Look at the passphrase, and lead on to the act."""
    onward = guard.way_back(request.form.get("next")) or "/"
    return stepup.refusal(request.form.get(stepup.FIELD, ""), onward) or responses.see(onward)
