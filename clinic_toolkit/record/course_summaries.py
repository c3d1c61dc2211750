"""What a page or a sheet shows of one questionnaire about one relationship over time: frozen values."""

from datetime import date
from uuid import UUID

from msgspec import Struct

from clinic_toolkit.instruments.model import Instrument
from clinic_toolkit.psychometrics.change import Span
from clinic_toolkit.psychometrics.phases import Overlap
from clinic_toolkit.record.summaries import Letterhead

STRENGTHS, FACET, WHOLE = "strengths", "facet", "whole"


class Round(Struct, frozen=True, kw_only=True):
    """One time it was given. `segment` counts from 0; a new one begins with each version or kind.

    `mode` is a key of `administrations.MODES`, `mode_words` what a page says of it.
    """

    id: UUID
    on: date
    segment: int
    mode: str
    mode_words: str
    version: str
    frame: str
    answered: int
    asked: int
    stopped: bool


class Reading(Struct, frozen=True, kw_only=True):
    """What one round says of one part: every answer, and the number if there were enough of them.

    `items` are the numbers of the questions that were answered, in the order of `values`.
    """

    values: tuple[int, ...]
    items: tuple[int, ...]
    asked: int
    number: float | None = None


class Stretch(Struct, frozen=True, kw_only=True):
    """A range of numbers, 0 to 100, over some rounds of one segment, both ends included, from 0."""

    first: int
    last: int
    span: Span


class Part(Struct, frozen=True, kw_only=True):
    """A facet, the strengths, or the whole, over time. `readings` go with the rounds, one each.

    `said` is for the clinician; `said_together`, without a digit, for both. `earliest` and `latest` are
    the client's sentences of the first and the last time of the newest segment, each with its day.
    """

    id: str
    kind: str
    name: str
    phrase: str
    readings: tuple[Reading, ...]
    said: str = ""
    said_together: str = ""
    earliest: tuple[date, str] | None = None
    latest: tuple[date, str] | None = None
    baselines: tuple[Stretch, ...] = ()
    usual: tuple[Stretch, ...] = ()
    overlap: Overlap | None = None

    @property
    def has_mean(self) -> bool:
        """Whether a number may stand for it; strengths are answers and nothing else."""
        return self.kind != STRENGTHS

    @property
    def is_whole(self) -> bool:
        """Whether it is all questions together, of which the parts are shown already."""
        return self.kind == WHOLE


class Course(Struct, frozen=True, kw_only=True):
    """One questionnaire about one relationship, or in general, as far as it was given to one client.

    `instrument` is the newest version that was given; `segments` name each stretch of one version and
    one kind of relationship, as a break is labelled; `segments_together` the same for the client, who knows
    nothing of versions. `baseline` says how many first rounds are it.
    """

    instrument: Instrument
    client_id: UUID
    client_name: str
    relationship_id: UUID | None
    about: str
    rounds: tuple[Round, ...]
    segments: tuple[str, ...]
    segments_together: tuple[str, ...]
    parts: tuple[Part, ...]
    chosen: tuple[int, ...]
    baseline: int

    @property
    def latest(self) -> Round:
        """The newest round, by whose id the course is found again."""
        return self.rounds[-1]

    @property
    def modes(self) -> tuple[tuple[str, str], ...]:
        """How it was given, each way once, in the order in which they first came."""
        return tuple(dict.fromkeys((each.mode, each.mode_words) for each in self.rounds))


class Compared(Struct, frozen=True, kw_only=True):
    """A result beside the one before it: the parts that are about the same, and the others in words."""

    on: date
    same: tuple[str, ...]
    others: tuple[tuple[str, str, str], ...]


class CoursePaper(Struct, frozen=True, kw_only=True):
    """A course on paper, for the clinician."""

    letterhead: Letterhead
    course: Course
    cautions: tuple[str, ...]
