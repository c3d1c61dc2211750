"""The command that starts the program, as a person types it on this machine, with whole paths."""

import os
import re
import shlex
import sys
from pathlib import Path

from clinic_toolkit import paths

_NEEDS_NO_QUOTES = re.compile(r"[\w.:\\/-]+")
_START_FILE = Path(__file__).resolve().parent.parent / "deploy" / "start.py"


def write_command(*arguments: str | Path) -> str:
    """A line to type in a terminal: with `deploy/start.py` if that is there, else with `clinic-toolkit`."""
    program = ["clinic-toolkit"]
    if _START_FILE.is_file():
        program = ["py" if sys.platform == "win32" else "python3", str(_START_FILE)]
    words = [*program, *map(str, arguments)]
    return " ".join(map(_quote_for_windows, words)) if sys.platform == "win32" else shlex.join(words)


def write_start_command(data_folder: Path, *arguments: str | Path) -> str:
    """The line that starts the program with this data folder, which it names unless it is the usual one."""
    named = () if is_usual_folder(data_folder) else ("--data", data_folder)
    return write_command(*arguments, *named)


def write_restore_command(data_folder: Path) -> str:
    """The line that restores a backup into this data folder and starts the program, for a backup FILE."""
    return write_start_command(data_folder, "--restore", "FILE")


def is_usual_folder(data_folder: Path) -> bool:
    """Whether a start without `--data` opens this folder, in any terminal of this user."""
    # CLINIC_DATA may be set in one terminal and not in the next.
    return (
        not os.environ.get("CLINIC_DATA") and data_folder.absolute() == paths.default_data_folder().absolute()
    )


def _quote_for_windows(word: str) -> str:
    # No path there can hold a quotation mark.
    return word if _NEEDS_NO_QUOTES.fullmatch(word) else f'"{word}"'
