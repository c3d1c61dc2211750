"""A page to print before it is needed: what to do on a day when the computer fails."""

from datetime import time, timedelta

from flask import Blueprint, render_template, request

from clinic_toolkit.record import today
from clinic_toolkit.web import context, paper_day
from clinic_toolkit.web.responses import Answer

screen = Blueprint("paper_day", __name__)

LIST, TOMORROW = "list", "tomorrow"


@screen.get("/when-the-computer-fails")
def index() -> Answer:
    """What to do, what to write down, how to enter it later; the hours of a day only on asking."""
    asked = request.args.get(LIST)
    on = context.now().astimezone().date() + timedelta(days=asked == TOMORROW)
    hours: tuple[today.HourLine, ...] = ()
    if asked is not None:
        day = today.of(context.db(), context.vault(), now=context.now())
        found = (*day.earlier, *day.open, *((day.next,) if day.next else ()), *day.later, *day.to_finish)
        found = day.upcoming if asked == TOMORROW else found
        hours = tuple(
            sorted((line for line in found if line.on == on), key=lambda line: line.start or time.min)
        )
        listed = {line.id for line in hours}
        context.saw("therapy_session", *(kept for kept in day.shown if kept.id in listed))
    else:
        context.showed_nothing()
    return render_template(
        "paper_day/index.html",
        title=paper_day.TITLE,
        before=paper_day.BEFORE,
        parts=paper_day.PARTS,
        crisis_text=context.practice().body.crisis_text,
        listed=asked,
        tomorrow=TOMORROW,
        hours=hours,
        on=on,
    )
