"""Where backups go and what became of the last ones: a small file beside the store, readable while locked.

It holds a path on this machine and times, and nothing of the record. A file that cannot be read counts as
none: then the place is asked for again, and no backup is lost by it.
"""

import threading
from collections.abc import Callable
from pathlib import Path

import msgspec
from msgspec.structs import replace

from clinic_toolkit.store import folder
from clinic_toolkit.store.storage_errors import storage_error_of
from clinic_toolkit.store.types import from_microseconds

STATE_FILE = "backups.json"
_MAX_BYTES = 65_536
_changing = threading.Lock()


class LastBackup(msgspec.Struct, frozen=True, kw_only=True):
    """A backup that was made or proved: when, in microseconds since 1970, and which.

    `last_line` is the last audit entry in it, `line_after` that of the entry that says it was made, and
    `hash_after` the hash of that in hexadecimal digits: after a restore another entry has its number.
    """

    at: int
    name: str
    last_line: int
    line_after: int = 0
    hash_after: str = ""

    def __post_init__(self) -> None:
        """Refuse what is no moment, no line or no name of a file."""
        from_microseconds(self.at)
        if not 0 <= min(self.last_line, self.line_after) <= max(self.last_line, self.line_after) < 1 << 63:
            raise ValueError("not a line")
        if Path(self.name).name != self.name:
            raise ValueError("not a name")


class BackupState(msgspec.Struct, frozen=True, kw_only=True):
    """The place for backups, None if none was chosen, and what is to be said about it.

    `declined_until` is the time until which nobody asks for a place, in microseconds since 1970. `problem` is
    the sentence of the last try by the timer, "" if it did not fail.
    """

    place: str | None = None
    declined_until: int = 0
    last_made: LastBackup | None = None
    last_proved: LastBackup | None = None
    problem: str = ""
    problem_at: int = 0

    def __post_init__(self) -> None:
        """Refuse what is no moment or no path."""
        from_microseconds(self.declined_until)
        from_microseconds(self.problem_at)
        if self.place is not None and "\0" in self.place:
            raise ValueError("not a path")


def load_state(data_folder: Path) -> BackupState:
    """Read the state of a data folder."""
    try:
        with (data_folder / STATE_FILE).open("rb") as source:
            raw = source.read(_MAX_BYTES)
        return msgspec.json.decode(raw, type=BackupState)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return BackupState()


def change_state(data_folder: Path, change: Callable[[BackupState], BackupState]) -> BackupState:
    """Change the state durably, and return it.

    Raises:
        StorageFull, StorageReadOnly: it could not be written.
    """
    with _changing:
        state = change(load_state(data_folder))
        try:
            folder.write_durably(data_folder / STATE_FILE, msgspec.json.encode(state))
        except OSError as error:
            raise storage_error_of(error) from error
    return state


def note_problem(data_folder: Path, sentence: str, *, at: int) -> BackupState:
    """Remember why the last try failed; the time of the first of several stays."""
    return change_state(
        data_folder,
        lambda state: replace(state, problem=sentence, problem_at=state.problem_at if state.problem else at),
    )
