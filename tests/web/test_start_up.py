"""What a worker imports before it can answer: nothing that only some pages need."""

import resource
import subprocess
import sys
from collections.abc import Callable
from statistics import median

import pytest

HEAVY = ("alembic bidi fontTools numpy pandas pikepdf pydantic pypdf reportlab uharfbuzz zxcvbn").split()
YARDSTICK = (
    "import flask, sqlalchemy.orm, wtforms, waitress, msgspec\n"
    "from cryptography.hazmat.primitives.ciphers.aead import AESGCM\n"
)
OURS = "import clinic_toolkit.cli.worker, clinic_toolkit.web.app, waitress.server\n"


def loaded_by(program: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", program + "import sys; print(' '.join(sys.modules))"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def processor_seconds(program: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", program], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_what_only_some_pages_need_is_not_loaded_at_the_start() -> None:
    loaded = loaded_by(OURS)
    assert not loaded & set(HEAVY)
    # A page may need the shape of a drawing; what draws on paper is loaded with the first paper.
    assert not loaded & {"clinic_toolkit.documents.blocks", "clinic_toolkit.documents.font_faces"}
    assert {"flask", "sqlalchemy", "clinic_toolkit.web.app"} <= loaded


def test_the_keeper_loads_neither_flask_nor_keys() -> None:
    loaded = loaded_by("import clinic_toolkit.cli.start\n")
    assert not loaded & {"flask", "jinja2", "cryptography", "msgspec", "clinic_toolkit.vault.vault", *HEAVY}


@pytest.mark.bench
def test_goal_13_loading_the_program(ratio: Callable[..., None]) -> None:
    pairs = [(processor_seconds(OURS), processor_seconds(YARDSTICK)) for _ in range(15)]
    ratio(13, "loading the program", median(ours / theirs for ours, theirs in pairs), most=1.25)
