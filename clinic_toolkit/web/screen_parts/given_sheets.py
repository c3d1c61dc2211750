"""A sheet that was given, with what its pages need to know: whose it is, and its ways out of the room."""

from uuid import UUID

from msgspec import Struct

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import clients, display_names
from clinic_toolkit.record.people.case_record import Case
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.record.safety import ways_out
from clinic_toolkit.record.safety.ways_out import WaysOut
from clinic_toolkit.record.values.page_values import WorksheetPage
from clinic_toolkit.record.writing import available_worksheets, handouts
from clinic_toolkit.record.writing.handout_record import HANDOUT, Handout
from clinic_toolkit.web import context
from clinic_toolkit.worksheets.model import Worksheet


class GivenSheet(Struct, frozen=True, kw_only=True):
    """A handout with its sheet, its client, the case it was given in, and its ways out of the room now."""

    handout: RecordVersion[Handout]
    worksheet: Worksheet
    client: RecordVersion[Client]
    case: RecordVersion[Case]
    ways: WaysOut

    @property
    def is_room_only(self) -> bool:
        """Whether the sheet itself, or the kind of session, says for all to see that it stays in the room."""
        return self.case.payload.is_couple or self.worksheet.is_room_only


def load_given_sheet(id: UUID) -> GivenSheet:
    """Load a handout and note that it was looked at.

    Raises:
        RecordNotFound: there is none that this clinician may see.
        UnknownWorksheet: its sheet is not here any more.
    """
    db, vault = context.db(), context.vault()
    handout = handouts.load_handout(db, vault, id)
    context.audit_read(HANDOUT, handout)
    payload = handout.payload
    worksheet = available_worksheets.load_given_worksheet(db, vault, payload)
    case = handouts.load_case_of_handout(db, vault, handout)
    ways = ways_out.load_ways_out(
        db,
        vault,
        case.payload.client_ids,
        worksheet,
        payload.client_id,
        payload.relationship_id,
        now=context.now(),
    )
    client = clients.load_client(db, vault, payload.client_id)
    return GivenSheet(handout=handout, worksheet=worksheet, client=client, case=case, ways=ways)


def make_page(
    handout: RecordVersion[Handout], worksheet: Worksheet, *, large: bool = False, initials: bool = False
) -> WorksheetPage:
    """The values that a sheet which was given is drawn from.

    Args:
        large: in large print.
        initials: with the client's initials on it, if they were asked for.
    """
    shown = ""
    if initials:
        client = clients.load_client(context.db(), context.vault(), handout.payload.client_id)
        names = display_names.load_display_names(context.db(), context.vault())
        shown = names.short_by_id.get(client.id, client.payload.initials)
    return WorksheetPage(
        letterhead=context.letterhead(),
        worksheet=worksheet,
        initials=shown,
        client_sentence=handout.payload.client_sentence,
        named_step=handout.payload.agreement,
        large_type=large,
    )
