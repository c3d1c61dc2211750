"""The real program with one fault built in, for the controls: it must fail what the product passes.

    python -m tests.reliability.launched start …        the fault is named by CLINIC_TEST_FAULT

Its workers import this module again, so the fault is in every process. The product has no such setting.
"""

import os
from collections.abc import Callable

FAULT = "CLINIC_TEST_FAULT"


def _flushes(level: int) -> Callable[[], None]:
    def build_in() -> None:
        from clinic_toolkit.store import connections

        connections.PRAGMAS["synchronous"] = level

    return build_in


def _last_one_wins() -> None:
    from clinic_toolkit.web.forms.note import NoteForm

    class Whatever(int):
        """A version that is never an older one."""

        def __ne__(self, other: object) -> bool:
            return False

        __hash__ = int.__hash__

    typed = NoteForm.typed.__func__  # type: ignore[attr-defined]

    def careless(cls: type[NoteForm], *given: object) -> NoteForm:
        form: NoteForm = typed(cls, *given)
        form.seen_version = Whatever(form.seen_version)
        return form

    NoteForm.typed = classmethod(careless)  # type: ignore[method-assign, assignment]


FAULTS: dict[str, Callable[[], None]] = {
    "": lambda: None,
    # SQLite's NORMAL and OFF, as numbers.
    "normal": _flushes(1),
    "off": _flushes(0),
    "last-one-wins": _last_one_wins,
}

FAULTS[os.environ.get(FAULT, "")]()

if __name__ == "__main__":
    from clinic_toolkit.cli import main

    main()
