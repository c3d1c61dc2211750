"""A folder in which a practice may lay questionnaires of its own, to be looked at and then taken in.

It is read when somebody asks, and never written. What lies there is believed no more than an upload.
"""

import os
import stat
from pathlib import Path

from clinic_toolkit.instruments.loader import MAX_BYTES

INBOX_FOLDER = "questionnaires"
# More than a person looks through.
MAX_FILES = 50


def list_files(data_folder: Path) -> tuple[str, ...]:
    """The names of the definitions that lie there, in order; none if there is no such folder."""
    try:
        found = [entry.name for entry in os.scandir(data_folder / INBOX_FOLDER) if _is_definition(entry)]
    except OSError:
        return ()
    return tuple(sorted(found)[:MAX_FILES])


def read_file(data_folder: Path, name: str) -> bytes | None:
    """The bytes of one of `list_files`, cut off one byte beyond what may be read; None if it is none of them.

    The name came over the web, so it only chooses among what was found, and leads nowhere by itself.
    """
    if name not in list_files(data_folder):
        return None
    try:
        # Not followed: a link could lead to any file that this user may read.
        handle = os.open(data_folder / INBOX_FOLDER / name, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
        with os.fdopen(handle, "rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError:
        return None


def _is_definition(entry: "os.DirEntry[str]") -> bool:
    try:
        regular = stat.S_ISREG(entry.stat(follow_symlinks=False).st_mode)
    except OSError:
        return False
    return regular and entry.name.endswith(".toml") and entry.name.isprintable()
