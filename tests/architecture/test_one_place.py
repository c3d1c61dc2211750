"""Dates are written by `clinic_toolkit/dates.py` alone, and a standing sentence stands in one place."""

import ast

from clinic_toolkit import dates, standing_sentences

from .tree import PACKAGE, modules, strings_in

# A file name, the time of a line of the log, what a field of a form reads and what a calendar file holds are
# not for people to read.
OTHER_FORMATS = {
    "calendars/file_times.py",
    "cli/redacted_logging.py",
    "names/dates_and_numbers.py",
    "web/forms/fields.py",
    "web/screen_parts/printouts.py",
}
SENTENCES = {text for name, text in vars(standing_sentences).items() if name.isupper()}


def date_formats_in(source: str) -> list[str]:
    """The codes of strftime and the names of months in a module."""
    return [
        text
        for text in strings_in(source)
        if any(code in text for code in ("%H", "%M", "%d", "%B", "%b", "%Y"))
        or dates.MONTH_NAMES[0] in text.split()
    ]


def test_only_one_module_writes_dates() -> None:
    found = {
        path.relative_to(PACKAGE).as_posix(): formats
        for path in modules()
        if (formats := date_formats_in(path.read_text(encoding="utf-8")))
    }
    own = {"dates.py"}
    assert set(found) - OTHER_FORMATS == own, found


def test_a_date_format_is_noticed() -> None:
    """The control, and each exception is still one."""
    assert date_formats_in('f"{at:%H:%M}"') and date_formats_in('at.strftime("%d %B")')
    assert date_formats_in('MONTHS = "January February".split()')
    assert not date_formats_in('f"{format_time(at)}"') and not date_formats_in('f"{part:.2%}"')
    for name in OTHER_FORMATS:
        assert date_formats_in((PACKAGE / name).read_text(encoding="utf-8")), name


def twins_in(source: str) -> set[str]:
    """The standing sentences that a module holds itself."""
    return SENTENCES & {node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)}


def test_no_standing_sentence_has_a_twin() -> None:
    found = {
        path.relative_to(PACKAGE).as_posix(): twins
        for path in modules()
        if (twins := twins_in(path.read_text(encoding="utf-8")))
    }
    assert found == {"standing_sentences.py": SENTENCES} and len(SENTENCES) == 7
    assert twins_in(f'CLIENT_LINE = "{standing_sentences.CLIENT_LINE}"'), "the control"
