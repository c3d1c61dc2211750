"""The shelf checked once on a machine, and kept beside its files as Python keeps its modules.

Reading every version and checking all of it is a quarter of what a new process costs, and every lock
begins one. What is kept is believed only for exactly these files and exactly this checking code; who can
change it where it lies could change the program as well.
"""

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import msgspec

from clinic_toolkit.instruments.model import Frame, Instrument

_FILE = Path("__pycache__") / "shelf.cache"


class Shelf(msgspec.Struct, frozen=True, kw_only=True):
    """Every version of every questionnaire, older first, and the kinds of relationship."""

    editions: tuple[Instrument, ...]
    frames: tuple[Frame, ...]


def shelf(folder: Path, read: Callable[[Path], Shelf]) -> Shelf:
    """The shelf of a folder: what was kept of it, else what `read` makes of it, kept for the next process.

    Raises:
        DefinitionError: from `read`; nothing is kept then.
    """
    try:
        of = _seen(folder)
    except OSError:
        return read(folder)  # which says what cannot be read
    kept = _kept(folder / _FILE, of)
    if kept is None:
        kept = read(folder)
        _keep(folder / _FILE, of, kept)
    return kept


def _seen(folder: Path) -> bytes:
    seen = sha256(msgspec.__version__.encode())
    code = Path(__file__).parent.glob("*.py")
    for path in sorted([*folder.glob("*.toml"), *code]):
        data = path.read_bytes()
        seen.update(f"{path.name} {len(data)} ".encode() + data)
    return seen.digest()


def _kept(file: Path, of: bytes) -> Shelf | None:
    try:
        held = file.read_bytes()
        body = held[64:]
        if held[:64] != of + sha256(body).digest():
            return None
        return msgspec.msgpack.decode(body, type=Shelf)
    except (OSError, msgspec.DecodeError):
        return None


def _keep(file: Path, of: bytes, made: Shelf) -> None:
    if sys.dont_write_bytecode:
        return
    body = msgspec.msgpack.encode(made)
    half = file.with_suffix(f".{os.getpid()}")
    # Where nothing can be written, each process reads for itself.
    with suppress(OSError):
        file.parent.mkdir(exist_ok=True)
        half.write_bytes(of + sha256(body).digest() + body)
        half.replace(file)
