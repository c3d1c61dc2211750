"""The demo's folder: created if there is none, rebuilt each day, and never a real practice's."""

import os
from datetime import datetime
from pathlib import Path

from clinic_toolkit.demo import build, content, content_reader
from clinic_toolkit.errors import ClinicError
from clinic_toolkit.record import record_kinds  # noqa: F401 - a store is built of every table that is known
from clinic_toolkit.store import folder
from clinic_toolkit.store.opening import delete_store, open_store
from clinic_toolkit.store.transactions import store_of

DEMO_MARKER_FILE = "demo.txt"
_MARKER_TEXT = (
    "This folder holds the made-up practice of the demo. It is made anew each day; nothing in it stays.\n"
)
_UNFINISHED = "unfinished"


class NotADemo(ClinicError):
    """The folder holds a practice that the demo did not create."""

    def __init__(self, place: Path) -> None:
        super().__init__(
            f"The folder {place} holds a practice that is no demo. Nothing in it was touched. "
            "Choose another folder with --data, or leave --data out."
        )


def prepare_demo_folder(data_folder: Path, *, now: datetime) -> content.Practice:
    """Make sure that the folder holds today's demo; returns the practice with its passphrase.

    The caller holds the lock on the folder, so no other process uses the files that are replaced.

    Raises:
        NotADemo: the folder holds a practice that the demo did not create.
    """
    demo_content = content_reader.read_content()
    folder.prepare_folder(data_folder)
    marker_file = data_folder / DEMO_MARKER_FILE
    if marker_file.exists():
        if _read_build_date(marker_file) == _local_date(now) and folder.database_path(data_folder).exists():
            return demo_content.practice
    elif (data_folder / folder.README_FILE).exists() or folder.database_path(data_folder).exists():
        raise NotADemo(data_folder)
    # The marker is written first, so that after an interruption the next start knows that it may rebuild.
    _write_marker(marker_file, _UNFINISHED)
    _delete_old_demo(data_folder)
    engine = open_store(data_folder)
    try:
        build.build_demo_practice(engine, now=now, content=demo_content)
        store_of(engine).checkpoint()
    finally:
        engine.dispose()
    _write_marker(marker_file, _local_date(now))
    return demo_content.practice


def _local_date(now: datetime) -> str:
    return now.astimezone().date().isoformat()


def _read_build_date(marker_file: Path) -> str:
    lines = marker_file.read_text(encoding="utf-8").splitlines()
    return lines[-1] if lines else _UNFINISHED


def _write_marker(marker_file: Path, state: str) -> None:
    new_file = marker_file.with_suffix(".new")
    new_file.write_text(f"{_MARKER_TEXT}{state}\n", encoding="utf-8")
    os.replace(new_file, marker_file)


def _delete_old_demo(data_folder: Path) -> None:
    # The plain-text readme is deleted first and the database last: if this were interrupted, a database
    # without its side files, or side files without the database, would look like damage.
    for name in (folder.README_FILE, folder.HEADER_BACKUP_FILE, "unlock-attempts"):
        (data_folder / name).unlink(missing_ok=True)
    delete_store(data_folder)
