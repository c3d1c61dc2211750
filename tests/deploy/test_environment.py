"""One environment, made once, never believed when it is half-made."""

import ast
import importlib.util
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from .lists import DEPLOY

LISTS = ("requirements.lock", "requirements-dev.lock")
VARIABLES = {"PATH": os.environ["PATH"]}


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """deploy/environment.py, looking at a checkout of its own that has a space in its name."""
    spec = importlib.util.spec_from_file_location("environment", DEPLOY / "environment.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    checkout = tmp_path / "a check out"
    (checkout / "deploy").mkdir(parents=True)
    for name in LISTS:
        (checkout / "deploy" / name).write_text(f"{name}\n")
    monkeypatch.setattr(module, "CHECKOUT", checkout)
    monkeypatch.setattr(module, "VENV", checkout / ".venv")
    return module


@pytest.fixture
def venv(environment: ModuleType) -> Path:
    """Where the environment goes."""
    return Path(environment.VENV)


@pytest.fixture
def installed(environment: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The lists that were installed, in order; nothing is fetched."""
    done: list[str] = []
    monkeypatch.setattr(environment, "_install", lambda _, name: done.append(name))
    return done


def test_it_is_made_once(environment: ModuleType, venv: Path, installed: list[str]) -> None:
    environment.prepare(environment.RUNTIME)
    assert environment.python_of(venv).exists()
    assert environment.missing(venv, environment.RUNTIME) == []
    environment.prepare(environment.RUNTIME)
    assert installed == ["requirements.lock"]


def test_start_test_start_builds_once_and_adds_once(
    environment: ModuleType, venv: Path, installed: list[str]
) -> None:
    environment.prepare(environment.RUNTIME)
    (venv / "kept").touch()
    environment.prepare(environment.DEVELOPMENT)
    environment.prepare(environment.RUNTIME)
    environment.prepare(environment.DEVELOPMENT)
    assert installed == ["requirements.lock", "requirements-dev.lock"]
    assert (venv / "kept").exists()


def test_another_list_or_interpreter_makes_it_anew(
    environment: ModuleType, venv: Path, installed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    environment.prepare(environment.RUNTIME)
    (venv / "old").touch()
    (environment.CHECKOUT / "deploy" / "requirements.lock").write_text("changed\n")
    environment.prepare(environment.RUNTIME)
    assert not (venv / "old").exists()
    monkeypatch.setattr(sys, "version", "3.99.0 (another)")
    environment.prepare(environment.RUNTIME)
    assert installed == ["requirements.lock"] * 3


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such lock there")
def test_two_commands_at_once_take_turns(
    environment: ModuleType, venv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, go_on = threading.Event(), threading.Event()
    done: list[str] = []

    def slow(_: Path, name: str) -> None:
        done.append(name)
        began.set()
        assert go_on.wait(30)

    monkeypatch.setattr(environment, "_install", slow)
    first = threading.Thread(target=environment.prepare, args=(environment.RUNTIME,))
    second = threading.Thread(target=environment.prepare, args=(environment.RUNTIME,))
    first.start()
    assert began.wait(30)
    second.start()
    go_on.set()
    first.join(30)
    second.join(30)
    assert done == ["requirements.lock"]
    assert environment.missing(venv, environment.RUNTIME) == []


@pytest.mark.parametrize("content", ["", "requirements.lock", "requirements.lock 0000\n", "\x00\xff"])
def test_a_stamp_that_says_something_else_is_not_believed(
    content: str, environment: ModuleType, venv: Path, installed: list[str]
) -> None:
    environment.prepare(environment.RUNTIME)
    (venv / environment.STAMP).write_text(content, encoding="latin-1")
    assert environment.missing(venv, environment.RUNTIME) == ["requirements.lock"]


def test_an_interpreter_that_went_away_is_noticed(
    environment: ModuleType, venv: Path, installed: list[str]
) -> None:
    environment.prepare(environment.RUNTIME)
    environment.python_of(venv).unlink()
    assert environment.missing(venv, environment.RUNTIME) == ["requirements.lock"]


@pytest.mark.parametrize("lists", [LISTS[:1], LISTS], ids=["new", "adding"])
def test_an_interruption_leaves_nothing_that_looks_finished(
    lists: tuple[str, ...],
    environment: ModuleType,
    venv: Path,
    installed: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if len(lists) > 1:
        environment.prepare(environment.RUNTIME)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(environment, "_install", interrupted)
    with pytest.raises(KeyboardInterrupt):
        environment.prepare(lists)
    assert environment.python_of(venv).exists()
    assert environment.missing(venv, lists) == list(lists)


def test_a_folder_that_cannot_be_written_is_said(
    environment: ModuleType, venv: Path, installed: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    venv.write_text("a file stands in the way")
    with pytest.raises(SystemExit) as ended:
        environment.prepare(environment.RUNTIME)
    assert ended.value.code == 2
    assert str(venv) in capsys.readouterr().err


def answering(*works: str) -> Callable[..., bool]:
    """A stand-in for running commands: only those that hold one of these words succeed."""
    return lambda command, **_: any(word in command for word in works)


def test_pip_is_taken_from_the_first_place_that_has_it(
    environment: ModuleType, venv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = [str(environment.python_of(venv)), "-m", "pip"]
    monkeypatch.setattr(environment, "_done", answering("--version"))
    assert environment._pip(venv) == inside
    monkeypatch.setattr(environment, "_done", answering("ensurepip"))
    assert environment._pip(venv) == inside
    monkeypatch.setattr(environment, "_done", answering("--python"))
    outside = [sys.executable, "-m", "pip", "--python", str(environment.python_of(venv))]
    assert environment._pip(venv) == outside


@pytest.mark.parametrize(
    ("present", "line"),
    [
        ("apt-get", "sudo apt install python3-venv"),
        ("dnf", "sudo dnf install python3-pip"),
        ("", "-m ensurepip"),
    ],
)
def test_without_any_pip_the_line_to_give_is_said(
    present: str,
    line: str,
    environment: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(environment, "_done", answering())
    monkeypatch.setattr(environment.shutil, "which", lambda name: name if name == present else None)
    with pytest.raises(SystemExit) as ended:
        environment.prepare(environment.RUNTIME)
    assert ended.value.code == 2
    assert line in capsys.readouterr().err


def test_uv_is_used_where_it_is_and_pip_where_it_fails(
    environment: ModuleType, venv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[list[str]] = []

    def run(command: list[str], **_: object) -> bool:
        given.append(command)
        return command[0] != "uv"

    monkeypatch.setattr(environment, "_done", run)
    monkeypatch.setattr(environment.shutil, "which", lambda name: "uv" if name == "uv" else None)
    environment._install(venv, "requirements.lock")
    assert [command[0] for command in given] == ["uv"] + [str(environment.python_of(venv))] * 2
    for command in (given[0], given[-1]):
        assert {"--require-hashes", "--no-deps"} <= set(command)
        assert command[command.index("--only-binary") + 1] == ":all:"


def test_a_failed_fetch_is_said_and_not_believed(
    environment: ModuleType, venv: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(environment, "_done", answering("--version"))
    monkeypatch.setattr(environment.shutil, "which", lambda _: None)
    with pytest.raises(SystemExit) as ended:
        environment.prepare(environment.RUNTIME)
    assert ended.value.code == 2
    assert "could not be installed" in capsys.readouterr().err
    assert environment.missing(venv, environment.RUNTIME) == ["requirements.lock"]


def test_the_program_sees_this_checkout_and_no_other_python(environment: ModuleType) -> None:
    outer = {"PYTHONPATH": "elsewhere", "PYTHONHOME": "elsewhere", "LANG": "C"}
    inner = environment.surroundings(outer | {"PYTHONDONTWRITEBYTECODE": "1"})
    assert inner == {"PYTHONPATH": str(environment.CHECKOUT), "LANG": "C"}


def test_an_intel_mac_is_told_before_anything_is_made(
    environment: ModuleType,
    venv: Path,
    installed: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(environment.sys, "platform", "darwin")
    monkeypatch.setattr(environment.platform, "machine", lambda: "x86_64")
    with pytest.raises(SystemExit) as ended:
        environment.prepare(environment.RUNTIME)
    assert ended.value.code == 2
    assert "Nothing was installed" in capsys.readouterr().err
    assert not venv.exists() and not installed


@pytest.mark.parametrize("script", ["start.py", "test.py"])
@pytest.mark.parametrize("version", [(2, 7, 18), (3, 6, 0), (3, 10, 13), (3, 14, 0), (3, 15, 0), (4, 0, 0)])
def test_a_python_that_nobody_ran_it_on_is_told_which_one_is_needed(
    script: str, version: tuple[int, int, int]
) -> None:
    pretend = (
        f"import sys, runpy; sys.version_info = {version}; runpy.run_path(sys.argv[1], run_name='__main__')"
    )
    command = [sys.executable, "-c", pretend, str(DEPLOY / script)]
    said = subprocess.run(command, capture_output=True, text=True, env=VARIABLES, check=False)
    assert said.returncode == 2
    wanted = f"Python 3.11, 3.12 or 3.13 is needed; this is {version[0]}.{version[1]}. Nothing was installed."
    assert said.stderr.startswith(wanted) and "python3.13 " in said.stderr


@pytest.mark.parametrize("script", ["start.py", "test.py"])
def test_the_commands_are_written_in_words_an_old_python_can_read(script: str) -> None:
    source = (DEPLOY / script).read_text(encoding="ascii")
    before = source.split("sys.exit(2)")[0]
    assert "import environment" not in before
    # Types stand in comments, which every Python passes over.
    code = re.sub(r"^ *# type: .*$|  # type: .*$", "", source, flags=re.MULTILINE)
    for modern in (' f"', " -> ", ":=", "match "):
        assert modern not in code
    # Older ones do not get as far as the sentence if they cannot read the file.
    ast.parse(source, feature_version=(3, 6))
