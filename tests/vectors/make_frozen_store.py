"""Makes the frozen store of the present format: a backup of a small practice, its secrets and its contents.

    python -m tests.vectors.make_frozen_store [--again]

Writes `frozen/format-N.tar.xz` and `frozen/format-N.json`; N is the format that the program writes. What
is there already stays. With `--again` it is replaced, and stores of other formats are removed: but never one
that `frozen/released.json` names, since later programs have to open what a released program wrote.
"""

import argparse
import hashlib
import json
import lzma
import sys
import tempfile
from pathlib import Path
from typing import Any

from clinic_toolkit import __version__
from clinic_toolkit.record import record_kinds  # noqa: F401 - so that every table is known
from clinic_toolkit.store.base import metadata
from clinic_toolkit.store.format_number import FORMAT_VERSION
from clinic_toolkit.store.sqlite import schema
from tests.fixtures.frozen_practice import FrozenPractice, make_frozen_practice

from . import frozen_contents, independent_backup, independent_reader

FOLDER = Path(__file__).parent / "frozen"
RELEASED = "released.json"


class StaysAsItIs(Exception):
    """There is a frozen store of this format already."""


def make_frozen_store(folder: Path, *, again: bool = False) -> Path:
    """Make the frozen store of the present format in this folder; returns its file.

    Raises:
        StaysAsItIs: there is one that may not be replaced.
    """
    store, description = (folder / f"format-{FORMAT_VERSION}{suffix}" for suffix in (".tar.xz", ".json"))
    released = load_released(folder)
    if store.name in released or description.name in released:
        raise StaysAsItIs(f"Format {FORMAT_VERSION} was released: its frozen store stays as it is.")
    if (store.exists() or description.exists()) and not again:
        raise StaysAsItIs(f"{store.name} is there already. Add --again to make it anew.")
    with tempfile.TemporaryDirectory(prefix="clinic-frozen-") as place:
        practice = make_frozen_practice(Path(place))
        raw = practice.backup.read_bytes()
        described = _describe(practice, raw, Path(place))
    if again:
        for old in [*folder.glob("format-*.tar.xz"), *folder.glob("format-*.json")]:
            if old.name not in released:
                old.unlink()
    folder.mkdir(exist_ok=True)
    store.write_bytes(lzma.compress(raw, preset=9))
    description.write_text(described, encoding="utf-8")
    return store


def load_released(folder: Path) -> dict[str, str]:
    """The names of the files that belong to releases, each with its SHA-256 in hexadecimal digits."""
    try:
        found: dict[str, str] = json.loads((folder / RELEASED).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return found


def digest_of(file: Path) -> str:
    """The SHA-256 of a file, as `released.json` has it."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _describe(practice: FrozenPractice, raw: bytes, place: Path) -> str:
    said, parts = independent_backup.read_backup(raw, independent_reader.decoded)
    (place / "clinic.db").write_bytes(parts["clinic.db"])
    reader = independent_reader.Reader(place, sheet=practice.sheet)
    contents = frozen_contents.read_independently(reader)
    reader.db.close()
    described: dict[str, Any] = {
        "format": FORMAT_VERSION,
        "program": __version__,
        "schema": schema.digest_schema(schema.expected_schema(metadata)),
        "passphrase": practice.passphrase,
        "sheet": practice.sheet,
        "halves": list(practice.halves),
        "manifest": {name: frozen_contents.plain(value) for name, value in said.items()},
        **contents,
    }
    return _one_item_a_line(described)


def _one_item_a_line(described: dict[str, Any]) -> str:
    """JSON in which each item of a list has a line of its own, so that a difference can be read."""
    parts = []
    for name, value in described.items():
        if name in frozen_contents.LISTS:
            items = ",\n  ".join(json.dumps(item, ensure_ascii=False) for item in value)
            parts.append(f" {json.dumps(name)}: [\n  {items}\n ]")
        else:
            parts.append(f" {json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Make the frozen store of the present format.")
    parser.add_argument("--again", action="store_true", help="replace one that belongs to no release")
    try:
        sys.stdout.write(f"{make_frozen_store(FOLDER, again=parser.parse_args().again)}\n")
    except StaysAsItIs as error:
        sys.exit(str(error))
