"""A sheet as a file: its code, and the answers that are kept of it."""

from dataclasses import replace

import pytest

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.journal.records import StaleVersion
from clinic_toolkit.record.writing import filled_sheets, handouts
from clinic_toolkit.record.writing.filled_sheet_record import FilledSheet, FilledSheetState
from clinic_toolkit.record.writing.filled_sheets import SheetOfAnother, SheetOfEarlierVersion
from clinic_toolkit.record.writing.handout_record import Handout
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.worksheets import catalogue
from clinic_toolkit.worksheets.filled_file import FilledFile
from clinic_toolkit.worksheets.model import Worksheet
from clinic_toolkit.worksheets.sheet_fields import TooManyFields, list_fields
from tests.fixtures.practices import NOW, Work
from tests.worksheets.every_block import ONE_OF_EACH, make_sheet

SHEET = replace(make_sheet(*ONE_OF_EACH), digest="d" * 64)
REVISED = replace(SHEET, digest="e" * 64)


@pytest.fixture
def handout(work: Work) -> RecordVersion[Handout]:
    return give(work, "Oona Brandt")


def give(work: Work, name: str) -> RecordVersion[Handout]:
    client = work.client(name)
    with writing(work.engine) as db:
        return handouts.create_handout(
            db, work.vault, SHEET, client_id=client.id, therapy_session_id=None, client_sentence="", now=NOW
        )


def issue(
    work: Work, handout: RecordVersion[Handout], sheet: Worksheet = SHEET
) -> RecordVersion[FilledSheet]:
    with writing(work.engine) as db:
        return filled_sheets.issue_code(db, work.vault, handout, sheet, now=NOW)


def find(work: Work, handout: RecordVersion[Handout]) -> RecordVersion[FilledSheet] | None:
    with reading(work.engine) as db:
        return filled_sheets.find_filled_sheet(db, work.vault, handout)


def keep(
    work: Work, made: RecordVersion[FilledSheet], answers: dict[str, str], seen: int
) -> RecordVersion[FilledSheet]:
    with writing(work.engine) as db:
        return filled_sheets.keep_answers(db, work.vault, made, answers, seen_version=seen, now=NOW)


def test_a_file_made_again_has_the_same_code_and_that_of_another_client_another(
    work: Work, handout: RecordVersion[Handout]
) -> None:
    assert find(work, handout) is None
    made = issue(work, handout)
    assert (made.state, len(made.payload.code), made.version) == (FilledSheetState.OUT, 16, 1)
    assert issue(work, handout).payload.code == made.payload.code
    assert issue(work, give(work, "Tadeusz Lund")).payload.code != made.payload.code
    ids = (handout.id, made.id, handout.payload.client_id)
    assert not any(made.payload.code in id.hex for id in ids), "it is no part of the number of a record"


def test_the_answers_of_a_file_are_matched_by_its_code_alone(
    work: Work, handout: RecordVersion[Handout]
) -> None:
    made, other = issue(work, handout), issue(work, give(work, "Tadeusz Lund"))
    filled = FilledFile(code=made.payload.code, values={"b11.mark": "s2", "b2.text": "rain\r\nand wind"})
    assert list(filled_sheets.match_answers(made, SHEET, filled).items()) == [
        ("b2.text", "rain\nand wind"),
        ("b11.mark", "s2"),
    ]
    for sheet in (other, None):
        with pytest.raises(SheetOfAnother):
            filled_sheets.match_answers(sheet, SHEET, filled)


def test_a_file_of_an_earlier_version_of_the_sheet_is_refused_by_that_name(
    work: Work, handout: RecordVersion[Handout]
) -> None:
    old = issue(work, handout)
    filled = FilledFile(code=old.payload.code, values={"b2.text": "rain"})
    with pytest.raises(SheetOfEarlierVersion):
        filled_sheets.match_answers(old, REVISED, filled)
    new = issue(work, handout, REVISED)
    assert new.version == 2 and new.payload.earlier_codes == (old.payload.code,)
    with pytest.raises(SheetOfEarlierVersion):
        filled_sheets.match_answers(new, REVISED, filled)
    assert filled_sheets.match_answers(
        new, REVISED, FilledFile(code=new.payload.code, values={"b2.text": "rain"})
    )


def test_only_what_was_confirmed_is_kept_and_the_rest_stays(
    work: Work, handout: RecordVersion[Handout]
) -> None:
    made = issue(work, handout)
    first = keep(work, made, {"b2.text": "rain", "b5.o1": "on"}, seen=1)
    second = keep(work, first, {"b2.text": "snow"}, seen=2)
    kept = find(work, handout)
    assert kept is not None and kept.state == FilledSheetState.BACK
    assert dict(kept.payload.answers) == {"b2.text": "snow", "b5.o1": "on"}
    assert (first.version, second.version, kept.version) == (2, 3, 3)


def test_answers_sent_twice_are_kept_once_and_a_second_window_is_told(
    work: Work, handout: RecordVersion[Handout]
) -> None:
    first = keep(work, issue(work, handout), {"b2.text": "rain"}, seen=1)
    assert keep(work, first, {"b2.text": "rain"}, seen=1).version == first.version
    with pytest.raises(StaleVersion):
        keep(work, first, {"b2.text": "snow"}, seen=1)


def test_a_sheet_with_too_many_fields_is_made_no_file(work: Work, handout: RecordVersion[Handout]) -> None:
    many = make_sheet(*(ONE_OF_EACH * 6))
    with writing(work.engine) as db, pytest.raises(TooManyFields):
        filled_sheets.issue_code(db, work.vault, handout, many, now=NOW)
    assert find(work, handout) is None


def test_nothing_of_the_answers_is_shown_where_a_record_is_printed(
    work: Work, handout: RecordVersion[Handout]
) -> None:
    kept = keep(work, issue(work, handout), {"b2.text": "rain"}, seen=1)
    assert "rain" in str(kept.payload.answers)
    assert "rain" not in repr(kept.payload)


def test_every_shipped_sheet_can_be_made_a_file(work: Work, handout: RecordVersion[Handout]) -> None:
    for sheet in catalogue.list_worksheets():
        assert issue(work, handout, sheet).payload.definition_digest == sheet.digest
        assert list_fields(sheet)
