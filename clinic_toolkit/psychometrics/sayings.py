"""What is said of a part over time, by how many points there are (clinical specification 3.7).

The clinician's sentences may hold numbers and counts. The client's hold no digit, and of the answer words
only those that the client chose.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from clinic_toolkit.psychometrics.change import about_the_same, beyond
from clinic_toolkit.psychometrics.numerals import in_words
from clinic_toolkit.psychometrics.scoring import shown
from clinic_toolkit.psychometrics.wording import uncapitalised

FIRST = "A first picture."
TWO = "Two points do not make a pattern."
TWO_TIMES = "Two times do not make a pattern."
NO_NUMBER = "No number yet. Each dot is one answer."
SAME = "The last two are about the same."
SAME_TIMES = "The last two times were about the same."


class Scale(Struct, frozen=True, kw_only=True):
    """What a number is made of: how many items, and the value of the highest answer."""

    items: int
    highest: int


def of_numbers(numbers: Sequence[float], scale: Scale, *, baseline: int) -> str:
    """The clinician's words for the numbers of one version so far, in the order of time."""
    if not numbers:
        return NO_NUMBER
    if len(numbers) == 1:
        return FIRST
    same = about_the_same(numbers[-2], numbers[-1], scale.items, scale.highest)
    said = [TWO if len(numbers) == 2 else _between(numbers)]
    return " ".join([*said, *_beyond(numbers, baseline), *([SAME] if same else [])])


def of_answers(rounds: Sequence[Sequence[int]], labels: Mapping[int, str], *, same: bool) -> str:
    """The client's words for every answer of one version so far; empty where nothing was answered.

    Args:
        rounds: the values of each time, in the order of time; times without an answer are left out.
        same: whether the last two are about the same by the display rule.
    """
    given = [values for values in rounds if values]
    if not given:
        return ""
    if len(given) == 1:
        return FIRST
    said = TWO_TIMES
    if len(given) > 2:
        low, high = (
            uncapitalised(labels[end(value for values in given for value in values)]) for end in (min, max)
        )
        said = f"So far always “{low}”." if low == high else f"So far between “{low}” and “{high}”."
    return f"{said} {SAME_TIMES}" if same else said


def _between(numbers: Sequence[float]) -> str:
    low, high = shown(min(numbers)), shown(max(numbers))
    return f"So far always {low}." if low == high else f"So far between {low} and {high}."


def _beyond(numbers: Sequence[float], baseline: int) -> list[str]:
    found = beyond(numbers, baseline)
    if found is None:
        return []
    if found.of == 1:
        where = "below every" if found.below else "above every" if found.above else "within the range of the"
        return [f"The last one lies {where} baseline point{'' if found.below or found.above else 's'}."]
    counts = [(found.below, "below"), (found.above, "above")]
    said = [
        f"{count} of the last {found.of} {'lies' if count == 1 else 'lie'} {where}"
        for count, where in counts
        if count
    ]
    if not said:
        return [f"None of the last {found.of} is outside the baseline."]
    return [f"{' and '.join(said)} every baseline point."]


def first_few(count: int) -> str:
    """How a page names the baseline: "the first three"."""
    return f"the first {in_words(count)}"
