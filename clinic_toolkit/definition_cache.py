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

_CACHE_FILE = Path("__pycache__") / "checked.cache"


def load_or_build(folder: Path, pattern: str, *, checker_folder: Path, build: Callable[[], bytes]) -> bytes:
    """What `build` once made of the files of a folder; made now, and kept, where nothing fits them.

    Args:
        pattern: which files of the folder, as `*.toml`.
        checker_folder: the folder of the code that checks; other code checks anew.
        build: reads and checks the files. What it raises is raised, and nothing is kept.
    """
    try:
        of = _digest_files([*folder.glob(pattern), *checker_folder.glob("*.py")])
    except OSError:
        return build()  # which says what cannot be read
    kept = _find_cached(folder / _CACHE_FILE, of)
    if kept is None:
        kept = build()
        _write_cache(folder / _CACHE_FILE, of, kept)
    return kept


def _digest_files(files: list[Path]) -> bytes:
    seen = sha256()
    for path in sorted(files):
        data = path.read_bytes()
        seen.update(f"{path.name} {len(data)} ".encode() + data)
    return seen.digest()


def _find_cached(cache_file: Path, source_digest: bytes) -> bytes | None:
    try:
        held = cache_file.read_bytes()
    except OSError:
        return None
    return held[64:] if held[:64] == source_digest + sha256(held[64:]).digest() else None


def _write_cache(cache_file: Path, source_digest: bytes, content: bytes) -> None:
    if sys.dont_write_bytecode:
        return
    half = cache_file.with_suffix(f".{os.getpid()}")
    # Where nothing can be written, each process checks for itself.
    with suppress(OSError):
        cache_file.parent.mkdir(exist_ok=True)
        half.write_bytes(source_digest + sha256(content).digest() + content)
        half.replace(cache_file)
