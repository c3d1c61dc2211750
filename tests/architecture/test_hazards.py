"""docs/hazards.md: every hazard is told whole, every named test is there, none is reviewed unsigned."""

import ast
import re

import pytest

from .tree import CHECKOUT

PAGE = (CHECKOUT / "docs" / "hazards.md").read_text(encoding="utf-8")
HAZARDS = (
    "Wrong client",
    "Lost word",
    "Missed prompt",
    "Found paper",
    "Seen screen",
    "False calm",
    "Unreadable record",
    "Erased record",
)
FIELDS = ["Cause", "Harm", "Control", "Test", "What remains", "Reviewed"]
# A name, a profession, and a day such as 2027-01-31.
SIGNED = re.compile(r"By \S.*, \S.*, 20\d\d-\d\d-\d\d\.")


def told(page: str) -> dict[str, dict[str, str]]:
    """The fields of each hazard, by its heading."""
    parts = [part.partition("\n") for part in page.split("\n## ")[1:]]
    return {name: dict(re.findall(r"- \*\*(.+?)\.\*\* (.+)", text)) for name, _, text in parts}


def missing(tests: str) -> list[str]:
    """The tests that are named and are not there."""
    lost = []
    for path, name in re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", tests):
        file = CHECKOUT / path
        tree = ast.parse(file.read_text(encoding="utf-8")) if file.is_file() else ast.Module([], [])
        if name not in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}:
            lost.append(f"{path}::{name}")
    return lost


def test_every_hazard_is_told_with_all_that_belongs_to_it() -> None:
    assert tuple(told(PAGE)) == HAZARDS
    for name, fields in told(PAGE).items():
        assert list(fields) == FIELDS, name


@pytest.mark.parametrize("name", HAZARDS)
def test_every_test_that_is_named_is_there(name: str) -> None:
    tests = told(PAGE)[name]["Test"]
    assert tests.count("`") == 2 * len(re.findall(r"`tests/[\w/]+\.py::test_\w+`", tests)) > 0
    assert not missing(tests)


def test_a_test_that_nobody_wrote_would_be_missed() -> None:
    assert missing("`tests/architecture/test_hazards.py::test_nobody_wrote`, `tests/none.py::test_a`") == [
        "tests/architecture/test_hazards.py::test_nobody_wrote",
        "tests/none.py::test_a",
    ]
    assert not missing("`tests/architecture/test_hazards.py::test_a_test_that_nobody_wrote_would_be_missed`")


def test_nothing_is_called_reviewed_without_a_clinicians_name_and_a_day() -> None:
    reviewed = [fields["Reviewed"] for fields in told(PAGE).values()]
    for line in reviewed:
        assert line == "Not reviewed." or SIGNED.fullmatch(line), line
    if "Not reviewed." in reviewed:
        assert "**Not reviewed.**" in PAGE.partition("\n## ")[0], "the top says so as long as one part is not"
    assert SIGNED.fullmatch("By Nora Whelan, clinical psychologist, 2027-01-31.")
    assert not SIGNED.fullmatch("By a clinician.")
