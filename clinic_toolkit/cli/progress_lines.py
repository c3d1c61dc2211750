"""The progress of a long command, in percent on the error output."""

import sys
from collections.abc import Callable

# Percent between two lines where nobody watches a terminal.
_PROGRESS_STEP = 5


def progress_printer(describe: Callable[[int, int], str]) -> Callable[[int, int], None]:
    """A report that prints what `describe` makes of (done, total), whenever the percentage has changed."""
    printed = [-1]
    line_end, step = ("\r", 1) if sys.stderr.isatty() else ("\n", _PROGRESS_STEP)

    def progress(done: int, total: int) -> None:
        percent = 100 * done // total
        if percent // step != printed[0]:
            printed[0] = percent // step
            sys.stderr.write(f"{describe(done, total)}{line_end if done < total else chr(10)}")
            sys.stderr.flush()

    return progress


def percent_printer() -> Callable[[int, int], None]:
    """A report that prints the percentage."""
    return progress_printer(lambda done, total: f"{100 * done // total} %")
