"""Before an hour: what was agreed, what is out and what is open, on one page and on paper."""

from datetime import date
from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record import daily_overview, session_preparation
from clinic_toolkit.record.outcomes.repeat_agreement_record import REPEAT_AGREEMENT
from clinic_toolkit.record.people import therapy_sessions
from clinic_toolkit.record.people.therapy_session_record import THERAPY_SESSION, TherapySession
from clinic_toolkit.record.questionnaires.administration_record import ADMINISTRATION
from clinic_toolkit.record.safety.risk_entry_record import RISK_ENTRY
from clinic_toolkit.record.scheduling import series_hours, taken_hours
from clinic_toolkit.record.scheduling.series_record import SESSION_SERIES
from clinic_toolkit.record.session_preparation import SessionPreparation
from clinic_toolkit.record.writing.handout_record import HANDOUT
from clinic_toolkit.record.writing.note_record import CLINICAL_NOTE
from clinic_toolkit.record.writing.treatment_plan_record import TREATMENT_PLAN
from clinic_toolkit.web import context
from clinic_toolkit.web.access import guard
from clinic_toolkit.web.content.printout_kinds import PrintoutKind
from clinic_toolkit.web.forms.preparation import NAMES, DaySheetsForm
from clinic_toolkit.web.screen_parts import (
    handout_lines,
    packet_job,
    preparation_lines,
    printouts,
    series_lines,
    today_lines,
)
from clinic_toolkit.web.screen_parts.packet_job import PacketRequest
from clinic_toolkit.web.screen_parts.printouts import Printout
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("preparation", __name__)


@screen.get("/sessions/<uuid:id>/before")
def show(id: UUID) -> ViewResult:
    """What to know before one hour."""
    session = therapy_sessions.load_therapy_session(context.db(), context.vault(), id)
    context.audit_read(THERAPY_SESSION, session)
    return _render(
        session,
        here=url_for(".show", id=id),
        start=url_for("session_opening.open_planned", id=id),
        open=url_for("sessions.show", id=id),
        on_paper=url_for(".paper", id=id),
        by_name=url_for(".paper", id=id, names=""),
    )


@screen.get("/series/<uuid:id>/hours/<int:day>/before")
def show_hour(id: UUID, day: int) -> ViewResult:
    """What to know before an hour of a series that is no session yet."""
    session = _foresee_session(id, day)
    if session is None:
        return responses.redirect_to(url_for("series_hours.show", id=id, day=day))
    return _render(
        session,
        here=url_for(".show_hour", id=id, day=day),
        start=url_for("series_hours.start", id=id, day=day),
        open=url_for("series_hours.show", id=id, day=day),
        on_paper=url_for(".paper_of_hour", id=id, day=day),
        by_name=url_for(".paper_of_hour", id=id, day=day, names=""),
    )


def _foresee_session(id: UUID, day: int) -> RecordVersion[TherapySession] | None:
    """The session that an hour of a series would become; None if it is one by now. The read is audited."""
    current, series_date = series_lines.load_hour(id, day)
    if taken_hours.find_session_of_hour(context.db(), context.vault(), current, series_date):
        return None
    context.audit_read(SESSION_SERIES, current)
    hour = series_hours.build_hour(id, current.payload.rule, series_date)
    return taken_hours.foresee_session(current, hour)


def _render(session: RecordVersion[TherapySession], **addresses: str) -> str:
    prep = _load_preparation(session)
    context.audit_read(TREATMENT_PLAN, *([prep.treatment_plan] if prep.treatment_plan else ()))
    return render_template(
        "preparation/show.html",
        addresses=addresses,
        here="today",
        prep=prep,
        session=session,
        today=context.today(),
        tag=today_lines.session_tag(session.payload),
        sheets_out=handout_lines.describe_handouts(prep.sheets_out),
        due=[(form, preparation_lines.due_sentence(form)) for form in prep.due_forms],
        ask_sentence=today_lines.ask_sentence,
        note_day=preparation_lines.plan_day(prep).rstrip(":"),
    )


@screen.route("/sessions/<uuid:id>/before/paper", methods=["GET", "POST"])
@guard.allow_printout_when_read_only
def paper(id: UUID) -> ViewResult:
    """The sheet before one hour, with initials, or with names if that was chosen."""
    session = therapy_sessions.load_therapy_session(context.db(), context.vault(), id)
    context.audit_read(THERAPY_SESSION, session)
    return _print(session, back=url_for(".show", id=id))


@screen.route("/series/<uuid:id>/hours/<int:day>/before/paper", methods=["GET", "POST"])
@guard.allow_printout_when_read_only
def paper_of_hour(id: UUID, day: int) -> ViewResult:
    """The sheet before an hour of a series that is no session yet."""
    session = _foresee_session(id, day)
    if session is None:
        return responses.redirect_to(url_for("series_hours.show", id=id, day=day))
    return _print(session, back=url_for(".show_hour", id=id, day=day))


def _print(session: RecordVersion[TherapySession], *, back: str) -> ViewResult:
    from clinic_toolkit.documents import preparation

    page = preparation_lines.build_page(_load_preparation(session), by_name=NAMES in request.args)
    return printouts.respond_with_printout(
        Printout(
            kind=PrintoutKind.PREPARATION,
            title="Before the hour",
            back=("Back to the hour", back),
            render=lambda: preparation.render_preparation(page),
        )
    )


@screen.route("/before", methods=["GET", "POST"])
def day() -> ViewResult:
    """The sheets of a whole day in one file."""
    overview = daily_overview.build_daily_overview(context.db(), context.vault(), now=context.now())
    lines = (*overview.open_sessions, *overview.planned_sessions, *overview.upcoming_sessions)
    sessions_by_day: dict[date, list[RecordVersion[TherapySession]]] = {}
    for line in lines:
        # A session that was never ended is of today as well: it can only be gone on with now.
        on = max(line.session_date, overview.today)
        if line.record:
            context.audit_read(THERAPY_SESSION, line.record)
            sessions_by_day.setdefault(on, []).append(line.record)
        elif line.series_record and line.series_date:
            context.audit_read(SESSION_SERIES, line.series_record)
            hour = series_hours.build_hour(line.id, line.series_record.payload.rule, line.series_date)
            sessions_by_day.setdefault(on, []).append(taken_hours.foresee_session(line.series_record, hour))
    form = DaySheetsForm(request.form if request.method == "POST" else None, days=sessions_by_day)
    if request.method == "POST" and sessions_by_day and form.validate():
        sessions = sessions_by_day[date.fromisoformat(form.day.data)]
        packet_job.start_packet(
            [
                preparation_lines.build_page(_load_preparation(session), by_name=form.by_name)
                for session in sessions
            ],
            PacketRequest(
                back=("Back to Today", url_for("today.index")),
                kind=PrintoutKind.PREPARATION,
                title="Before the hours",
            ),
        )
        return responses.redirect_to(url_for("packets.show"))
    page = render_template(
        "preparation/day.html", here="today", form=form, errors=form.errors, days=sessions_by_day
    )
    return (page, 422) if form.errors else page


def _load_preparation(session: RecordVersion[TherapySession]) -> SessionPreparation:
    """What is shown before a session; every record that it names is audited as read."""
    prep = session_preparation.build_preparation(context.db(), context.vault(), session, now=context.now())
    context.audit_read(HANDOUT, *prep.sheets_out)
    context.audit_read(CLINICAL_NOTE, *([prep.last_note] if prep.last_note else []))
    asked = [line.administration for line in prep.ask_lines if line.administration]
    forms = {form.id: form for form in (*asked, *(each.latest for each in prep.due_forms))}
    forms |= {each.administration.id: each.administration for each in prep.marked_forms}
    context.audit_read(ADMINISTRATION, *forms.values())
    context.audit_read(REPEAT_AGREEMENT, *(each.agreement for each in prep.due_forms))
    context.audit_read(RISK_ENTRY, *(line.risk_entry for line in prep.ask_lines if line.risk_entry))
    return prep
