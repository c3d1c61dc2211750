"""The idle timeout, which is longer while a therapy session of today is open."""

from clinic_toolkit.record.people import therapy_session_timeline
from clinic_toolkit.record.people.therapy_session_record import TherapySessionState
from clinic_toolkit.web import context


def end_long_timeout() -> None:
    """Use the normal idle timeout again, unless another therapy session of today is still open."""
    today = context.today()
    hours = therapy_session_timeline.list_therapy_sessions(context.db(), context.vault())
    if not any(hour.state == TherapySessionState.OPEN and hour.payload.on == today for hour in hours):
        context.restore_idle_timeout()
