"""Writing a worksheet: its draft, its blocks, what is wrong with it, and saving a version of it.

What is typed is a draft, saved by the script while it is typed, and by every button that changes the blocks.
"""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from flask import request, url_for
from msgspec import Struct
from werkzeug.datastructures import MultiDict

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import clients
from clinic_toolkit.record.people.client_record import Client, record_ring
from clinic_toolkit.record.values.page_values import WorksheetPage
from clinic_toolkit.record.writing import form_drafts, own_worksheets
from clinic_toolkit.record.writing.form_draft_record import FORM_DRAFT
from clinic_toolkit.record.writing.own_worksheet_record import OwnWorksheet, SheetOrigin
from clinic_toolkit.web import context
from clinic_toolkit.web.content.block_words import NEW_BLOCK_VALUES
from clinic_toolkit.web.forms import worksheet_fields
from clinic_toolkit.web.screen_parts import draft_saving
from clinic_toolkit.web.screen_parts.draft_saving import PageDraft
from clinic_toolkit.worksheets import loader, sheet_fields, unfinished_sheet
from clinic_toolkit.worksheets.block_model import SHEET_BLOCK_TYPES
from clinic_toolkit.worksheets.model import MAX_PARTS, Worksheet
from clinic_toolkit.worksheets.sheet_fields import TooManyFields

FORM_NAME = "worksheet"
ACTION, NEW_BLOCK, BASE = "do", "new_block", "base"
# Hidden fields: where the sheet came from.
ORIGIN, COPIED_FROM = "origin", "copied_from"
MAX_BLOCKS = MAX_PARTS
_SAVE, _ADD = "save", "add"
# No part of the sheet: which button was pressed, and what was chosen beside it.
_NOT_KEPT = frozenset((ACTION, NEW_BLOCK))


class EditedSheet(Struct, kw_only=True):
    """The page on which one sheet is written: its id, for whom it is, its draft and its newest version."""

    sheet_id: UUID
    client: RecordVersion[Client] | None
    draft: PageDraft
    newest: RecordVersion[OwnWorksheet] | None

    @property
    def client_id(self) -> UUID | None:
        """The client that it is for; None for the whole practice."""
        return self.client.id if self.client else None

    @property
    def typed(self) -> MultiDict[str, str]:
        """The fields: those just sent, else those of the draft, else those of the newest version."""
        values = self.draft.field_values()
        if values is not None:
            return values
        sheet = own_worksheets.read_definition(self.newest.payload) if self.newest else None
        return MultiDict(worksheet_fields.write_fields(sheet) if sheet else [])

    @property
    def base(self) -> str:
        """The newest version that the author has on screen, in hex; "" if there is none."""
        known = self.draft.field_values()
        return known.get(BASE, "") if known is not None else self.newest_id

    @property
    def newest_id(self) -> str:
        """The id of the newest version, in hex; "" if there is none."""
        return self.newest.id.hex if self.newest else ""

    @property
    def may_save_draft(self) -> bool:
        """Whether what is on this page may become the draft: no other window saved one since."""
        return not self.draft.is_recorded and (self.draft.is_current or self.draft.is_kept_by_this_page)


def find_client(id_in_hex: str) -> RecordVersion[Client] | None:
    """The client that a sheet is for, by the id in a form or an address; None for the whole practice.

    Raises:
        RecordNotFound: there is no such client.
    """
    if not id_in_hex:
        return None
    try:
        client_id = UUID(hex=id_in_hex)
    except ValueError:
        raise records.RecordNotFound from None
    return clients.load_client(context.db(), context.vault(), client_id)


def open_edited_sheet(sheet_id: UUID, client: RecordVersion[Client] | None) -> EditedSheet:
    """Load the draft and the newest version of one sheet.

    Raises:
        RecordNotFound: it is for somebody else, so nothing that is typed here could be saved.
    """
    db, vault = context.db(), context.vault()
    newest = own_worksheets.find_sheet(db, vault, sheet_id)
    if newest is not None and newest.payload.client_id != (client.id if client else None):
        raise records.RecordNotFound
    ring = record_ring(vault, client.id) if client else None
    return EditedSheet(
        sheet_id=sheet_id,
        client=client,
        draft=draft_saving.open_page_draft(FORM_NAME, sheet_id, ring=ring),
        newest=newest,
    )


def begin_sheet(
    sheet_id: UUID,
    client: RecordVersion[Client] | None,
    fields: Iterable[tuple[str, str]],
    origin: SheetOrigin,
    source: str,
) -> str:
    """Begin a sheet as a draft with these fields; returns the address of its page.

    If it was begun before, because a form was sent twice, what was typed since stays.
    """
    edited = open_edited_sheet(sheet_id, client)
    address = editor_address(sheet_id, edited.client_id)
    if edited.draft.record is None and edited.newest is None:
        edited.draft.save_fields([*fields, (ORIGIN, origin), (COPIED_FROM, source)], path=address)
    return address


def list_unfinished_sheets(client_id: UUID | None) -> list[tuple[str, str]]:
    """The sheets that somebody began to write or to change, as title and address."""
    vault = context.vault()
    ring = record_ring(vault, client_id) if client_id else vault.own_ring
    drafts = form_drafts.list_begun_drafts(context.db(), vault, ring, FORM_NAME)
    context.audit_read(FORM_DRAFT, *drafts)
    return [(dict(draft.payload.fields).get("title", ""), draft.payload.path) for draft in drafts]


def editor_address(sheet_id: UUID, client_id: UUID | None) -> str:
    """The address of the page on which this sheet is written."""
    return url_for("sheet_editor.edit", id=sheet_id, client=client_id.hex if client_id else None)


def is_save() -> bool:
    """Whether the button that saves the sheet was pressed, and not one that changes its blocks."""
    return request.form.get(ACTION, _SAVE) == _SAVE


def change_blocks(typed: Mapping[str, str], action: str) -> tuple[worksheet_fields.Pairs, int]:
    """Add, move or remove a block, as the button says; returns the fields and the place to look at then."""
    blocks = worksheet_fields.list_blocks(typed)
    name, _, number = action.partition("-")
    place = int(number) if number.isascii() and number.isdigit() and len(number) < 3 else -1
    if name == _ADD and typed.get(NEW_BLOCK) in SHEET_BLOCK_TYPES and len(blocks) < MAX_BLOCKS:
        kind = typed[NEW_BLOCK]
        blocks.append((kind, dict(NEW_BLOCK_VALUES.get(kind, {}))))
        place = len(blocks) - 1
    elif 0 <= place < len(blocks):
        target = {"up": place - 1, "down": place + 1, "remove": place}.get(name, place)
        if name == "remove":
            blocks.pop(place)
            place = min(place, len(blocks) - 1)
        elif 0 <= target < len(blocks):
            blocks.insert(target, blocks.pop(place))
            place = target
    fields = [pair for pair in worksheet_fields.replace_blocks(typed, blocks) if pair[0] not in _NOT_KEPT]
    return fields, place


def check_sheet(table: Mapping[str, Any]) -> tuple[Worksheet | None, dict[str, str]]:
    """The sheet of a table, and everything that is wrong with it as sentences by field."""
    sheet, problems = loader.check_worksheet(dict(table), own=True)
    errors = worksheet_fields.errors_by_field(problems, table["blocks"])
    if sheet is not None and not errors:
        errors = check_fit(sheet)
    return (None if errors else sheet), errors


def check_fit(sheet: Worksheet) -> dict[str, str]:
    """What does not fit on paper, as sentences by field."""
    from clinic_toolkit.documents import sheet_fit

    try:
        sheet_fields.list_fields(sheet)
    except TooManyFields as error:
        return {NEW_BLOCK: error.sentence}
    misfit = sheet_fit.find_misfit(_page_of(sheet))
    if misfit is None:
        return {}
    place = [block.label for block in sheet.blocks].index(misfit.label)
    return {f"block-{place}-label": misfit.sentence}


def save_version(edited: EditedSheet, sheet: Worksheet) -> RecordVersion[OwnWorksheet]:
    """Save a version of the sheet, and empty its draft.

    Raises:
        ClinicError: it cannot be saved (`own_worksheets.add_version`).
    """
    base, typed = edited.base, edited.typed
    origin = typed.get(ORIGIN, "")
    added = own_worksheets.add_version(
        context.db(),
        context.vault(),
        sheet,
        sheet_id=edited.sheet_id,
        client_id=edited.client_id,
        origin=SheetOrigin(origin) if origin in set(SheetOrigin) else SheetOrigin.WRITTEN,
        copied_from=typed.get(COPIED_FROM, "")[:40],
        expected=UUID(hex=base) if _is_id(base) else None,
        now=context.now(),
    )
    edited.draft.discard_recorded_draft()
    return added


def _is_id(text: str) -> bool:
    return len(text) == 32 and all(char in "0123456789abcdef" for char in text)


def error_place(error: ClinicError) -> str:
    """The field at which an error of saving is said."""
    if isinstance(error, own_worksheets.ReleasedWithoutReason):
        return "is_room_only"
    return ""


def draw_unfinished(typed: Mapping[str, str]) -> bytes:
    """The sheet as far as it is typed, as a PDF file; a block that fits on no page says so in its place."""
    from clinic_toolkit.documents import worksheet as paper
    from clinic_toolkit.documents.worksheet import SheetTooLong

    sheet = unfinished_sheet.build_unfinished_sheet(worksheet_fields.read_table(typed))
    for _ in range(MAX_BLOCKS):
        try:
            return paper.render_worksheet(_page_of(sheet))
        except SheetTooLong as error:
            sheet = unfinished_sheet.replace_block(sheet, error.label, error.sentence)
    return paper.render_worksheet(_page_of(sheet))


def _page_of(sheet: Worksheet) -> WorksheetPage:
    return WorksheetPage(letterhead=context.letterhead(), worksheet=sheet, initials="", client_sentence="")
