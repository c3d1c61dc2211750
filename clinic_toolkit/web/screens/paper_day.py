"""A page to print in advance: what to do on a day when the computer fails."""

from datetime import time, timedelta

from flask import Blueprint, render_template, request

from clinic_toolkit.record import daily_overview
from clinic_toolkit.web import context
from clinic_toolkit.web.content import paper_day
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("paper_day", __name__)

LIST_PARAM, TOMORROW = "list", "tomorrow"


@screen.get("/when-the-computer-fails")
def index() -> ViewResult:
    """What to do, what to write down, how to enter it later; with the day's sessions only if requested."""
    asked = request.args.get(LIST_PARAM)
    on = context.today() + timedelta(days=1 if asked == TOMORROW else 0)
    hours: tuple[daily_overview.TherapySessionLine, ...] = ()
    if asked is not None:
        day = daily_overview.build_daily_overview(context.db(), context.vault(), now=context.now())
        if asked == TOMORROW:
            found = day.upcoming_sessions
        else:
            found = (
                *day.earlier_sessions,
                *day.open_sessions,
                *((day.next_session,) if day.next_session else ()),
                *day.later_sessions,
                *day.unfinished_sessions,
            )
        hours = tuple(
            sorted(
                (line for line in found if line.session_date == on), key=lambda line: line.start or time.min
            )
        )
        listed = {line.id for line in hours}
        context.audit_read("therapy_session", *(kept for kept in day.shown_sessions if kept.id in listed))
    else:
        context.discard_audit_reads()
    return render_template(
        "paper_day/index.html",
        title=paper_day.TITLE,
        before=paper_day.INTRODUCTION,
        parts=paper_day.SECTIONS,
        crisis_text=context.load_practice().payload.crisis_text,
        listed=asked,
        tomorrow=TOMORROW,
        hours=hours,
        on=on,
    )
