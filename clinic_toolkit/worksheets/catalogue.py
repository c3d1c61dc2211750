"""The worksheets there are, in the order of their numbers; read when first asked for."""

from functools import cache

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.paths import worksheets_folder
from clinic_toolkit.worksheets.loader import WorksheetError, load_worksheet
from clinic_toolkit.worksheets.model import Worksheet


class UnknownWorksheet(ClinicError):
    """There is no worksheet of that name."""

    def __init__(self) -> None:
        super().__init__("There is no such worksheet.")


@cache
def worksheets() -> tuple[Worksheet, ...]:
    """All worksheets, or `WorksheetError` with everything that is wrong in any of them."""
    sheets: list[Worksheet] = []
    problems: list[str] = []
    for path in sorted(worksheets_folder().glob("*.toml")):
        try:
            sheets.append(load_worksheet(path))
        except WorksheetError as error:
            problems += error.problems
    numbers = [sheet.number for sheet in sheets]
    problems += [
        f"{sheet.slug}.toml, number: {sheet.number} is taken by another worksheet"
        for sheet in sheets
        if numbers.count(sheet.number) > 1
    ]
    if problems:
        raise WorksheetError(problems)
    return tuple(sorted(sheets, key=lambda sheet: sheet.number))


def worksheet(slug: str) -> Worksheet:
    """One worksheet by its slug, or `UnknownWorksheet`."""
    for sheet in worksheets():
        if sheet.slug == slug:
            return sheet
    raise UnknownWorksheet
