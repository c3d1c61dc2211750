"""Frozen values of the papers of a plan: a treatment plan, a plan for hard moments, a small card."""

from datetime import date

from msgspec import Struct

from clinic_toolkit.record.values.page_values import Letterhead


class PlanGoal(Struct, frozen=True, kw_only=True):
    """One goal as it is printed: the client's words, the means, where it stands, what serves it."""

    words: str
    means: str
    standing: str
    serving: tuple[str, ...] = ()


class TreatmentPlanPage(Struct, frozen=True, kw_only=True):
    """A treatment plan on paper. The diagnosis is empty unless it is to be printed."""

    letterhead: Letterhead
    client_names: str
    written_on: date
    problems: str
    goals: tuple[PlanGoal, ...]
    review_date: date | None
    diagnosis: str = ""
    diagnosis_date: date | None = None
    large_type: bool = False


class HardMomentsPage(Struct, frozen=True, kw_only=True):
    """A client's plan for hard moments on paper: pairs of heading and words. It names nobody."""

    letterhead: Letterhead
    sections: tuple[tuple[str, str], ...]
    large_type: bool = False


class NeutralCard(Struct, frozen=True, kw_only=True):
    """A small card to cut out, with words that tell nobody what it is for; none leaves lines to write on."""

    letterhead: Letterhead
    words: str
    large_type: bool = False
