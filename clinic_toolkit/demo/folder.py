"""The demo's folder: made when there is none, made anew each day, and never a real practice's."""

import os
from datetime import datetime
from pathlib import Path

from clinic_toolkit.demo import content, practice
from clinic_toolkit.errors import ClinicError
from clinic_toolkit.record import tables  # noqa: F401 - a store is built of every table that is known
from clinic_toolkit.store import aside, folder
from clinic_toolkit.store import engine as store

DEMO_MARK = "demo.txt"
_TEXT = "This folder holds the made-up practice of the demo. It is made anew each day; nothing in it stays.\n"
_UNFINISHED = "unfinished"


class NotADemo(ClinicError):
    """There is a practice in this folder, and it was not made by the demo."""

    def __init__(self, place: Path) -> None:
        super().__init__(
            f"The folder {place} holds a practice that is no demo. Nothing in it was touched. "
            "Choose another folder with --data, or leave --data out."
        )


def prepare(place: Path, *, now: datetime) -> content.Practice:
    """Have today's demo in this folder, and say what to type to come in.

    The caller holds the claim on the folder, so nobody is at work in what is replaced.

    Raises:
        NotADemo: the folder holds a practice that the demo did not make.
    """
    told = content.read()
    folder.prepare(place)
    mark = place / DEMO_MARK
    if mark.exists():
        if _made_on(mark) == _day(now) and folder.database(place).exists():
            return told.practice
    elif (place / folder.MARK).exists() or folder.database(place).exists():
        raise NotADemo(place)
    # Marked first: if this is interrupted, the next start knows that it may begin again.
    _write(mark, _UNFINISHED)
    _clear(place)
    engine = store.open_store(place)
    try:
        practice.build(engine, now=now, content=told)
        store.checkpoint(engine)
    finally:
        engine.dispose()
    _write(mark, _day(now))
    return told.practice


def _day(now: datetime) -> str:
    return now.astimezone().date().isoformat()


def _made_on(mark: Path) -> str:
    lines = mark.read_text(encoding="utf-8").splitlines()
    return lines[-1] if lines else _UNFINISHED


def _write(mark: Path, state: str) -> None:
    new = mark.with_suffix(".new")
    new.write_text(f"{_TEXT}{state}\n", encoding="utf-8")
    os.replace(new, mark)


def _clear(place: Path) -> None:
    database = folder.database(place)
    # The plain-text mark goes first and the database last: a database without its side files, or the
    # other way round, would be taken for damage if this were interrupted.
    beside = (folder.MARK, folder.ANCHOR, folder.LOSSES, folder.HEAD)
    for name in (*beside, f"{database.name}-wal", f"{database.name}-shm", "unlock-attempts"):
        (place / name).unlink(missing_ok=True)
    for copy in place.glob(f"{database.name}.rescued.*"):
        copy.unlink(missing_ok=True)
    aside.remove(database)
    database.unlink(missing_ok=True)
