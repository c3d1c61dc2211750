"""Files that were checked once on a machine, kept beside them in their checked form.

Reading every questionnaire and worksheet and checking all of it is a quarter of what a new process
costs, and every lock begins one. What is kept is believed only for exactly these files and exactly the
code that checked them. Who can change it where it lies, in the `__pycache__` beside them, could change
the program's own modules as well.
"""

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

_FILE = Path("__pycache__") / "checked.cache"


def checked(folder: Path, pattern: str, *, by: Path, make: Callable[[], bytes]) -> bytes:
    """What `make` once made of the files of a folder; made now, and kept, where nothing fits them.

    Args:
        pattern: which files of the folder, as `*.toml`.
        by: the folder of the code that checks; other code checks anew.
        make: reads and checks the files. What it raises is raised, and nothing is kept.
    """
    try:
        of = _digest([*folder.glob(pattern), *by.glob("*.py")])
    except OSError:
        return make()  # which says what cannot be read
    kept = _kept(folder / _FILE, of)
    if kept is None:
        kept = make()
        _keep(folder / _FILE, of, kept)
    return kept


def _digest(files: list[Path]) -> bytes:
    seen = sha256()
    for path in sorted(files):
        data = path.read_bytes()
        seen.update(f"{path.name} {len(data)} ".encode() + data)
    return seen.digest()


def _kept(file: Path, of: bytes) -> bytes | None:
    try:
        held = file.read_bytes()
    except OSError:
        return None
    return held[64:] if held[:64] == of + sha256(held[64:]).digest() else None


def _keep(file: Path, of: bytes, made: bytes) -> None:
    if sys.dont_write_bytecode:
        return
    half = file.with_suffix(f".{os.getpid()}")
    # Where nothing can be written, each process checks for itself.
    with suppress(OSError):
        file.parent.mkdir(exist_ok=True)
        half.write_bytes(of + sha256(made).digest() + made)
        half.replace(file)
