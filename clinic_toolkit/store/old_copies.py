"""Copies of a store that lie beside it and that its present secrets open, also after they were replaced.

Rescued copies are made when the data file was replaced while it was open, and named after it with a number.
What was there before a restore lies in a folder with a number. Either may hold something that is nowhere
else, so only a person says that one is removed.
"""

import re
from collections.abc import Iterable
from pathlib import Path

RESCUED_INFIX = ".rescued."
PUT_ASIDE_PREFIX = "before-restore-"
_NUMBER = "[1-9][0-9]{0,8}"
_PUT_ASIDE_NAME = re.compile(PUT_ASIDE_PREFIX + f"({_NUMBER})")


def list_old_copies(file: Path) -> list[Path]:
    """Return every copy beside this data file: the rescued ones, then what restores have put aside."""
    return [*list_rescued(file), *list_put_aside(file.parent)]


def list_rescued(file: Path) -> list[Path]:
    """Return the rescued copies of this data file, oldest first."""
    pattern = re.compile(re.escape(file.name + RESCUED_INFIX) + f"({_NUMBER})")
    return [path for path in _list_numbered(file.parent, pattern) if path.is_file()]


def name_next_rescued(file: Path) -> Path:
    """Return the path of the next rescued copy of this data file."""
    rescued = list_rescued(file)
    return file.with_name(f"{file.name}{RESCUED_INFIX}{int(rescued[-1].suffix[1:]) + 1 if rescued else 1}")


def list_put_aside(data_folder: Path) -> list[Path]:
    """Return the folders in which earlier restores put what was there before, oldest first."""
    return [path for path in _list_numbered(data_folder, _PUT_ASIDE_NAME) if path.is_dir()]


def is_put_aside_name(name: str) -> bool:
    """Whether a folder with what was there before a restore may have this name."""
    return _PUT_ASIDE_NAME.fullmatch(name) is not None


def _list_numbered(folder: Path, pattern: re.Pattern[str]) -> Iterable[Path]:
    try:
        matches = [(match, path) for path in folder.iterdir() if (match := pattern.fullmatch(path.name))]
    except OSError:
        return []
    return [path for match, path in sorted(matches, key=lambda pair: int(pair[0][1]))]
