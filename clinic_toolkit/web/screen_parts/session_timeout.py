"""The idle timeout, which is longer while a therapy session of today is open."""

from clinic_toolkit.journal.list_facts import FactsReader
from clinic_toolkit.record.people import session_list_facts
from clinic_toolkit.record.people.therapy_session_record import TherapySessionState
from clinic_toolkit.web import context


def end_long_timeout() -> None:
    """Use the normal idle timeout again, unless another therapy session of today is still open."""
    today, reader = context.today(), FactsReader(context.db(), context.vault())
    since_today = session_list_facts.list_open_or_since(reader, today)
    if not any(facts.state == TherapySessionState.OPEN and facts.on == today for _, facts in since_today):
        context.restore_idle_timeout()
