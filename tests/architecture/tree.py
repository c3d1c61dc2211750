"""The files of this checkout, as the tests of the whole look at them."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
PACKAGE = CHECKOUT / "clinic_toolkit"
TEMPLATES = CHECKOUT / "templates"
STATIC = PACKAGE / "web" / "static"

_NOT_OURS = {"__pycache__", "build", "dist", "htmlcov"}


def modules() -> list[Path]:
    """Every module of the package."""
    return sorted(PACKAGE.rglob("*.py"))


def strings_in(source: str) -> Iterator[str]:
    """The strings of a module, without what is written for its readers."""
    tree = ast.parse(source)
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node.value


def templates() -> list[Path]:
    """Every page and macro file."""
    return sorted(TEMPLATES.rglob("*.html"))


def texts() -> Iterator[tuple[Path, str]]:
    """Every file that belongs to the repository and is text, hidden tool folders left out."""
    for folder, below, names in os.walk(CHECKOUT):
        below[:] = [name for name in below if name not in _NOT_OURS and (name == ".ci" or name[0] != ".")]
        for name in sorted(names):
            path = Path(folder, name)
            if name == ".git":  # a file where the checkout is one of several
                continue
            try:
                yield path, path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue


def tool(*arguments: str, cwd: Path = CHECKOUT) -> subprocess.CompletedProcess[str]:
    """Run one of our tools as `python -m` and keep what it says."""
    return subprocess.run(
        [sys.executable, "-P", "-m", *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(cwd), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
