"""What is stored about a plan for hard moments: the client's own words, and nothing else.

It holds no level, no score and no judgement, and nothing is worked out from it.
"""

from enum import StrEnum

from clinic_toolkit.journal.record_kind import RecordKind, RecordNouns, register_kind
from clinic_toolkit.record.people.client_scoped import ClientScoped
from clinic_toolkit.store.base import sealed_table

hard_moments_table = sealed_table("hard_moments_plan")


class HardMomentsState(StrEnum):
    """The state of a plan for hard moments."""

    WRITTEN = "written"


class HardMomentsEvent(StrEnum):
    """What the audit log says was done to a plan for hard moments."""

    WRITTEN = "moments.written"
    REVISED = "moments.revised"


class HardMomentsPlan(ClientScoped, array_like=True, frozen=True, kw_only=True):
    """The plan of one client; it is changed by a next version, and `therapy_session` is None.

    `card` are words for a small card that tell nobody what it is for.
    """

    surroundings: str = ""
    signs: str = ""
    alone: str = ""
    around: str = ""
    telling: str = ""
    calling: str = ""
    reminder: str = ""
    card: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is written in it."""
        return not any(getattr(self, name).strip() for name in TEXT_NAMES)

    @property
    def sections(self) -> tuple[tuple[str, str], ...]:
        """The parts that are written, as pairs of heading and words."""
        return tuple(
            (heading, words) for name, heading in HEADINGS.items() if (words := getattr(self, name).strip())
        )


# A draft of our own, in the client's person: no list of steps from elsewhere, and nothing that was tested.
HEADINGS = {
    "surroundings": "What I change around me now, while it is quiet",
    "signs": "How I notice that a hard moment is coming",
    "alone": "What I do first, by myself",
    "around": "Where I go, and who is around, to have something else in mind",
    "telling": "Whom I tell that it is hard",
    "calling": "Whom I call when that is not enough",
    "reminder": "What I want to remember then",
}
# The fields that hold words.
TEXT_NAMES = (*HEADINGS, "card")

HARD_MOMENTS_PLAN = register_kind(
    RecordKind(
        table=hard_moments_table,
        payload_type=HardMomentsPlan,
        states=HardMomentsState,
        events=HardMomentsEvent,
        nouns=RecordNouns(
            in_sentence="a plan for hard moments",
            one="a plan for hard moments",
            many="plans for hard moments",
        ),
    )
)
