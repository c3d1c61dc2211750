"""Which sheets wait until fear was asked about: those for a request, a role, a repair, a no and a limit."""

from dataclasses import replace

from clinic_toolkit.worksheets import catalogue
from clinic_toolkit.worksheets.model import Worksheet

# By their numbers in the clinical specification, 4.6 and 5.
FIVE = {11, 13, 14, 19, 20}


def wrongly_marked(sheets: list[Worksheet]) -> set[int]:
    """The sheets that wait and need not, and those that need to and do not."""
    return {sheet.number for sheet in sheets if sheet.needs_fear_asked != (sheet.number in FIVE)}


def test_exactly_those_sheets_wait() -> None:
    assert wrongly_marked(list(catalogue.worksheets())) == set()


def test_a_wrong_mark_would_be_found() -> None:
    plain = catalogue.worksheet("two-circles")
    assert wrongly_marked([replace(plain, needs_fear_asked=True)]) == {9}
    assert wrongly_marked([replace(plain, number=14)]) == {14}
    assert wrongly_marked([replace(plain, number=20, needs_fear_asked=True), plain]) == set()
