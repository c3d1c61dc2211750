"""Sheets as files: the code of the file that left, and the answers of the one that came back."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy import Connection

from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.journal.records import StaleVersion
from clinic_toolkit.record.people import clients
from clinic_toolkit.record.writing.filled_sheet_record import (
    FILLED_SHEET,
    FilledSheet,
    FilledSheetEvent,
    FilledSheetState,
)
from clinic_toolkit.record.writing.handout_record import Handout
from clinic_toolkit.vault.vault import Vault
from clinic_toolkit.worksheets import filled_file_protocol
from clinic_toolkit.worksheets.filled_file import FilledFile
from clinic_toolkit.worksheets.filled_file_protocol import FilledFileError
from clinic_toolkit.worksheets.model import Worksheet
from clinic_toolkit.worksheets.sheet_fields import list_fields

# As many letters as random bytes have in hexadecimal figures.
_CODE_BYTES = 8


class SheetOfAnother(FilledFileError):
    """A file carries the code of another handout, or of none."""

    def __init__(self) -> None:
        super().__init__(
            "This file does not belong to this sheet: it is of another client, or was given another time. "
            "Nothing was kept. Open the sheet that it belongs to, and bring it back there."
        )


class SheetOfEarlierVersion(FilledFileError):
    """A file was made before the sheet was revised."""

    def __init__(self) -> None:
        super().__init__(
            "This file was made from an earlier version of this sheet, so where its answers belong cannot be "
            "told. Nothing was kept. Read it in your PDF program, and write down what matters."
        )


def find_filled_sheet(
    db: Connection, vault: Vault, handout: RecordVersion[Handout]
) -> RecordVersion[FilledSheet] | None:
    """The record of the file of this handout; None if no file was made of it."""
    made = records.list_records_in_rings(db, vault, FILLED_SHEET, [handout.ring])
    return next((each for each in made if each.payload.handout_id == handout.id), None)


def list_filled_sheets(db: Connection, vault: Vault, client_id: UUID) -> list[RecordVersion[FilledSheet]]:
    """Every sheet of a client that was made a file."""
    rings = clients.list_record_rings(db, vault, client_id)
    return list(records.list_records_in_rings(db, vault, FILLED_SHEET, rings))


def issue_code(
    db: Connection, vault: Vault, handout: RecordVersion[Handout], worksheet: Worksheet, *, now: datetime
) -> RecordVersion[FilledSheet]:
    """Return the record with the code of the handout's file, made now if there is none for this sheet yet.

    Raises:
        TooManyFields: the sheet cannot be filled in as a file.
    """
    list_fields(worksheet)
    existing = find_filled_sheet(db, vault, handout)
    if existing is not None and existing.payload.definition_digest == worksheet.digest:
        return existing
    code = secrets.token_hex(_CODE_BYTES)
    if existing is not None:
        earlier_codes = (*existing.payload.earlier_codes, existing.payload.code)
        payload = replace(
            existing.payload, code=code, definition_digest=worksheet.digest, earlier_codes=earlier_codes
        )
        return records.append_version(
            db, vault, FILLED_SHEET, existing, payload,
            state=existing.state, event=FilledSheetEvent.MADE, now=now,
        )  # fmt: skip
    payload = FilledSheet(
        client=handout.payload.client,
        therapy_session=handout.payload.therapy_session,
        handout=handout.id.bytes,
        code=code,
        definition_digest=worksheet.digest,
    )
    return records.create_record(
        db, vault, FILLED_SHEET, payload,
        ring=handout.ring, state=FilledSheetState.OUT, event=FilledSheetEvent.MADE, now=now, final=True,
    )  # fmt: skip


def match_answers(
    sheet: RecordVersion[FilledSheet] | None, worksheet: Worksheet, filled: FilledFile
) -> dict[str, str]:
    """The answers of a file, in the order of the sheet, if the file is that of the handout.

    Raises:
        FilledFileError: it is of another handout or another version of the sheet.
    """
    if sheet is None or filled.code not in (sheet.payload.code, *sheet.payload.earlier_codes):
        raise SheetOfAnother
    if filled.code != sheet.payload.code or sheet.payload.definition_digest != worksheet.digest:
        raise SheetOfEarlierVersion
    return filled_file_protocol.keep_known_values(filled, list_fields(worksheet))


def keep_answers(
    db: Connection,
    vault: Vault,
    sheet: RecordVersion[FilledSheet],
    answers: Mapping[str, str],
    *,
    seen_version: int,
    now: datetime,
) -> RecordVersion[FilledSheet]:
    """Keep the answers that the clinician confirmed; those to other fields stay as they were.

    Args:
        seen_version: the version of the record that the clinician saw.

    Raises:
        StaleVersion: answers were kept in another window meanwhile.
    """
    kept = dict(sheet.payload.answers) | dict(answers)
    if kept == dict(sheet.payload.answers) and sheet.state == FilledSheetState.BACK:
        return sheet  # sent twice: the first time has kept them
    if sheet.version != seen_version:
        raise StaleVersion
    return records.append_version(
        db, vault, FILLED_SHEET, sheet, replace(sheet.payload, answers=tuple(kept.items()), answered_at=now),
        state=FilledSheetState.BACK, event=FilledSheetEvent.KEPT, now=now,
    )  # fmt: skip
