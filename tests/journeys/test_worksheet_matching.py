"""A sheet is suggested with its reason, found by searching, and the rules are there to be read."""

from collections.abc import Callable
from html import unescape

import pytest

from clinic_toolkit.web.screen_parts import worksheet_search
from clinic_toolkit.worksheets import catalogue as sheets
from clinic_toolkit.worksheets.matching import load_matching_rules
from clinic_toolkit.worksheets.model import Worksheet
from tests.fixtures.sites import Site
from tests.journeys import steps
from tests.journeys.pages import Page
from tests.journeys.person import Person, encoded
from tests.journeys.test_bad_input import BAD

LADDER = sheets.load_worksheet("receiving-ladder")


@pytest.fixture
def session(site: Site) -> str:
    """A session with a client."""
    return f"/sessions/{site.work.session(site.work.client('Iva Brandt')).id}"


def result_of(me: Person, session: str, answer: int = 4) -> Page:
    """The result after every question about receiving was answered so."""
    return steps.finish(me, steps.answer_all(me, steps.begin(me, session, "receiving"), [answer] * 12))


def titles(page: Page) -> set[str]:
    """The titles of the sheets in a list, to choose or to follow; a title in another sheet's text is none."""
    return {
        sheet.title
        for sheet in sheets.list_worksheets()
        if f'value="{sheet.slug}"' in page.source or f'href="/worksheets/{sheet.slug}"' in page.source
    }


def test_the_reason_goes_along_from_the_result_to_the_giving(me: Person, session: str) -> None:
    result = result_of(me, session)
    reason = unescape(result.source).partition(LADDER.title)[2].partition('small">')[2].partition("<")[0]
    assert reason.startswith("because of items ") and reason.endswith("about M.")
    page = me.follow(result, LADDER.title)
    assert f"Suggested {reason}." in page.text and LADDER.when_not_to_use in page.text
    assert me.follow(page, "By which rule").path.startswith("/worksheets/rules")
    giving = me.follow(page, "Give this sheet")
    assert f"Suggested {reason}." in giving.text and LADDER.when_not_to_use in giving.text
    assert giving.typed("about") not in ("", "nobody"), "the person of the questionnaire is chosen"
    given = me.send(giving, {"sentence": "A cup of tea."})
    assert given.path.startswith("/handouts/") and "A cup of tea." in given.text
    assert "Suggested" not in given.text
    everything = me.follow(giving, "Choose another sheet")
    assert titles(everything) == {sheet.title for sheet in sheets.list_worksheets()}
    assert "Suggested" not in everything.text


def test_without_these_answers_it_is_a_sheet_like_any_other(me: Person, session: str) -> None:
    result = result_of(me, session, answer=1)
    assert "Fits what was said" not in result.text
    page = me.open(f"{result.path.removesuffix('/result')}/worksheets/{LADDER.slug}")
    assert page.status == 200 and "Suggested" not in page.text and "Give this sheet" not in page.text


@pytest.mark.parametrize("because", ["", "x", "0" * 32])
def test_a_reason_that_is_none_is_left_out(me: Person, session: str, because: str) -> None:
    page = me.open(f"{session}/worksheets?sheet={LADDER.slug}&because={because}")
    assert LADDER.title in page.text and "Suggested" not in page.text


def test_the_answers_of_another_client_are_no_reason(site: Site, me: Person, session: str) -> None:
    result = result_of(me, session)
    giving = me.follow(me.follow(result, LADDER.title), "Give this sheet").path
    assert "Suggested" in me.open(giving).text, "the control"
    other = f"/sessions/{site.work.session(site.work.client('Tomas Eik')).id}"
    assert "Suggested" not in me.open(giving.replace(session, other)).text


def test_every_rule_is_listed_with_its_sheets(me: Person) -> None:
    page = me.follow(me.open("/worksheets"), "Which sheets are suggested")
    numbers = {sheet.number for sheet in sheets.list_worksheets()}
    names = worksheet_search.part_names()
    for rule in load_matching_rules().rules:
        listed = f'id="{rule.part}"' in page.source
        assert listed is bool(numbers & {*rule.sheets, *rule.duty_sheets}), rule.part
        if listed and rule.part in names:
            assert names[rule.part] in page.text
    assert "no reason for a sheet" in page.text


@pytest.mark.parametrize(
    ("field", "value", "fits"),
    [
        ("words", "SMALL steps", lambda sheet: sheet == LADDER),
        ("words", "no sheet says this", lambda sheet: False),
        ("side", "receiving", lambda sheet: sheet.side == "receiving"),
        ("step", "notice", lambda sheet: sheet.path_step == "notice"),
        ("part", "BC1", lambda sheet: "BC1" in sheet.facets),
        ("time", "15", lambda sheet: sheet.total_minutes <= 15),
        ("side", "not a side", lambda sheet: True),
    ],
)
@pytest.mark.parametrize("place", ["", "session"])
def test_the_catalogue_is_searched_without_a_script(
    me: Person, session: str, place: str, field: str, value: str, fits: Callable[[Worksheet], bool]
) -> None:
    address = f"{session}/worksheets" if place else "/worksheets"
    form = me.open(address).form("words")
    assert form.action == address and {"words", "time", "side", "part", "frame", "step"} <= form.names
    page = me.open(f"{address}?{field}={value.replace(' ', '+')}")
    assert titles(page) == {sheet.title for sheet in sheets.list_worksheets() if fits(sheet)}
    assert ("Show all" in page.text) is (value != "not a side")


@pytest.mark.parametrize("kind", BAD)
@pytest.mark.parametrize("field", ["words", "time", "side", "part", "frame", "step"])
def test_whatever_is_looked_for_is_answered_by_a_page(me: Person, kind: str, field: str) -> None:
    page = me.open(f"/worksheets?{encoded({field: BAD[kind]}).decode()}")
    assert page.status == 200 and "<b>&</b>" not in page.source
    if field != "words":
        assert len(titles(page)) == len(sheets.list_worksheets()), "what is no choice looks for nothing"


def test_where_a_hold_withholds_every_sheet_the_one_for_the_room_is_named(me: Person, session: str) -> None:
    number = load_matching_rules().held_sheet
    (ground,) = [sheet for sheet in sheets.list_worksheets() if sheet.number == number]
    free = result_of(me, session)
    assert LADDER.title in free.text and ground.title not in free.text, "the control"
    held = steps.finish(me, steps.answer_all(me, steps.begin(me, session, "giving"), [4] * 12))
    assert f"about nobody: {ground.title}" in held.text and "No sheet is suggested" in held.text
    assert LADDER.title not in me.open(free.path).text, "the hold is about the same person"
    assert "In the room only" in me.follow(held, ground.title).text
    for path in (session, f"{session}/worksheets"):
        assert "Suggested" not in me.open(path).text
