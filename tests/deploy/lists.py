"""Reading the two lists of locked libraries."""

import re
from pathlib import Path

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
RUNTIME = DEPLOY / "requirements.lock"
DEVELOPMENT = DEPLOY / "requirements-dev.lock"

_ENTRY = re.compile(
    r"^([a-z0-9.-]+)==(\S+)(?: ; (.+?))?((?: \\\n    --hash=sha256:[0-9a-f]{64})+)$", re.MULTILINE
)


def entries(path: Path) -> set[tuple[str, str, str, frozenset[str]]]:
    """Name, version, marker and hashes of every library."""
    text = path.read_text(encoding="utf-8")
    found = {
        (name, version, marker, frozenset(hashes.split(" \\\n")))
        for name, version, marker, hashes in _ENTRY.findall(text)
    }
    rest = [line for line in _ENTRY.sub("", text).splitlines() if line and not line.startswith("#")]
    assert not rest, f"not understood in {path.name}: {rest[:3]}"
    return found


def names_in(path: Path) -> list[str]:
    """The names of the libraries, in order."""
    return sorted({name.replace(".", "-") for name, *_ in entries(path)})
