"""All worksheets in the order of their numbers, read on first use."""

from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from clinic_toolkit.definition_cache import load_or_build
from clinic_toolkit.errors import ClinicError
from clinic_toolkit.paths import worksheets_folder
from clinic_toolkit.worksheets.block_model import SHEET_BLOCK_TYPES
from clinic_toolkit.worksheets.loader import WorksheetError, read_worksheet_file
from clinic_toolkit.worksheets.model import PathStep, SheetSide, Worksheet


class UnknownWorksheet(ClinicError):
    """No worksheet has this slug."""

    def __init__(self) -> None:
        super().__init__("There is no such worksheet.")


@cache
def list_worksheets() -> tuple[Worksheet, ...]:
    """All worksheets; raises `WorksheetError` with every problem in any of them."""
    folder = worksheets_folder()
    package_folder = Path(__file__).parent
    packed = load_or_build(
        folder,
        "*.toml",
        checker_folder=package_folder,
        build=lambda: msgspec.msgpack.encode(read_worksheets(folder)),
    )
    return tuple(_decode_worksheet(table) for table in msgspec.msgpack.decode(packed))


def read_worksheets(folder: Path) -> tuple[Worksheet, ...]:
    """Read and check every worksheet of a folder."""
    sheets: list[Worksheet] = []
    problems: list[str] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            sheets.append(read_worksheet_file(path))
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


def load_worksheet(slug: str) -> Worksheet:
    """The worksheet with this slug; raises `UnknownWorksheet` if there is none."""
    for sheet in list_worksheets():
        if sheet.slug == slug:
            return sheet
    raise UnknownWorksheet


def _decode_worksheet(table: dict[str, Any]) -> Worksheet:
    # The table was checked before; `msgspec` cannot choose between block classes that are dataclasses.
    blocks = tuple(msgspec.convert(block, SHEET_BLOCK_TYPES[block["kind"]]) for block in table["blocks"])
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in table.items()
    }
    enums = {"side": SheetSide(table["side"]), "path_step": PathStep(table["path_step"])}
    return Worksheet(**values | {"blocks": blocks} | enums)
