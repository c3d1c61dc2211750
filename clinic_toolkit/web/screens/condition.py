"""The condition of the record: what is missing or hurt, and what the clinician decides about it."""

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.record import condition
from clinic_toolkit.web import context, notices, responses
from clinic_toolkit.web.responses import Answer

screen = Blueprint("condition", __name__)


@screen.get("/condition")
def index() -> Answer:
    """Name everything that is known to be wrong. The first page after an unlock that found something."""
    notices.shown()
    db = context.db()
    return render_template(
        "condition/index.html",
        findings=condition.findings(db, context.vault()),
        state=condition.state(db.engine),
    )


@screen.post("/condition/seen")
def seen() -> Answer:
    """Keep that what is missing was seen; the record goes on without it."""
    if request.form.get("state") != condition.state(context.unit().engine):
        return responses.see(url_for(".index"))
    condition.seen(context.db(), context.vault(), now=context.now())
    return responses.see("/")


@screen.post("/condition/go-on")
def go_on() -> Answer:
    """Take a file that is not the one written last for the record from now on."""
    engine = context.unit().engine
    if request.form.get("state") != condition.state(engine) or not condition.can_be_taken(engine):
        return responses.see(url_for(".index"))
    # Before the transaction is opened: until then none can be.
    take_back = condition.take(engine)
    sound = condition.taken(context.db(), context.vault(), take_back, now=context.now())
    return responses.see("/" if sound else url_for("lock.trail"))
