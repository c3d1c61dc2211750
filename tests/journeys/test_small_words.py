"""Words on everyday pages that somebody stumbled over: what they say, and when they are not said."""

from tests.journeys import steps
from tests.journeys.intake import take_in
from tests.journeys.person import Person


def test_when_not_to_use_a_form_stands_above_the_choice_and_says_what_to_open(
    me: Person, session: str
) -> None:
    source = me.open(f"{session}/questionnaire").source
    fold = source.index("For the clinician: when not to use it")
    assert fold < source.index("Which one") < source.index("Go to the introduction")
    assert fold < source.index("Open the one that you are thinking of") < source.index("Which one")


def test_the_time_of_a_form_is_said_in_one_way(me: Person, session: str) -> None:
    steps.finish(me, steps.answer_all(me, steps.begin(me, session), [1] * 12))
    page = me.open(f"{session}/questionnaire").text
    assert "The minutes beside each form are for the answers alone" in page and "long form" not in page


def test_the_field_says_where_a_name_and_a_way_never_to_use_belong(me: Person) -> None:
    page = me.open("/clients/new")
    assert "Also ways never to use" in page.text
    client = take_in(me, "Siv Moe", reach_note="Called Bo, never by letter")
    assert "Called Bo, never by letter" in client.text


def test_a_number_behind_initials_is_explained_where_it_was_added(me: Person) -> None:
    first = take_in(me, "Ana Reyes", code="S. K.")
    asked = me.send(me.open("/clients/new"), {"name": "Sara Kern", "code": "S. K."})
    second = me.press(asked, "This is somebody else: add")
    said = "“S. K.” belong to another client too, so this one is shown as “S. K. 2”"
    assert said in second.text and said not in me.open(first.path).text


def test_a_couple_is_added_with_the_same_reserve_as_the_readme_has(me: Person) -> None:
    take_in(me, "Ana Reyes")
    take_in(me, "Ben Ode")
    assert "meant for single adults only" in me.follow(me.open("/clients"), "Add a couple").text


def test_about_your_data_explains_its_numbers_and_words_before_they_come(me: Person) -> None:
    page = me.open("/about-your-data").text
    first = page.index("1. Without a passphrase, the sheet or both executor halves")
    for words in ("8 and 12 are missing here", "Two printed sheets", "really stored"):
        assert page.index(words) < first, words
