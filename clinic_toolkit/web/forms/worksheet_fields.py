"""The fields of the page on which a worksheet is written, and the table of its definition.

A block has the fields `block-0-kind`, `block-0-label` and so on, counted from 0 in the order of the page. A
list is typed one entry on each line. The table has the shape of a worksheet file, so both are checked by the
same rules (`worksheets.loader.check_worksheet`).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from enum import StrEnum
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

from clinic_toolkit.web.content.block_words import BLOCK_VALUES
from clinic_toolkit.web.content.sheet_words import PART_LABELS
from clinic_toolkit.web.forms.fields import clean_line, clean_text
from clinic_toolkit.worksheets.block_model import SHEET_BLOCK_TYPES
from clinic_toolkit.worksheets.model import Worksheet

Pairs = Sequence[tuple[str, str]]

_BLOCK_FIELD = re.compile(r"block-(\d{1,2})-([a-z_]+)")
_BLOCK_PLACE = re.compile(r"blocks\[(\d+)\]\.([a-z_]+)")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_LINES = ("title", "why", "example", "if_it_gets_hard", "bring_back", "aim", "when_not_to_use", "minutes",
          "side", "path_step", "fear_reason", "language")  # fmt: skip
_LISTS = ("try_this", "review_prompts")
# Kept as they came with the sheet that was copied; nothing is typed into them.
_WORDS = ("facets", "frames")


class ValueKind(StrEnum):
    """How a value of a block is typed."""

    LINE = "line"
    PARAGRAPH = "paragraph"
    NUMBER = "number"
    TICK = "tick"
    LINES = "lines"
    PLACES = "places"


@cache
def value_kinds(block_kind: str) -> Mapping[str, ValueKind]:
    """How each value of this kind of block is typed, in the order of the page."""
    block_class = SHEET_BLOCK_TYPES[block_kind]
    hints = get_type_hints(block_class)
    found = {}
    for field in fields(block_class):
        hint = hints[field.name]
        if field.name == "kind":
            continue
        if get_origin(hint) is tuple:
            found[field.name] = ValueKind.PLACES if get_args(hint)[0] is int else ValueKind.LINES
        elif hint in (int, bool):
            found[field.name] = ValueKind.NUMBER if hint is int else ValueKind.TICK
        else:
            found[field.name] = ValueKind.PARAGRAPH if field.name == "text" else ValueKind.LINE
    # What stands above the block is asked first.
    return dict(sorted(found.items(), key=lambda pair: pair[0] != "label"))


def read_table(typed: Mapping[str, str]) -> dict[str, Any]:
    """The table of a definition, as far as it was typed; without a value where none was."""
    table: dict[str, Any] = {name: clean_line(typed.get(name)) for name in _LINES}
    table |= {name: _split_lines(typed.get(name)) for name in _LISTS}
    table |= {
        name: [word for word in clean_line(typed.get(name)).split() if len(word) < 40] for name in _WORDS
    }
    table["total_minutes"] = _read_number(clean_line(typed.get("total_minutes")))
    table["is_room_only"] = bool(typed.get("is_room_only"))
    if not _LANGUAGE.fullmatch(table["language"]):
        table["language"] = "en"
    table["blocks"] = [_read_block(kind, values) for kind, values in list_blocks(typed)]
    return table


def list_blocks(typed: Mapping[str, str]) -> list[tuple[str, dict[str, str]]]:
    """The kind and the typed values of each block, in order; a kind that is not known is left out."""
    values_by_place: dict[int, dict[str, str]] = {}
    for name, value in typed.items():
        if match := _BLOCK_FIELD.fullmatch(name):
            values_by_place.setdefault(int(match[1]), {})[match[2]] = value
    blocks = [values_by_place[place] for place in sorted(values_by_place)]
    return [
        (kind, {name: value for name, value in values.items() if name in value_kinds(kind)})
        for values in blocks
        if (kind := values.get("kind", "")) in SHEET_BLOCK_TYPES
    ]


def has_unknown_block(typed: Mapping[str, str]) -> bool:
    """Whether a block is of a kind that is not known here, as none on a page of ours is."""
    return any(
        name.endswith("-kind") and _BLOCK_FIELD.fullmatch(name) and kind not in SHEET_BLOCK_TYPES
        for name, kind in typed.items()
    )


def _read_block(kind: str, values: Mapping[str, str]) -> dict[str, Any]:
    block: dict[str, Any] = {"kind": kind}
    for name, value_kind in value_kinds(kind).items():
        text = values.get(name, "")
        if value_kind == ValueKind.TICK:
            block[name] = bool(text)
        elif value_kind == ValueKind.LINES:
            block[name] = _split_lines(text)
        elif value_kind == ValueKind.PLACES:
            numbers = [_read_number(part) for part in clean_line(text).replace(",", " ").split()]
            # Typed from 1, and counted from 0 in a definition.
            block[name] = [number - 1 if isinstance(number, int) else number for number in numbers]
        elif value_kind == ValueKind.NUMBER:
            if number := clean_line(text):
                block[name] = _read_number(number)
        else:
            block[name] = clean_line(text)
    return block


def _split_lines(text: str | None) -> list[str]:
    return [line for each in clean_text(text).split("\n") if (line := clean_line(each))]


def _read_number(text: str) -> int | str:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else text


def write_fields(sheet: Worksheet) -> list[tuple[str, str]]:
    """The fields in which this sheet is typed."""
    pairs = [(name, str(getattr(sheet, name))) for name in (*_LINES, "total_minutes")]
    pairs += [(name, "\n".join(getattr(sheet, name))) for name in _LISTS]
    pairs += [(name, " ".join(getattr(sheet, name))) for name in _WORDS]
    if sheet.is_room_only:
        pairs.append(("is_room_only", "yes"))
    blocks = []
    for block in sheet.blocks:
        kinds = value_kinds(block.kind)
        blocks.append((block.kind, {name: _write_value(kinds[name], getattr(block, name)) for name in kinds}))
    return [*pairs, *write_blocks(blocks)]


def write_blocks(blocks: Iterable[tuple[str, Mapping[str, str]]]) -> list[tuple[str, str]]:
    """The fields of these blocks, numbered in their order."""
    return [
        (f"block-{place}-{name}", value)
        for place, (kind, values) in enumerate(blocks)
        for name, value in {"kind": kind, **values}.items()
        if value
    ]


def _write_value(kind: ValueKind, value: Any) -> str:
    if kind == ValueKind.TICK:
        return "yes" if value else ""
    if kind == ValueKind.LINES:
        return "\n".join(value)
    if kind == ValueKind.PLACES:
        return ", ".join(str(place + 1) for place in value)
    return str(value)


def replace_blocks(typed: Mapping[str, str], blocks: Iterable[tuple[str, Mapping[str, str]]]) -> Pairs:
    """The same fields with other blocks."""
    rest = [pair for pair in typed.items() if not pair[0].startswith("block-")]
    return [*rest, *write_blocks(blocks)]


def errors_by_field(problems: Iterable[str], blocks: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The problems of a table as sentences by the field that each is about.

    Args:
        problems: as `loader.check_worksheet` gives them.
        blocks: the blocks of the table, by whose kind their values are named.
    """
    errors: dict[str, str] = {}
    for problem in problems:
        place, _, what = problem.partition(": ")
        what = what.replace(" 1 entries", " 1 entry")
        match = _BLOCK_PLACE.match(place)
        if match and (words := BLOCK_VALUES.get(blocks[int(match[1])]["kind"], {}).get(match[2])):
            number = int(match[1])
            errors.setdefault(f"block-{number}-{match[2]}", f"Block {number + 1}, “{words[0]}”, {what}.")
        else:
            name = place.partition("[")[0]
            name = "new_block" if name == "blocks" else name
            errors.setdefault(name, f"“{PART_LABELS.get(name, name)}” {what}.")
    return errors
