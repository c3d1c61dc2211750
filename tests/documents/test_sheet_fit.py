"""A sheet that fits on no page is found before it is saved, and its letters are never made smaller."""

from dataclasses import replace

import pytest

from clinic_toolkit.documents import sheet_fit
from clinic_toolkit.record.values.page_values import WorksheetPage
from clinic_toolkit.worksheets import catalogue
from clinic_toolkit.worksheets.block_model import GaugeBlock, SheetBlock
from clinic_toolkit.worksheets.model import Worksheet
from tests.fixtures.practices import LETTERHEAD
from tests.worksheets.every_block import ONE_OF_EACH, make_sheet


def page_of(sheet: Worksheet) -> WorksheetPage:
    return WorksheetPage(letterhead=LETTERHEAD, worksheet=sheet, initials="", client_sentence="")


@pytest.mark.parametrize("sheet", catalogue.list_worksheets(), ids=lambda sheet: sheet.slug)
def test_every_sheet_that_ships_fits(sheet: Worksheet) -> None:
    assert sheet_fit.find_misfit(page_of(sheet)) is None


@pytest.mark.parametrize("block", ONE_OF_EACH, ids=lambda block: block.label or block.kind)
def test_one_of_each_block_fits(block: SheetBlock) -> None:
    assert sheet_fit.find_misfit(page_of(make_sheet(block))) is None


def test_a_block_that_is_higher_than_a_page_is_named() -> None:
    words = " ".join(["word"] * 30)
    levels = tuple(f"{words} {number}" for number in range(5))
    high = GaugeBlock(kind="gauge", label="Too high", names=("One",), levels=levels, lines=True)
    found = sheet_fit.find_misfit(page_of(make_sheet(*ONE_OF_EACH[:2], high)))
    assert found is not None and found.label == "Too high" and "“Too high” does not fit" in found.sentence
    low = replace(high, levels=("low", "high"))
    assert sheet_fit.find_misfit(page_of(make_sheet(*ONE_OF_EACH[:2], low))) is None, "the control"


def test_long_texts_run_over_pages_and_are_never_refused() -> None:
    long = " ".join(["words"] * 333)
    sheet = replace(
        make_sheet(ONE_OF_EACH[1]), why=long, example=long, if_it_gets_hard=long, try_this=(long,) * 8
    )
    assert sheet_fit.find_misfit(page_of(sheet)) is None
