"""The folder in which a check works, and those that killed checks left: a restored practice may lie in one.

A folder is removed only if it is surely one of ours and nobody works in it: its name and its mark are ours,
it belongs to this user alone, and the system holds no lock on it. Anything else of such a name stays.
"""

import os
import re
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from clinic_toolkit.store import folder
from clinic_toolkit.store.folder_lock import LOCK_FILE, try_lock_file

_PREFIX = "clinic-check-"
_NAME = re.compile(rf"{_PREFIX}[0-9a-f]{{16}}")
_MARK_FILE, _MARK = "check", b"Made by a check of clinic-toolkit, which removes it at its end.\n"
# Where the self-test keeps the practice that it makes; a program that it started may outlive it.
DATA_FOLDER = "data"


@contextmanager
def hold_check_folder(parent: Path) -> Iterator[Path]:
    """A new folder of this process alone, removed at the end; what killed checks left beside it goes first.

    Raises:
        OSError: it cannot be made.
    """
    remove_left_folders(parent)
    # Under a new name, so that nothing that is there already is removed.
    place = folder.draw_name(parent, _PREFIX)
    place.mkdir(mode=0o700)
    handle: int | None = None
    try:
        (place / _MARK_FILE).write_bytes(_MARK)
        handle = try_lock_file(place / _MARK_FILE)
        yield place
    finally:
        if handle is not None:
            os.close(handle)
        shutil.rmtree(place, ignore_errors=True)


def remove_left_folders(parent: Path) -> None:
    """Remove the folders that killed checks left here; one that is in use, or may not be ours, stays."""
    with suppress(OSError):
        for place in parent.iterdir():
            if _NAME.fullmatch(place.name):
                with suppress(OSError):
                    _remove_left_folder(place)


def _remove_left_folder(place: Path) -> None:
    if not _is_private(place, stat.S_ISDIR) or not _is_private(place / _MARK_FILE, stat.S_ISREG):
        return
    if (place / _MARK_FILE).read_bytes() != _MARK:
        return
    handles: list[int] = []
    try:
        for file in (place / _MARK_FILE, place / DATA_FOLDER / LOCK_FILE):
            if file.exists():
                handle = try_lock_file(file)
                if handle is None:
                    return
                handles.append(handle)
    finally:
        for handle in handles:
            os.close(handle)
    shutil.rmtree(place, ignore_errors=True)


def _is_private(path: Path, is_kind: Callable[[int], bool]) -> bool:
    """Whether this is a folder or file itself, and no link, that nobody but this user can have made."""
    found = path.lstat()
    return is_kind(found.st_mode) and (os.name != "posix" or found.st_uid == os.getuid())
