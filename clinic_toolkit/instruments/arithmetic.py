"""What can be wrong with how a questionnaire makes a number, each said with its place.

Like `problems`, it works on the table as it was read and passes over a value of the wrong kind.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, TypeGuard

from clinic_toolkit.instruments import groups
from clinic_toolkit.instruments.tables import Table, tables

# What stands under every question already, and would be counted if it were an answer.
_WAYS = ("it didn't come up", "i'd rather not answer")


def in_arithmetic(raw: Table) -> Iterator[str]:
    """Say everything about counting that does not hold together."""
    yield from _in_options(raw)
    yield from _in_keys(raw)
    parents, places = _parents(raw)
    yield from groups.problems(parents, places)
    for number, item in tables(raw, "items"):
        if isinstance(facet := item.get("facet"), str) and facet in parents.values():
            yield f"items[{number}].facet: “{facet}” is a group; its questions belong to its parts"
    yield from _in_counts(raw, parents)
    yield from _in_bands(raw, parents)


def _parents(raw: Table) -> tuple[dict[str, str | None], dict[str, int]]:
    parents: dict[str, str | None] = {}
    places: dict[str, int] = {}
    for number, facet in tables(raw, "facets"):
        id, parent = facet.get("id"), facet.get("parent")
        if isinstance(id, str) and id not in parents:
            parents[id] = parent if isinstance(parent, str) else None
            places[id] = number
    return parents, places


def _in_options(raw: Table) -> Iterator[str]:
    for number, option in tables(raw, "options"):
        label = option.get("label")
        if isinstance(label, str) and label.casefold().replace("’", "'").rstrip(".") in _WAYS:
            yield f"options[{number}].label: is under every question already, and is never counted"


def _counts(raw: Table, item: Table) -> bool:
    return raw.get("kind") == "strengths" or item.get("role") == "difficulty"


def _in_keys(raw: Table) -> Iterator[str]:
    for number, item in tables(raw, "items"):
        if item.get("role") not in ("difficulty", "strength") or _counts(raw, item):
            continue
        for name, asked in (("reverse", item.get("reverse") is True), ("weight", "weight" in item)):
            if asked:
                yield f"items[{number}].{name}: a strength is kept apart from the number"


def _in_counts(raw: Table, parents: groups.Parents) -> Iterator[str]:
    """A facet that nothing belongs to, and a missing rule that no answers could ever meet.

    What counts is what enters a score: difficulty items, or all items where all are strengths.
    """
    here: Counter[str] = Counter()
    counted: Counter[str] = Counter()
    for _, item in tables(raw, "items"):
        facet = item.get("facet")
        if isinstance(facet, str):
            here[facet] += 1
            counted[facet] += _counts(raw, item)
    holding = {group for facet in here for group in groups.above(facet, parents)}
    whole = smallest = sum(counted.values())
    for number, entry in tables(raw, "facets"):
        facet = entry.get("id")
        if not isinstance(facet, str):
            continue
        if here[facet]:
            smallest = min(smallest, counted[facet])
        if not here[facet] and facet not in holding:
            yield f"facets[{number}]: no item belongs to “{facet}”"
        elif here[facet] and not counted[facet] and raw.get("kind") != "check-in":
            yield f"facets[{number}]: “{facet}” has strength items only, so nothing can be counted"
    for name, possible, of in (
        ("total_minimum", whole, "the questionnaire"),
        ("facet_minimum", smallest, "the smallest facet"),
        ("total_minimum_per_facet", smallest, "the smallest facet"),
    ):
        asked = _table(raw, "missing").get(name)
        if isinstance(asked, int) and asked > possible:
            yield f"missing.{name}: asks for {asked} answers, {of} has {possible}"
    if _table(raw, "missing").get("prorate") is True and raw.get("score") != "sum":
        yield "missing.prorate: only for a sum; a mean is always made from the answers there are"


def _in_bands(raw: Table, parents: groups.Parents) -> Iterator[str]:
    level = _table(raw, "evidence").get("level")
    ranges: dict[str | None, list[tuple[float, float, int]]] = {}
    for number, band in tables(raw, "bands"):
        place, facet = f"bands[{number}]", band.get("facet")
        if level != "published":
            yield f"{place}: only what was published has bands; the evidence card says “{level}”"
        if isinstance(facet, str) and facet not in parents:
            yield f"{place}.facet: there is no facet “{facet}”"
        if isinstance(facet, str) and "facet_minimum" not in _table(raw, "missing"):
            yield f"{place}.facet: a part has no number without missing.facet_minimum"
        lower, upper = band.get("lower"), band.get("upper")
        if not (_is_number(lower) and _is_number(upper) and isinstance(facet, str | None)):
            continue
        if not lower <= upper:
            yield f"{place}: “lower” must not be more than “upper”"
            continue
        ranges.setdefault(facet, []).append((lower, upper, number))
    for found in ranges.values():
        found.sort()
        for (_, before, first), (after, _, second) in pairwise(found):
            if after <= before:
                yield f"bands[{second}]: has numbers that bands[{first}] has too"


def _table(raw: Table, name: str) -> Table:
    found = raw.get(name)
    return found if isinstance(found, dict) else {}


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
