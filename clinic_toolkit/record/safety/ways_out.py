"""The ways of a given sheet out of the room: printing it, and taking it along as a file or a photograph.

Every way out asks `load_ways_out` at the moment it is used, because a hold may have begun since the sheet was
given. What is refused must read the same whether fear was never asked about, the inquiry is too old, or the
sheet is held: the client may be reading (`docs/safety.md`).
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection

from clinic_toolkit.record.safety import fear_holds
from clinic_toolkit.vault.vault import Vault
from clinic_toolkit.worksheets.model import Worksheet


class WaysOut(Struct, frozen=True, kw_only=True):
    """What may be done now with a sheet that a client was given.

    `may_print`: on paper, alone or in a packet. `may_leave`: as anything that can be copied and sent on, such
    as a saved or fillable file, or a large view to photograph.
    """

    may_print: bool
    may_leave: bool


def load_ways_out(
    db: Connection,
    vault: Vault,
    client_ids: Sequence[UUID],
    worksheet: Worksheet,
    client_id: UUID,
    relationship_id: UUID | None,
    *,
    now: datetime,
) -> WaysOut:
    """Say which ways out of the room are open to a sheet of this client about a person.

    Paper to write on in the room is printed for every sheet but one that acts towards a person: for that, the
    rule is that of giving it. A file or a photograph travels further, so it needs a current inquiry for every
    sheet. Therefore a refusal does not tell of a hold.

    Args:
        client_ids: the clients of the case; nothing of a couple's session leaves the room.
        client_id: the client who was given the sheet.
        relationship_id: whom the sheet is about; None is nobody in particular.
    """
    permission = fear_holds.load_handout_permission(
        db, vault, client_ids, worksheet, client_id, relationship_id, now=now
    )
    may_leave = permission.is_allowed and permission.was_asked and not permission.is_room_only
    return WaysOut(may_print=permission.is_allowed, may_leave=may_leave)
