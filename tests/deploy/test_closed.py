"""The lists leave nothing out, so that nobody who installs them has to look for more."""

from collections.abc import Iterable
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from .lists import DEVELOPMENT, RUNTIME, names_in


def left_out(names: Iterable[str]) -> set[str]:
    """What libraries of these names need here, extras included, and is not among them or not as new."""
    known, waiting = set(names), [(name, "") for name in names]
    seen, lacking = set(waiting), set[str]()
    while waiting:
        name, extra = waiting.pop()
        try:
            needs = distribution(name).requires or []
        except ModuleNotFoundError:
            continue  # another system's, or another Python's
        for need in map(Requirement, needs):
            if need.marker and not need.marker.evaluate({"extra": extra}):
                continue
            needed = canonicalize_name(need.name)
            if needed not in known or not need.specifier.contains(distribution(needed).version, True):
                lacking.add(needed)
                continue
            more = {(needed, one) for one in ("", *need.extras)} - seen
            seen |= more
            waiting.extend(more)
    return lacking


@pytest.mark.parametrize("path", [RUNTIME, DEVELOPMENT], ids=lambda path: path.name)
def test_a_list_names_all_that_its_libraries_need(path: Path) -> None:
    assert left_out(names_in(path)) == set()


def test_the_look_finds_what_is_left_out() -> None:
    assert left_out(set(names_in(DEVELOPMENT)) - {"coverage"}) == {"coverage"}
    assert left_out(set(names_in(RUNTIME)) - {"markupsafe"}) == {"markupsafe"}
