"""A sheet of paper in the record: the version it was answered in, its two days, a second entry."""

from datetime import date, timedelta

import pytest

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.instruments import catalogue, form_code
from clinic_toolkit.instruments.closed_sets import InstrumentKind
from clinic_toolkit.instruments.form_code import MistypedCode, UnknownCode
from clinic_toolkit.instruments.model import Instrument
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.psychometrics.item_response import ResponseStatus
from clinic_toolkit.record.handovers import clinician_side
from clinic_toolkit.record.outcomes import results
from clinic_toolkit.record.questionnaires import administrations, answers, paper_entry, progress
from clinic_toolkit.record.questionnaires.administration_record import (
    Administration,
    AdministrationMode,
    administration_table,
)
from clinic_toolkit.record.questionnaires.answers import Response
from clinic_toolkit.record.writing import note_prefill
from clinic_toolkit.store.transactions import reading, writing
from tests.fixtures.editions import put_on_the_shelf
from tests.fixtures.practices import NOW, Work, giving

ANSWERED = date(2026, 11, 12)
ENTERED = date(2026, 11, 19)
WAY = "on paper on 12 November 2026, entered on 19 November 2026"


def entered(
    work: Work, form: Instrument | None = None, *, code: str = "", **more: object
) -> RecordVersion[Administration]:
    """A sheet about people in general, begun to be entered."""
    form = form or giving()
    given = {
        "client_id": work.client().id,
        "relationship": None,
        "therapy_session_id": None,
        "answered_on": ANSWERED,
        "now": NOW,
    }
    with writing(work.engine) as db:
        code = code or form_code.form_code_of(form, general=True)
        return paper_entry.create_administration_from_paper(db, work.vault, typed_code=code, **(given | more))  # type: ignore[arg-type]


def test_answered_and_entered_are_two_days_and_both_are_said(work: Work) -> None:
    client = work.client()
    session = work.session(client)
    kept = work.answer(entered(work, client_id=client.id, therapy_session_id=session.id), [3] * 12)
    with writing(work.engine) as db:
        kept = progress.complete_administration(db, work.vault, kept, now=NOW)
    assert (kept.payload.answered_on, kept.payload.entered_on, kept.payload.mode) == (
        ANSWERED,
        ENTERED,
        "paper",
    )
    assert not kept.payload.double_entered
    with reading(work.engine) as db:
        result = results.build_result(
            db, work.vault, administrations.load_administration(db, work.vault, kept.id)
        )
        note = note_prefill.list_prefilled_parts(db, work.vault, session)[0]
    assert (result.answered_on, result.mode_label) == (ANSWERED, WAY)
    assert "12 November 2026" in note.source_words and WAY in note.text


ON_PAPER = [each for each in catalogue.list_editions() if each.kind != InstrumentKind.CHECK_IN]


@pytest.mark.parametrize("edition", ON_PAPER, ids=lambda each: f"{each.id}-{each.version}")
def test_a_sheet_is_entered_as_what_its_code_says(work: Work, edition: Instrument) -> None:
    kept = entered(work, edition)
    assert (kept.payload.instrument_version, kept.payload.definition_digest) == (
        edition.version,
        edition.digest,
    )
    assert administrations.instrument_of(kept.payload) == edition


@pytest.mark.parametrize(
    ("code", "refused"),
    [
        (form_code.form_code_of(giving(), general=False), paper_entry.WordingMismatch),
        (form_code.form_code_of(catalogue.load_check_in(), general=True), paper_entry.CheckInNotFromPaper),
    ],
)
def test_nothing_is_entered_as_what_it_was_not_answered_as(
    work: Work, code: str, refused: type[ClinicError]
) -> None:
    with pytest.raises(refused):
        entered(work, code=code)
    with reading(work.engine) as db:
        assert not db.execute(administration_table.select()).all()


@pytest.mark.parametrize(
    ("code", "refused"), [("CCQ4-EN3W", MistypedCode), ("", MistypedCode), ("3333-3333", UnknownCode)]
)
def test_a_slip_in_the_code_and_a_code_of_no_known_form_are_refused(
    code: str, refused: type[ClinicError]
) -> None:
    with pytest.raises(refused):
        paper_entry.find_edition(code)
    assert paper_entry.find_edition(form_code.form_code_of(giving(), general=True)).instrument == giving()


def test_an_earlier_sheet_is_known_by_its_code(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    earlier = put_on_the_shelf(monkeypatch)
    assert entered(work, earlier).payload.definition_digest == earlier.digest


@pytest.mark.parametrize(
    ("on", "fine"),
    [
        (ENTERED, True),
        (ENTERED + timedelta(days=1), False),
        (ENTERED - timedelta(days=5 * 366), True),
        (ENTERED - timedelta(days=5 * 366 + 1), False),
        (date(206, 11, 12), False),
    ],
)
def test_the_day_is_one_on_which_it_can_have_been_answered(work: Work, on: date, fine: bool) -> None:
    if fine:
        assert entered(work, answered_on=on).payload.answered_on == on
    else:
        with pytest.raises(paper_entry.ImpossibleDate):
            entered(work, answered_on=on)


def test_a_second_entry_is_compared_and_settled(work: Work) -> None:
    kept = work.answer(entered(work), [1, 2, None, 4] + [0] * 8)
    first = answers.decode_responses(kept.payload.answers)
    assert paper_entry.list_entry_differences(kept.payload, first) == ()
    again = list(first)
    again[1] = Response(status=ResponseStatus.ANSWERED, value=3, wants_to_talk=False, remark="")
    again[2] = Response(status=ResponseStatus.NOT_REACHED, value=None, wants_to_talk=False, remark="")
    again[3] = Response(status=ResponseStatus.ANSWERED, value=4, wants_to_talk=True, remark="")
    assert paper_entry.list_entry_differences(kept.payload, again) == (1, 2, 3)
    with writing(work.engine) as db:
        kept = paper_entry.settle_double_entry(db, work.vault, kept, {1: again[1]}, now=NOW)
    assert kept.payload.double_entered and answers.decode_responses(kept.payload.answers)[1].value == 3
    assert administrations.mode_label(kept.payload).endswith(", twice and compared")
    # What is changed by hand afterwards was compared with nothing.
    assert not work.answer(kept, [4]).payload.double_entered


def test_a_sheet_stands_where_it_was_answered_and_not_where_it_was_entered(work: Work) -> None:
    client = work.client()
    with writing(work.engine) as db:
        asked = administrations.create_administration(
            db,
            work.vault,
            giving(),
            client_id=client.id,
            relationship=None,
            therapy_session_id=None,
            mode=AdministrationMode.READ_ALOUD,
            now=NOW - timedelta(days=3),
        )
    earlier = entered(work, client_id=client.id)
    later = entered(work, client_id=client.id, answered_on=ENTERED - timedelta(days=1))
    with reading(work.engine) as db:
        found = administrations.list_administrations(db, work.vault, client.id)
    assert [kept.id for kept in found] == [later.id, asked.id, earlier.id]


def test_a_sheet_is_not_handed_to_the_client(work: Work) -> None:
    kept = entered(work)
    with pytest.raises(administrations.AnsweredOnPaper), writing(work.engine) as db:
        clinician_side.create_handover(db, work.vault, kept, relationship_word="", now=NOW)


def test_an_earlier_record_without_the_new_fields_is_read(work: Work) -> None:
    body = work.begun(work.client(), giving()).payload
    assert (body.entered_on, body.double_entered) == (None, False)
    assert administrations.mode_label(body) == "read aloud"
