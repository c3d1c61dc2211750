"""A sheet of paper in the record: the version it was answered in, its two days, a second entry."""

from datetime import date, timedelta

import pytest

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.instruments import catalogue, form_code
from clinic_toolkit.instruments.form_code import Mistyped, UnknownCode
from clinic_toolkit.instruments.model import Instrument
from clinic_toolkit.record import administrations, answers, merging, note_texts, paper, progress, results
from clinic_toolkit.record.administrations import Administration
from clinic_toolkit.record.answers import Response
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.store.engine import reading, writing
from tests.fixtures.editions import put_on_the_shelf
from tests.fixtures.practices import NOW, Work, giving

ANSWERED = date(2026, 11, 12)
ENTERED = date(2026, 11, 19)
WAY = "on paper on 12 November 2026, entered on 19 November 2026"


def entered(
    work: Work, form: Instrument | None = None, *, code: str = "", **more: object
) -> Kept[Administration]:
    """A sheet about people in general, begun to be entered."""
    form = form or giving()
    given = {
        "client_id": work.client().id,
        "about": None,
        "session_id": None,
        "answered_on": ANSWERED,
        "now": NOW,
    }
    with writing(work.engine) as db:
        code = code or form_code.code_of(form, general=True)
        return paper.begin(db, work.vault, code=code, **(given | more))  # type: ignore[arg-type]


def test_answered_and_entered_are_two_days_and_both_are_said(work: Work) -> None:
    client = work.client()
    hour = work.hour(client)
    kept = work.answer(entered(work, client_id=client.id, session_id=hour.id), [3] * 12)
    with writing(work.engine) as db:
        kept = progress.complete(db, work.vault, kept, now=NOW)
    assert (kept.body.on, kept.body.entered, kept.body.mode) == (ANSWERED, ENTERED, "paper")
    assert not kept.body.keyed_twice
    with reading(work.engine) as db:
        result = results.result_of(db, work.vault, administrations.get(db, work.vault, kept.id))
        note = note_texts.prefilled(db, work.vault, hour)[0]
    assert (result.administered_on, result.mode) == (ANSWERED, WAY)
    assert "12 November 2026" in note.source and WAY in note.text


ON_PAPER = [each for each in catalogue.editions() if each.kind != catalogue.CHECK_IN]


@pytest.mark.parametrize("edition", ON_PAPER, ids=lambda each: f"{each.id}-{each.version}")
def test_a_sheet_is_entered_as_what_its_code_says(work: Work, edition: Instrument) -> None:
    kept = entered(work, edition)
    assert (kept.body.instrument_version, kept.body.digest) == (edition.version, edition.digest)
    assert administrations.instrument_of(kept.body) == edition


@pytest.mark.parametrize(
    ("code", "refused"),
    [
        (form_code.code_of(giving(), general=False), paper.OtherWording),
        (form_code.code_of(catalogue.check_in(), general=True), paper.NotFromPaper),
    ],
)
def test_nothing_is_entered_as_what_it_was_not_answered_as(
    work: Work, code: str, refused: type[ClinicError]
) -> None:
    with pytest.raises(refused):
        entered(work, code=code)
    with reading(work.engine) as db:
        assert not db.execute(administrations.administration.select()).all()


@pytest.mark.parametrize(
    ("code", "refused"), [("CCQ4-EN3W", Mistyped), ("", Mistyped), ("3333-3333", UnknownCode)]
)
def test_a_slip_in_the_code_and_a_code_of_no_known_form_are_refused(
    code: str, refused: type[ClinicError]
) -> None:
    with pytest.raises(refused):
        paper.sheet_of(code)
    assert paper.sheet_of(form_code.code_of(giving(), general=True)).instrument == giving()


def test_an_earlier_sheet_is_known_by_its_code(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    earlier = put_on_the_shelf(monkeypatch)
    assert entered(work, earlier).body.digest == earlier.digest


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
        assert entered(work, answered_on=on).body.on == on
    else:
        with pytest.raises(paper.NoSuchDay):
            entered(work, answered_on=on)


def test_a_second_entry_is_compared_and_settled(work: Work) -> None:
    kept = work.answer(entered(work), [1, 2, None, 4] + [0] * 8)
    first = answers.responses(kept.body.answers)
    assert paper.differences(kept.body, first) == ()
    again = list(first)
    again[1] = Response(status="answered", value=3, talk=False, said="")
    again[2] = Response(status="not_reached", value=None, talk=False, said="")
    again[3] = Response(status="answered", value=4, talk=True, said="")
    assert paper.differences(kept.body, again) == (1, 2, 3)
    with writing(work.engine) as db:
        kept = paper.settle(db, work.vault, kept, {1: again[1]}, now=NOW)
    assert kept.body.keyed_twice and answers.responses(kept.body.answers)[1].value == 3
    assert administrations.way_of(kept.body).endswith(", twice and compared")
    # What is changed by hand afterwards was compared with nothing.
    assert not work.answer(kept, [4]).body.keyed_twice


def test_a_sheet_stands_where_it_was_answered_and_not_where_it_was_entered(work: Work) -> None:
    client = work.client()
    with writing(work.engine) as db:
        asked = administrations.begin(
            db,
            work.vault,
            giving(),
            client_id=client.id,
            about=None,
            session_id=None,
            mode="read_aloud",
            now=NOW - timedelta(days=3),
        )
    earlier = entered(work, client_id=client.id)
    later = entered(work, client_id=client.id, answered_on=ENTERED - timedelta(days=1))
    with reading(work.engine) as db:
        found = administrations.of_client(db, work.vault, client.id)
    assert [kept.id for kept in found] == [later.id, asked.id, earlier.id]


def test_a_sheet_is_not_handed_to_the_client(work: Work) -> None:
    kept = entered(work)
    with pytest.raises(administrations.FromPaper), writing(work.engine) as db:
        merging.begin(db, work.vault, kept, word="", now=NOW)


def test_an_earlier_record_without_the_new_fields_is_read(work: Work) -> None:
    body = work.begun(work.client(), giving()).body
    assert (body.entered, body.keyed_twice) == (None, False)
    assert administrations.way_of(body) == "read aloud"
