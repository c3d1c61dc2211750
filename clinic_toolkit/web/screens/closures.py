"""The days on which the practice is closed, and the hours that fall on them."""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.journal.list_facts import FactsReader
from clinic_toolkit.record.people import display_names
from clinic_toolkit.record.people.therapy_session_record import THERAPY_SESSION, Attendance
from clinic_toolkit.record.retention import retention_list_facts
from clinic_toolkit.record.scheduling import closures, series
from clinic_toolkit.record.scheduling.closure_record import PRACTICE_CLOSURE, PracticeClosure
from clinic_toolkit.record.scheduling.series_record import SESSION_SERIES
from clinic_toolkit.record.writing import listed_sessions, therapy_session_lines
from clinic_toolkit.record.writing.therapy_session_lines import TherapySessionLine
from clinic_toolkit.web import context
from clinic_toolkit.web.forms.closures import ClosureForm
from clinic_toolkit.web.screen_parts import idempotent_forms, today_lines
from clinic_toolkit.web.screen_parts.saved_message import redirect_saved
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("closures", __name__)


@screen.route("/practice/closures", methods=["GET", "POST"])
def index() -> ViewResult:
    """The closures that stand, and the form for another."""
    db, vault = context.db(), context.vault()
    form = ClosureForm(request.form if request.method == "POST" else None)
    form.today = context.today()
    is_valid = request.method == "POST" and form.validate()
    existing = idempotent_forms.find_created_before(
        PRACTICE_CLOSURE, vault.practice_ring, lambda body: bool(is_valid) and body == form.payload()
    )
    if existing is not None:
        return responses.redirect_to(url_for(".show", id=existing.id))
    if is_valid:
        key = idempotent_forms.submitted_idempotency_key()
        planned = closures.plan_closure(db, vault, form.payload(), now=context.now(), idempotency_key=key)
        return redirect_saved(url_for(".show", id=planned.id))
    standing = [each for each in closures.list_closures(db, vault) if each.payload.last_on >= context.today()]
    context.audit_read(PRACTICE_CLOSURE, *standing)
    page = render_template("closures/index.html", form=form, errors=form.errors, closures=standing)
    return (page, 422) if form.errors else page


@screen.get("/practice/closures/<uuid:id>")
def show(id: UUID) -> ViewResult:
    """One closure, with the planned hours that fall on it, by initials."""
    closure = closures.load_closure(context.db(), context.vault(), id)
    lines = _list_hours_in(closure.payload)
    context.audit_read(PRACTICE_CLOSURE, closure)
    context.audit_read(THERAPY_SESSION, *(line.record for line in lines if line.record))
    context.audit_read(SESSION_SERIES, *(line.series_record for line in lines if line.series_record))
    return render_template(
        "closures/show.html",
        closure=closure,
        lines=lines,
        computed=sum(line.record is None for line in lines),
        session_address=today_lines.session_address,
        session_tag=today_lines.session_tag,
        session_remark=today_lines.session_remark,
        today=context.today(),
    )


@screen.post("/practice/closures/<uuid:id>/skip")
def skip_hours(id: UUID) -> ViewResult:
    """Leave out every hour of a series that falls on this closure; sessions of their own stay."""
    db, vault = context.db(), context.vault()
    closure = closures.load_closure(db, vault, id).payload
    for line in _list_hours_in(closure):
        if line.series_date:
            current = series.load_series(db, vault, line.id)
            series.skip_hour(db, vault, current, line.series_date, now=context.now())
    return redirect_saved(url_for(".show", id=id))


@screen.post("/practice/closures/<uuid:id>/withdraw")
def withdraw(id: UUID) -> ViewResult:
    """Say that the practice is open on these days after all."""
    closure = closures.load_closure(context.db(), context.vault(), id)
    closures.withdraw_closure(context.db(), context.vault(), closure, now=context.now())
    return redirect_saved(url_for(".index"))


def _list_hours_in(closure: PracticeClosure) -> list[TherapySessionLine]:
    db, vault = context.db(), context.vault()
    reader = FactsReader(db, vault)
    leaving = retention_list_facts.list_leaving_owners(reader)
    names = display_names.load_display_names(db, vault).short_by_id
    first = max(closure.first_on, context.today())
    listed = [
        one
        for one in listed_sessions.list_sessions(reader, today=context.today(), last=closure.last_on)
        if first <= one.facts.on <= closure.last_on
        and one.facts.attendance == Attendance.PLANNED
        and vault.rings.find_owner(one.ring) not in leaving
    ]
    lines = (therapy_session_lines.build_session_line(db, vault, reader, one, names) for one in listed)
    return [line for line in lines if line]
