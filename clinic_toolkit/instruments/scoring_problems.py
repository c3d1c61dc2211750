"""Problems in how a questionnaire is scored, each reported with its place.

Like `definition_problems`, it works on the raw table and skips values of the wrong type.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, TypeGuard

from clinic_toolkit.instruments import facet_groups
from clinic_toolkit.instruments.closed_sets import EvidenceLevel, InstrumentKind, ItemRole, ScoreKind
from clinic_toolkit.instruments.raw_tables import RawTable, entries_of

# The labels of the non-answer buttons; an answer option with such a label would be scored.
_NON_ANSWER_LABELS = ("it didn't come up", "i'd rather not answer")


def scoring_problems(raw: RawTable) -> Iterator[str]:
    """Report every problem of scoring."""
    yield from _option_problems(raw)
    yield from _keying_problems(raw)
    parents, facet_indices = _parent_map(raw)
    yield from facet_groups.group_problems(parents, facet_indices)
    for index, item in entries_of(raw, "items"):
        if isinstance(facet := item.get("facet"), str) and facet in parents.values():
            yield f"items[{index}].facet: “{facet}” is a group; its questions belong to its parts"
    yield from _count_problems(raw, parents)
    yield from _band_problems(raw, parents)


def _parent_map(raw: RawTable) -> tuple[dict[str, str | None], dict[str, int]]:
    parents: dict[str, str | None] = {}
    facet_indices: dict[str, int] = {}
    for index, facet in entries_of(raw, "facets"):
        id, parent = facet.get("id"), facet.get("parent")
        if isinstance(id, str) and id not in parents:
            parents[id] = parent if isinstance(parent, str) else None
            facet_indices[id] = index
    return parents, facet_indices


def _option_problems(raw: RawTable) -> Iterator[str]:
    for index, option in entries_of(raw, "options"):
        label = option.get("label")
        if isinstance(label, str) and label.casefold().replace("’", "'").rstrip(".") in _NON_ANSWER_LABELS:
            yield f"options[{index}].label: is under every question already, and is never counted"


def _is_scored(raw: RawTable, item: RawTable) -> bool:
    return raw.get("kind") == InstrumentKind.STRENGTHS or item.get("role") == ItemRole.DIFFICULTY


def _keying_problems(raw: RawTable) -> Iterator[str]:
    for index, item in entries_of(raw, "items"):
        if item.get("role") not in tuple(ItemRole) or _is_scored(raw, item):
            continue
        for name, is_set in (("reverse", item.get("reverse") is True), ("weight", "weight" in item)):
            if is_set:
                yield f"items[{index}].{name}: a strength is kept apart from the number"


def _count_problems(raw: RawTable, parents: facet_groups.Parents) -> Iterator[str]:
    """Report facets without items, and missing rules that no answers could ever meet.

    Only scored items count: the difficulty items, or all items if all are strengths.
    """
    item_counts: Counter[str] = Counter()
    scored_counts: Counter[str] = Counter()
    for _, item in entries_of(raw, "items"):
        facet = item.get("facet")
        if isinstance(facet, str):
            item_counts[facet] += 1
            scored_counts[facet] += _is_scored(raw, item)
    groups = {group for facet in item_counts for group in facet_groups.groups_above(facet, parents)}
    total = smallest = sum(scored_counts.values())
    for index, entry in entries_of(raw, "facets"):
        facet = entry.get("id")
        if not isinstance(facet, str):
            continue
        if item_counts[facet]:
            smallest = min(smallest, scored_counts[facet])
        if not item_counts[facet] and facet not in groups:
            yield f"facets[{index}]: no item belongs to “{facet}”"
        elif item_counts[facet] and not scored_counts[facet] and raw.get("kind") != InstrumentKind.CHECK_IN:
            yield f"facets[{index}]: “{facet}” has strength items only, so nothing can be counted"
    for name, available, owner in (
        ("total_minimum", total, "the questionnaire"),
        ("facet_minimum", smallest, "the smallest facet"),
        ("total_minimum_per_facet", smallest, "the smallest facet"),
    ):
        required = _subtable(raw, "missing").get(name)
        if isinstance(required, int) and required > available:
            yield f"missing.{name}: asks for {required} answers, {owner} has {available}"
    if _subtable(raw, "missing").get("prorate") is True and raw.get("score") != ScoreKind.SUM:
        yield "missing.prorate: only for a sum; a mean is always made from the answers there are"


def _band_problems(raw: RawTable, parents: facet_groups.Parents) -> Iterator[str]:
    level = _subtable(raw, "evidence").get("level")
    ranges: dict[str | None, list[tuple[float, float, int]]] = {}
    for index, band in entries_of(raw, "bands"):
        location, facet = f"bands[{index}]", band.get("facet")
        if level != EvidenceLevel.PUBLISHED:
            yield f"{location}: only what was published has bands; the evidence card says “{level}”"
        if isinstance(facet, str) and facet not in parents:
            yield f"{location}.facet: there is no facet “{facet}”"
        if isinstance(facet, str) and "facet_minimum" not in _subtable(raw, "missing"):
            yield f"{location}.facet: a part has no number without missing.facet_minimum"
        lower, upper = band.get("lower"), band.get("upper")
        if not (_is_number(lower) and _is_number(upper) and isinstance(facet, str | None)):
            continue
        if not lower <= upper:
            yield f"{location}: “lower” must not be more than “upper”"
            continue
        ranges.setdefault(facet, []).append((lower, upper, index))
    for facet_ranges in ranges.values():
        facet_ranges.sort()
        for (_, first_upper, first_index), (second_lower, _, second_index) in pairwise(facet_ranges):
            if second_lower <= first_upper:
                yield f"bands[{second_index}]: has numbers that bands[{first_index}] has too"


def _subtable(raw: RawTable, name: str) -> RawTable:
    table = raw.get(name)
    return table if isinstance(table, dict) else {}


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
