"""Two forms that ask about the same, what was asked before, and a low answer: as the clinician sees them."""

import pytest

from clinic_toolkit.instruments import catalogue
from clinic_toolkit.psychometrics.safety_prompt_rules import SOFTER_LINE
from clinic_toolkit.record.people import clients
from clinic_toolkit.store.transactions import reading
from tests.fixtures.practices import giving
from tests.fixtures.replaced import replace
from tests.fixtures.sites import Site
from tests.journeys import steps
from tests.journeys.pages import Page
from tests.journeys.person import Person
from tests.journeys.test_open_prompts import ROW
from tests.journeys.test_safety import ASKED, CALM, couple, raised
from tests.journeys.test_same_bytes import RAISED, after_it, answered, differing, neutral

OTHER = next(
    form
    for form in catalogue.list_instruments()
    if form.id != giving().id and any(item.safety_flag == "fear" for item in form.items)
)
BURDEN = next(
    (form, place)
    for form in catalogue.list_instruments()
    for place, item in enumerate(form.items)
    if item.safety_flag == "burden"
)
SOMETHING = "Something to ask about, from"


def other_form(me: Person, session: str, value: int) -> Page:
    """The result of the other form that asks about fear, about the person of the first."""
    about = me.open(f"{session}/worksheets").form("about").options["about"][1]
    given: list[steps.Answer] = [value if item.safety_flag == "fear" else 1 for item in OTHER.items]
    begun = steps.begin(me, session, instrument=OTHER.id, about=about)
    return steps.finish(me, steps.answer_all(me, begun, given))


def test_two_forms_about_the_same_person_are_one_line_and_one_entry(me: Person, session: str) -> None:
    first = raised(me, session)
    second = other_form(me, session, 1)
    today = me.open("/")
    assert today.text.count(SOMETHING) == 1 and f"{SOMETHING} 2 questionnaires, the first of" in today.text
    opened = me.follow(me.open(session), ROW)
    assert opened.text.count(ASKED) == 1
    assert f"“{giving().title}”, about M." in opened.text and f"“{OTHER.title}”" in opened.text
    page = me.follow(second, "Say what was done")
    assert page.text.count(ASKED) == 1 and f"“{giving().title}”" in page.text
    assert "One entry covers all of it." in page.text and f"“{OTHER.title}”, " in page.text
    done = me.send(page, {"how": "asked"})
    assert done.path == second.path
    assert all("Asked today" in me.open(result.path).text for result in (first, second))
    assert SOMETHING not in me.open("/").text
    closed = me.follow(me.open(session), ROW).text
    assert ASKED not in closed and "Sheets about M. stay in the room." in closed


def test_a_form_that_came_meanwhile_is_not_closed_unseen(me: Person, session: str) -> None:
    page = me.follow(raised(me, session), "Say what was done")
    other_form(me, session, 1)
    refused = me.send(page, {"how": "asked"})
    assert refused.status == 409 and f"“{OTHER.title}”" in refused.text
    assert me.send(refused, {"how": "asked"}).status == 200
    assert SOMETHING not in me.open("/").text


def test_what_says_no_more_than_was_asked_says_when_that_was(me: Person, session: str) -> None:
    me.send(me.follow(raised(me, session), "Say what was done"), {"how": "asked"})
    result = other_form(me, session, 4)
    assert (
        ASKED in result.text
        and "Asked about on" in result.text
        and "this answer says nothing new" in result.text
    )
    assert "Say what was done" not in [words for words, _ in result.links]
    assert "Asked today" in me.follow(result, "the entry of that day").text
    assert SOMETHING not in me.open("/").text


def test_a_hold_that_stays_is_lifted_from_the_row(me: Person, session: str) -> None:
    result = raised(me, session)
    me.send(me.follow(result, "Say what was done"), {"how": "in_hand"})
    assert "Keep the client page in the room" in me.open(result.path).text
    steps.finish(me, steps.answer_all(me, steps.begin(me, session, word="K."), CALM))
    assert "Sheets about M. stay in the room." in me.follow(me.open(session), ROW).text
    page = me.follow(me.follow(me.open(session), ROW), "Say where sheets may go")
    assert "until an entry says that they may go home" in page.text
    me.send(page, {"fear": "home"})
    assert "stay in the room" not in me.follow(me.open(session), ROW).text
    assert "Keep the client page in the room" not in me.open(result.path).text


@pytest.mark.parametrize(("value", "softer"), [(0, False), (1, True), (2, False)])
def test_a_low_answer_about_being_a_burden_has_a_softer_line_on_the_result_alone(
    site: Site, me: Person, value: int, softer: bool
) -> None:
    form, place = BURDEN
    kept = answered(site, form.id, place, replace(RAISED, value=value))
    seen = after_it(site, kept)
    result = me.open(f"/administrations/{kept.id}/result")
    assert (SOFTER_LINE in result.text) is softer
    if softer:
        assert result.text.index(form.items[place].text) < result.text.index(SOFTER_LINE)
        assert "Before your client leaves" not in result.text
    assert not [name for name, page in seen.items() if SOFTER_LINE[:20].encode() in page]
    assert SOFTER_LINE not in me.open(f"/administrations/{kept.id}/answers").text
    assert SOFTER_LINE not in me.open("/").text


def test_a_softer_line_changes_no_byte_that_a_client_can_see(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    form, place = BURDEN
    low = replace(RAISED, value=1)
    with_it = after_it(site, answered(site, form.id, place, low))
    monkeypatch.setattr(
        "clinic_toolkit.psychometrics.safety_prompt_rules.list_softer_lines", lambda *_, **__: ()
    )
    assert differing(with_it, after_it(site, answered(site, form.id, place, low))) == set()


def test_a_couples_pages_tell_nothing_of_what_is_held_or_asked_again(site: Site, me: Person) -> None:
    session, ana, _ = couple(site)
    with reading(site.work.engine) as db:
        client = clients.load_client(db, site.work.vault, ana)
    own = f"/sessions/{site.work.session(client).id}"
    case = me.open(session).link("Ana Reyes and Ben Okoro")
    paths = [case, session, f"{session}/end", f"{session}/note", f"{session}/worksheets"]

    def look() -> list[bytes]:
        rows = [me.open(path).link(ROW) for path in paths if not path.endswith("/worksheets")]
        return [neutral(me.open(path).body) for path in [*paths, *rows]]

    before = look()
    for value in (4, 2):
        result = other_form(me, own, value) if value == 2 else raised(me, own)
        assert look() == before
        if value == 4:
            me.send(me.follow(result, "Say what was done"), {"how": "asked"})
            assert look() == before
    # The control: the hold, and what was asked before, stand on the pages of the one who answered.
    assert "Sheets about M. stay in the room." in me.follow(me.open(f"/clients/{ana}"), ROW).text
    assert "Asked about on" in result.text
