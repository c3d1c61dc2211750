"""The real program with one fault built in, or with a wrong clock.

The faults are for the controls: such a program must fail what the product passes.

    python -m tests.reliability.launched start …        the fault is named by CLINIC_TEST_FAULT

Its workers import this module again, so the fault is in every process. The product has no such setting.
"""

import os
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import time_machine

from tests.fixtures import cheap_passphrase_program

FAULT = "CLINIC_TEST_FAULT"
# Where the time stands that every process believes.
CLOCK = "CLINIC_TEST_CLOCK"


def _flushes(level: int) -> Callable[[], None]:
    def build_in() -> None:
        from clinic_toolkit.store.sqlite import connections

        connections.PRAGMAS["synchronous"] = level

    return build_in


def _last_one_wins() -> None:
    from clinic_toolkit.web.forms.notes import NoteForm

    class Whatever(int):
        """A version that is never an older one."""

        def __ne__(self, other: object) -> bool:
            return False

        __hash__ = int.__hash__

    typed = NoteForm.from_request.__func__  # type: ignore[attr-defined]

    def careless(cls: type[NoteForm], *given: object) -> NoteForm:
        form: NoteForm = typed(cls, *given)
        form.expected_version = Whatever(form.expected_version)
        return form

    NoteForm.from_request = classmethod(careless)  # type: ignore[method-assign, assignment]


def _set_clock() -> None:
    # Every process follows the file, so that keeper and workers always have the same wrong time.
    file, followed = Path(os.environ[CLOCK]), b""

    def follow() -> None:
        nonlocal followed
        travelled: time_machine.travel | None = None
        while True:
            told = file.read_bytes()
            if told != followed:
                if travelled:
                    travelled.stop()
                # A process that begins later comes to the same time, not back to the moment that was set.
                since = time.time() - file.stat().st_mtime
                moment = datetime.fromisoformat(told.decode()) + timedelta(seconds=since)
                followed, travelled = told, time_machine.travel(moment)
                travelled.start()
                # So that whoever set the time knows when this process believes it.
                file.with_name(f"{file.name}-{os.getpid()}").write_bytes(told)
            time.sleep(0.02)

    threading.Thread(target=follow, daemon=True).start()


FAULTS: dict[str, Callable[[], None]] = {
    "": lambda: None,
    # SQLite's NORMAL and OFF, as numbers.
    "normal": _flushes(1),
    "off": _flushes(0),
    "last-one-wins": _last_one_wins,
    # No fault of the program: the date is the one in a file, and jumps when the file changes.
    "clock": _set_clock,
}

FAULTS[os.environ.get(FAULT, "")]()

if __name__ == "__mp_main__":
    cheap_passphrase_program.spend_little()

if __name__ == "__main__":
    from clinic_toolkit.cli import main

    main()
