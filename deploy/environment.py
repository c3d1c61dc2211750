"""The environment of the two commands: `.venv` beside this folder, made from a locked list.

Every library comes as a wheel whose hash is in the list: nothing is compiled, and nothing is
installed that its maintainers did not see. A person's own settings of pip (a proxy, a certificate,
a mirror) stay in force.
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
# Holds every line of the runtime list as well; a test sees to that.
DEVELOPMENT = ("requirements.lock", "requirements-dev.lock")

# Written last of all: an environment without it, or with another, is not finished.
STAMP = "set-up-complete"


class CannotSetUp(Exception):
    """The environment cannot be made here; says what a person can do."""


def run(lists: Sequence[str], arguments: Sequence[str]) -> NoReturn:
    """Make the environment ready and become the program in it."""
    prepare(lists)
    command = [str(python_of(VENV)), "-P", *arguments]
    if sys.platform == "win32":
        # There exec returns to the prompt at once, while the program still runs.
        program = subprocess.Popen(command, env=surroundings(os.environ))
        while True:
            with contextlib.suppress(KeyboardInterrupt):
                sys.exit(program.wait())
    sys.stdout.flush()
    sys.stderr.flush()
    # One process, so that a signal or Ctrl+C goes straight to the program.
    os.execve(command[0], command, surroundings(os.environ))  # noqa: S606


def prepare(lists: Sequence[str]) -> None:
    """See that `.venv` holds these lists; make it, or add to it, where it does not."""
    try:
        if missing(VENV, lists):
            refuse_unserved()
            with _alone():
                set_up(VENV, lists)
    except CannotSetUp as reason:
        sys.stderr.write(f"{reason}\n")
        sys.exit(2)
    except OSError as reason:
        sys.stderr.write(f"{VENV} could not be set up: {reason.strerror or reason}.\n")
        sys.exit(2)


def refuse_unserved() -> None:
    """Say before anything is fetched that there are no ready-made libraries for this machine.

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
    """The variables for the program: this checkout on its path, and no other Python's folders.

    Nor a habit of writing no byte code: every lock starts a process, which would compile all anew.
    """
    left_out = ("PYTHONHOME", "VIRTUAL_ENV", "PYTHONDONTWRITEBYTECODE")
    inner = {name: value for name, value in outer.items() if name not in left_out}
    return inner | {"PYTHONPATH": str(CHECKOUT)}


def python_of(venv: Path) -> Path:
    """The interpreter of an environment."""
    return venv / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def stamp_of(name: str) -> str:
    """What an environment must have been made from: this list, by this interpreter."""
    interpreter = f"{sys.version}\n{sys.base_prefix}\n"
    return hashlib.sha256(_list(name).read_bytes() + interpreter.encode()).hexdigest()


def missing(venv: Path, lists: Sequence[str]) -> list[str]:
    """The lists that are not wholly installed in this environment."""
    present = _stamps(venv)
    return [name for name in lists if present.get(name) != stamp_of(name)]


def set_up(venv: Path, lists: Sequence[str]) -> None:
    """Install what is missing: into a new environment, or into the one that is right as far as it goes."""
    lacking = missing(venv, lists)
    if not lacking:
        return
    print(f"Setting up {venv}. This happens once and takes up to a minute.", flush=True)
    # Going first and coming last, so that an interruption leaves nothing that looks finished.
    (venv / STAMP).unlink(missing_ok=True)
    if lists[0] in lacking:
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
    unfinished = venv / f"{STAMP}.new"
    unfinished.write_text("".join(f"{name} {stamp_of(name)}\n" for name in lists), encoding="utf-8")
    unfinished.replace(venv / STAMP)


def _make(venv: Path) -> None:
    from venv import EnvBuilder

    # Without pip: it comes afterwards, from the first place that has it.
    EnvBuilder(clear=True, symlinks=sys.platform != "win32", with_pip=False).create(venv)


def _install(venv: Path, name: str) -> None:
    # The list names everything that anything in it needs, so nobody has to look for more: an older pip
    # takes a need with an extra in brackets for a library of its own, and refuses its newest release.
    what = ["--quiet", "--no-deps", "--require-hashes", "--only-binary", ":all:", "-r", str(_list(name))]
    uv = shutil.which("uv")
    if uv and _done([uv, "pip", "install", "--python", str(python_of(venv)), *what]):
        return
    # No byte code for the many modules that are never loaded; the others get theirs at their first use.
    if not _done([*_pip(venv), "install", "--no-input", "--no-compile", *what]):
        raise CannotSetUp(
            "The libraries could not be installed; the reason is shown above. The first start needs the "
            "internet once. Nothing half-finished will be used: type the same command again."
        )


def _pip(venv: Path) -> list[str]:
    inside = [str(python_of(venv)), "-m", "pip"]
    if _done([*inside, "--version"], quiet=True):
        return inside
    if _done([str(python_of(venv)), "-m", "ensurepip", "--default-pip"], quiet=True):
        return inside
    # Debian leaves ensurepip out of a plain Python; its own pip may fill an environment all the same.
    outside = [sys.executable, "-m", "pip", "--python", str(python_of(venv))]
    if _done([*outside, "--version"], quiet=True):
        return outside
    raise CannotSetUp(what_to_install())


def what_to_install() -> str:
    """The line that puts right a Python that came without pip."""
    this = f"python{sys.version_info.major}.{sys.version_info.minor}"
    if shutil.which("apt-get"):
        line = "sudo apt install python3-venv"
    elif shutil.which("dnf"):
        line = "sudo dnf install python3-pip"
    else:
        line = f"{this} -m ensurepip"
    return f"This Python ({this}) came without pip, which fetches the libraries. First give:\n\n    {line}\n"


def _done(command: Sequence[str], *, quiet: bool = False) -> bool:
    outer = {name: value for name, value in os.environ.items() if name not in ("PYTHONHOME", "PYTHONPATH")}
    # A habit of installing for the user would be refused inside an environment.
    outer |= {"PIP_USER": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    silent = subprocess.DEVNULL if quiet else None
    return subprocess.run(command, env=outer, check=False, stdout=silent, stderr=silent).returncode == 0


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    # Two commands given at once must not fill one folder together. The list itself is what they
    # take turns at, so that no further file lies about.
    try:
        import fcntl
    except ImportError:
        yield
        return
    with _list(RUNTIME[0]).open("rb") as turn:
        try:
            fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"Another command is setting up {VENV}; waiting for it.", flush=True)
            fcntl.flock(turn, fcntl.LOCK_EX)
        yield
