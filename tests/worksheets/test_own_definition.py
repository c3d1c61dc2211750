"""The definition of a sheet of one's own: what is written is what is read, and what no file decides."""

from dataclasses import replace

import pytest

from clinic_toolkit.worksheets import catalogue, definition_text, loader
from clinic_toolkit.worksheets.loader import OWN_EVIDENCE, OWN_NUMBER, WorksheetError
from clinic_toolkit.worksheets.model import Worksheet


def own_copy(sheet: Worksheet, **changes: object) -> Worksheet:
    """The sheet as a copy of it is read."""
    decided = {"number": OWN_NUMBER, "evidence": OWN_EVIDENCE, "needs_fear_asked": True}
    return replace(sheet, own=True, digest="", **(decided | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize("sheet", catalogue.list_worksheets(), ids=lambda sheet: sheet.slug)
def test_what_is_written_is_what_is_read(sheet: Worksheet) -> None:
    raw = definition_text.write_own_worksheet(own_copy(sheet))
    read = loader.parse_worksheet(raw, "x.toml", own=True)
    assert replace(read, digest="") == own_copy(sheet) and read.digest == loader.definition_digest(raw)
    assert definition_text.write_own_worksheet(read) == raw


def test_text_cannot_leave_its_place() -> None:
    hostile = 'a" \\  fear_reason = "x' + " \U0001f33f \u05d0 ]] '''"
    sheet = own_copy(catalogue.list_worksheets()[0], title=hostile)
    read = loader.parse_worksheet(definition_text.write_own_worksheet(sheet), "x.toml", own=True)
    assert (read.title, read.fear_reason, read.needs_fear_asked) == (hostile, "", True)


def test_a_reason_of_blanks_is_none_and_joiners_belong_to_words() -> None:
    persian = "\u0645\u06cc\u200c\u0631\u0648\u0645"
    sheet = own_copy(catalogue.list_worksheets()[0], title=persian, fear_reason="  ")
    read = loader.parse_worksheet(definition_text.write_own_worksheet(sheet), "x.toml", own=True)
    assert read.title == persian and read.needs_fear_asked
    turned = own_copy(catalogue.list_worksheets()[0], title="abc\u202edef")
    with pytest.raises(WorksheetError, match="title: holds a line break or a character that cannot"):
        loader.parse_worksheet(definition_text.write_own_worksheet(turned), "x.toml", own=True)


def test_a_reason_lets_it_go_and_is_left_out_for_others() -> None:
    sheet = own_copy(catalogue.list_worksheets()[0], fear_reason="It asks nothing of anybody.")
    kept = loader.parse_worksheet(definition_text.write_own_worksheet(sheet), "x.toml", own=True)
    assert (kept.fear_reason, kept.needs_fear_asked) == ("It asks nothing of anybody.", False)
    raw = definition_text.write_own_worksheet(kept, for_others=True)
    taken = loader.parse_worksheet(raw, "x.toml", own=True)
    assert (taken.fear_reason, taken.needs_fear_asked) == ("", True)


@pytest.mark.parametrize(
    "line",
    ["needs_fear_asked = false", 'evidence = "Proved in 46 studies."', "number = 1"],
)
def test_no_file_decides_whether_it_waits_or_what_it_rests_on(line: str) -> None:
    raw = definition_text.write_own_worksheet(own_copy(catalogue.list_worksheets()[0]))
    read = loader.parse_worksheet(f"{line}\n".encode() + raw, "x.toml", own=True)
    assert (read.needs_fear_asked, read.evidence, read.number) == (True, OWN_EVIDENCE, OWN_NUMBER)


def test_a_sheet_that_ships_has_an_example_and_no_reason() -> None:
    raw = definition_text.write_own_worksheet(own_copy(catalogue.list_worksheets()[0], example=""))
    assert loader.parse_worksheet(raw, "x.toml", own=True).example == ""
    rest = b'number = 1\nevidence = "None."\nfear_reason = "x"\n'
    with pytest.raises(WorksheetError) as told:
        loader.parse_worksheet(rest + raw, "x.toml")
    assert {problem.partition(", ")[2] for problem in told.value.problems} == {
        "example: must not be empty",
        "fear_reason: is not known here",
        "slug: must be the name of the file, x",
    }
