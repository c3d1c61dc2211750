"""A page to print in advance: what to do on a day when the computer fails."""

from datetime import time, timedelta

from flask import Blueprint, render_template, request

from clinic_toolkit.record import daily_overview
from clinic_toolkit.record.people.therapy_session_record import THERAPY_SESSION
from clinic_toolkit.record.scheduling.series_record import SESSION_SERIES
from clinic_toolkit.record.writing.therapy_session_lines import TherapySessionLine
from clinic_toolkit.web import context
from clinic_toolkit.web.content import paper_day
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("paper_day", __name__)

LIST_PARAM, TOMORROW = "list", "tomorrow"


@screen.get("/when-the-computer-fails")
def index() -> ViewResult:
    """What to do, what to write down, how to enter it later; with the day's sessions only if requested."""
    requested_day = request.args.get(LIST_PARAM)
    listed_day = context.today() + timedelta(days=1 if requested_day == TOMORROW else 0)
    sessions: tuple[TherapySessionLine, ...] = ()
    if requested_day is not None:
        overview = daily_overview.build_daily_overview(context.db(), context.vault(), now=context.now())
        if requested_day == TOMORROW:
            day_lines = overview.upcoming_sessions
        else:
            day_lines = (
                *overview.earlier_sessions,
                *overview.open_sessions,
                *overview.planned_sessions,
                *overview.unfinished_sessions,
            )
        sessions = tuple(
            sorted(
                (line for line in day_lines if line.session_date == listed_day),
                key=lambda line: line.start or time.min,
            )
        )
        listed_ids = {line.id for line in sessions}
        context.audit_read(
            THERAPY_SESSION, *(session for session in overview.shown_sessions if session.id in listed_ids)
        )
        context.audit_read(
            SESSION_SERIES, *(series for series in overview.shown_series if series.id in listed_ids)
        )
    else:
        context.discard_audit_reads()
    return render_template(
        "paper_day/index.html",
        title=paper_day.TITLE,
        before=paper_day.INTRODUCTION,
        parts=paper_day.SECTIONS,
        crisis_text=context.load_practice().payload.crisis_text,
        listed=requested_day,
        tomorrow=TOMORROW,
        sessions=sessions,
        on=listed_day,
    )
