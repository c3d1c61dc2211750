"""Backups: where they go, those that are there, making one now, and proving that one can be restored."""

from pathlib import Path
from typing import Any

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.backup.refusals import BackupRefused
from clinic_toolkit.web import context
from clinic_toolkit.web.access import sheet_groups, step_up
from clinic_toolkit.web.screen_parts import backups, jobs
from clinic_toolkit.web.screen_parts.backups import BackupLine
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("backups", __name__)

SAVED_MESSAGES = {
    "place": "The place is set. The first backup is made within a few minutes, or when you press the button.",
    "later": "You are asked again in a week.",
}


@screen.get("/backups")
def index() -> ViewResult:
    """The place, the backups in it, and what can be done."""
    return _render_index({}, saved=SAVED_MESSAGES.get(request.args.get("saved", ""), ""))


@screen.post("/backups/place")
def choose_place() -> ViewResult:
    """Set the folder that backups go to."""
    try:
        backups.choose_place(backups.typed_place(request.form))
    except BackupRefused as error:
        return _render_index({"other": [error.sentence]}), 422
    return responses.redirect_to(url_for(".index", saved="place"))


@screen.post("/backups/later")
def decline() -> ViewResult:
    """Choose no place now; *Today* asks again in a week."""
    backups.decline_place()
    return responses.redirect_to("/")


@screen.post("/backups/make")
def make() -> ViewResult:
    """Start to make a backup."""
    state = backups.load_state()
    if not state.place:
        return responses.redirect_to(url_for(".index"))
    backups.start_making(state)
    return responses.redirect_to(url_for(".making"))


@screen.get("/backups/making")
def making() -> ViewResult:
    """How far the backup has come, or what became of it; the page reloads itself while it runs."""
    job = jobs.find_job(backups.MAKE_JOB)
    if job is None:
        return responses.redirect_to(url_for(".index"))
    page = render_template("backups/making.html", job=job, seconds=jobs.REFRESH_SECONDS)
    return jobs.reload_while_running(page, job)


@screen.route("/backups/prove", methods=["GET", "POST"])
def prove() -> ViewResult:
    """Ask for the passphrase, and start to prove that a backup can be restored."""
    usable = backups.list_usable_lines()
    if not usable:
        return responses.redirect_to(url_for(".index"))
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        file = _chosen_file(usable)
        if file is None:
            errors = {"backup": ["Choose one of these backups."]}
        else:
            check = step_up.check_present_passphrase()
            if check.locked_page:
                return check.locked_page
            errors = check.errors
            if not errors:
                backups.start_proving_with_passphrase(file, request.form[step_up.PRESENT_FIELD])
                return responses.redirect_to(url_for(".proving"))
    page = render_template("backups/prove.html", **_choice_values(usable), errors=errors)
    return (page, 422) if errors else page


@screen.route("/backups/prove/sheet", methods=["GET", "POST"])
def prove_with_sheet() -> ViewResult:
    """Ask for the recovery sheet, and start to prove that it alone restores a backup."""
    usable = backups.list_usable_lines()
    if not usable:
        return responses.redirect_to(url_for(".index"))
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        file = _chosen_file(usable)
        typed, group_errors = sheet_groups.read_sheet(request.form)
        errors = {field: [sentence] for field, sentence in group_errors.items()}
        if file is None:
            errors["backup"] = ["Choose one of these backups."]
        elif not errors:
            backups.start_proving_with_sheet(file, typed)
            return responses.redirect_to(url_for(".proving"))
    groups = range(1, sheet_groups.GROUPS + 1)
    page = render_template(
        "backups/prove_with_sheet.html", **_choice_values(usable), groups=groups, errors=errors
    )
    return (page, 422) if errors else page


def _chosen_file(usable: list[BackupLine]) -> Path | None:
    """The file of the backup that the form names, if it is one of these."""
    return next((line.file for line in usable if line.name == request.form.get("backup")), None)


def _choice_values(usable: list[BackupLine]) -> dict[str, Any]:
    """What a page shows that asks which of these backups is meant."""
    return {
        "choices": [(line.name, line.text) for line in usable],
        "values": {"backup": request.form.get("backup") or usable[0].name},
    }


@screen.get("/backups/proving")
def proving() -> ViewResult:
    """How far the proof has come, or what it found; the page reloads itself while it runs."""
    job = jobs.find_job(backups.PROVE_JOB)
    if job is None:
        return responses.redirect_to(url_for(".index"))
    page = render_template("backups/proving.html", job=job, seconds=jobs.REFRESH_SECONDS)
    return jobs.reload_while_running(page, job)


@screen.post("/backups/stop")
def stop() -> ViewResult:
    """Stop what is running; it leaves nothing half."""
    for name in (backups.MAKE_JOB, backups.PROVE_JOB):
        jobs.stop_job(name)
    return responses.redirect_to(url_for(".index"))


def _render_index(errors: dict[str, list[str]], *, saved: str = "") -> str:
    state = backups.load_state()
    found = [str(place) for place in backups.find_places()]
    if state.place and state.place not in found:
        found = [state.place, *found]
    return render_template(
        "backups/index.html",
        state=state,
        notice=backups.build_notice(context.now()),
        lines=backups.list_lines(state),
        found=[(place, place) for place in found],
        values={"place": state.place or "", "other": request.form.get("other", "")},
        errors=errors,
        saved=saved,
    )
