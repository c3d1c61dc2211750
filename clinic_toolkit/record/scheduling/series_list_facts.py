"""What lists need to know of series: the rule of each; the hours follow from it.

Kept by ring (`journal/list_facts.py`), so that *Today* opens only the series of which it shows an hour.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.journal import records
from clinic_toolkit.journal.list_facts import FactsKind, FactsReader, register_facts
from clinic_toolkit.record.people.session_list_facts import RING_SESSIONS, RingSessions
from clinic_toolkit.record.people.therapy_session_record import THERAPY_SESSION
from clinic_toolkit.record.scheduling import series_hours
from clinic_toolkit.record.scheduling.series_hours import SeriesHour
from clinic_toolkit.record.scheduling.series_record import SESSION_SERIES
from clinic_toolkit.record.scheduling.series_rule import SeriesRule
from clinic_toolkit.vault.vault import Vault

_DAY = timedelta(days=1)


class SeriesFacts(msgspec.Struct, frozen=True, array_like=True):
    """One series: whose it is, and when its hours are."""

    id_bytes: bytes
    case_id_bytes: bytes
    rule: SeriesRule

    @property
    def id(self) -> UUID:
        """The id of the series."""
        return UUID(bytes=self.id_bytes)


class RingSeries(msgspec.Struct, frozen=True, array_like=True):
    """The series of one ring, in the order of creation."""

    series: tuple[SeriesFacts, ...]


class ListedHour(msgspec.Struct, frozen=True, kw_only=True):
    """One hour of a series that a list may show, its case and its ring."""

    hour: SeriesHour
    case_id_bytes: bytes
    ring: UUID


def _compute_series_facts(db: Connection, vault: Vault, rings: Sequence[UUID]) -> RingSeries:
    return RingSeries(
        tuple(
            SeriesFacts(series.id.bytes, series.payload.case_id_bytes, series.payload.rule)
            for series in records.list_records_in_rings(db, vault, SESSION_SERIES, rings)
        )
    )


RING_SERIES = register_facts(
    FactsKind(
        name="session series", kinds=(SESSION_SERIES,), facts_type=RingSeries, compute=_compute_series_facts
    )
)


def list_hours_of_rings(reader: FactsReader, *, first: date, last: date) -> list[ListedHour]:
    """Return the hours of every series from `first` to `last`, in order of time.

    Hours that were left out, or are sessions of their own by now, are no part of them.
    """
    # Local times are worked out once for the days of a list, until a series or a session changes.
    kept = reader.load_derived(
        f"hours of series {first} {last}",
        (SESSION_SERIES, THERAPY_SESSION),
        lambda: tuple(_compute_hours(reader, first, last)),
    )
    return list(kept)


def list_hours_for_once(reader: FactsReader, *, first: date, last: date) -> list[ListedHour]:
    """Return what `list_hours_of_rings` returns, and keep nothing: for days that no list shows."""
    return _compute_hours(reader, first, last)


def _compute_hours(reader: FactsReader, first: date, last: date) -> list[ListedHour]:
    found = []
    for ring, ring_series in reader.load_of_rings(RING_SERIES):
        for facts in ring_series.series:
            rule = facts.rule
            if rule.first_on > last + _DAY or (rule.last_on and rule.last_on < first - _DAY):
                continue
            sessions = reader.load(RING_SESSIONS, ring, (ring,))
            hours = series_hours.list_hours(
                facts.id, rule, list_taken_dates(sessions, facts.id_bytes), first=first, last=last
            )
            found += [ListedHour(hour=hour, case_id_bytes=facts.case_id_bytes, ring=ring) for hour in hours]
    return sorted(found, key=lambda one: (one.hour.on, one.hour.start, one.hour.series_id.bytes))


def list_taken_dates(sessions: RingSessions, series_id: bytes) -> frozenset[date]:
    """Return the days of a series whose hours are sessions of their own."""
    pins = (facts.series_pin for facts in sessions.sessions)
    return frozenset(pin[1] for pin in pins if pin and pin[0] == series_id)
