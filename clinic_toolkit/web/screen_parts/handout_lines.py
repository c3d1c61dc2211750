"""The lines about sheets that were given, on the pages of a session and of a client."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from uuid import UUID

import msgspec
from msgspec import Struct

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.writing import available_worksheets, handout_reviews, handout_words
from clinic_toolkit.record.writing.handout_record import Handout
from clinic_toolkit.web import context
from clinic_toolkit.worksheets.catalogue import UnknownWorksheet


class HandoutLine(Struct, frozen=True, kw_only=True):
    """One sheet: its title, the day it was given, where it stands; what was agreed, while it is out.

    `prompts` are what to ask about it; empty unless they were asked for, or if its definition is not here.
    """

    id: UUID
    title: str
    given_on: date
    state: str
    agreement: str
    prompts: tuple[str, ...] = ()


def describe_handouts(handouts: Iterable[RecordVersion[Handout]]) -> list[HandoutLine]:
    """The line of each sheet, in the order given."""
    return [
        HandoutLine(
            id=handout.id,
            title=handout.payload.title,
            given_on=handout.payload.given_at.astimezone().date(),
            state=handout_words.describe_state(handout),
            agreement=handout_words.describe_agreement(handout.payload)
            if handout_reviews.is_out(handout)
            else "",
        )
        for handout in handouts
    ]


def describe_handouts_to_ask_about(handouts: Iterable[RecordVersion[Handout]]) -> list[HandoutLine]:
    """The line of each sheet, with what to ask about it."""
    listed = list(handouts)
    return [
        msgspec.structs.replace(line, prompts=_list_prompts(handout.payload))
        for line, handout in zip(describe_handouts(listed), listed, strict=True)
    ]


def _list_prompts(handout: Handout) -> tuple[str, ...]:
    with suppress(UnknownWorksheet):
        return available_worksheets.load_given_worksheet(
            context.db(), context.vault(), handout
        ).review_prompts
    return ()
