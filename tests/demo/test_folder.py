"""The demo's folder: made once a day, and never instead of a real practice."""

import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from clinic_toolkit.demo import build as demo_practice
from clinic_toolkit.demo import folder
from clinic_toolkit.demo.acts import Step
from clinic_toolkit.demo.content import Content
from clinic_toolkit.store.folder import README_FILE, database_path
from clinic_toolkit.store.opening import open_store
from tests.fixtures import practices

from .conftest import NOW

pytestmark = pytest.mark.usefixtures("at_the_floor")


@pytest.fixture
def short_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    """A demo of its first days: here it is about when it is made, and `test_start.py` makes it whole."""
    all_steps = demo_practice._all_steps

    def first_steps(content: Content, now: datetime) -> list[Step]:
        return sorted(all_steps(content, now), key=lambda step: step.at)[:3]

    monkeypatch.setattr(demo_practice, "_all_steps", first_steps)


@pytest.mark.usefixtures("short_demo")
def test_it_is_made_once_a_day(place: Path) -> None:
    told = folder.prepare_demo_folder(place, now=NOW)
    assert told.passphrase
    made = database_path(place).read_bytes()
    folder.prepare_demo_folder(place, now=NOW + timedelta(hours=2))
    assert database_path(place).read_bytes() == made
    folder.prepare_demo_folder(place, now=NOW + timedelta(days=1))
    assert database_path(place).read_bytes() != made


def test_a_real_practice_is_never_touched(tmp_path: Path) -> None:
    practices.at_work(tmp_path).engine.dispose()
    place = tmp_path / "data"
    before = {path.name: path.read_bytes() for path in place.iterdir()}
    with pytest.raises(folder.NotADemo):
        folder.prepare_demo_folder(place, now=NOW)
    assert {path.name: path.read_bytes() for path in place.iterdir()} == before


def test_a_practice_whose_database_was_lost_is_not_covered_up(tmp_path: Path) -> None:
    practices.at_work(tmp_path).engine.dispose()
    database_path(tmp_path / "data").unlink()
    with pytest.raises(folder.NotADemo):
        folder.prepare_demo_folder(tmp_path / "data", now=NOW)


@pytest.mark.usefixtures("short_demo")
def test_an_interrupted_making_is_begun_again(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(
            demo_practice, "build_demo_practice", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt)
        )
        with pytest.raises(KeyboardInterrupt):
            folder.prepare_demo_folder(place, now=NOW)
    assert (place / README_FILE).exists()
    folder.prepare_demo_folder(place, now=NOW)
    open_store(place).dispose()
    assert (place / folder.DEMO_MARKER_FILE).read_text(encoding="utf-8").endswith("2026-11-18\n")


def test_a_start_without_the_demo_does_not_load_it() -> None:
    look = (
        "import sys, clinic_toolkit.cli.start, clinic_toolkit.web.app;"
        "print([name for name in sys.modules if name.startswith('clinic_toolkit.demo')])"
    )
    said = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
