"""What an executor needs first: how to reach each client, the coming sessions, what is still to be asked."""

from datetime import date, datetime, timedelta
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection

from clinic_toolkit.journal.list_facts import FactsReader
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import clients, display_names
from clinic_toolkit.record.people.client_record import Client, ClientState
from clinic_toolkit.record.people.therapy_session_record import Attendance, TherapySessionState
from clinic_toolkit.record.safety import ask_lines, safety_list_facts
from clinic_toolkit.record.safety.ask_lines import AskLine, ComingCheck
from clinic_toolkit.record.writing import listed_sessions, therapy_session_lines
from clinic_toolkit.record.writing.therapy_session_lines import TherapySessionLine
from clinic_toolkit.vault.vault import Vault

# The hours of series go on without end; an executor tells clients of the next four weeks.
SERIES_DAYS = 28


class ExecutorOverview(Struct, frozen=True, kw_only=True):
    """Every client of the practice, active ones first; sessions and matters are listed by full names."""

    today: date
    clients: tuple[RecordVersion[Client], ...]
    names: dict[UUID, str]
    sessions: tuple[TherapySessionLine, ...]
    ask_lines: tuple[AskLine, ...]
    coming_checks: tuple[ComingCheck, ...]


def build_executor_overview(db: Connection, vault: Vault, *, now: datetime) -> ExecutorOverview:
    """Build the overview of the local day of `now`."""
    today, reader = now.astimezone().date(), FactsReader(db, vault)
    names = display_names.load_display_names(db, vault).full_by_id
    planned = [
        one
        for one in listed_sessions.list_sessions(
            reader,
            today=today,
            last=today + timedelta(days=SERIES_DAYS),
        )
        if one.facts.state == TherapySessionState.OPEN
        or (one.facts.on >= today and one.facts.attendance == Attendance.PLANNED)
    ]
    lines = (therapy_session_lines.build_session_line(db, vault, reader, one, names) for one in planned)
    people = safety_list_facts.list_person_safety(reader, db, vault)
    asks = ask_lines.build_ask_lines(db, vault, people, names, today=today)
    return ExecutorOverview(
        today=today,
        clients=tuple(
            sorted(
                clients.list_clients(db, vault),
                key=lambda client: (
                    client.state == ClientState.ARCHIVED,
                    names.get(client.id, "").casefold(),
                ),
            )
        ),
        names=names,
        sessions=tuple(line for line in lines if line),
        ask_lines=asks.to_ask,
        coming_checks=asks.coming,
    )
