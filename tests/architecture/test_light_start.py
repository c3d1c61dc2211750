"""Loading the program costs little more than its libraries alone, and none of the heavy ones."""

import os
import subprocess
import sys
from collections.abc import Callable
from statistics import median

import pytest

from .tree import CHECKOUT

LIBRARIES = (
    "import flask, sqlalchemy.orm, wtforms, waitress, msgspec\n"
    "from cryptography.hazmat.primitives.ciphers.aead import AESGCM"
)
PROGRAM = "import clinic_toolkit.cli.worker, clinic_toolkit.web.app"
HEAVY = ("pandas", "numpy", "reportlab", "pikepdf", "alembic")


def load(imports: str, then: str) -> str:
    """Run these imports in a process of their own; what it prints afterwards."""
    script = f"import time\nbegun = time.process_time()\n{imports}\n{then}"
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    command = [sys.executable, "-P", "-c", script]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.strip()


def loaded(imports: str) -> set[str]:
    """Which of the heavy libraries these imports bring along."""
    told = load(imports, f"import sys; print(*(name for name in {HEAVY} if name in sys.modules))")
    return set(told.split())


def test_no_heavy_library_is_loaded_at_the_start() -> None:
    assert loaded(PROGRAM) == set()
    assert loaded("import reportlab") == {"reportlab"}


@pytest.mark.bench
def test_goal_13_loading_the_program(ratio: Callable[..., None]) -> None:
    cost = "print(time.process_time() - begun)"
    # In turns, so that a busy moment of the machine falls on both; a first pair warms the files.
    pairs = [(float(load(PROGRAM, cost)), float(load(LIBRARIES, cost))) for _ in range(8)][1:]
    found = median(program for program, _ in pairs) / median(libraries for _, libraries in pairs)
    ratio(13, "loading the program, to loading its libraries alone", found, most=1.25)
