"""Worksheets of a practice's own: the exact bytes of each version, sealed.

A sheet for one client lies in the ring of that client's record, and is erased with it; any other lies in the
ring of the practice. What was given with a version is always drawn from that version. A later version is
offered in its place. Retiring a sheet only means that it can no longer be given.
"""

import dataclasses
from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from sqlalchemy import Connection

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.psychometrics import fear_inquiry
from clinic_toolkit.record.people import clients
from clinic_toolkit.record.people.client_record import record_ring
from clinic_toolkit.record.writing.own_worksheet_record import (
    OWN_WORKSHEET,
    OwnWorksheet,
    OwnWorksheetEvent,
    OwnWorksheetState,
    SheetOrigin,
    slug_of,
)
from clinic_toolkit.vault.vault import Vault
from clinic_toolkit.worksheets import catalogue, definition_text, loader
from clinic_toolkit.worksheets.catalogue import UnknownWorksheet
from clinic_toolkit.worksheets.loader import WorksheetError
from clinic_toolkit.worksheets.model import Worksheet

# More than any practice needs. All of them are opened when the list is first read after an unlock.
MAX_VERSIONS = 500


class TooManyWorksheets(ClinicError):
    """The practice, or the client, has as many versions of its own sheets as there can be."""

    def __init__(self) -> None:
        super().__init__(
            f"There are {MAX_VERSIONS} versions of worksheets of your own here, and no more can be added."
        )


class ChangedMeanwhile(ClinicError):
    """The sheet got another version since it was read."""

    def __init__(self) -> None:
        super().__init__(
            "This sheet was saved in another window since you opened it here. That version is kept. Your "
            "words are below: save again to put them in its place, as the next version."
        )


class ReleasedWithoutReason(ClinicError):
    """A sheet that was made from one that stays in the room may not leave it without a reason."""

    def __init__(self) -> None:
        super().__init__(
            "The sheet that this one was made from stays in the room. Leave the tick, or say why this one "
            "may go home."
        )


def add_version(
    db: Connection,
    vault: Vault,
    sheet: Worksheet,
    *,
    sheet_id: UUID,
    client_id: UUID | None,
    origin: SheetOrigin,
    copied_from: str,
    expected: UUID | None,
    now: datetime,
) -> RecordVersion[OwnWorksheet]:
    """Add a version of a sheet; from now on it is offered instead of the version before.

    The same words again make no new version.

    Args:
        sheet: what the version says; its slug, version and digest are decided here.
        sheet_id: the id that all versions share.
        client_id: the client that it is for; None for the whole practice.
        expected: the newest version that the author had on screen; None if there was none.

    Raises:
        ChangedMeanwhile: there is a newer version; nothing was saved.
        ReleasedWithoutReason: it was made from a sheet that stays in the room; nothing was saved.
        TooManyWorksheets: nothing was saved.
    """
    ring = record_ring(vault, client_id) if client_id else vault.practice_ring
    kept = _in_order(records.list_records_in_rings(db, vault, OWN_WORKSHEET, [ring]))
    earlier = [version for version in kept if version.payload.sheet_id == sheet_id]
    newest = earlier[-1] if earlier else None
    if (
        newest is not None
        and _with_identity(sheet, sheet_id, newest.payload.version) == newest.payload.definition
    ):
        return newest  # also where a form was sent twice
    if (newest.id if newest else None) != expected:
        raise ChangedMeanwhile
    if not (sheet.is_room_only or sheet.fear_reason) and (
        any(_stays_in_room(version.payload) for version in earlier)
        or _source_stays_in_room(db, vault, copied_from, client_id)
    ):
        raise ReleasedWithoutReason
    # Not from how many there are: one that cannot be read is not among them, and keeps its number.
    number = str(int(newest.payload.version) + 1) if newest else "1"
    if len(kept) >= MAX_VERSIONS:
        raise TooManyWorksheets
    definition = _with_identity(sheet, sheet_id, number)
    payload = OwnWorksheet(
        sheet=sheet_id.bytes,
        client=client_id.bytes if client_id else None,
        version=number,
        title=sheet.title,
        definition_digest=loader.definition_digest(definition),
        definition=definition,
        origin=newest.payload.origin if newest else origin,
        copied_from=newest.payload.copied_from if newest else copied_from,
        added_at=now,
    )
    if newest is not None and newest.state != OwnWorksheetState.SUPERSEDED:
        state, event = OwnWorksheetState.SUPERSEDED, OwnWorksheetEvent.SUPERSEDED
        _set_state(db, vault, newest, state, event, now=now)
    return records.create_record(
        db,
        vault,
        OWN_WORKSHEET,
        payload,
        ring=ring,
        state=OwnWorksheetState.OFFERED,
        event=OwnWorksheetEvent.ADDED,
        now=now,
        final=True,
    )


def _stays_in_room(payload: OwnWorksheet) -> bool:
    with suppress(WorksheetError):
        return read_definition(payload).is_room_only
    return True  # it cannot be read any more: then the careful answer


def _source_stays_in_room(db: Connection, vault: Vault, slug: str, client_id: UUID | None) -> bool:
    with suppress(UnknownWorksheet):
        return catalogue.load_worksheet(slug).is_room_only
    return any(
        _stays_in_room(version.payload)
        for version in list_versions(db, vault, client_id)
        if version.payload.slug == slug
    )


def _with_identity(sheet: Worksheet, sheet_id: UUID, version: str) -> bytes:
    return definition_text.write_own_worksheet(
        dataclasses.replace(sheet, slug=slug_of(sheet_id), version=version, own=True)
    )


def retire_worksheet(
    db: Connection, vault: Vault, current: RecordVersion[OwnWorksheet], *, now: datetime
) -> RecordVersion[OwnWorksheet]:
    """Stop offering a sheet; what was given of it is still drawn."""
    if current.state != OwnWorksheetState.OFFERED:
        return current
    return _set_state(db, vault, current, OwnWorksheetState.RETIRED, OwnWorksheetEvent.RETIRED, now=now)


def reoffer_worksheet(
    db: Connection, vault: Vault, current: RecordVersion[OwnWorksheet], *, now: datetime
) -> RecordVersion[OwnWorksheet]:
    """Offer a retired sheet again."""
    if current.state != OwnWorksheetState.RETIRED:
        return current
    return _set_state(db, vault, current, OwnWorksheetState.OFFERED, OwnWorksheetEvent.OFFERED, now=now)


def _set_state(
    db: Connection,
    vault: Vault,
    current: RecordVersion[OwnWorksheet],
    state: OwnWorksheetState,
    event: OwnWorksheetEvent,
    *,
    now: datetime,
) -> RecordVersion[OwnWorksheet]:
    return records.append_version(
        db, vault, OWN_WORKSHEET, current, current.payload, state=state, event=event, now=now
    )


def list_versions(
    db: Connection, vault: Vault, client_id: UUID | None = None
) -> list[RecordVersion[OwnWorksheet]]:
    """Every version of the practice's sheets, and of those for this client; lower numbers first."""
    rings = [vault.practice_ring]
    if client_id is not None:
        rings += clients.list_record_rings(db, vault, client_id)
    return _in_order(records.list_records_in_rings(db, vault, OWN_WORKSHEET, rings))


def _in_order(versions: list[RecordVersion[OwnWorksheet]]) -> list[RecordVersion[OwnWorksheet]]:
    # By number and not by row, since what came back from a backup may lie in another order.
    return sorted(versions, key=lambda version: int(version.payload.version))


def list_newest_versions(
    db: Connection, vault: Vault, client_id: UUID | None = None
) -> list[RecordVersion[OwnWorksheet]]:
    """The newest version of each sheet, offered or not, by title."""
    newest = {version.payload.sheet: version for version in list_versions(db, vault, client_id)}
    return sorted(newest.values(), key=lambda own: (own.payload.title.casefold(), own.payload.sheet))


def find_sheet(db: Connection, vault: Vault, sheet_id: UUID) -> RecordVersion[OwnWorksheet] | None:
    """The newest version of one sheet, whoever it is for; None if there is none."""
    versions = _in_order(records.list_all_records(db, vault, OWN_WORKSHEET))
    return next((version for version in reversed(versions) if version.payload.sheet_id == sheet_id), None)


def read_definition(payload: OwnWorksheet) -> Worksheet:
    """The sheet of a stored definition.

    Raises:
        WorksheetError: another version of the program added it, and this one cannot read it.
    """
    return _parse_definition(payload.definition)


# A sheet may be about one client, but is not kept here past a lock, which ends the process.
@lru_cache(maxsize=MAX_VERSIONS)
def _parse_definition(definition: bytes) -> Worksheet:
    sheet = loader.parse_worksheet(definition, "a worksheet of your own", own=True)
    return fear_inquiry.hold_own_sheet(sheet, release_reason=sheet.fear_reason)
