"""The definition of a worksheet as text: the TOML that is stored, and that a practice may take elsewhere."""

import json
from collections.abc import Iterator
from dataclasses import MISSING, fields
from typing import Any

from clinic_toolkit.worksheets.block_model import SheetBlock
from clinic_toolkit.worksheets.model import Worksheet

# Decided by the program for a sheet of one's own (`loader.check_worksheet`), so that no file says them.
_DECIDED = frozenset(("own", "digest", "number", "evidence", "needs_fear_asked"))


def write_own_worksheet(sheet: Worksheet, *, for_others: bool = False) -> bytes:
    """The definition of a sheet of one's own, as `loader.parse_worksheet` reads it.

    Args:
        for_others: leave out why it need not wait until fear was asked about: that reason is the clinician's,
            and another practice has to find its own.
    """
    left_out = _DECIDED | {"blocks"} | ({"fear_reason"} if for_others else set())
    lines = list(_lines_of(sheet, left_out))
    for block in sheet.blocks:
        lines += ["", "[[blocks]]", *_lines_of(block, frozenset())]
    return ("\n".join(lines) + "\n").encode()


def _lines_of(value: Worksheet | SheetBlock, left_out: frozenset[str] | set[str]) -> Iterator[str]:
    for field in fields(value):
        content = getattr(value, field.name)
        if field.name in left_out or (field.default is not MISSING and content == field.default):
            continue
        yield f"{field.name} = {_format_value(content)}"


def _format_value(value: Any) -> str:
    """A TOML value. Texts hold no character that cannot be printed, so JSON writes them as TOML does."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(_format_value, value))}]"
    return json.dumps(value, ensure_ascii=False)
