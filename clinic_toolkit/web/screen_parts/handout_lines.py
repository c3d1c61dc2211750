"""The lines about sheets that were given, on the pages of a session and of a client."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from msgspec import Struct

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.writing import handout_reviews, handout_words
from clinic_toolkit.record.writing.handout_record import Handout


class HandoutLine(Struct, frozen=True, kw_only=True):
    """One sheet: its title, the day it was given, where it stands; what was agreed, while it is out."""

    id: UUID
    title: str
    given_on: date
    state: str
    agreement: str


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
