"""A module imports only from layers below its own (the contracts stand in pyproject.toml)."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from .tree import CHECKOUT, PACKAGE, modules

# Each plant breaks one contract; the control shows that the contract would be seen to break.
PLANTS = {
    "record/people/plant.py": ("import flask", "Below the web nobody has heard of HTTP"),
    "record/values/plant.py": (
        "import clinic_toolkit.record.people.clients",
        "The record stands on its subjects",
    ),
    "store/sqlite/plant.py": ("import clinic_toolkit.record", "The package stands on its layers"),
    "store/sqlite/other_plant.py": (
        "import clinic_toolkit.store.opening",
        "An engine stands below what opens it, and on what any engine shares",
    ),
    "journal/plant.py": (
        "import clinic_toolkit.store.sqlite.anchor",
        "SQLite stands behind the protocol of the store",
    ),
    "web/access/plant.py": ("import sqlite3", "Only the engine of SQLite speaks with its driver"),
    "documents/plant.py": ("import clinic_toolkit.journal.records", "Paper is drawn from values"),
    "web/screens/plant.py": (
        "import clinic_toolkit.vault.vault\nimport clinic_toolkit.web.screens.today",
        "A screen knows no other screen",
    ),
    "web/screen_parts/plant.py": (
        "import clinic_toolkit.web.access.guard",
        "The pages stand on layers of their own",
    ),
    "web/handover/plant.py": (
        "import clinic_toolkit.record.people.clients",
        "A form in a client's hands knows no screen, no way in and no other record",
    ),
    "vault/plant.py": ("import cryptography.fernet", "Only crypto speaks with cryptography"),
    "cli/plant.py": ("import reportlab", "Only documents speaks with ReportLab"),
    "documents/calendar_plant.py": ("import icalendar", "Only what runs without keys reads a calendar file"),
    "psychometrics/plant.py": (
        "import sqlite3",
        "Questionnaires, sheets, scores and calendar files touch no record",
    ),
}
ALSO = "A screen asks the record; it holds no key and no table"


def contracts_in(checkout: Path) -> subprocess.CompletedProcess[str]:
    """What import-linter says of a checkout."""
    return subprocess.run(
        [
            sys.executable,
            "-P",
            "-c",
            "from importlinter.cli import lint_imports_command as run; run()",
            "--no-cache",
        ],
        cwd=checkout,
        env={"PYTHONPATH": str(checkout), "PATH": "", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_contract_is_kept() -> None:
    said = contracts_in(CHECKOUT)
    assert said.returncode == 0, said.stdout + said.stderr


def test_each_contract_can_be_broken(tmp_path: Path) -> None:
    shutil.copytree(PACKAGE, tmp_path / "clinic_toolkit", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(CHECKOUT / "pyproject.toml", tmp_path)
    for place, (line, _) in PLANTS.items():
        (tmp_path / "clinic_toolkit" / place).write_text(line + "\n")
    said = contracts_in(tmp_path)
    broken = set(re.findall(r"^(.+) BROKEN", said.stdout, flags=re.MULTILINE))
    assert broken == {contract for _, contract in PLANTS.values()} | {ALSO}, said.stdout + said.stderr


@pytest.fixture(scope="module")
def trees() -> dict[Path, ast.Module]:
    """Every module, parsed once for the tests of this file."""
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in modules()}


def imported(tree: ast.AST) -> Iterator[str]:
    """The top names that a module imports, wherever the import stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name.split(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


def test_what_is_imported_is_a_declared_library(trees: dict[Path, ast.Module]) -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {re.split(r"[<>=\[ ]", line)[0].lower() for line in project["dependencies"]}
    belongs = packages_distributions()
    for path, tree in trees.items():
        for name in set(imported(tree)):
            if name in sys.stdlib_module_names or name in {"clinic_toolkit", "_typeshed"}:
                continue
            sources = {known.lower() for known in belongs.get(name, [name])}
            # These come with a declared library and belong to its own interface.
            sources |= {"flask"} if name in {"werkzeug", "jinja2"} else set()
            sources |= {"pydantic"} if name == "pydantic_core" else set()
            sources |= {"pandas"} if name == "numpy" else set()
            assert sources & declared, f"{path.relative_to(CHECKOUT)} imports {name}"


@pytest.mark.parametrize("heavy", ["pandas", "numpy", "reportlab", "pikepdf", "pypdf"])
def test_heavy_libraries_are_imported_inside_functions(heavy: str, trees: dict[Path, ast.Module]) -> None:
    for path, tree in trees.items():
        if "documents" in path.parts and heavy == "reportlab":
            continue
        if path.name == "bulk.py" and heavy == "numpy":
            continue  # it is imported by nobody who only opens the program
        lines = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
        assert heavy not in {name for node in lines for name in imported(node)}, path
