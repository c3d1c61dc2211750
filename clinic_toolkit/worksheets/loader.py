"""Read a worksheet file, check all of it, and report all problems at once."""

import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clinic_toolkit import plain_text, toml_limits
from clinic_toolkit.errors import DamagedFile
from clinic_toolkit.worksheets.block_model import (
    SHEET_BLOCK_TYPES,
    CardBlock,
    GaugeBlock,
    SheetBlock,
    TableBlock,
    is_printable,
)
from clinic_toolkit.worksheets.model import Worksheet

if TYPE_CHECKING:
    from pydantic import TypeAdapter
    from pydantic_core import ErrorDetails

MAX_BYTES = 200_000

# What every sheet of a practice's own says and has, whatever a file says. The number orders the sheets that
# ship; those of one's own stand after them.
OWN_EVIDENCE = "Written by your practice; not tested."
OWN_NUMBER = 99
# A file may leave these out if it is to become a sheet of one's own.
_OWN_DEFAULTS: Mapping[str, object] = {"slug": "own", "version": "1", "language": "en", "example": ""}

_ERROR_TEXTS = {
    "missing": "is missing",
    "string_type": "must be text",
    "int_type": "must be a whole number",
    "bool_type": "must be true or false",
    "tuple_type": "must be a list",
    "string_too_short": "must not be empty",
    "string_too_long": "must have at most {max_length} characters",
    "too_short": "must have at least {min_length} entries",
    "too_long": "must have at most {max_length} entries",
    "greater_than_equal": "must be {ge} or more",
    "less_than_equal": "must be {le} or less",
    "literal_error": "must be one of {expected}",
    "enum": "must be one of {expected}",
}


class WorksheetError(DamagedFile):
    """A worksheet cannot be used. `problems` lists every reason, each with its place."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(
            "A worksheet cannot be used. Mend these places, or put back the file that came with the "
            f"program: {'; '.join(self.problems)}."
        )


def read_worksheet_file(path: Path) -> Worksheet:
    """Read one worksheet from its file; raises `WorksheetError`."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise WorksheetError([f"{path.name}: cannot be read ({error.strerror})"]) from error
    return parse_worksheet(data, path.name)


def parse_worksheet(data: bytes, file: str, *, own: bool = False) -> Worksheet:
    """Parse and check the bytes of a worksheet file.

    Args:
        own: it is a sheet of a practice's own: its number, its evidence line and whether it waits until fear
            was asked about are decided here, and not by the file.

    Raises:
        WorksheetError: it cannot be used.
    """
    try:
        raw = _parse_toml(data)
    except (ValueError, RecursionError) as error:
        raise WorksheetError([f"{file}: not readable as TOML ({error})"]) from error
    sheet, problems = check_worksheet(raw, own=own)
    if sheet is not None and not own and file != f"{sheet.slug}.toml":
        problems += (f"slug: must be the name of the file, {file.removesuffix('.toml')}",)
    if sheet is None or problems:
        raise WorksheetError(f"{file}, {problem}" for problem in problems)
    return replace(sheet, digest=definition_digest(data))


def definition_digest(data: bytes) -> str:
    """The SHA-256 of a definition, whatever its line ends, in hexadecimal digits."""
    return sha256(plain_text.normalize_text_bytes(data)).hexdigest()


def check_worksheet(raw: dict[str, Any], *, own: bool) -> tuple[Worksheet | None, tuple[str, ...]]:
    """Check the table of a worksheet file, which may have come from a form.

    Returns:
        The sheet without its digest, None if a value has no meaning; and every problem with its place, such
        as `blocks[1].label: must not be empty`.
    """
    if own:
        waits = not str(raw.get("fear_reason", "")).strip()
        decided = {"number": OWN_NUMBER, "evidence": OWN_EVIDENCE, "needs_fear_asked": waits}
        raw = {**_OWN_DEFAULTS, **raw, **decided}
    problems = [*_unknown_key_problems(raw, own=own), *_control_character_problems(raw)]
    sheet = _validate(raw, problems)
    if sheet is None:
        return None, tuple(problems)
    problems += _consistency_problems(sheet, own=own)
    return replace(sheet, own=own), tuple(problems)


def _parse_toml(data: bytes) -> dict[str, Any]:
    if len(data) > MAX_BYTES:
        raise ValueError(f"larger than {MAX_BYTES:,} bytes")
    text = plain_text.decode_text(data)
    toml_limits.check_limits(text)
    return tomllib.loads(text)


def _validate(raw: dict[str, Any], problems: list[str]) -> Worksheet | None:
    from pydantic import ValidationError

    try:
        # Validated as JSON, because only there strict mode accepts a list for a tuple. Without strict mode
        # the text "2" would be accepted as a number.
        return _type_adapter().validate_json(json.dumps(raw, default=lambda date: [str(date)]), strict=True)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        problems += dict.fromkeys(problem for detail in details if (problem := _describe_error(detail, raw)))
        return None


@cache
def _type_adapter() -> "TypeAdapter[Worksheet]":
    from pydantic import TypeAdapter

    return TypeAdapter(Worksheet)


def _describe_error(detail: "ErrorDetails", raw: dict[str, Any]) -> str:
    """One problem in plain words; "" if it is about a kind of block that is not the one in the file."""
    path = detail["loc"]
    if path[0] == "blocks" and len(path) > 2:
        block_class = _block_type(raw["blocks"][path[1]])
        if block_class is None:
            return f"{_format_path(path[:2])}.kind: must be one of {', '.join(SHEET_BLOCK_TYPES)}"
        if path[2] != block_class.__name__:
            return ""
        path = path[:2] + path[3:]
    template = _ERROR_TEXTS.get(detail["type"])
    return f"{_format_path(path)}: {template.format(**detail.get('ctx', {})) if template else detail['msg']}"


def _format_path(parts: Iterable[int | str]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts).removeprefix(".")


def _block_type(block: object) -> type | None:
    kind = block.get("kind") if isinstance(block, dict) else None
    return SHEET_BLOCK_TYPES.get(kind) if isinstance(kind, str) else None


def _unknown_key_problems(raw: dict[str, Any], *, own: bool) -> Iterator[str]:
    """Report every unknown key, because a misspelt optional one would be ignored silently."""
    known_keys = {field.name for field in fields(Worksheet)} - {"digest", "own"}
    if not own:
        known_keys -= {"fear_reason"}
    yield from (f"{key}: is not known here" for key in raw if key not in known_keys)
    blocks = raw.get("blocks")
    for index, block in enumerate(blocks if isinstance(blocks, list) else ()):
        block_class = _block_type(block)
        if block_class is not None:
            known_keys = {field.name for field in fields(block_class)}
            yield from (f"blocks[{index}].{key}: is not known here" for key in block if key not in known_keys)


def _control_character_problems(value: object, place: str = "") -> Iterator[str]:
    if isinstance(value, str) and not is_printable(value):
        yield f"{place}: holds a line break or a character that cannot be printed"
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _control_character_problems(inner, f"{place}.{key}".removeprefix("."))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _control_character_problems(inner, f"{place}[{index}]")


def _consistency_problems(sheet: Worksheet, *, own: bool) -> Iterator[str]:
    if not own and not sheet.example:
        yield "example: must not be empty"
    for index, block in enumerate(sheet.blocks):
        yield from (f"blocks[{index}].{problem}" for problem in _block_problems(block))


def _block_problems(block: SheetBlock) -> Iterator[str]:
    if isinstance(block, TableBlock):
        if any(column >= len(block.columns) for column in block.tick_columns):
            yield "tick_columns: there is no such column (the first is 0)"
        if block.row_heads and len(block.row_heads) != block.rows:
            yield "row_heads: must name every row, or none"
    if isinstance(block, GaugeBlock) and block.lines and len(block.names) > 1:
        yield "lines: only a single gauge has lines beside it"
    if isinstance(block, CardBlock) and not block.sentences and not block.own_lines:
        yield "sentences: a card needs a sentence or a line of one's own"
