"""From answers to numbers, for the clinician alone.

A number is the mean of the answered difficulty items, stretched to 0-100; it says how often, not how bad.
Strength-worded items are listed apart and never reversed into a difficulty score: reversed items turn one
factor into two and lower quality (van Sonderen et al. 2013; Ilhan et al. 2024), and three times "about
half the time" with one "never felt free" is not the same experience as "most times".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.instruments.model import Instrument, Item
from clinic_toolkit.psychometrics.missing import facet_has_number, total_has_number


class AnswerDoesNotFit(ClinicError):
    """An answer belongs to no item, or its value to no option, of this version of the questionnaire."""

    def __init__(self, title: str) -> None:
        super().__init__(f"An answer does not belong to this version of “{title}”. Nothing was scored.")


@dataclass(frozen=True, kw_only=True, slots=True)
class StrengthAnswer:
    """A strength-worded item and its answer, as chosen; None if it was not answered."""

    item_id: str
    value: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class FacetScore:
    """One facet: its scored items in the order asked, their values (None: not answered) and its number."""

    facet: str
    items: tuple[str, ...]
    values: tuple[int | None, ...]
    score: float | None

    @property
    def given(self) -> tuple[int, ...]:
        """The values that were answered, in the order asked."""
        return tuple(value for value in self.values if value is not None)

    @property
    def answered(self) -> int:
        """How many of its items were answered."""
        return len(self.given)

    @property
    def asked(self) -> int:
        """How many items it has."""
        return len(self.values)


@dataclass(frozen=True, kw_only=True, slots=True)
class InstrumentScore:
    """One filled form. `total_*` count the scored items; `answered` and `asked` count every item."""

    facets: tuple[FacetScore, ...]
    total: float | None
    total_answered: int
    total_asked: int
    strengths: tuple[StrengthAnswer, ...]
    answered: int
    asked: int


def score(instrument: Instrument, answers: Mapping[str, int | None]) -> InstrumentScore:
    """Score one form; an item that is absent from `answers`, or None there, was not answered.

    A form of kind "difficulties" scores its difficulty items by facet and in all. A form of kind
    "strengths" has one number over all its items and none by facet (its rule sets no facet minimum).
    """
    _check(instrument, answers)
    top = highest(instrument)
    facets = tuple(_facet(instrument, facet.id, answers, top) for facet in instrument.facets)
    given = [value for facet in facets for value in facet.given]
    enough = total_has_number(instrument.missing, [facet.answered for facet in facets])
    return InstrumentScore(
        facets=facets,
        total=_stretched_mean(given, top) if enough else None,
        total_answered=len(given),
        total_asked=sum(facet.asked for facet in facets),
        strengths=tuple(
            StrengthAnswer(item_id=item.id, value=answers.get(item.id))
            for item in instrument.items
            if item.role == "strength"
        ),
        answered=sum(answers.get(item.id) is not None for item in instrument.items),
        asked=len(instrument.items),
    )


def shown(number: float) -> int:
    """The whole number to print; halves go up, so 62.5 is shown as 63."""
    # Not round(), which sends 62.5 to 62; not floor(number + 0.5), whose sum may itself be rounded up.
    whole = floor(number)
    return whole + (number - whole >= 0.5)


def highest(instrument: Instrument) -> int:
    """The value of the highest option."""
    return max(option.value for option in instrument.options)


def is_scored(instrument: Instrument, item: Item) -> bool:
    """Say whether an item enters a number: difficulty items do, strengths only on a form of strengths."""
    return item.role == "difficulty" or instrument.kind == "strengths"


def _facet(instrument: Instrument, facet: str, answers: Mapping[str, int | None], top: int) -> FacetScore:
    items = tuple(item.id for item in instrument.items if item.facet == facet and is_scored(instrument, item))
    values = tuple(answers.get(item) for item in items)
    given = [value for value in values if value is not None]
    enough = facet_has_number(instrument.missing, len(given))
    return FacetScore(
        facet=facet, items=items, values=values, score=_stretched_mean(given, top) if enough else None
    )


def _stretched_mean(values: Sequence[int], top: int) -> float:
    # One division of whole numbers: exact where the result is a half, whatever the number of options.
    return 100 * sum(values) / (len(values) * top)


def _check(instrument: Instrument, answers: Mapping[str, int | None]) -> None:
    items = {item.id for item in instrument.items}
    options = {option.value for option in instrument.options}
    for item, value in answers.items():
        if item not in items or (value is not None and value not in options):
            raise AnswerDoesNotFit(instrument.title)
