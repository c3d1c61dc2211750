"""The lists hold a hash for everything, no place to fetch from, and agree with each other."""

import re
import tomllib
from pathlib import Path

import pytest

from .lists import DEPLOY, DEVELOPMENT, RUNTIME, entries, names_in


def test_the_tests_run_with_the_very_libraries_of_the_product() -> None:
    runtime = {(name, version, marker) for name, version, marker, _ in entries(RUNTIME)}
    development = {(name, version, marker) for name, version, marker, _ in entries(DEVELOPMENT)}
    # A second tool may need a library on more systems than the product does; never another version.
    versions = {(name, version) for name, version, _ in development}
    assert {(name, version) for name, version, _ in runtime} <= versions
    assert {name for name, version in versions} >= set(names_in(RUNTIME))


@pytest.mark.parametrize("path", [RUNTIME, DEVELOPMENT], ids=lambda path: path.name)
def test_no_address_in_a_list(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert not [line for line in lines if "//" in line or line.startswith("-")]


def test_every_declared_library_is_locked() -> None:
    project = tomllib.loads((DEPLOY.parent / "pyproject.toml").read_text(encoding="utf-8"))
    declared = project["project"]["dependencies"]
    assert {re.split(r"[<>=]", line)[0] for line in declared} <= set(names_in(RUNTIME))
    tools = project["dependency-groups"]["dev"]
    assert {re.split(r"[<>=]", line)[0] for line in tools} <= set(names_in(DEVELOPMENT))
