"""The tree of facets: a facet may belong to a group, which is itself a facet.

It works on a mapping of id to parent id, so that it serves both raw tables and finished values.
"""

from collections.abc import Iterator, Mapping

from clinic_toolkit.instruments.model import Facet, Instrument

# The deepest tree allowed, counting the facet itself; it also bounds every walk up the tree.
MAX_DEPTH = 5

Parents = Mapping[str, str | None]


def parents_of(instrument: Instrument) -> dict[str, str | None]:
    """The parent of every facet, or None."""
    return {facet.id: facet.parent for facet in instrument.facets}


def groups_above(facet: str, parents: Parents) -> tuple[str, ...]:
    """The groups that a facet belongs to, nearest first; cut off one beyond `MAX_DEPTH`."""
    groups: list[str] = []
    group = parents.get(facet)
    while group is not None and group in parents and len(groups) < MAX_DEPTH:
        groups.append(group)
        group = parents[group]
    return tuple(groups)


def depth(facet: str, parents: Parents) -> int:
    """The number of groups above a facet."""
    return len(groups_above(facet, parents))


def facets_in_order(instrument: Instrument) -> Iterator[Facet]:
    """All facets, each group before its parts, otherwise in the order of the file."""
    parents = parents_of(instrument)
    position = {facet.id: index for index, facet in enumerate(instrument.facets)}

    def key(facet: Facet) -> tuple[int, ...]:
        return tuple(position[id] for id in (*reversed(groups_above(facet.id, parents)), facet.id))

    yield from sorted(instrument.facets, key=key)


def group_problems(parents: Parents, facet_indices: Mapping[str, int]) -> Iterator[str]:
    """Report facets whose parent does not exist, that are part of a cycle, or that are nested too deep."""
    for facet, index in facet_indices.items():
        location, group = f"facets[{index}].parent", parents[facet]
        if group is not None and group not in parents:
            yield f"{location}: there is no facet “{group}”"
        elif facet in (groups := groups_above(facet, parents)):
            yield f"{location}: goes round in a circle"
        elif len(groups) >= MAX_DEPTH:
            yield f"{location}: is in too many groups; a part may have {MAX_DEPTH - 1} above it"
