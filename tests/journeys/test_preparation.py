"""Before an hour: what stands on *Today*, behind *Show*, on the page before the hour and on paper."""

from datetime import timedelta
from io import BytesIO

from pypdf import PdfReader

from clinic_toolkit.dates import format_date
from tests.fixtures.sites import Site
from tests.fixtures.waiting import wait_for
from tests.journeys import steps
from tests.journeys.intake import couple, day, enter, take_in, today
from tests.journeys.pages import Page
from tests.journeys.person import Person
from tests.journeys.test_safety import AFRAID, raised

AGREED = "Say no to one small thing."
PLAN = "Look at the week, slowly."


def plan_hour(me: Person, client: Page, start: str, ahead: int = 0) -> Page:
    """Enter a session that is planned."""
    new = me.follow(client, "Add a past or planned session")
    return enter(me, new, ahead, start=start, end=start[:2] + ":59", attendance="planned")


def held(me: Person, client: Page, ahead: int = -7) -> Page:
    """A past hour in which something was agreed, with a note that has a plan and is not signed."""
    page = enter(me, me.follow(client, "Add a past or planned session"), ahead)
    page = me.send(page, {"agreed": AGREED})
    me.send(me.open(page.path.split("?")[0] + "/note"), {"section-plan": PLAN})
    return page


def test_who_comes_later_is_behind_initials_until_asked_for(me: Person) -> None:
    first, later = take_in(me, "Ana Reyes"), take_in(me, "Bela Ode")
    for client in (first, later):
        held(me, client)
    plan_hour(me, first, "23:10")
    plan_hour(me, later, "23:40")
    page = me.open("/")
    assert page.text.count(AGREED) == 1 and "begin with the check-in" in page.text
    shown = me.open(page.link("Show B. O."))
    assert shown.path.endswith("/before") and AGREED in shown.text and PLAN in shown.text
    assert "B. O." in shown.text and "Bela" not in shown.text
    assert format_date(today() - timedelta(days=7)) in shown.text and "draft, not signed" in shown.text
    assert shown.title.strip() == "Before the hour · Clinic toolkit"
    assert me.press(shown, "Start the session").text.count("This session is open.") == 1


def test_the_first_hour_has_nothing_before_it(me: Person) -> None:
    session = plan_hour(me, take_in(me, "Ana Reyes"), "23:10")
    page = me.open(session.path + "/before")
    assert "Nothing is noted from before." in page.text and "There is no earlier note." in page.text
    assert "check-in" not in page.text and "begin with" not in me.open("/").text


def marked(me: Person, session: str, *numbers: int) -> None:
    """Answer a questionnaire and mark these questions to talk about."""
    page = me.follow(steps.begin(me, session), "first question")
    for number in range(1, 13):
        page = me.send(page, {"answer": "1"} | ({"talk": "yes"} if number in numbers else {}))
    steps.finish(me, page)


def test_what_was_marked_is_counted_on_today_and_named_before_the_hour(site: Site, me: Person) -> None:
    client = take_in(me, "Ana Reyes")
    session = me.press(client, "Start a session now")
    marked(me, session.path, 2, 3)
    steps.end_session(me, me.open(session.path))
    hour = plan_hour(me, client, "23:40", 0)
    assert "2 things to talk about first" in me.open("/").text
    page = me.open(hour.path + "/before")
    assert "To talk about first" in page.text and page.source.count('class="quote"') == 2


def test_a_marked_question_about_fear_is_counted_and_not_named(me: Person) -> None:
    client = take_in(me, "Ana Reyes")
    session = me.press(client, "Start a session now")
    marked(me, session.path, 2, AFRAID)
    steps.end_session(me, me.open(session.path))
    hour = plan_hour(me, client, "23:40")
    page = me.open(hour.path + "/before")
    assert page.source.count('class="quote"') == 1 and "One more question was marked" in page.text
    assert "and 1 more, not named here" in steps.words_of(me.follow(page, "On paper"))


def test_what_is_open_is_said_in_the_words_of_today(me: Person) -> None:
    client = take_in(me, "Ana Reyes")
    session = me.press(client, "Start a session now")
    raised(me, session.path)
    steps.look_and_end(me, me.open(session.path))
    hour = plan_hour(me, client, "23:40")
    sentence = "Something to ask about, from a questionnaire of"
    assert sentence in me.open("/").text, "the control: this form raises a prompt"
    page = me.open(hour.path + "/before")
    assert sentence in page.text and "fear" not in page.text.lower() and "afraid" not in page.text.lower()
    assert me.follow(page, "Say what was done").status == 200


def test_a_couple_sees_nothing_of_either_partner(me: Person) -> None:
    joint = couple(me, "Ana Reyes", "Bela Ode")
    ana = me.follow(me.open("/clients"), "Open Ana Reyes")
    session = me.press(ana, "Start a session now")
    marked(me, session.path, 2)
    me.send(me.open(session.path), {"agreed": "Hers alone."})
    hour = plan_hour(me, joint, "23:40")
    page = me.open(hour.path + "/before")
    assert "Hers alone." not in page.text and "To talk about first" not in page.text
    assert "A. R. and B. O." in page.text
    own = plan_hour(me, ana, "23:45")
    assert "To talk about first" in me.open(own.path + "/before").text, "the control"


def test_a_page_for_an_hour_says_initials_unless_names_are_asked_for(me: Person) -> None:
    client = take_in(me, "Ana Reyes", preferred_name="Annie")
    held(me, client)
    hour = plan_hour(me, client, "23:10")
    before = me.open(hour.path + "/before")
    words = steps.words_of(me.follow(before, "On paper"))
    assert "23:10 · A. R." in words and AGREED in words and PLAN in words and "Annie" not in words
    named = me.follow(before, "On paper, with the name")
    assert "23:10 · Annie" in steps.words_of(named)
    copy = me.press(named, "Save a copy as a file")
    assert copy.headers["Content-Disposition"].split("filename=")[1].strip('"').startswith("before-")


def test_the_hours_of_a_day_are_one_file(site: Site, me: Person) -> None:
    for name, start in (("Ana Reyes", "23:10"), ("Bela Ode", "23:40")):
        plan_hour(me, take_in(me, name), start)
    plan_hour(me, take_in(me, "Cora Lund"), "10:00", 1)
    form = me.follow(me.open("/"), "Before the hours, on paper")
    assert form.form("day").options["day"] == [day(), day(1)]
    made = me.send(form, {"day": day(), "who": "initials"})
    assert made.path == "/packet"
    wait_for(lambda: bool(me.open("/packet").paper))
    texts = [each.extract_text() for each in PdfReader(BytesIO(steps.pdf_of(me.open("/packet")))).pages]
    assert len(texts) == 2 and "A. R." in texts[0] and "B. O." in texts[1]
    assert not any(name in text for text in texts for name in ("Ana", "Bela", "C. L."))


def test_a_day_that_is_not_offered_is_refused(me: Person) -> None:
    assert "No session is planned" in me.open("/before").text
    plan_hour(me, take_in(me, "Ana Reyes"), "23:10")
    page = me.send(me.open("/before"), {"day": "2001-01-01", "who": "initials"})
    assert page.status == 422 and page.error("day").endswith("Choose one of these days.")
    page = me.send(me.open("/before"), {"who": "everything"})
    assert page.status == 422 and page.error("who")


def test_nothing_of_the_hour_is_in_an_address(me: Person) -> None:
    client = take_in(me, "Quillfeather")
    held(me, client)
    before = me.open(plan_hour(me, client, "23:10").path + "/before")
    me.follow(before, "On paper, with the name")
    assert not any("Quill" in path or "small" in path for path in me.passed)
