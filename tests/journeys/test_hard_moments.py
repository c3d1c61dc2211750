"""A plan for hard moments: the client's own words, never held back, never graded, neutral where found."""

import re

import pytest

from clinic_toolkit.record.safety import hard_moments_record
from clinic_toolkit.record.safety.risk_entry_record import SheetPlace
from tests.fixtures.sites import UNKNOWN, Site
from tests.journeys import intake, leaving, steps
from tests.journeys.pages import Page
from tests.journeys.person import Person

WORDS = {
    "surroundings": "The shed is locked.",
    "signs": "I stop answering.",
    "telling": "Jo, 55 12 30",
    "card": "The river.",
}
LINK = "Plan for hard moments"
# What no page of a plan may say: a grade of any kind.
GRADES = re.compile(r"(?i)\b(low|medium|moderate|high|severe|score|points|level [0-9])\b")


@pytest.fixture
def client(session: str, me: Person) -> str:
    return me.follow(me.open(session), "Ana Reyes").path


def write(me: Person, client: str, **more: str) -> Page:
    return me.send(me.follow(me.open(client), LINK), WORDS | more)


def test_a_plan_is_written_read_and_changed(me: Person, client: str) -> None:
    page = write(me, client)
    assert page.path.startswith("/hard-moments/") and "Saved." in page.text
    for words in (*WORDS.values(), "Crisis line 116 123"):
        assert words in page.text
    assert "What I want to remember then" not in page.text
    assert me.follow(me.open(client), LINK).path == page.path
    changed = me.send(me.follow(page, "Change the plan"), {"signs": "I do not eat."})
    assert "I do not eat." in changed.text and WORDS["signs"] not in changed.text
    assert WORDS["signs"] in me.follow(changed, "Version 1").text
    assert me.open(f"{page.path}/versions/9").status == 404


def test_written_together_it_is_alone_on_the_screen_and_names_nobody(me: Person, client: str) -> None:
    page = me.follow(me.follow(me.open(client), LINK), "In large letters")
    assert "Ana" not in page.source and "Menu" not in page.text and "twin large" in page.source
    shown = me.send(page, WORDS)
    assert shown.path.endswith("/photograph") and "Ana" not in shown.source
    assert WORDS["signs"] in shown.text and "Crisis line 116 123" in shown.text
    # The words of the card are for the card.
    assert WORDS["card"] not in shown.text
    assert WORDS["card"] in me.follow(shown, "Done").text


def test_nothing_is_graded_and_it_is_called_a_draft(me: Person, client: str) -> None:
    assert GRADES.search("a high risk") and GRADES.search("Level 2")
    empty = me.follow(me.open(client), LINK)
    page = write(me, client)
    for each in (empty, page, me.follow(page, "Take it along"), me.follow(page, "Show it alone")):
        assert not GRADES.search(each.text), each.path
    for each in (empty, page):
        assert "a draft of ours and were not tested" in each.text
    assert not GRADES.search(" ".join(hard_moments_record.HEADINGS.values()))


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        (dict.fromkeys(WORDS, ""), "surroundings"),
        ({"signs": "s" * 1201}, "signs"),
        ({"card": "c" * 301}, "card"),
    ],
)
def test_what_cannot_be_saved_is_said_at_its_place_and_kept(
    me: Person, client: str, typed: dict[str, str], wrong: str
) -> None:
    page = me.send(me.follow(me.open(client), LINK), WORDS | typed)
    assert page.status == 422 and page.error(wrong)
    assert all(page.typed(name) == words for name, words in (WORDS | typed).items())


def test_a_plan_that_was_changed_in_another_window_is_not_written_over(me: Person, client: str) -> None:
    first = me.follow(me.open(client), LINK)
    write(me, client)
    late = me.send(first, WORDS | {"signs": "Written here."})
    assert late.status == 409 and WORDS["signs"] in late.text and late.typed("signs") == "Written here."
    assert "Written here." in me.press(late, "Save the plan").text


def test_either_way_of_writing_goes_on_where_the_other_was_left(me: Person, client: str) -> None:
    page = me.follow(me.open(client), LINK)
    me.post(page.path, page.form("signs").standing() | {"signs": "I hide."}, {"X-Autosave": "1"})
    together = me.open(f"{client}/hard-moments/together")
    assert together.typed("signs") == "I hide."
    me.press(together, "Save the plan")
    assert "did not finish it" not in me.open(page.path).text


def test_printing_asks_who_may_find_it_and_offers_a_neutral_card(me: Person, client: str) -> None:
    asks = me.follow(write(me, client), "Take it along")
    assert "Who may find it?" in asks.text
    plan, large = (me.follow(asks, words) for words in ("Print the plan", "In large print"))
    for page in (plan, large):
        said = steps.words_of(page)
        assert WORDS["signs"] in said and "Crisis line 116 123" in said and WORDS["card"] not in said
        assert "Is there anyone you would not want to find this?" in page.text
    for words in ("Print the small card", "The card in large print"):
        page = me.follow(asks, words)
        assert steps.words_of(page) == WORDS["card"]
        assert page.paper and 'filename="card-20' in page.paper.headers["Content-Disposition"]
    for page in (plan, large):
        # Whoever finds it learns of no name: the control is that the page around it has a bar of ours.
        said = steps.words_of(page)
        assert not any(name in said for name in ("Ana", "Reyes", "Whelan", "Harbour"))
        assert page.paper and 'filename="paper-20' in page.paper.headers["Content-Disposition"]


def test_a_card_without_words_has_lines_to_write_on(me: Person, client: str) -> None:
    asks = me.follow(write(me, client, card=""), "Take it along")
    assert "it has lines to write on by hand" in asks.text
    assert steps.words_of(me.follow(asks, "Print the small card")) == ""


def test_no_hold_keeps_it_in_the_room(site: Site, me: Person) -> None:
    handout = leaving.give(site, "Ilse Varga", place=SheetPlace.ROOM)
    client = me.follow(me.open(handout), "Ilse Varga").path
    # The control: the worksheet of the same client may not leave.
    assert "Make a locked file" not in me.open(f"{handout}/take-away").text
    asks = me.follow(write(me, client), "Take it along")
    assert WORDS["signs"] in steps.words_of(me.follow(asks, "Print the plan"))
    assert steps.words_of(me.follow(asks, "Print the small card")) == WORDS["card"]
    assert WORDS["signs"] in me.follow(asks, "Show it to be photographed").text


def test_a_couples_pages_neither_have_nor_name_one(me: Person) -> None:
    both = intake.couple(me, "Cy Dahl", "Di Egan")
    write(me, me.follow(both, "Cy Dahl").path)
    page = me.open(both.path)
    assert LINK not in page.text and WORDS["signs"] not in page.text
    # The control: the partner's own page leads to it.
    assert WORDS["signs"] in me.follow(me.follow(page, "Cy Dahl"), LINK).text


def test_the_page_of_a_client_looks_alike_whether_there_is_one(me: Person, client: str) -> None:
    def links(page: Page) -> list[tuple[str, str]]:
        return [link for link in page.links if "hard-moments" in link[1]]

    before = links(me.open(client))
    write(me, client)
    assert links(me.open(client)) == before != []


def test_a_plan_that_is_not_there_is_nothing_to_open(me: Person) -> None:
    for path in (
        f"/hard-moments/{UNKNOWN}",
        f"/hard-moments/{UNKNOWN}/card",
        f"/clients/{UNKNOWN}/hard-moments",
    ):
        assert me.open(path).status == 404
