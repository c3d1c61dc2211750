"""How long records are kept: the practice's rule, one client's legal hold and later date, and what is due."""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.record.people import clients, display_names
from clinic_toolkit.record.people.client_record import CLIENT
from clinic_toolkit.record.retention import last_sessions, retention_periods, retentions
from clinic_toolkit.record.retention.retention_record import RETENTION
from clinic_toolkit.web import context
from clinic_toolkit.web.access import secret_removal
from clinic_toolkit.web.content import audit_details
from clinic_toolkit.web.forms import fields
from clinic_toolkit.web.forms.retention import HoldForm, KeepLongerForm, RetentionRuleForm
from clinic_toolkit.web.screen_parts import due_page
from clinic_toolkit.web.screen_parts.saved_message import redirect_saved
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("retention", __name__)


@screen.get("/due")
def index() -> ViewResult:
    """What is due: who can be erased now, who waits, and whose record need not be kept any longer."""
    copies = secret_removal.list_old_copies() if "erased" in request.args else []
    return due_page.render_due_page(copies=copies)


@screen.route("/practice/retention", methods=["GET", "POST"])
def rule() -> ViewResult:
    """The practice's rule; a proposal by country with its source, until the clinician confirms one."""
    db, vault = context.db(), context.vault()
    current = retentions.load_rule(db, vault)
    proposal = retention_periods.find_proposal(context.load_practice().payload.country)
    # A figure that was written for others is told, and not filled in.
    filled_in = proposal.years if proposal and proposal.is_for_practices else ""
    years = current.payload.years if current else filled_in
    form = RetentionRuleForm(request.form if request.method == "POST" else None, data={"years": str(years)})
    if request.method == "POST" and form.validate():
        retentions.confirm_rule(db, vault, fields.parse_whole_number(form.years.data), now=context.now())
        return redirect_saved(url_for(".rule"))
    page = render_template(
        "retention/rule.html",
        form=form,
        errors=form.errors,
        current=current,
        proposal=proposal,
    )
    return (page, 422) if form.errors else page


@screen.route("/clients/<uuid:id>/keep", methods=["GET", "POST"])
def keep(id: UUID) -> ViewResult:
    """How long one client's record is kept: the date, a legal hold, a later date, and the way to erase it."""
    db, vault = context.db(), context.vault()
    client = clients.load_client(db, vault, id)
    if (primary_id := clients.primary_client_id(db, vault, id)) != id:
        return responses.redirect_to(url_for(".keep", id=primary_id))
    retention = retentions.load_retention(db, vault, id)
    stored = retention.payload if retention else None
    act = request.form.get("act", "") if request.method == "POST" else ""
    hold_form = HoldForm(request.form if act == "hold" else None, data=_values(stored, "hold_reason"))
    later_form = KeepLongerForm(
        request.form if act == "later" else None, data=_values(stored, "keep_until", "keep_reason")
    )
    if act == "release":
        retentions.set_hold(db, vault, id, "", now=context.now())
        return redirect_saved(url_for(".keep", id=id))
    if act == "hold" and hold_form.validate():
        retentions.set_hold(db, vault, id, hold_form.hold_reason.data, now=context.now())
        return redirect_saved(url_for(".keep", id=id))
    if act == "later" and later_form.validate():
        until, reason = later_form.keep_until.data, later_form.keep_reason.data
        retentions.keep_longer(db, vault, id, until, reason, now=context.now())
        return redirect_saved(url_for(".keep", id=id))
    context.audit_read(CLIENT, client)
    if retention:
        context.audit_read(RETENTION, retention)
    current_rule, last_seen = retentions.load_rule(db, vault), last_sessions.last_seen_on(db, vault, id)
    errors = {**hold_form.errors, **later_form.errors}
    page = render_template(
        "retention/keep.html",
        here="clients",
        client=client,
        name=display_names.load_display_names(db, vault).full_by_id[id],
        retention=stored,
        returned=audit_details.describe_return(stored.brought_back) if stored and stored.brought_back else "",
        rule=current_rule,
        last_seen=last_seen,
        until=retentions.keep_until(
            last_seen,
            current_rule.payload if current_rule else None,
            stored.keep_until if stored else None,
        ),
        today=context.today(),
        values=hold_form.data | later_form.data | later_form.keep_until.page_values,
        errors=errors,
    )
    return (page, 422) if errors else page


def _values(stored: object, *names: str) -> dict[str, object]:
    return {name: getattr(stored, name, None) for name in names}
