"""The packet that is being made: a background job, and what its page says of it.

The finished file is held in memory with the login until another one is asked for, one of its sheets may not
be printed any more, or the keys are put away.
"""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from msgspec import Struct

from clinic_toolkit.record.values.packet_values import SeparatorPage
from clinic_toolkit.record.values.page_values import WorksheetPage
from clinic_toolkit.record.values.preparation_values import PreparationPage
from clinic_toolkit.web import context
from clinic_toolkit.web.content.printout_kinds import PrintoutKind
from clinic_toolkit.web.screen_parts import jobs

if TYPE_CHECKING:
    from clinic_toolkit.documents.packet import LayOut

PACKET_JOB = "packet"
_REQUEST = "packet asked for"


class PacketRequest(Struct, frozen=True, kw_only=True):
    """Where a packet was asked for: the words and the path of the way back, and the client's own case.

    `handout_ids` are the sheets in it that were given to somebody. `kind` and `title` name the file and its
    page.
    """

    back: tuple[str, str]
    case_id: UUID | None = None
    handout_ids: tuple[UUID, ...] = ()
    kind: PrintoutKind = PrintoutKind.PACKET
    title: str = "Packet"


def start_packet(
    pages: Sequence[WorksheetPage | SeparatorPage | PreparationPage], asked: PacketRequest
) -> None:
    """Begin to draw these papers into one file; a packet that is still being made is stopped first."""
    from clinic_toolkit.documents import packet

    jobs.stop_job(PACKET_JOB)
    context.put_in_login(_REQUEST, asked)
    papers = [_choose_layout(page) for page in pages]
    jobs.start_job(PACKET_JOB, lambda db, vault, progress: packet.render_packet(papers, progress))


def _choose_layout(page: WorksheetPage | SeparatorPage | PreparationPage) -> "LayOut":
    from clinic_toolkit.documents import packet, preparation, worksheet

    if isinstance(page, WorksheetPage):
        return partial(worksheet.lay_out_worksheet, page)
    if isinstance(page, PreparationPage):
        return partial(preparation.lay_out_preparation, page)
    return partial(packet.lay_out_separator, page)


def find_packet() -> tuple[jobs.Job[bytes], PacketRequest] | None:
    """The packet that was asked for last in this login, made or being made; None if there is none."""
    job: jobs.Job[bytes] | None = jobs.find_job(PACKET_JOB)
    asked: PacketRequest | None = context.get_from_login(_REQUEST)
    return (job, asked) if job and asked else None


def discard_packet() -> None:
    """Let go of the packet that was asked for last."""
    context.pop_from_login(PACKET_JOB)
    context.pop_from_login(_REQUEST)
