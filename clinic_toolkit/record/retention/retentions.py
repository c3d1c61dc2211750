"""What is decided about keeping a client's record: legal holds, later dates, the date that a rule gives."""

from datetime import date, datetime
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal import records, version_history
from clinic_toolkit.journal.audit_log import VersionReference
from clinic_toolkit.journal.integrity import UnreadableRecord
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people.client_record import record_ring
from clinic_toolkit.record.retention.retention_record import (
    RETENTION,
    BroughtBack,
    Retention,
    RetentionEvent,
)
from clinic_toolkit.record.retention.retention_rule_record import (
    RETENTION_RULE,
    RetentionRule,
    RetentionRuleEvent,
    RetentionRuleState,
)
from clinic_toolkit.vault.vault import Vault

MIN_YEARS, MAX_YEARS = 1, 50


class YearsOutOfRange(ClinicError):
    """A rule of no years, or of more than fifty."""

    def __init__(self) -> None:
        super().__init__(f"Write whole years from {MIN_YEARS} to {MAX_YEARS}.")


def load_rule(db: Connection, vault: Vault) -> RecordVersion[RetentionRule] | None:
    """Return the practice's rule; None until one was confirmed."""
    rules = records.list_all_records(db, vault, RETENTION_RULE)
    return rules[-1] if rules else None


def confirm_rule(db: Connection, vault: Vault, years: int, *, now: datetime) -> None:
    """Save the practice's rule: whole years after the last session; nothing if it is the present one.

    Raises:
        YearsOutOfRange: fewer than `MIN_YEARS` or more than `MAX_YEARS`.
    """
    if not MIN_YEARS <= years <= MAX_YEARS:
        raise YearsOutOfRange
    current, rule = load_rule(db, vault), RetentionRule(years=years)
    event, state = RetentionRuleEvent.CONFIRMED, RetentionRuleState.CONFIRMED
    if current is None:
        records.create_record(
            db, vault, RETENTION_RULE, rule, ring=vault.practice_ring, state=state, event=event, now=now,
            final=True,
        )  # fmt: skip
    elif current.payload != rule:
        records.append_version(db, vault, RETENTION_RULE, current, rule, state=state, event=event, now=now)


def load_retention(db: Connection, vault: Vault, client_id: UUID) -> RecordVersion[Retention] | None:
    """Return what was decided for a client, by the primary entry; None if nothing was.

    Raises:
        UnreadableRecord: it cannot be read, so nobody knows whether a legal hold stands.
    """
    ring = record_ring(vault, client_id)
    found = records.list_records_in_rings(db, vault, RETENTION, [ring])
    _check_all_readable(vault, ring)
    return found[-1] if found else None


def find_return(db: Connection, vault: Vault, reference: VersionReference) -> BroughtBack | None:
    """Return what an audit entry that names this version says of bringing a client back.

    None if the version is not here any more, because the client was erased since, or cannot be read.
    """
    versions = version_history.list_versions(db, vault, RETENTION, UUID(bytes=reference.record))
    named = (version for version in versions if version.content_id == reference.content_id)
    found = next(named, None)
    return found.payload.brought_back if found else None


def _check_all_readable(vault: Vault, ring: UUID) -> None:
    for failure in list(vault.integrity_failures.values()):
        if failure.table == RETENTION.name and failure.ring == ring:
            raise UnreadableRecord(failure)


def save_retention(
    db: Connection,
    vault: Vault,
    current: RecordVersion[Retention] | None,
    retention: Retention,
    *,
    event: RetentionEvent,
    now: datetime,
) -> RecordVersion[Retention]:
    """Save what was decided, as the first version or the next one.

    Raises:
        StaleVersion: something else was decided meanwhile.
    """
    if current is None:
        return records.create_record(
            db,
            vault,
            RETENTION,
            retention,
            ring=record_ring(vault, retention.client_id),
            state=retention.state,
            event=event,
            now=now,
            final=True,
        )
    return records.append_version(
        db, vault, RETENTION, current, retention, state=retention.state, event=event, now=now
    )


def set_hold(db: Connection, vault: Vault, client_id: UUID, reason: str, *, now: datetime) -> None:
    """Put a client under a legal hold, or with an empty reason release it; nothing if it is so already."""
    current = load_retention(db, vault, client_id)
    before = current.payload if current else Retention(client=client_id.bytes)
    retention = msgspec.structs.replace(before, hold_reason=reason)
    if retention != before:
        event = RetentionEvent.HELD if reason else RetentionEvent.RELEASED
        save_retention(db, vault, current, retention, event=event, now=now)


def keep_longer(
    db: Connection, vault: Vault, client_id: UUID, until: date, reason: str, *, now: datetime
) -> None:
    """Keep a client's record until this day, whatever the rule says; nothing if it is so already."""
    current = load_retention(db, vault, client_id)
    before = current.payload if current else Retention(client=client_id.bytes)
    retention = msgspec.structs.replace(before, keep_until=until, keep_reason=reason)
    if retention != before:
        save_retention(db, vault, current, retention, event=RetentionEvent.PROLONGED, now=now)


def add_years(day: date, years: int) -> date:
    """Return the same day some years later; 1 March for 29 February, and the last day that there is."""
    if day.year + years > date.max.year:
        return date.max
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def keep_until(last_seen: date, rule: RetentionRule | None, own_date: date | None) -> date | None:
    """Return the day until which a record is to be kept; None without a rule or a date of its own.

    Args:
        last_seen: the day from which the time is counted (`last_sessions`).
        own_date: the later date that was chosen for this client (`keep_longer`).
    """
    days = [add_years(last_seen, rule.years)] if rule else []
    days += [own_date] if own_date else []
    return max(days, default=None)


def must_keep(until: date | None, today: date) -> bool:
    """Whether a record that is kept until this day must be kept today; also where no rule says until when."""
    return until is None or until >= today
