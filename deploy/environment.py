"""The environment of the two commands: `.venv` beside this folder, made from a locked list.

Every library is installed from a wheel whose hash is in the list: nothing is compiled, and nothing is
installed that the maintainers of this program did not see. A person's own settings of pip (a proxy, a
certificate, a mirror) are respected.
"""

import contextlib
import hashlib
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

CHECKOUT = Path(__file__).resolve().parent.parent
VENV = CHECKOUT / ".venv"

RUNTIME = ("requirements.lock",)
# Includes every line of the runtime list, which a test checks.
DEVELOPMENT = ("requirements.lock", "requirements-dev.lock")

# Written last: an environment without it, or with another one, is unfinished.
STAMP = "set-up-complete"


class CannotSetUp(Exception):
    """The environment cannot be set up here; the message says what a person can do."""


def run(lists: Sequence[str], arguments: Sequence[str]) -> NoReturn:
    """Set up the environment, then replace this process by the program in it."""
    prepare(lists)
    command = [str(python_of(VENV)), "-P", *arguments]
    if sys.platform == "win32":
        # Replacing the process on Windows would return to the prompt at once, while the program still runs.
        process = subprocess.Popen(command, env=surroundings(os.environ))
        while True:
            with contextlib.suppress(KeyboardInterrupt):
                sys.exit(process.wait())
    sys.stdout.flush()
    sys.stderr.flush()
    # One process, so that a signal or Ctrl+C goes straight to the program.
    os.execve(command[0], command, surroundings(os.environ))  # noqa: S606


def prepare(lists: Sequence[str]) -> None:
    """Make sure that these lists are installed in `.venv`; create or complete it if they are not."""
    try:
        if missing(VENV, lists):
            refuse_unserved()
            with _alone():
                set_up(VENV, lists)
    except CannotSetUp as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(2)
    except OSError as error:
        sys.stderr.write(f"{VENV} could not be set up: {error.strerror or error}.\n")
        sys.exit(2)


def refuse_unserved() -> None:
    """Refuse a machine without ready-made libraries before anything is downloaded.

    Raises:
        CannotSetUp: for Intel Macs `cryptography` is no longer published (`deploy/lock.py --check`).
    """
    if sys.platform == "darwin" and platform.machine() == "x86_64":
        raise CannotSetUp(
            "This Python is made for Intel Macs, for which one of the libraries is no longer published."
            " Nothing was installed. On a Mac with an Apple chip, install Python from python.org and give the"
            " command with that one."
        )


def surroundings(outer: Mapping[str, str]) -> dict[str, str]:
    """The environment variables of the program: this checkout on its path, and no other Python's folders.

    Byte code is always written, because every lock starts a process, which would compile everything again.
    """
    excluded = ("PYTHONHOME", "VIRTUAL_ENV", "PYTHONDONTWRITEBYTECODE")
    variables = {name: value for name, value in outer.items() if name not in excluded}
    return variables | {"PYTHONPATH": str(CHECKOUT)}


def python_of(venv: Path) -> Path:
    """The interpreter of an environment."""
    return venv / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def stamp_of(name: str) -> str:
    """The stamp of an environment that was made from this list by this interpreter."""
    interpreter = f"{sys.version}\n{sys.base_prefix}\n"
    return hashlib.sha256(_list(name).read_bytes() + interpreter.encode()).hexdigest()


def missing(venv: Path, lists: Sequence[str]) -> list[str]:
    """The lists that are not completely installed in this environment."""
    stamps = _stamps(venv)
    return [name for name in lists if stamps.get(name) != stamp_of(name)]


def set_up(venv: Path, lists: Sequence[str]) -> None:
    """Install the missing lists, into a new environment or into the existing one if it is valid."""
    missing_lists = missing(venv, lists)
    if not missing_lists:
        return
    print(f"Setting up {venv}. This happens once and takes up to a minute.", flush=True)
    # The stamp is removed first and written last, so that an interruption leaves nothing that looks finished.
    (venv / STAMP).unlink(missing_ok=True)
    if lists[0] in missing_lists:
        _make(venv)
    _install(venv, lists[-1])
    _write_stamps(venv, lists)


def _list(name: str) -> Path:
    return CHECKOUT / "deploy" / name


def _stamps(venv: Path) -> dict[str, str]:
    if not python_of(venv).exists():
        return {}
    try:
        lines = (venv / STAMP).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return {}
    return {name: stamp for name, _, stamp in (line.partition(" ") for line in lines)}


def _write_stamps(venv: Path, lists: Sequence[str]) -> None:
    new_file = venv / f"{STAMP}.new"
    new_file.write_text("".join(f"{name} {stamp_of(name)}\n" for name in lists), encoding="utf-8")
    new_file.replace(venv / STAMP)


def _make(venv: Path) -> None:
    from venv import EnvBuilder

    # Without pip, which `_pip` finds or adds afterwards.
    EnvBuilder(clear=True, symlinks=sys.platform != "win32", with_pip=False).create(venv)


def _install(venv: Path, name: str) -> None:
    # The list is complete, so dependencies are not resolved: an older pip takes a dependency with an extra in
    # brackets for a library of its own, and refuses its newest release.
    arguments = ["--quiet", "--no-deps", "--require-hashes", "--only-binary", ":all:", "-r", str(_list(name))]
    uv = shutil.which("uv")
    if uv and _done([uv, "pip", "install", "--python", str(python_of(venv)), *arguments]):
        return
    # Many modules are never loaded, so each is compiled at its first use and not here.
    if not _done([*_pip(venv), "install", "--no-input", "--no-compile", *arguments]):
        raise CannotSetUp(
            "The libraries could not be installed; the reason is shown above. The first start needs the "
            "internet once. Nothing half-finished will be used: type the same command again."
        )


def _pip(venv: Path) -> list[str]:
    venv_pip = [str(python_of(venv)), "-m", "pip"]
    if _done([*venv_pip, "--version"], quiet=True):
        return venv_pip
    if _done([str(python_of(venv)), "-m", "ensurepip", "--default-pip"], quiet=True):
        return venv_pip
    # Debian's plain Python lacks ensurepip, but Debian's own pip may install into this environment.
    outer_pip = [sys.executable, "-m", "pip", "--python", str(python_of(venv))]
    if _done([*outer_pip, "--version"], quiet=True):
        return outer_pip
    raise CannotSetUp(what_to_install())


def what_to_install() -> str:
    """The message with the command that adds pip to a Python without it."""
    python_name = f"python{sys.version_info.major}.{sys.version_info.minor}"
    if shutil.which("apt-get"):
        command = "sudo apt install python3-venv"
    elif shutil.which("dnf"):
        command = "sudo dnf install python3-pip"
    else:
        command = f"{python_name} -m ensurepip"
    return (
        f"This Python ({python_name}) came without pip, which fetches the libraries. First give:\n\n"
        f"    {command}\n"
    )


def _done(command: Sequence[str], *, quiet: bool = False) -> bool:
    environ = {name: value for name, value in os.environ.items() if name not in ("PYTHONHOME", "PYTHONPATH")}
    # A person's setting to install for the user would be refused inside an environment.
    environ |= {"PIP_USER": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    output = subprocess.DEVNULL if quiet else None
    return subprocess.run(command, env=environ, check=False, stdout=output, stderr=output).returncode == 0


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    # Two commands must not set up one folder at the same time. They lock the list itself, so that no other
    # file is needed.
    try:
        import fcntl
    except ImportError:
        yield
        return
    with _list(RUNTIME[0]).open("rb") as lock_file:
        try:
            fcntl.flock(lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"Another command is setting up {VENV}; waiting for it.", flush=True)
            fcntl.flock(lock_file, fcntl.LOCK_EX)
        yield
