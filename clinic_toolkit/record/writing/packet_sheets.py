"""The sheets that belong in the packet of a session: those given in it, and those that are out."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection

from clinic_toolkit.journal.integrity import UnreadableRecord
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.journal.records import RecordNotFound
from clinic_toolkit.record.people import cases
from clinic_toolkit.record.people.case_record import Case
from clinic_toolkit.record.people.therapy_session_record import TherapySession
from clinic_toolkit.record.safety import ways_out
from clinic_toolkit.record.writing import available_worksheets, handouts
from clinic_toolkit.record.writing.handout_record import Handout
from clinic_toolkit.vault.vault import Vault
from clinic_toolkit.worksheets.catalogue import UnknownWorksheet
from clinic_toolkit.worksheets.model import Worksheet


class PacketSheet(Struct, frozen=True, kw_only=True):
    """A sheet that was given, and its definition."""

    handout: RecordVersion[Handout]
    worksheet: Worksheet


class PacketSheets(Struct, frozen=True, kw_only=True):
    """The case of a session, and its sheets in the order in which they were given."""

    case: RecordVersion[Case]
    sheets: tuple[PacketSheet, ...]


def list_packet_sheets(
    db: Connection, vault: Vault, session: RecordVersion[TherapySession], *, now: datetime
) -> PacketSheets:
    """List the sheets of a session that may be printed now; every other is left out (`ways_out`).

    So is one whose definition is not here any more, or cannot be read; its own page says so.
    """
    case = cases.load_case(db, vault, session.payload.case_id)
    given = handouts.list_handouts_in_session(db, vault, case.payload.client_ids, session.id)
    out = handouts.list_handouts_out(db, vault, case, session)
    return _list_printable(db, vault, case, (*out, *given), now=now)


def list_packet_sheets_of_case(
    db: Connection, vault: Vault, case: RecordVersion[Case], *, now: datetime
) -> PacketSheets:
    """List the sheets that are out and may be printed now, for an hour that is no session yet."""
    return _list_printable(db, vault, case, handouts.list_handouts_out(db, vault, case), now=now)


def _list_printable(
    db: Connection,
    vault: Vault,
    case: RecordVersion[Case],
    found: Iterable[RecordVersion[Handout]],
    *,
    now: datetime,
) -> PacketSheets:
    sheets = []
    for handout in found:
        worksheet = _find_given_worksheet(db, vault, handout)
        if worksheet and _may_print(db, vault, case, handout, worksheet, now=now):
            sheets.append(PacketSheet(handout=handout, worksheet=worksheet))
    return PacketSheets(case=case, sheets=tuple(sheets))


def may_print_all(db: Connection, vault: Vault, handout_ids: Iterable[UUID], *, now: datetime) -> bool:
    """Whether each of these sheets may be printed now; one that cannot be read any more may not."""
    return all(_may_print_given(db, vault, id, now=now) for id in handout_ids)


def _may_print_given(db: Connection, vault: Vault, handout_id: UUID, *, now: datetime) -> bool:
    with suppress(RecordNotFound, UnreadableRecord):
        handout = handouts.load_handout(db, vault, handout_id)
        case = handouts.load_case_of_handout(db, vault, handout)
        worksheet = _find_given_worksheet(db, vault, handout)
        return worksheet is not None and _may_print(db, vault, case, handout, worksheet, now=now)
    return False


def _may_print(
    db: Connection,
    vault: Vault,
    case: RecordVersion[Case],
    handout: RecordVersion[Handout],
    worksheet: Worksheet,
    *,
    now: datetime,
) -> bool:
    client_id, relationship_id = handout.payload.client_id, handout.payload.relationship_id
    return ways_out.load_ways_out(
        db, vault, case.payload.client_ids, worksheet, client_id, relationship_id, now=now
    ).may_print


def _find_given_worksheet(db: Connection, vault: Vault, handout: RecordVersion[Handout]) -> Worksheet | None:
    with suppress(UnknownWorksheet):
        return available_worksheets.load_given_worksheet(db, vault, handout.payload)
    return None
