"""The folder in which a practice may put definitions of its own questionnaires, to be previewed and added.

It is read on request and never written. Its files are trusted no more than an upload.
"""

import os
import stat
from pathlib import Path

from clinic_toolkit.instruments.loader import MAX_BYTES

INBOX_FOLDER = "questionnaires"
# The most files that are listed.
MAX_FILES = 50


def list_files(data_folder: Path) -> tuple[str, ...]:
    """The names of the definitions in the folder, sorted; empty if there is no such folder."""
    try:
        names = [entry.name for entry in os.scandir(data_folder / INBOX_FOLDER) if _is_definition(entry)]
    except OSError:
        return ()
    return tuple(sorted(names)[:MAX_FILES])


def read_file(data_folder: Path, name: str) -> bytes | None:
    """Read one of the files of `list_files`, up to one byte over the size limit; None if it is not listed.

    The name comes from a request, so it only selects one of the listed files and is never used as a path.
    """
    if name not in list_files(data_folder):
        return None
    try:
        # Symbolic links are not followed: one could lead to any file that this user may read.
        handle = os.open(data_folder / INBOX_FOLDER / name, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
        with os.fdopen(handle, "rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError:
        return None


def _is_definition(entry: "os.DirEntry[str]") -> bool:
    try:
        is_regular = stat.S_ISREG(entry.stat(follow_symlinks=False).st_mode)
    except OSError:
        return False
    return is_regular and entry.name.endswith(".toml") and entry.name.isprintable()
