"""One entry answers what it says: a prompt about fear is closed by whichever page it is noted on.

What a page says of a sheet that stays in the room has its reason beside it.
"""

import pytest

from clinic_toolkit.dates import format_date
from tests.journeys import steps
from tests.journeys.intake import today
from tests.journeys.pages import Page
from tests.journeys.person import Person
from tests.journeys.test_asked_again import other_form
from tests.journeys.test_open_prompts import ROW
from tests.journeys.test_safety import ASKED, CALM, raised

ASKED_AND_HOME = {"fear": "home", "asked": "No, never.", "how": "asked"}
CLOSES_BOTH = "This entry also answers an open prompt"


def row(me: Person, session: str) -> Page:
    return me.follow(me.open(session), ROW)


def client_of(me: Person, session: str) -> str:
    return next(href for _, href in me.open(session).links if href.startswith("/clients/"))


def entries_of(me: Person, session: str) -> list[str]:
    listed = me.open(f"{client_of(me, session)}/risk-entries").links
    return [href for words, href in listed if words.startswith("Read")]


def test_where_sheets_may_go_is_said_on_the_page_of_the_open_prompt_and_closes_it(
    me: Person, session: str
) -> None:
    raised(me, session)
    page = me.follow(row(me, session), "Say where sheets may go")
    assert ASKED in page.text and page.form("how").values("how") == ["asked", "in_hand", "not_today"]
    done = row(me, me.send(page, ASKED_AND_HOME).path)
    assert ASKED not in done.text and "stay in the room" not in done.text
    assert len(entries_of(me, session)) == 1


@pytest.mark.parametrize("how", ["asked", "in_hand", ""])
def test_an_entry_of_its_own_shows_the_open_prompt_and_then_closes_it(
    me: Person, session: str, how: str
) -> None:
    result = raised(me, session)
    about = me.open(f"{session}/worksheets").form("about").options["about"][1]
    page = me.open(f"{session}/risk-entries/new")
    shown = me.send(page, ASKED_AND_HOME | {"how": how, "about": about})
    assert shown.status == 409 and CLOSES_BOTH in shown.text and ASKED in shown.text
    assert entries_of(me, session) == [] and ASKED in row(me, session).text, "nothing is closed unseen"
    assert shown.typed("asked") == "No, never." and shown.typed("fear") == "home"
    entry = me.send(shown, {}, by="how")
    assert entry.status == 200 and "No, never." in entry.text
    assert ASKED not in row(me, session).text and "stay in the room" not in row(me, session).text
    assert "Closed on" in me.open(result.path).text and len(entries_of(me, session)) == 1
    assert "To ask about" not in me.open("/").text


def test_what_came_while_it_was_shown_is_shown_first(me: Person, session: str) -> None:
    raised(me, session)
    about = me.open(f"{session}/worksheets").form("about").options["about"][1]
    shown = me.send(me.open(f"{session}/risk-entries/new"), ASKED_AND_HOME | {"about": about})
    assert shown.status == 409
    other_form(me, session, 4)
    again = me.send(shown, {}, by="how")
    assert again.status == 409 and CLOSES_BOTH in again.text and entries_of(me, session) == []
    assert me.send(again, {}, by="how").status == 200 and ASKED not in row(me, session).text


def test_an_entry_about_somebody_else_or_without_fear_closes_nothing(me: Person, session: str) -> None:
    raised(me, session)
    feared = me.open(f"{session}/worksheets").form("about").options["about"][1]
    steps.finish(me, steps.answer_all(me, steps.begin(me, session, word="K."), CALM))
    named = me.open(f"{session}/worksheets").form("about").options["about"][1:]
    (other,) = [each for each in named if each != feared]
    for typed in (
        {"about": "nobody"},
        {"about": other},
        {"about": feared, "did": "Rang.", "fear": "no"},
        {"about": feared, "how": "not_today", "because": "No time.", "fear": "no"},
    ):
        page = me.send(me.open(f"{session}/risk-entries/new"), ASKED_AND_HOME | typed)
        assert page.status == 200 and CLOSES_BOTH not in page.text, typed
    assert ASKED in row(me, session).text


def test_a_further_entry_answers_what_it_follows_and_what_is_open(me: Person, session: str) -> None:
    result = raised(me, session)
    put_off = me.send(me.follow(result, "Say what was done"), {"how": "not_today", "because": "No time."})
    other_form(me, session, 4)
    shown = me.send(me.open(f"{entries_of(me, session)[0]}/add"), ASKED_AND_HOME)
    assert shown.status == 409 and CLOSES_BOTH in shown.text
    assert me.send(shown, {}, by="how").status == 200
    assert put_off.path == result.path and "To ask about" not in me.open("/").text
    assert ASKED not in row(me, session).text


# The reason for a sheet that stays in the room stands beside it.


def test_each_reason_for_the_room_is_said(me: Person, session: str) -> None:
    stays = "Sheets about M. stay in the room."
    result = raised(me, session)
    assert f"{stays} The prompt about this is still open." in row(me, session).text
    page = me.send(me.open(f"{session}/worksheets"), {"worksheet": "want-to-have-to"})
    assert me.send(page, {"fear": "home"}).status == 422, "asked on a page that the client sees"
    assert f"last asked on {format_date(today())}. {stays} The prompt about this" in row(me, session).text
    me.send(me.follow(result, "Say what was done"), {"how": "asked", "fear": "room"})
    noted = f"{stays} You noted so on {format_date(today())}."
    assert noted in row(me, session).text
    home = me.send(me.follow(row(me, session), "Say where sheets may go"), {"fear": "home"})
    assert home.status == 200 and "stay in the room" not in row(me, session).text


def test_asked_today_without_a_place_is_told_as_that(me: Person, session: str) -> None:
    me.send(me.follow(raised(me, session), "Say what was done"), {"how": "asked"})
    opened = row(me, session).text
    assert (
        f"Fear of M., asked about in private: you noted “Asked today” on {format_date(today())}, "
        "but not yet where sheets may go. Sheets about M. stay in the room. "
        "No entry says yet that they may go home." in opened
    )
    assert "not noted" not in opened
    me.send(me.follow(row(me, session), "Say where sheets may go"), {"fear": "home"})
    assert f"in private: last asked on {format_date(today())}." in row(me, session).text


def test_already_in_hand_is_not_told_as_asked(me: Person, session: str) -> None:
    me.send(me.follow(raised(me, session), "Say what was done"), {"how": "in_hand"})
    assert "Fear of M., asked about in private: not noted." in row(me, session).text
