"""The fields of a sheet: one list, with ids that stay and words that stand alone."""

import pytest

from clinic_toolkit.worksheets import catalogue, sheet_fields
from clinic_toolkit.worksheets.block_model import SHEET_BLOCK_TYPES, DiaryBlock, TableBlock
from clinic_toolkit.worksheets.sheet_fields import FieldKind, TooManyFields, list_block_fields, list_fields
from tests.worksheets.every_block import ONE_OF_EACH, make_sheet

NOTHING_TO_FILL_IN = {"prose"}


def test_every_kind_of_block_has_fields_but_prose() -> None:
    assert {block.kind for block in ONE_OF_EACH} == set(SHEET_BLOCK_TYPES)
    for number, block in enumerate(ONE_OF_EACH, start=1):
        fields = sheet_fields.list_block_fields(block, number)
        assert bool(fields) == (block.kind not in NOTHING_TO_FILL_IN), block.kind
        assert all(field.label.startswith(block.label) for field in fields)


def test_the_ids_are_ascii_stable_and_each_used_once() -> None:
    ids = [field.id for field in list_fields(make_sheet(*ONE_OF_EACH))]
    assert len(ids) == len(set(ids))
    assert all(id.isascii() for id in ids)
    assert ids[:5] == ["b2.text", "b3.r1", "b3.r2", "b4.text", "b5.o1"]
    assert {"b5.own1", "b6.r2.c2", "b8.r3.c1", "b9.c3", "b10.r1", "b10.r3.c1", "b11.mark"} <= set(ids)
    assert {"b12.n1", "b12.l2", "b13.c2", "b14.text", "b15.p2", "b16.r1.c2.tick", "b17.own1"} <= set(ids)


def test_a_label_says_its_place_in_words() -> None:
    labels = {field.id: field.label for field in list_fields(make_sheet(*ONE_OF_EACH))}
    assert labels["b6.r2.c2"] == "Tries: row 2, Done"
    assert labels["b7.r1.c1"] == "Grid: At home, Now"
    assert labels["b10.r3.c1"] == "Steps: step 3, 0 to 10"
    assert len(set(labels.values())) == len(labels)


def test_a_row_of_several_lines_holds_as_many() -> None:
    for lines, kind in ((1, FieldKind.LINE), (3, FieldKind.LONG)):
        week = DiaryBlock(kind="diary", label="The week", columns=("Asked",), lines=lines)
        table = TableBlock(
            kind="table", label="Tries", columns=("What", "Done"), rows=1, tick_columns=(1,), lines=lines
        )
        assert {(field.kind, field.lines) for field in list_block_fields(week, 1)} == {(kind, lines)}
        assert [field.kind for field in list_block_fields(table, 1)] == [kind, FieldKind.TICK]


def test_a_choice_has_codes_for_files_and_words_for_people() -> None:
    fields = {field.id: field for field in list_fields(make_sheet(*ONE_OF_EACH))}
    scale = fields["b11.mark"]
    assert scale.kind == FieldKind.CHOICE
    assert [option.code for option in scale.options] == ["s1", "s2", "s3", "s4", "s5"]
    assert scale.option_label("s5") == "mark 5 of 5, fully"
    assert scale.option_label("s6") is None
    assert [option.label for option in fields["b12.n1"].options] == ["low", "high"]
    assert all(bool(field.options) == (field.kind == FieldKind.CHOICE) for field in fields.values())


def test_every_shipped_sheet_can_be_filled_in() -> None:
    for sheet in catalogue.list_worksheets():
        assert list_fields(sheet), sheet.slug


def test_more_than_two_hundred_fields_are_refused_by_the_name_of_the_sheet() -> None:
    rows = TableBlock(kind="table", label="Many", columns=("A", "B", "C", "D", "E", "F"), rows=11)
    two = TableBlock(kind="table", label="Few", columns=("A", "B"), rows=1)
    assert len(list_fields(make_sheet(rows, rows, rows, two))) == 200
    with pytest.raises(TooManyFields, match=r"“Far too much” has 264 places .* 200 at most"):
        list_fields(make_sheet(rows, rows, rows, rows, title="Far too much"))
