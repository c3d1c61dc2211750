"""What a calendar file would change here, hour by hour. Nothing is written: a person confirms each."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection

from clinic_toolkit.calendars.file_hours import CalendarContent, FileHour, HourStatus
from clinic_toolkit.journal import records
from clinic_toolkit.journal.list_facts import FactsReader
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.calendars import (
    calendar_links,
    client_matching,
    entry_pairing,
    hour_obstacles,
    own_hours,
)
from clinic_toolkit.record.calendars.calendar_link_record import CalendarLink, CalendarSays
from clinic_toolkit.record.calendars.client_matching import Caseload, MatchReason
from clinic_toolkit.record.calendars.hour_obstacles import HourObstacle
from clinic_toolkit.record.people import session_list_facts
from clinic_toolkit.record.people.therapy_session_record import (
    THERAPY_SESSION,
    Attendance,
    TherapySession,
)
from clinic_toolkit.record.scheduling import series, series_list_facts, taken_hours
from clinic_toolkit.record.scheduling.series_hours import SeriesHour
from clinic_toolkit.vault.vault import Vault

Link = RecordVersion[CalendarLink]
Session = RecordVersion[TherapySession]


class ChangeKind(StrEnum):
    """What became of an hour in the file."""

    MOVED = "moved"
    CANCELLED = "cancelled"
    GONE = "gone"
    PLANNED_AGAIN = "planned again"


class NewSeries(Struct, frozen=True, kw_only=True):
    """The hours with one number and one title that are not here yet, and for whom they may be."""

    uid: str
    summary: str
    hours: tuple[FileHour, ...]
    suggested_case_id: UUID | None
    reason: MatchReason


class SameHour(Struct, frozen=True, kw_only=True):
    """An entry at the very time of a session that is here already: perhaps the same hour.

    `series_hour` is the hour of a series that is no session of its own yet; `session` is then what it would
    become, and was never saved.
    """

    hour: FileHour
    session: Session
    series_hour: SeriesHour | None = None


class Change(Struct, frozen=True, kw_only=True):
    """An hour of which the file says something else now; `obstacle` is why it is not changed here."""

    kind: ChangeKind
    link: Link
    session: Session
    hour: FileHour | None
    obstacle: HourObstacle | None


class Proposals(Struct, frozen=True, kw_only=True):
    """Everything that a file would change; the rest is counted: as before, of an older file, passed over."""

    new: tuple[NewSeries, ...]
    same: tuple[SameHour, ...]
    changes: tuple[Change, ...]
    unchanged: int
    older: int
    passed_over: int

    @property
    def is_empty(self) -> bool:
        """Whether the file changes nothing."""
        return not (self.new or self.same or self.changes)


def compare_with_record(
    db: Connection, vault: Vault, content: CalendarContent, *, now: datetime
) -> tuple[Proposals, Caseload]:
    """Compare what a file holds with the sessions here."""
    links = calendar_links.load_links(db, vault)
    caseload = client_matching.load_caseload(db, vault)
    live = [
        link
        for link in links.linked
        if UUID(bytes=link.payload.case_id_bytes) not in caseload.leaving_case_ids
    ]
    hidden_uids = {link.payload.uid for link in links.linked} - {link.payload.uid for link in live}
    wanted = [
        hour for hour in content.hours if hour.uid not in links.passed_over and hour.uid not in hidden_uids
    ]
    paired = entry_pairing.pair_entries(live, wanted)
    sessions = _load_sessions(db, vault, content, caseload)
    own_uids = {own_hours.uid_of_session(session) for session in sessions}
    foreseen = _foresee_hours(db, vault, content, caseload)
    own_uids |= {own_hours.uid_of_series_hour(each) for _, each in foreseen}
    unpaired = [hour for hour in paired.hours if hour.uid not in own_uids]
    gone = [link for link in paired.links if _is_missed(link, content, now)]
    same, remaining = _match_same_hours(unpaired, sessions, foreseen, live, gone, caseload)
    resumed = {each.session.id for each in same if each.series_hour is None}
    found = [_describe_change(db, vault, link, hour, now) for link, hour in paired.pairs]
    found += [
        _describe_change(db, vault, link, None, now)
        for link in gone
        if link.payload.therapy_session_id not in resumed
    ]
    return (
        Proposals(
            new=_group_new(remaining, links, caseload, same),
            same=tuple(same),
            changes=tuple(change for change in found if isinstance(change, Change)),
            unchanged=found.count(None) + len(paired.hours) - len(unpaired),
            older=paired.older,
            passed_over=len(content.hours) - len(wanted),
        ),
        caseload,
    )


def _load_sessions(
    db: Connection, vault: Vault, content: CalendarContent, caseload: Caseload
) -> list[Session]:
    """The sessions of the days of the file."""
    facts = session_list_facts.list_open_or_since(FactsReader(db, vault), content.first - timedelta(days=1))
    days = [
        each
        for _, each in facts
        if each.on <= content.last + timedelta(days=1)
        and UUID(bytes=each.case_id_bytes) not in caseload.leaving_case_ids
    ]
    found = (records.find_readable_record(db, vault, THERAPY_SESSION, each.id) for each in days)
    return [session for session in found if session is not None]


def _foresee_hours(
    db: Connection, vault: Vault, content: CalendarContent, caseload: Caseload
) -> list[tuple[Session, SeriesHour]]:
    """The hours of series that are no sessions of their own yet, each with what it would become."""
    listed = series_list_facts.list_hours_for_once(
        FactsReader(db, vault), first=content.first - timedelta(days=1), last=content.last + timedelta(days=1)
    )
    rules = {id: series.load_series(db, vault, id) for id in {each.hour.series_id for each in listed}}
    return [
        (taken_hours.foresee_session(rules[each.hour.series_id], each.hour), each.hour)
        for each in listed
        if UUID(bytes=each.case_id_bytes) not in caseload.leaving_case_ids
    ]


def _is_missed(link: Link, content: CalendarContent, now: datetime) -> bool:
    """Whether an hour that is still to come should be in this file, and is not."""
    starts_at = link.payload.starts_at
    is_same_calendar = link.payload.source == content.source or any(
        hour.uid == link.payload.uid for hour in content.hours
    )
    return (
        is_same_calendar
        and starts_at is not None
        and starts_at > now
        and content.first <= starts_at.astimezone().date() <= content.last
        and link.payload.says != CalendarSays.GONE
    )


def _match_same_hours(
    hours: Sequence[FileHour],
    sessions: Sequence[Session],
    foreseen: Sequence[tuple[Session, SeriesHour]],
    links: Sequence[Link],
    gone: Sequence[Link],
    caseload: Caseload,
) -> tuple[list[SameHour], list[FileHour]]:
    """The entries at the very time of a session that no entry in the file stands for, and the other ones."""
    gone_ids = {link.payload.therapy_session_id for link in gone}
    taken = {link.payload.therapy_session_id for link in links} - gone_ids
    free: dict[datetime, list[tuple[Session, SeriesHour | None]]] = {}
    candidates: list[tuple[Session, SeriesHour | None]] = [
        (session, None)
        for session in sessions
        if session.id not in taken and session.payload.attendance != Attendance.CANCELLED
    ]
    for candidate in (*candidates, *foreseen):
        if starts_at := candidate[0].payload.starts_at:
            free.setdefault(starts_at, []).append(candidate)
    same: list[SameHour] = []
    others: list[FileHour] = []
    for hour in hours:
        named = caseload.match_title(hour.summary)
        fitting = [
            (starts_at, candidate)
            for starts_at in entry_pairing.list_readings(hour)
            for candidate in free.get(starts_at, [])
            if named in (None, candidate[0].payload.case_id)
        ]
        if len(fitting) == 1 and hour.status == HourStatus.PLANNED:
            [(starts_at, candidate)] = fitting
            free[starts_at].remove(candidate)
            same.append(SameHour(hour=hour, session=candidate[0], series_hour=candidate[1]))
        else:
            others.append(hour)
    return same, others


def _group_new(
    hours: Sequence[FileHour],
    links: calendar_links.CalendarLinks,
    caseload: Caseload,
    same: Sequence[SameHour],
) -> tuple[NewSeries, ...]:
    groups: dict[tuple[str, str], list[FileHour]] = {}
    for hour in hours:
        if hour.status == HourStatus.PLANNED:
            groups.setdefault((hour.uid, hour.summary), []).append(hour)
    continued = {each.hour.uid: each.session.payload.case_id for each in same}
    found = []
    for (uid, summary), of_group in groups.items():
        suggested, reason = links.find_known_case(uid), MatchReason.KNOWN
        if suggested is None:
            suggested, reason = continued.get(uid), MatchReason.SAME_TIME
        if suggested is None:
            suggested, reason = caseload.match_title(summary), MatchReason.TITLE
        if caseload.find_choice(suggested) is None:
            suggested, reason = None, MatchReason.NONE
        found.append(
            NewSeries(
                uid=uid, summary=summary, hours=tuple(of_group), suggested_case_id=suggested, reason=reason
            )
        )
    # What is likely an hour with a client comes first.
    return tuple(sorted(found, key=lambda series: (series.suggested_case_id is None, series.hours[0].local)))


def _describe_change(
    db: Connection, vault: Vault, link: Link, hour: FileHour | None, now: datetime
) -> Change | None:
    """What the file changes in one hour, or None if it says what it said, or what is here."""
    session_id = link.payload.therapy_session_id
    session = records.find_readable_record(db, vault, THERAPY_SESSION, session_id) if session_id else None
    if session is None:
        return None
    kind = _find_kind(link.payload, session.payload, hour)
    if kind is None:
        return None
    obstacle = hour_obstacles.find_obstacle(db, vault, session, now=now)
    if (
        obstacle == HourObstacle.BEGUN
        and kind != ChangeKind.MOVED
        and session.payload.attendance != Attendance.PLANNED
    ):
        return None  # how it went was entered here, and the file knows less
    return Change(kind=kind, link=link, session=session, hour=hour, obstacle=obstacle)


def _find_kind(link: CalendarLink, session: TherapySession, hour: FileHour | None) -> ChangeKind | None:
    is_cancelled_here = session.attendance == Attendance.CANCELLED
    if hour is None:
        return None if is_cancelled_here else ChangeKind.GONE
    if hour.status == HourStatus.CANCELLED:
        is_known = link.says == CalendarSays.CANCELLED or is_cancelled_here
        return None if is_known else ChangeKind.CANCELLED
    is_moved = not any(
        starts_at in entry_pairing.list_readings(hour) and minutes == hour.minutes
        for starts_at, minutes in ((link.starts_at, link.minutes), (session.starts_at, session.minutes))
    )
    if is_cancelled_here:
        is_planned_again = is_moved or link.says != CalendarSays.PLANNED
        return ChangeKind.PLANNED_AGAIN if is_planned_again else None
    return ChangeKind.MOVED if is_moved else None
