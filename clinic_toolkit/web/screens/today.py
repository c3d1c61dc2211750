"""Today: the hours to come, and what is still to finish."""

from flask import Blueprint, render_template

from clinic_toolkit.record import today
from clinic_toolkit.web import context, requests
from clinic_toolkit.web.responses import Answer

screen = Blueprint("today", __name__)

# So many sessions to finish, and to come, stand on the page; the others are one click away.
NEWEST = 12


@screen.get("/")
def index() -> Answer:
    """One screen for the day. It shows initials; the rest opens on a tap."""
    day = today.of(context.db(), context.vault(), now=context.now())
    most = requests.most(NEWEST)
    folded = {line.id for line in (*day.to_finish[most:], *day.upcoming[most:])}
    context.saw("therapy_session", *(hour for hour in day.shown if hour.id not in folded))
    context.saw("administration", *(each.administration for each in day.to_ask if each.administration))
    context.saw("risk_entry", *(each.entry for each in day.to_ask if each.entry))
    if any(hour.on == day.on for hour in day.open):
        # After a lock in the middle of an hour, pauses may be as long as before it.
        context.open_hour()
    return render_template(
        "today/index.html",
        here="today",
        day=day,
        most=most,
        slots_intact=context.vault().slots_intact,
        limits_confirmed=bool(context.practice().body.limits_text),
        damaged=len(context.vault().damaged_rings),
    )
