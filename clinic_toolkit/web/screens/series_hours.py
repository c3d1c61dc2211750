"""One hour of a series that is no session yet: begin it, move it, leave it out, say how it went.

An hour is known by its series and the number of days since the first day of that.
"""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import cases, therapy_session_timeline, therapy_sessions
from clinic_toolkit.record.people.therapy_session_record import (
    Attendance,
    TherapySession,
    TherapySessionKind,
    TherapySessionState,
)
from clinic_toolkit.record.scheduling import series, series_hours, taken_hours
from clinic_toolkit.record.scheduling.series_record import SESSION_SERIES
from clinic_toolkit.web import context
from clinic_toolkit.web.forms.series import MoveHourForm
from clinic_toolkit.web.screen_parts import series_lines
from clinic_toolkit.web.screen_parts.saved_message import redirect_saved
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("series_hours", __name__)


@screen.get("/series/<uuid:id>/hours/<int:day>")
def show(id: UUID, day: int) -> ViewResult:
    """One hour, and what can be done with it; once it is a session, the page of that."""
    current, series_date = series_lines.load_hour(id, day)
    session = taken_hours.find_session_of_hour(context.db(), context.vault(), current, series_date)
    if session is not None:
        return responses.redirect_to(url_for("sessions.show", id=session.id))
    context.audit_read(SESSION_SERIES, current)
    case = cases.load_case(context.db(), context.vault(), current.payload.case_id)
    sessions = therapy_session_timeline.list_therapy_sessions_of_cases(context.db(), context.vault(), [case])
    hour = series_hours.build_hour(id, current.payload.rule, series_date)
    return render_template(
        "series/hour.html",
        here="clients",
        case=case,
        series=current,
        text=series_lines.describe_rule(current.payload),
        line=series_lines.describe_hour(current, hour, series_lines.list_closures()),
        is_skipped=series_date in current.payload.skipped,
        agreed=therapy_session_timeline.find_last_agreement(sessions),
        today=context.today(),
    )


@screen.post("/series/<uuid:id>/hours/<int:day>/start")
def start(id: UUID, day: int) -> ViewResult:
    """Begin the session of this hour; of another day, go to its page, which asks about the times."""
    session = _take(id, day)
    is_new = session.state == TherapySessionState.ENTERED and session.payload.attendance == Attendance.PLANNED
    if is_new and session.payload.on == context.today():
        session = therapy_sessions.open_therapy_session(
            context.db(), context.vault(), session, now=context.now()
        )
        context.extend_idle_timeout()
    return responses.redirect_to(url_for("sessions.show", id=session.id))


@screen.post("/series/<uuid:id>/hours/<int:day>/enter")
def enter(id: UUID, day: int) -> ViewResult:
    """Make this hour a session of its own, to say how it went or to prepare it."""
    session = _take(id, day)
    is_past = session.payload.on < context.today()
    return responses.redirect_to(url_for("sessions.edit" if is_past else "sessions.show", id=session.id))


@screen.route("/series/<uuid:id>/hours/<int:day>/move", methods=["GET", "POST"])
def move(id: UUID, day: int) -> ViewResult:
    """Move this hour to another day or time; the others stay."""
    db, vault = context.db(), context.vault()
    current, series_date = series_lines.load_hour(id, day)
    if session := taken_hours.find_session_of_hour(db, vault, current, series_date):
        return responses.redirect_to(url_for("sessions.show", id=session.id))
    hour = series_hours.build_hour(id, current.payload.rule, series_date)
    form = MoveHourForm(
        request.form if request.method == "POST" else None,
        data={"on": hour.on, "start": hour.start, "end": hour.end},
    )
    form.today = context.today()
    case = cases.load_case(db, vault, current.payload.case_id)
    if request.method == "POST" and form.validate():
        moved = TherapySession(
            case_id_bytes=case.id.bytes,
            kind=TherapySessionKind.SESSION,
            on=form.on.data,
            start=form.start.data,
            end=form.end.data,
        )
        session = taken_hours.take_hour(db, vault, case, current, series_date, now=context.now(), moved=moved)
        return redirect_saved(url_for("sessions.show", id=session.id))
    context.audit_read(SESSION_SERIES, current)
    page = render_template(
        "series/move.html",
        here="clients",
        case=case,
        series=current,
        day=day,
        line=series_lines.describe_hour(current, hour, series_lines.list_closures()),
        text=series_lines.describe_rule(current.payload),
        form=form,
        errors=form.errors,
    )
    return (page, 422) if form.errors else page


@screen.post("/series/<uuid:id>/hours/<int:day>/skip")
def skip(id: UUID, day: int) -> ViewResult:
    """Leave this hour out; the others stay."""
    current, series_date = series_lines.load_hour(id, day)
    series.skip_hour(context.db(), context.vault(), current, series_date, now=context.now())
    return redirect_saved(url_for("session_series.show", id=id))


@screen.post("/series/<uuid:id>/hours/<int:day>/take-back")
def take_back(id: UUID, day: int) -> ViewResult:
    """Let an hour that was left out take place after all."""
    current, series_date = series_lines.load_hour(id, day)
    series.take_back_hour(context.db(), context.vault(), current, series_date, now=context.now())
    return redirect_saved(url_for("session_series.show", id=id))


def _take(id: UUID, day: int) -> RecordVersion[TherapySession]:
    current, series_date = series_lines.load_hour(id, day)
    case = cases.load_case(context.db(), context.vault(), current.payload.case_id)
    return taken_hours.take_hour(context.db(), context.vault(), case, current, series_date, now=context.now())
