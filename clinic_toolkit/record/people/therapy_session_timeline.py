"""Hours in the order of time: all of them, those of today, and what was agreed in the last one."""

from datetime import date, datetime, time

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people.cases import Case
from clinic_toolkit.record.people.therapy_sessions import TherapySession, therapy_session_table
from clinic_toolkit.vault.vault import Vault


class TodaysSessions(msgspec.Struct, frozen=True, kw_only=True):
    """What a case has today: the day, the hour that is open, the hour that is planned next."""

    today: date
    open_session: RecordVersion[TherapySession] | None
    next_planned: RecordVersion[TherapySession] | None


def find_todays_sessions(hours: list[RecordVersion[TherapySession]], *, now: datetime) -> TodaysSessions:
    """Of these hours, newest first, what there is today; so that none is begun twice."""
    day = now.astimezone().date()
    todays = [kept for kept in reversed(hours) if kept.payload.on == day]
    return TodaysSessions(
        today=day,
        open_session=next((kept for kept in todays if kept.state == "open"), None),
        next_planned=next(
            (kept for kept in todays if kept.state == "entered" and kept.payload.attendance == "planned"),
            None,
        ),
    )


def find_last_agreement(
    hours: list[RecordVersion[TherapySession]], than: RecordVersion[TherapySession] | None = None
) -> TherapySession | None:
    """Of these hours, newest first, the last one with something agreed; `than` asks before that hour."""
    return next(
        (
            kept.payload
            for kept in hours
            if kept.payload.agreed_for_next
            and kept.state != "open"
            and (than is None or _start_key(kept) < _start_key(than))
        ),
        None,
    )


def has_earlier_meeting(
    hours: list[RecordVersion[TherapySession]], than: RecordVersion[TherapySession]
) -> bool:
    """Whether one of these hours took place before that hour."""
    return any(
        kept.payload.took_place and kept.id != than.id and _start_key(kept) <= _start_key(than)
        for kept in hours
    )


def list_therapy_sessions_of_cases(
    db: Connection, vault: Vault, cases_of_person: list[RecordVersion[Case]]
) -> list[RecordVersion[TherapySession]]:
    """The hours of these cases, newest first."""
    hours = records.list_records_in_rings(
        db, vault, therapy_session_table, [case.ring for case in cases_of_person], TherapySession
    )
    return sorted(hours, key=_start_key, reverse=True)


def list_therapy_sessions(db: Connection, vault: Vault) -> list[RecordVersion[TherapySession]]:
    """Every hour of this clinician, oldest first."""
    return sorted(records.list_all_records(db, vault, therapy_session_table, TherapySession), key=_start_key)


def _start_key(therapy_session: RecordVersion[TherapySession]) -> tuple[date, time]:
    return therapy_session.payload.on, therapy_session.payload.start or time.min
