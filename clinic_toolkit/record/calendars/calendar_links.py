"""The links to entries of a calendar: kept when a person confirms what an entry is, and at no other time."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy import Connection

from clinic_toolkit.calendars.file_hours import FileHour
from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.calendars.calendar_link_record import (
    CALENDAR_LINK,
    CalendarLink,
    CalendarLinkEvent,
    CalendarLinkState,
    CalendarSays,
)
from clinic_toolkit.record.people.therapy_session_record import TherapySession
from clinic_toolkit.vault.own_ring import ensure_own_ring
from clinic_toolkit.vault.vault import Vault


class CalendarLinks:
    """Every link, by what an entry is known by."""

    def __init__(self, stored: Iterable[RecordVersion[CalendarLink]]) -> None:
        self.linked: list[RecordVersion[CalendarLink]] = []
        self.passed_over: dict[str, RecordVersion[CalendarLink]] = {}
        for link in stored:
            if link.state == CalendarLinkState.PASSED_OVER:
                self.passed_over[link.payload.uid] = link
            elif link.state == CalendarLinkState.LINKED:
                self.linked.append(link)
        self.by_entry = {(link.payload.uid, link.payload.recurrence): link for link in self.linked}
        self.by_session = {link.payload.therapy_session_id: link for link in self.linked}

    def find_known_case(self, uid: str) -> UUID | None:
        """The case that the hours of a series were confirmed for; None if there is none, or more than one."""
        case_ids = {link.payload.case_id_bytes for link in self.linked if link.payload.uid == uid}
        return UUID(bytes=case_ids.pop()) if len(case_ids) == 1 else None


def load_links(db: Connection, vault: Vault) -> CalendarLinks:
    """Load every link that this clinician may see."""
    return CalendarLinks(records.list_all_records(db, vault, CALENDAR_LINK))


def link_session(
    db: Connection,
    vault: Vault,
    session: RecordVersion[TherapySession],
    hour: FileHour,
    *,
    source: str,
    by_file: bool,
    now: datetime,
) -> RecordVersion[CalendarLink]:
    """Note which entry a session is, in the ring of its case; a session has one link.

    Args:
        source: the calendar that the entry is in.
        by_file: whether the rules in the file say when it is, and not the name of its zone.
    """
    payload = CalendarLink(
        uid=hour.uid,
        recurrence=hour.recurrence,
        source=source,
        case_id_bytes=session.payload.case_id_bytes,
        therapy_session=session.id.bytes,
        starts_at=hour.starts_at(by_file=by_file),
        minutes=hour.minutes,
        sequence=hour.sequence,
        says=CalendarSays(hour.status),
    )
    earlier = next(
        (
            link
            for link in records.list_records_in_rings(db, vault, CALENDAR_LINK, [session.ring])
            if link.payload.therapy_session == session.id.bytes
        ),
        None,
    )
    if earlier is not None:
        # The other program has split a series: the hour goes on under a new number.
        return _append(db, vault, earlier, payload, CalendarLinkEvent.LINKED, now=now)
    return records.create_record(
        db, vault, CALENDAR_LINK, payload,
        ring=session.ring, state=CalendarLinkState.LINKED,
        event=CalendarLinkEvent.LINKED, now=now, final=True,
    )  # fmt: skip


def note_answer(
    db: Connection,
    vault: Vault,
    link: RecordVersion[CalendarLink],
    hour: FileHour | None,
    *,
    by_file: bool,
    now: datetime,
) -> RecordVersion[CalendarLink]:
    """Note that a person has answered what the file says of an hour now, so that it is not asked again.

    Args:
        hour: the hour as the file has it; None if it is gone from there.
    """
    payload = (
        replace(link.payload, says=CalendarSays.GONE)
        if hour is None
        else replace(
            link.payload,
            recurrence=hour.recurrence,
            starts_at=hour.starts_at(by_file=by_file),
            minutes=hour.minutes,
            sequence=hour.sequence,
            says=CalendarSays(hour.status),
        )
    )
    return _append(db, vault, link, payload, CalendarLinkEvent.ANSWERED, now=now)


def pass_over(
    db: Connection, vault: Vault, uid: str, *, source: str, now: datetime
) -> RecordVersion[CalendarLink] | None:
    """Note that an entry is no hour with a client, in the clinician's own ring; None if it is noted already.

    Raises:
        OwnRingLost: the clinician's own ring does not open.
    """
    if uid in load_links(db, vault).passed_over:
        return None
    return records.create_record(
        db, vault, CALENDAR_LINK, CalendarLink(uid=uid, source=source),
        ring=ensure_own_ring(db, vault), state=CalendarLinkState.PASSED_OVER,
        event=CalendarLinkEvent.PASSED_OVER, now=now, final=True,
    )  # fmt: skip


def release_link(
    db: Connection, vault: Vault, link: RecordVersion[CalendarLink], *, now: datetime
) -> RecordVersion[CalendarLink]:
    """Take back what was decided about an entry: it is proposed anew."""
    return records.append_version(
        db, vault, CALENDAR_LINK, link, link.payload,
        state=CalendarLinkState.RELEASED, event=CalendarLinkEvent.RELEASED, now=now,
    )  # fmt: skip


def _append(
    db: Connection,
    vault: Vault,
    link: RecordVersion[CalendarLink],
    payload: CalendarLink,
    event: CalendarLinkEvent,
    *,
    now: datetime,
) -> RecordVersion[CalendarLink]:
    if payload == link.payload:
        return link
    return records.append_version(
        db, vault, CALENDAR_LINK, link, payload, state=CalendarLinkState.LINKED, event=event, now=now
    )
