"""What lines of the audit trail and pages of deletion say in detail: counts of records, and backups."""

from collections import Counter
from collections.abc import Iterable

from clinic_toolkit import dates
from clinic_toolkit.journal.record_kind import RecordNouns, nouns_of
from clinic_toolkit.record.retention.retention_record import BroughtBack
from clinic_toolkit.store.types import from_microseconds


def describe_backup(made_at: str) -> str:
    """The moment of a restored backup, in microseconds, as the end of its sentence; "" if it is not known."""
    try:
        moment = from_microseconds(int(made_at))
    except ValueError:
        return ""
    return f". The backup is of {dates.format_date_and_time(moment.astimezone())}" if int(made_at) else ""


def describe_return(returned: BroughtBack) -> str:
    """When, from which backup and why a client was brought back."""
    made_at = dates.format_date_and_time(returned.backup_made_at.astimezone())
    return (
        f"on {dates.format_date(returned.at.astimezone())}, from the backup of {made_at}: {returned.reason}"
    )


def count_records(tables: Iterable[str]) -> str:
    """Count records in words, such as "3 sessions and a note"."""
    counts = Counter(tables)
    parts = [_count_with_nouns(nouns_of(table), count) for table, count in counts.items()]
    *first, last = parts or ["nothing"]
    return f"{', '.join(first)} and {last}" if first else last


def _count_with_nouns(nouns: RecordNouns, count: int) -> str:
    return nouns.one if count == 1 else f"{count} {nouns.many}"
