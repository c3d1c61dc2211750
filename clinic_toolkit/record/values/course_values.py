"""What a page or a sheet shows of one questionnaire about one relationship over time: frozen values."""

from datetime import date
from uuid import UUID

from msgspec import Struct

from clinic_toolkit.instruments.model import Instrument
from clinic_toolkit.psychometrics.phase_overlap import Overlap
from clinic_toolkit.psychometrics.score_change import ScoreRange
from clinic_toolkit.record.values.page_values import Letterhead

STRENGTHS, FACET, WHOLE = "strengths", "facet", "whole"


class Round(Struct, frozen=True, kw_only=True):
    """One time it was given. `segment` counts from 0; a new one begins with each version or kind.

    `mode` is a key of `administrations.MODE_LABELS`, `mode_label` what a page says of it.
    """

    id: UUID
    answered_on: date
    segment: int
    mode: str
    mode_label: str
    version: str
    frame_label: str
    answered: int
    asked: int
    stopped: bool


class Reading(Struct, frozen=True, kw_only=True):
    """What one round says of one part: every answer, and the number if there were enough of them.

    `item_numbers` are the numbers of the questions that were answered, in the order of `values`.
    """

    values: tuple[int, ...]
    item_numbers: tuple[int, ...]
    asked: int
    score: float | None = None


class RoundRange(Struct, frozen=True, kw_only=True):
    """A range of numbers, 0 to 100, over some rounds of one segment, both ends included, from 0."""

    first_round: int
    last_round: int
    span: ScoreRange


class CoursePart(Struct, frozen=True, kw_only=True):
    """A facet, the strengths, or the whole, over time. `readings` go with the rounds, one each.

    `clinician_summary` is for the clinician; `joint_summary`, without a digit, for both. `earliest` and
    `latest` are the client's sentences of the first and the last time of the newest segment, each with its
    day.
    """

    id: str
    kind: str
    name: str
    client_phrase: str
    readings: tuple[Reading, ...]
    clinician_summary: str = ""
    joint_summary: str = ""
    earliest: tuple[date, str] | None = None
    latest: tuple[date, str] | None = None
    baselines: tuple[RoundRange, ...] = ()
    usual_ranges: tuple[RoundRange, ...] = ()
    overlap: Overlap | None = None

    @property
    def has_score(self) -> bool:
        """Whether a number may stand for it; strengths are answers and nothing else."""
        return self.kind != STRENGTHS

    @property
    def is_whole(self) -> bool:
        """Whether it is all questions together, of which the parts are shown already."""
        return self.kind == WHOLE


class Course(Struct, frozen=True, kw_only=True):
    """One questionnaire about one relationship, or in general, as far as it was given to one client.

    `instrument` is the newest version that was given; `segment_labels` name each stretch of one version and
    one kind of relationship, as a break is labelled; `client_segment_labels` the same for the client, who
    knows nothing of versions. `baseline_rounds` says how many first rounds are it.
    """

    instrument: Instrument
    client_id: UUID
    client_name: str
    relationship_id: UUID | None
    relationship_word: str
    rounds: tuple[Round, ...]
    segment_labels: tuple[str, ...]
    client_segment_labels: tuple[str, ...]
    parts: tuple[CoursePart, ...]
    chosen_values: tuple[int, ...]
    baseline_rounds: int

    @property
    def latest(self) -> Round:
        """The newest round, by whose id the course is found again."""
        return self.rounds[-1]

    @property
    def modes(self) -> tuple[tuple[str, str], ...]:
        """How it was given, each way once, in the order in which they first came."""
        return tuple(dict.fromkeys((each.mode, each.mode_label) for each in self.rounds))


class Comparison(Struct, frozen=True, kw_only=True):
    """A result beside the one before it: the parts that are about the same, and the others in words."""

    previous_date: date
    unchanged_parts: tuple[str, ...]
    changed_parts: tuple[tuple[str, str, str], ...]


class CoursePage(Struct, frozen=True, kw_only=True):
    """A course on paper, for the clinician."""

    letterhead: Letterhead
    course: Course
    cautions: tuple[str, ...]
