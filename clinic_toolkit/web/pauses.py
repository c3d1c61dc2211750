"""How long a pause may be before the screen locks: longer while an hour of today is open."""

from clinic_toolkit.record import sessions
from clinic_toolkit.web import context


def shorten() -> None:
    """Let the screen lock after a short pause again, unless an hour of today is still open."""
    today = context.now().astimezone().date()
    everything = sessions.everything(context.db(), context.vault())
    if not any(hour.state == "open" and hour.body.on == today for hour in everything):
        context.close_hour()
