"""The last step of the set-up: a place for backups, or a day on which *Today* asks for one again."""

from typing import Any

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.backup.refusals import BackupRefused
from clinic_toolkit.web import context
from clinic_toolkit.web.screen_parts import backups
from clinic_toolkit.web.screen_parts.backups import NoticeKind
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("backup_offer", __name__)


@screen.route("/setup/backups", methods=["GET", "POST"])
def index() -> ViewResult:
    """Choose the folder that backups go to, in the words of the page of backups."""
    errors: dict[str, Any] = {}
    if request.method == "POST":
        try:
            backups.choose_place(backups.typed_place(request.form))
        except BackupRefused as error:
            errors = {"other": [error.sentence]}
        else:
            return responses.redirect_to("/")
    elif backups.build_notice(context.now()).kind != NoticeKind.NO_PLACE:
        # A place is set, or somebody wanted none for now.
        return responses.redirect_to("/")
    found = [(str(place), str(place)) for place in backups.find_places()]
    values = {"place": request.form.get("place", ""), "other": request.form.get("other", "")}
    page = render_template("backup_offer/index.html", found=found, values=values, errors=errors)
    return (page, 422) if errors else page


@screen.post("/setup/backups/later")
def put_off() -> ViewResult:
    """Choose no place now; *Today* asks tomorrow, or in a week."""
    if "tomorrow" in request.form:
        backups.decline_place_until_tomorrow()
    else:
        backups.decline_place()
    return responses.redirect_to(url_for("today.index"))
