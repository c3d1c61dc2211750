"""The condition of the record: integrity failures, and the clinician's decisions about them."""

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.journal import condition
from clinic_toolkit.record.people import ring_owners
from clinic_toolkit.web import context
from clinic_toolkit.web.access import after_unlock
from clinic_toolkit.web.screen_parts import record_notices
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("condition", __name__)


@screen.get("/condition")
def index() -> ViewResult:
    """List every known integrity failure; the first page after an unlock that found one."""
    record_notices.record_condition_shown()
    db, vault = context.db(), context.vault()
    return render_template(
        "condition/index.html",
        findings=condition.list_findings(
            db, vault, lambda: ring_owners.load_ring_owners(db, vault).names_of_ring
        ),
        state=condition.findings_digest(db.engine),
    )


@screen.post("/condition/seen")
def acknowledge_loss() -> ViewResult:
    """Acknowledge the losses shown; work goes on without what is missing."""
    if request.form.get("state") != condition.findings_digest(context.unit_of_work().engine):
        return responses.redirect_to(url_for(".index"))
    condition.acknowledge_losses(context.db(), context.vault(), now=context.now())
    # This page came before what else the unlock has to say.
    return responses.redirect_to(after_unlock.find_first_page())


@screen.post("/condition/go-on")
def accept_older_files() -> ViewResult:
    """Accept an older state of the store as the current one."""
    engine = context.unit_of_work().engine
    if request.form.get("state") != condition.findings_digest(engine) or not condition.can_accept_older_files(
        engine
    ):
        return responses.redirect_to(url_for(".index"))
    # Accepted before the transaction, because no write transaction can be opened until then.
    undo = condition.accept_older_files(engine)
    condition.record_accepted_files(context.db(), context.vault(), undo, now=context.now())
    after_unlock.note_unverified_audit_line(context.vault())
    return responses.redirect_to(after_unlock.find_first_page())
