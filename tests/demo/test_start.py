"""`--demo` says how to come in, and turns away from a folder that is not a demo's."""

from pathlib import Path

import pytest

from clinic_toolkit import settings
from clinic_toolkit.cli import demo
from clinic_toolkit.cli.start import _choose_data_folder
from clinic_toolkit.demo import content
from clinic_toolkit.errors import ClinicError
from clinic_toolkit.store.folder import database_path
from tests.fixtures import practices
from tests.fixtures.running import Running


def test_it_tells_what_to_type(
    place: Path, told: content.Content, capsys: pytest.CaptureFixture[str]
) -> None:
    demo.prepare_demo(settings.load_settings(place, demo=True, environ={}))
    said = capsys.readouterr().out
    assert f"Passphrase: {told.practice.passphrase}\n" in said
    assert f"Return code: {told.practice.return_code}\n" in said
    assert "not secret" in said
    assert database_path(place).exists()


def test_a_folder_set_up_for_a_real_practice_is_refused(place: Path) -> None:
    settings.load_settings(place, environ={})
    with pytest.raises(ClinicError, match="real practice"):
        demo.prepare_demo(settings.load_settings(place, demo=True, environ={}))
    assert not database_path(place).exists()


def test_a_refusal_comes_back_from_the_other_process(tmp_path: Path) -> None:
    practices.at_work(tmp_path).engine.dispose()
    with pytest.raises(ClinicError, match="is no demo"):
        demo.prepare_demo(settings.load_settings(tmp_path / "data", demo=True, environ={}))


def test_the_demo_lies_beside_the_practice(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CLINIC_DATA", str(tmp_path / "mine"))
    assert _choose_data_folder(None, demo=True) == tmp_path / "mine-demo"
    assert _choose_data_folder(None, demo=False) == tmp_path / "mine"
    assert _choose_data_folder(tmp_path / "other", demo=True) == tmp_path / "other"


@pytest.mark.processes
def test_the_real_program_opens_what_the_demo_made(tmp_path: Path) -> None:
    """The process that makes the demo has no pages, and so knew fewer tables than the program looks for."""
    with Running(tmp_path / "data", "--demo") as running:
        assert "Unlock" in running.browser().get("/").text
