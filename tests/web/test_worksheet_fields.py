"""The fields in which a worksheet is typed, and the table of its definition, say the same."""

from dataclasses import asdict, fields
from typing import Any

import pytest

from clinic_toolkit.web.content import block_words
from clinic_toolkit.web.content.sheet_words import SIDE_LABELS, STEP_LABELS
from clinic_toolkit.web.forms import worksheet_fields
from clinic_toolkit.worksheets import catalogue, loader, unfinished_sheet
from clinic_toolkit.worksheets.block_model import SHEET_BLOCK_TYPES, ProseBlock
from clinic_toolkit.worksheets.model import PathStep, SheetSide, Worksheet
from tests.worksheets.every_block import ONE_OF_EACH

TYPED = {"title": "Plums", "block-0-kind": "lines", "block-0-label": "Here", "block-0-count": "3"}


def test_every_value_of_every_block_has_words() -> None:
    named = {kind: set(values) for kind, values in block_words.BLOCK_VALUES.items()}
    assert named == {
        kind: {field.name for field in fields(block_class)} - {"kind"}
        for kind, block_class in SHEET_BLOCK_TYPES.items()
    }
    assert set(block_words.BLOCK_NAMES) == set(SHEET_BLOCK_TYPES)
    assert set(block_words.NEW_BLOCK_VALUES) <= set(SHEET_BLOCK_TYPES)
    for kind, values in block_words.NEW_BLOCK_VALUES.items():
        assert set(values) <= named[kind]
    assert set(SIDE_LABELS) == set(SheetSide) and set(STEP_LABELS) == set(PathStep)


@pytest.mark.parametrize("sheet", catalogue.list_worksheets(), ids=lambda sheet: sheet.slug)
def test_a_sheet_in_its_fields_is_the_same_sheet(sheet: Worksheet) -> None:
    typed = dict(worksheet_fields.write_fields(sheet))
    read, problems = loader.check_worksheet(worksheet_fields.read_table(typed), own=True)
    assert read is not None and problems == ()
    decided = ("slug", "number", "version", "digest", "own", "evidence", "needs_fear_asked")
    values, expected = asdict(read), asdict(sheet)
    assert {name: values[name] for name in values if name not in decided} == {
        name: expected[name] for name in expected if name not in decided
    }


@pytest.mark.parametrize("kind", SHEET_BLOCK_TYPES)
def test_every_kind_of_block_is_typed_and_drawn(kind: str) -> None:
    block = next(each for each in ONE_OF_EACH if each.kind == kind)
    sheet = unfinished_sheet.build_unfinished_sheet({"blocks": [asdict(block)]})
    table = worksheet_fields.read_table(dict(worksheet_fields.write_fields(sheet)))
    assert unfinished_sheet.build_unfinished_sheet(table).blocks == (block,)


def test_a_block_that_is_not_complete_says_so_and_the_others_are_drawn() -> None:
    table = worksheet_fields.read_table(TYPED | {"block-1-kind": "menu", "block-1-label": "Half"})
    sheet = unfinished_sheet.build_unfinished_sheet(table)
    assert sheet.blocks[0].label == "Here"
    assert sheet.blocks[1] == ProseBlock(kind="prose", text=unfinished_sheet.NOT_COMPLETE, label="Half")
    assert sheet.why == "…" and sheet.needs_fear_asked and sheet.own


WRONG: list[dict[str, Any]] = [
    {},
    {"block-0-kind": "sonnet"},
    {"block-77-kind": "lines", "block-77-count": "9" * 90},
    {"block-0-kind": "table", "block-0-tick_columns": "0, x, 99", "block-0-columns": "a"},
    {"title": "x" * 9_000, "try_this": "y\n" * 900, "language": "\x00"},
    {"total_minutes": "-1", "side": "nowhere"},
]


@pytest.mark.parametrize("typed", WRONG)
def test_whatever_is_typed_can_be_drawn_and_is_told(typed: dict[str, str]) -> None:
    table = worksheet_fields.read_table(typed)
    assert unfinished_sheet.build_unfinished_sheet(table).title
    sheet, problems = loader.check_worksheet(table, own=True)
    errors = worksheet_fields.errors_by_field(problems, table["blocks"])
    assert sheet is None and errors and all(sentence.endswith(".") for sentence in errors.values())


def test_columns_to_tick_are_counted_from_one_on_the_page() -> None:
    typed = {"block-0-kind": "table", "block-0-tick_columns": "2, 3", "block-0-columns": "a\nb\nc"}
    [block] = worksheet_fields.read_table(typed)["blocks"]
    assert block["tick_columns"] == [1, 2]
