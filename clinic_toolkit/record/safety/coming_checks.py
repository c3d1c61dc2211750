"""Checks that risk entries plan for the coming days: not due yet, and worth knowing of."""

from datetime import date, timedelta

from msgspec import Struct
from sqlalchemy import Connection

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import display_names
from clinic_toolkit.record.safety import prompt_closings, risk_entries
from clinic_toolkit.record.safety.risk_entry_record import RiskEntry
from clinic_toolkit.vault.vault import Vault

DAYS_AHEAD = 7


class ComingCheck(Struct, frozen=True, kw_only=True):
    """One planned check: its day, the client's initials, and the entry that planned it."""

    planned_for: date
    initials: str
    risk_entry: RecordVersion[RiskEntry]


def list_coming_checks(db: Connection, vault: Vault, *, today: date) -> tuple[ComingCheck, ...]:
    """Return the checks of the next `DAYS_AHEAD` days that are not due yet, earliest first."""
    initials_by_id = display_names.load_display_names(db, vault).short_by_id
    entries = risk_entries.list_risk_entries(db, vault)
    last_day = today + timedelta(days=DAYS_AHEAD)
    return tuple(
        ComingCheck(
            planned_for=entry.payload.next_check_date,
            initials=initials_by_id[entry.payload.client_id],
            risk_entry=entry,
        )
        for entry in prompt_closings.list_later_checks(entries, today=today, until=last_day)
        if entry.payload.next_check_date and entry.payload.client_id in initials_by_id
    )
