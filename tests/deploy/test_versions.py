"""The versions of Python that are named: everywhere the same, and the locked lists hold for each of them."""

import re
from pathlib import Path

import pytest
from packaging.markers import Marker

from .lists import DEPLOY, DEVELOPMENT, RUNTIME, entries

NAMED = ("3.11", "3.12", "3.13")
SYSTEMS = {
    "Linux": {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"},
    "macOS": {"sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix"},
    "Windows": {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt"},
}


def test_readme_and_both_commands_name_the_same_versions() -> None:
    readme = (DEPLOY.parent / "README.md").read_text(encoding="utf-8")
    assert f"Python {NAMED[0]}, {NAMED[1]} or {NAMED[2]}" in readme
    for script in ("start.py", "test.py"):
        source = (DEPLOY / script).read_text(encoding="utf-8")
        bounds = re.search(r"\((\d+), (\d+)\) <= sys.version_info\[:2\] <= \((\d+), (\d+)\)", source)
        assert bounds and bounds.groups() == (*NAMED[0].split("."), *NAMED[-1].split("."))


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("version", NAMED)
@pytest.mark.parametrize("path", [RUNTIME, DEVELOPMENT], ids=lambda path: path.name)
def test_the_list_names_one_version_of_each_library(path: Path, version: str, system: str) -> None:
    """By its markers, as pip reads them. `deploy/lock.py --check` asks whether there is a wheel of each."""
    here = SYSTEMS[system] | {
        "python_version": version,
        "python_full_version": f"{version}.0",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "platform_machine": "x86_64",
    }
    chosen = [name for name, _, marker, _ in entries(path) if not marker or Marker(marker).evaluate(here)]
    assert len(chosen) == len(set(chosen))
    for always in ("flask", "sqlalchemy", "cryptography", "reportlab"):
        assert always in chosen
