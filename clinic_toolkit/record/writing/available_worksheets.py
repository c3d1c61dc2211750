"""The sheets that can be given: those that ship, the practice's own, and those for one client."""

from contextlib import suppress
from uuid import UUID

from sqlalchemy import Connection

from clinic_toolkit.record.writing import own_worksheets
from clinic_toolkit.record.writing.handout_record import Handout
from clinic_toolkit.record.writing.own_worksheet_record import OwnWorksheetState, sheet_id_of
from clinic_toolkit.vault.vault import Vault
from clinic_toolkit.worksheets import catalogue
from clinic_toolkit.worksheets.catalogue import UnknownWorksheet
from clinic_toolkit.worksheets.loader import WorksheetError
from clinic_toolkit.worksheets.model import Worksheet


def list_available_worksheets(
    db: Connection, vault: Vault, client_id: UUID | None = None
) -> tuple[Worksheet, ...]:
    """Every sheet that is offered: those that ship by number, then the practice's own by title.

    Args:
        client_id: the client whose own sheets are among them. None in a session of a couple, since a sheet
            that was written for one of the two may tell the other something.
    """
    own_sheets = []
    for version in own_worksheets.list_newest_versions(db, vault, client_id):
        if version.state == OwnWorksheetState.OFFERED:
            with suppress(WorksheetError):
                own_sheets.append(own_worksheets.read_definition(version.payload))
    return (*catalogue.list_worksheets(), *own_sheets)


def load_available_worksheet(
    db: Connection, vault: Vault, slug: str, client_id: UUID | None = None
) -> Worksheet:
    """The sheet with this slug, if it is offered.

    Args:
        client_id: as for `list_available_worksheets`.

    Raises:
        UnknownWorksheet: it is not.
    """
    for sheet in list_available_worksheets(db, vault, client_id):
        if sheet.slug == slug:
            return sheet
    raise UnknownWorksheet


def load_given_worksheet(db: Connection, vault: Vault, handout: Handout) -> Worksheet:
    """The sheet that was given, in exactly the version that was given; for what ships, the version of today.

    Raises:
        UnknownWorksheet: it is not here, or cannot be read any more.
    """
    if sheet_id_of(handout.worksheet_slug) is None:
        return catalogue.load_worksheet(handout.worksheet_slug)
    for version in own_worksheets.list_versions(db, vault, handout.client_id):
        if version.payload.definition_digest == handout.definition_digest:
            try:
                return own_worksheets.read_definition(version.payload)
            except WorksheetError as error:
                raise UnknownWorksheet from error
    raise UnknownWorksheet
