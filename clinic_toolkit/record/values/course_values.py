"""Frozen values of a course (one questionnaire about one relationship over time), for pages and paper."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from clinic_toolkit.instruments.model import Instrument
from clinic_toolkit.psychometrics.phase_overlap import Overlap
from clinic_toolkit.psychometrics.score_change import ScoreRange
from clinic_toolkit.record.values.page_values import Letterhead


class PartKind(StrEnum):
    """What a part of a course is about: the strengths, one facet, or the whole questionnaire."""

    STRENGTHS = "strengths"
    FACET = "facet"
    WHOLE = "whole"


class Round(Struct, frozen=True, kw_only=True):
    """One round of a course.

    `segment` counts from 0; a new segment begins with each new version of the questionnaire or frame of the
    relationship. `mode` is a value of `AdministrationMode`, `mode_label` its text.
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
    """One part in one round: every answer, and the score if enough questions were answered.

    `item_numbers` are the numbers of the answered questions, in the order of `values`; `asked` counts the
    questions of the part.
    """

    values: tuple[int, ...]
    item_numbers: tuple[int, ...]
    asked: int
    score: float | None = None


class RoundRange(Struct, frozen=True, kw_only=True):
    """A range of scores over some rounds of one segment.

    `first_round` and `last_round` are indexes into the rounds of the course, from 0, both included.
    """

    first_round: int
    last_round: int
    span: ScoreRange


class CoursePart(Struct, frozen=True, kw_only=True):
    """A facet, the strengths, or the whole, over time; one reading for each round.

    `clinician_summary` is for the clinician alone; `joint_summary`, which has no digit, is for both.
    `earliest` and `latest` are the client's sentences for the first and the last round of the newest segment,
    each with its day.
    """

    id: str
    kind: PartKind
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
        """Whether the part may have a score; strengths are shown as answers only."""
        return self.kind != PartKind.STRENGTHS

    @property
    def is_whole(self) -> bool:
        """Whether this part is the whole questionnaire."""
        return self.kind == PartKind.WHOLE


class Course(Struct, frozen=True, kw_only=True):
    """One questionnaire about one relationship, or about people in general, given to one client over time.

    `instrument` is the newest version that was given. `segment_labels` are shown where a segment begins;
    `client_segment_labels` are those for the client, without versions. `chosen_values` are the option values
    chosen at least once, in ascending order. `baseline_rounds` is how many of the first rounds are the
    baseline.
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
        """The newest round; its id is the address of the course."""
        return self.rounds[-1]

    @property
    def modes(self) -> tuple[tuple[str, str], ...]:
        """The modes in which it was given, each once as key and label, in the order of first use."""
        return tuple(dict.fromkeys((each.mode, each.mode_label) for each in self.rounds))


class Comparison(Struct, frozen=True, kw_only=True):
    """A result beside the one before it.

    `unchanged_parts` are the names of the parts that are about the same; `changed_parts` hold name, earlier
    answers and present answers in words.
    """

    previous_date: date
    unchanged_parts: tuple[str, ...]
    changed_parts: tuple[tuple[str, str, str], ...]


class CoursePage(Struct, frozen=True, kw_only=True):
    """A course on paper, for the clinician; `with_every_answer`: each part follows as a table of answers."""

    letterhead: Letterhead
    course: Course
    cautions: tuple[str, ...]
    with_every_answer: bool = False
