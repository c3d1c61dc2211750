"""How far something long has come, in bytes over all of its steps."""

from collections.abc import Callable

# Called with (done, total) now and then; what it raises stops the work.
Report = Callable[[int, int], None]


def report_nothing(done: int, total: int) -> None:
    """A report for callers that show no progress."""


class ByteCount:
    """Adds up the bytes of several steps and reports them against one total."""

    def __init__(self, report: Report, *, total: int) -> None:
        self._report, self._total, self._done = report, max(1, total), 0

    def add(self, length: int) -> None:
        """Count so many bytes more."""
        self._done += length
        self._report(min(self._done, self._total), self._total)

    def share(self, length: int) -> Report:
        """A report of one step, whatever it counts, that is worth so many bytes of the total."""
        before = self._done

        def report(done: int, total: int) -> None:
            self._done = before + length * done // max(1, total)
            self._report(min(self._done, self._total), self._total)

        return report
