"""What is stored about a worksheet that was given to a client: what was agreed, and how it went.

A handout is final from its first version on. What is agreed about it and each review are the next versions
of the same record, and no kind of their own: whoever reads the handout reads where it stands, and whoever
reads the audit log reads what was done with it.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

import msgspec

from clinic_toolkit.journal.record_kind import RecordKind, RecordNouns, register_kind
from clinic_toolkit.record.people.client_scoped import ClientScoped
from clinic_toolkit.store.base import sealed_table

handout_table = sealed_table("handout")


class HandoutState(StrEnum):
    """Where a handout stands; with `MADE_SMALLER` it is out again with a smaller step."""

    GIVEN = "given"
    CAME_BACK = "came_back"
    PART = "part"
    NOT_THIS_TIME = "not_this_time"
    CHANGED = "changed"
    FORGOT = "forgot"
    CHOSE_NOT = "chose_not"
    MADE_SMALLER = "made_smaller"


OUT_STATES = frozenset({HandoutState.GIVEN, HandoutState.MADE_SMALLER})


class HandoutEvent(StrEnum):
    """What the audit log says was done to a handout."""

    GIVEN = "handout.given"
    AGREED = "handout.agreed"
    REVIEWED = "handout.reviewed"
    MADE_SMALLER = "handout.made_smaller"


class PaperChoice(StrEnum):
    """Whether the client wanted it on paper; empty is not asked."""

    NOT_ASKED = ""
    PRINTED = "printed"
    NOT_PRINTED = "not_printed"


class ReviewOutcome(StrEnum):
    """How it went, without praise and without blame; `NOT_THIS_TIME` is in older reviews alone."""

    CAME_BACK = "came_back"
    PART = "part"
    NOT_THIS_TIME = "not_this_time"
    CHANGED = "changed"
    FORGOT = "forgot"
    CHOSE_NOT = "chose_not"


class Barrier(StrEnum):
    """What was in the way, as clients name it."""

    AVOIDED = "avoided"
    NO_TIME = "no_time"
    FORGOT = "forgot"
    UNCLEAR_WHY = "unclear_why"
    UNCLEAR_HOW = "unclear_how"
    DULL = "dull"
    NOT_MINE = "not_mine"


class WantedAnswer(StrEnum):
    """What the client said when asked whether a sheet that came back was wanted; empty is not asked."""

    NOT_ASKED = ""
    WANTED = "wanted"
    PARTLY = "partly"
    NOT_WANTED = "not_wanted"


class HandoutReview(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """One review: when, in which session, how it went, and a line of what the client said."""

    reviewed_at: datetime
    therapy_session_id_bytes: bytes | None
    outcome: ReviewOutcome
    barriers: tuple[Barrier, ...] = ()
    client_said: str = ""
    smaller_step: str = ""
    wanted: WantedAnswer = WantedAnswer.NOT_ASKED

    @property
    def therapy_session_id(self) -> UUID | None:
        """The session it was looked at in; None outside of one."""
        return UUID(bytes=self.therapy_session_id_bytes) if self.therapy_session_id_bytes else None


class Handout(ClientScoped, array_like=True, frozen=True, kw_only=True):
    """A worksheet given to a client: its version, the session, and the sentence the client chose for it.

    `relationship_id_bytes` is the relationship it is about, or None. `is_room_only` says that it had to stay
    in the room. `agreement` is what the client will do and when, in their words; `sureness` is how sure they
    are of it, from 0 to 10, or None. `reviews` are in order of time.
    """

    worksheet_slug: str
    worksheet_version: str
    definition_digest: str
    title: str
    client_sentence: str
    given_at: datetime
    relationship_id_bytes: bytes | None = None
    is_room_only: bool = False
    agreement: str = ""
    sureness: Annotated[int, msgspec.Meta(ge=0, le=10)] | None = None
    paper: PaperChoice = PaperChoice.NOT_ASKED
    reviews: tuple[HandoutReview, ...] = ()

    @property
    def relationship_id(self) -> UUID | None:
        """Whom it is about; None is nobody in particular."""
        return UUID(bytes=self.relationship_id_bytes) if self.relationship_id_bytes else None

    @property
    def last_review(self) -> HandoutReview | None:
        """The newest review, if there is one."""
        return self.reviews[-1] if self.reviews else None


def _add_agreement_and_reviews(content: list[Any]) -> list[Any]:
    return [*content, "", None, PaperChoice.NOT_ASKED, []]


HANDOUT = register_kind(
    RecordKind(
        table=handout_table,
        payload_type=Handout,
        states=HandoutState,
        events=HandoutEvent,
        nouns=RecordNouns(in_sentence="a worksheet that was given", one="a worksheet", many="worksheets"),
        schema_version=3,
        # Version 3 knows three more outcomes; what is stored of the others is the same.
        upcasts={1: _add_agreement_and_reviews, 2: list},
    )
)
