"""A page to print before it is needed: what to do on a day when the computer fails."""

from datetime import time

from flask import Blueprint, render_template, request

from clinic_toolkit.record import today
from clinic_toolkit.web import context, paper_day
from clinic_toolkit.web.responses import Answer

screen = Blueprint("paper_day", __name__)

LIST = "list"


@screen.get("/when-the-computer-fails")
def index() -> Answer:
    """What to do, what to write down, how to enter it later; the hours of today only on asking."""
    hours: tuple[today.HourLine, ...] = ()
    if LIST in request.args:
        day = today.of(context.db(), context.vault(), now=context.now())
        found = (*day.earlier, *day.open, *((day.next,) if day.next else ()), *day.later, *day.to_finish)
        hours = tuple(
            sorted((line for line in found if line.on == day.on), key=lambda line: line.start or time.min)
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
        listed=LIST in request.args,
        hours=hours,
        today=context.now().astimezone().date(),
    )
