"""What the page about the standard names exists, and its sums are right."""

import ast
import re
from collections import Counter

from .tree import CHECKOUT

PAGE = CHECKOUT / "docs" / "asvs.md"
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([12]) \| ([^|]+) \| (yes|partly|no|n/a) \| ([^|]+) \|$")
TEST = re.compile(r"`([\w/]+\.py)::(\w+)`")
TEXT = re.compile(r"`docs/([\w.]+)`")


def rows() -> list[tuple[str, str, str, str]]:
    """Number, level, state and reason of every row."""
    found = [ROW.match(line) for line in PAGE.read_text(encoding="utf-8").splitlines()]
    return [(each[1], each[2], each[4], each[5]) for each in found if each]


def named_in(path: str) -> set[str]:
    """The tests of a module."""
    file = CHECKOUT / "tests" / path
    tree = ast.parse(file.read_text(encoding="utf-8")) if file.is_file() else ast.Module([], [])
    return {
        node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def test_every_test_and_page_that_is_named_exists() -> None:
    missing = {
        f"{number}: {path}::{name}"
        for number, _, _, reason in rows()
        for path, name in TEST.findall(reason)
        if name not in named_in(path)
    }
    assert not missing
    pages = {name for *_, reason in rows() for name in TEXT.findall(reason)}
    assert not {name for name in pages if not (CHECKOUT / "docs" / name).is_file()}
    assert "test_no_such_test" not in named_in("architecture/test_asvs.py")


def test_every_yes_names_what_shows_it_and_all_else_says_why() -> None:
    for number, _, state, reason in rows():
        shown = TEST.search(reason) or TEXT.search(reason) or reason.startswith("here: ")
        assert reason.strip(), number
        assert state != "yes" or shown, number


def test_every_row_of_the_page_is_a_row_and_stands_once() -> None:
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if re.match(r"\| \d+\.\d", line)]
    numbers = [number for number, *_ in rows()]
    assert len(numbers) == len(lines) == len(set(numbers))
    assert len(numbers) > 180


def test_the_sums_are_right() -> None:
    counted = Counter((level, state) for _, level, state, _ in rows())
    for level in "12":
        sums = " | ".join(str(counted[level, state]) for state in ("yes", "partly", "no", "n/a"))
        assert f"| {level} | {sums} |" in PAGE.read_text(encoding="utf-8")
