"""The model of a questionnaire: immutable values, checked by `loader`, never executed.

Plain dataclasses with limits from `annotated_types`, so that pages can be rendered without importing
pydantic; the loader gives the same classes to pydantic, which reports all errors at once.
"""

from dataclasses import dataclass, field
from typing import Annotated

from annotated_types import Ge, Gt, Le, MaxLen, MinLen

from clinic_toolkit.instruments.closed_sets import (
    AnswerWords,
    EvidenceLevel,
    InstrumentKind,
    ItemMode,
    ItemRole,
    SafetyFlag,
    ScoreKind,
    Side,
)

Text = Annotated[str, MinLen(1), MaxLen(4_000)]
# May be empty.
OptionalText = Annotated[str, MaxLen(4_000)]
Line = Annotated[str, MinLen(1), MaxLen(200)]
Slug = Annotated[str, MinLen(1), MaxLen(40)]
# Short, because labels are printed side by side on paper.
Label = Annotated[str, MinLen(1), MaxLen(60)]
Weight = Annotated[float, Gt(0), Le(100)]


@dataclass(frozen=True, kw_only=True, slots=True)
class ResponseOption:
    """One answer on the scale. `label` is all a client ever sees; `value` is for the clinician."""

    value: Annotated[int, Ge(0), Le(100)]
    label: Label
    meaning: OptionalText = ""


# Replacements that turn a question about "this person" into one about people in general.
_GENERAL_WORDING = (
    ("this person or someone else", "anyone"),
    ("do for this person", "do for people close to you"),
    ("this person", "someone close to you"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class FollowUp:
    """A question for the talk afterwards, and what it is for. For the clinician alone.

    `in_private`: asked when nobody else can hear, and so never on a screen that both look at.
    """

    question: Line
    intent: Line
    in_private: bool = False

    def question_in_general(self) -> str:
        """The question in its wording for people in general."""
        question = self.question
        for specific, general in _GENERAL_WORDING:
            question = question.replace(specific, general)
        return question


@dataclass(frozen=True, kw_only=True, slots=True)
class Facet:
    """A part of a questionnaire.

    `name` stands on the clinician's page, `client_phrase` completes "the questions about …" on a page
    the client reads. `follow_up` and `avoid` are for the talk, and for the clinician alone. `parent` is
    the group that it belongs to, itself a facet; the score of a group is over all items below it.
    `words_only`: it has no score of its own, because its items ask about different people's acts.
    """

    id: Slug
    name: Line
    client_phrase: Line
    follow_up: tuple[FollowUp, ...] = ()
    avoid: tuple[Line, ...] = ()
    parent: Slug | None = None
    words_only: bool = False

    def shareable_questions(self, *, general: bool) -> list[str]:
        """The follow-up questions that may be shown while the client sees the screen.

        Args:
            general: it is about people in general, and not about one person.
        """
        follow_ups = [follow_up for follow_up in self.follow_up if not follow_up.in_private]
        return [
            follow_up.question_in_general() if general else follow_up.question for follow_up in follow_ups
        ]


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One question.

    `text` speaks of "this person"; `text_general` is used for the frame "people in general". `define`
    explains a word on request. `weight` is its weight in the score; `reverse` reverses its answer in the
    score, and nowhere else. The shipped questionnaires use neither. `apart`: its answer is reported
    separately, because it asks about the other side of what its facet asks.
    """

    id: Slug
    facet: Slug
    mode: ItemMode
    role: ItemRole
    text: Line
    text_general: Line
    safety_flag: SafetyFlag = SafetyFlag.NONE
    frames_not_fitting: tuple[Slug, ...] = ()
    define: dict[Line, Text] = field(default_factory=dict)
    weight: Weight = 1
    reverse: bool = False
    apart: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Guidance:
    """How to give a questionnaire: what to say and do, for the clinician alone.

    `pacing`, `decline`, `distress` and `debrief` are for use in the session, in that order. `danger` holds
    the questions about fear, dying and harm, all of them asked in private, and what to do after a yes.
    `not_now` says when not to use the questionnaire, and what to do instead. `controls` is for a client who
    may be the controlling one: it is shown on the page of the questionnaire, and is never printed, never
    shown where a client may look on, and never stored in a client's record.
    """

    pacing: tuple[Text, ...] = ()
    decline: tuple[Text, ...] = ()
    distress: tuple[Text, ...] = ()
    danger: tuple[Text, ...] = ()
    controls: tuple[Text, ...] = ()
    debrief: tuple[Text, ...] = ()
    carers: OptionalText = ""
    culture: OptionalText = ""
    neurodivergence: OptionalText = ""
    not_now: tuple[Text, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class EvidenceCard:
    """What is known about the questionnaire, to be read before it is used."""

    level: EvidenceLevel
    author: Line
    licence: Line
    item_sources: Text
    not_known: Text
    translations: Line
    use: Text
    not_for: Text


@dataclass(frozen=True, kw_only=True, slots=True)
class MissingRule:
    """How many answers a score needs; with fewer there are words and a count, but no score.

    A sum needs all its items, unless `prorate` allows the mean of the answered items to replace the others
    if the minima are met.
    """

    facet_minimum: Annotated[int, Ge(1)] | None = None
    total_minimum: Annotated[int, Ge(1)]
    total_minimum_per_facet: Annotated[int, Ge(1)] | None = None
    prorate: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Band:
    """A publication's label for a range of scores, both ends included, of the total or of one facet.

    For the clinician alone. Only a questionnaire whose evidence card says "published" may have any.
    """

    lower: float
    upper: float
    label: Line
    source: Text
    facet: Slug | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Instrument:
    """One version of one questionnaire.

    `clinician_notes`, `guidance` and `bands` are never shown to a client. `answer_words` says whether the
    labels are frequencies; other labels are quoted in sentences. `introduction_general` is the introduction
    about people in general; if it is empty, `introduction` is used. A check-in is never scored, so it has no
    `missing`; `own_place` is the position, from 1, of the question that the client chose to watch,
    `open_line` the last, open question, and `open_line_general` its wording for people in general. `digest`
    is the SHA-256 of the definition file, hex; `own` marks a questionnaire that the practice added.
    """

    id: Slug
    version: Slug
    language: Slug
    kind: InstrumentKind
    side: Side
    title: Line
    clinician_name: Line
    about: Text
    result_heading: Line
    recall: Line
    minutes: Line
    introduction: tuple[Text, ...]
    closing: Text
    carer_line: OptionalText
    options: Annotated[tuple[ResponseOption, ...], MinLen(2), MaxLen(11)]
    facets: Annotated[tuple[Facet, ...], MinLen(1), MaxLen(100)]
    items: Annotated[tuple[Item, ...], MinLen(1), MaxLen(400)]
    evidence: EvidenceCard
    clinician_notes: tuple[Text, ...] = ()
    guidance: Guidance = Guidance()
    missing: MissingRule | None = None
    score: ScoreKind = ScoreKind.STRETCHED
    answer_words: AnswerWords = AnswerWords.FREQUENCY
    bands: Annotated[tuple[Band, ...], MaxLen(100)] = ()
    introduction_general: tuple[Text, ...] = ()
    own_place: Annotated[int, Ge(1)] | None = None
    open_line: OptionalText = ""
    open_line_general: OptionalText = ""
    digest: str = ""
    own: bool = False

    @property
    def summary(self) -> str:
        """The first sentence of `about`, for a list of choices."""
        first_sentence, separator, _ = self.about.partition(". ")
        return f"{first_sentence}." if separator else self.about


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """The kind of relationship a questionnaire is about.

    `line` says in a few words who is meant, for a list of choices. `note` is for the clinician alone.
    """

    id: Slug
    label: Line
    line: OptionalText = ""
    note: OptionalText
    general: bool = False
    takes_questionnaires: bool = True
    not_offered: tuple[Slug, ...] = ()

    @property
    def label_with_line(self) -> str:
        """The label for a list of choices, such as "Boss: decides about their work"."""
        label = f"{self.label[:1].upper()}{self.label[1:]}"
        return f"{label}: {self.line}" if self.line else label
