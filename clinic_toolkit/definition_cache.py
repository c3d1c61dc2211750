"""Cache of validated definition files, stored beside them.

Reading and validating every questionnaire and worksheet is a quarter of the start of a process, and every
lock starts one. A cached result is used only for exactly the same files and the same validating code.
Whoever can change the cache, in the `__pycache__` beside the files, could change the program's own modules
too.
"""

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

_CACHE_FILE = Path("__pycache__") / "checked.cache"


def load_or_build(folder: Path, pattern: str, *, checker_folder: Path, build: Callable[[], bytes]) -> bytes:
    """Return the cached result of `build` for the files of a folder, or build and cache it.

    Args:
        folder: the folder with the files.
        pattern: which files of the folder, such as `*.toml`.
        checker_folder: the folder of the validating code; any change in it invalidates the cache.
        build: reads and validates the files. Its errors are raised, and then nothing is cached.

    Returns:
        The bytes that `build` returned, now or earlier.
    """
    try:
        source_digest = _digest_files([*folder.glob(pattern), *checker_folder.glob("*.py")])
    except OSError:
        return build()  # raises the error that names the unreadable file
    content = _find_cached(folder / _CACHE_FILE, source_digest)
    if content is None:
        content = build()
        _write_cache(folder / _CACHE_FILE, source_digest, content)
    return content


def _digest_files(files: list[Path]) -> bytes:
    hasher = sha256()
    for path in sorted(files):
        data = path.read_bytes()
        hasher.update(f"{path.name} {len(data)} ".encode() + data)
    return hasher.digest()


def _find_cached(cache_file: Path, source_digest: bytes) -> bytes | None:
    try:
        cached = cache_file.read_bytes()
    except OSError:
        return None
    return cached[64:] if cached[:64] == source_digest + sha256(cached[64:]).digest() else None


def _write_cache(cache_file: Path, source_digest: bytes, content: bytes) -> None:
    if sys.dont_write_bytecode:
        return
    temporary_file = cache_file.with_suffix(f".{os.getpid()}")
    # If the cache cannot be written, each process validates the files itself.
    with suppress(OSError):
        cache_file.parent.mkdir(exist_ok=True)
        temporary_file.write_bytes(source_digest + sha256(content).digest() + content)
        temporary_file.replace(cache_file)
