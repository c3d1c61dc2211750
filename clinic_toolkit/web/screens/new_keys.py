"""New keys for everything, for when passphrase, sheet or device may be in other hands."""

from typing import Any

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.journal.inspection_keys import Finding
from clinic_toolkit.web import context
from clinic_toolkit.web.access import new_keys, offered_words, pending_recovery_sheet, step_up
from clinic_toolkit.web.forms.practice import PassphraseForm, guessable_names
from clinic_toolkit.web.screen_parts import finding_lines, jobs
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("new_keys", __name__)


@screen.route("/practice/new-keys", methods=["GET", "POST"])
def index() -> ViewResult:
    """Say what it does, take the passphrase and the new one, then two groups of the new sheet, and begin."""
    job = jobs.find_job(new_keys.JOB)
    if job is not None and not job.ended.is_set():
        return responses.redirect_to(url_for(".running"))
    pending = new_keys.find_pending_keys()
    form = PassphraseForm(
        request.form if request.method == "POST" else None,
        guessable_names=guessable_names(context.letterhead()),
    )
    errors: dict[str, Any] = {}
    if request.method == "POST":
        if "discard" in request.form:
            new_keys.discard_pending_keys()
            return responses.redirect_to(url_for("practice.index"))
        if pending:
            errors = dict(pending_recovery_sheet.group_errors(pending.sheet, request.form))
            if not errors:
                new_keys.start_replacing(pending)
                return responses.redirect_to(url_for(".running"))
        elif "present_passphrase" in request.form:
            form.validate()
            errors = dict(form.errors)
            if not errors:
                check = step_up.open_keys_with_present_passphrase()
                if check.locked_page:
                    return check.locked_page
                errors = check.errors
                if check.keys:
                    offered_words.forget_words()
                    removed = frozenset(request.form.getlist("copies"))
                    new_keys.store_pending_keys(check.keys, form.passphrase.data or "", removed)
                    return responses.redirect_to(url_for(".index"))
        else:
            # Sent twice, or a lock has discarded the new sheet meanwhile.
            return responses.redirect_to(url_for(".index"))
    page = render_template(
        "new_keys/index.html",
        pending=pending,
        shown=new_keys.was_sheet_shown(),
        offered=offered_words.offer_words(form.offered_passphrase.data),
        copies=new_keys.list_old_copies(),
        values={"copies": request.form.getlist("copies")},
        errors=errors,
    )
    return (page, 422) if errors else page


@screen.get("/practice/new-keys/sheet")
def paper() -> ViewResult:
    """The new recovery sheet, shown once and printed from the page; it is never a file."""
    pending, back = new_keys.find_pending_keys(), url_for(".index")
    return new_keys.render_sheet_once(pending, back=back) if pending else responses.redirect_to(back)


@screen.get("/practice/new-keys/running")
def running() -> ViewResult:
    """How far it has come, or why it stopped; the page reloads itself until the practice is locked."""
    job = jobs.find_job(new_keys.JOB)
    if job is None:
        return responses.redirect_to(url_for("practice.index"))
    if job.ended.is_set() and job.result:
        return responses.redirect_to(url_for(".damage"))
    if job.error_message:
        new_keys.discard_started_keys()
    page = render_template("new_keys/running.html", job=job, seconds=jobs.REFRESH_SECONDS)
    # Also between the end of the job and the lock.
    return page if job.error_message else responses.refreshing_page(page, seconds=jobs.REFRESH_SECONDS)


@screen.route("/practice/new-keys/damage", methods=["GET", "POST"])
def damage() -> ViewResult:
    """Name what does not open, and go on with new keys only where that is agreed to."""
    job = jobs.find_job(new_keys.JOB)
    started = new_keys.find_started_keys()
    if job is None or not job.ended.is_set() or not job.result or started is None:
        return responses.redirect_to(url_for(".index"))
    findings: tuple[Finding, ...] = job.result
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        if "discard" in request.form:
            new_keys.discard_started_keys()
            return responses.redirect_to(url_for("practice.index"))
        if "agreed" in request.form:
            new_keys.start_replacing(started, frozenset(finding.sentence for finding in findings))
            return responses.redirect_to(url_for(".running"))
        errors = {"agreed": ["Tick that you agree, or change nothing."]}
    page = render_template(
        "new_keys/damage.html",
        lines=finding_lines.list_finding_lines(findings),
        lines_unread=any(finding.line is not None for finding in findings),
        removed=sorted(started.removed),
        errors=errors,
    )
    return (page, 422) if errors else page


@screen.post("/practice/new-keys/stop")
def stop() -> ViewResult:
    """Stop it; until its end nothing was changed."""
    jobs.stop_job(new_keys.JOB)
    return responses.redirect_to(url_for(".running"))
