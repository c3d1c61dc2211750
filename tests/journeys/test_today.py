"""What *Today* and *For the clinician* say of what comes, what was stopped, and who tried to come in."""

from datetime import timedelta

from clinic_toolkit.dates import format_date
from clinic_toolkit.web.access import unlocking
from tests.fixtures.sites import Site
from tests.journeys import steps
from tests.journeys.intake import take_in, today
from tests.journeys.person import Person
from tests.journeys.test_safety import raised

NONE_PLANNED = "No session is planned for today."


def test_a_check_of_the_coming_days_is_shown_before_it_is_due(me: Person, session: str) -> None:
    """To the clinician alone: the client's page, which a client may see, says nothing of it."""
    closing = me.follow(raised(me, session), "Say what was done")
    tomorrow = today() + timedelta(days=1)
    assert "Checks planned" not in me.open("/").text
    me.send(closing, {"how": "asked", "fear": "room", "next_check": tomorrow.isoformat()})
    page, said = me.open("/"), f"A check is planned for {format_date(tomorrow)}"
    assert said in page.text and "Ask in private" not in page.text
    assert me.follow(page, "Add to it").path.endswith("/add")
    page = me.open(session)
    assert said in me.follow(page, "For the clinician").text and said not in page.text


def test_a_check_of_a_later_week_is_not_on_today(me: Person, session: str) -> None:
    closing = me.follow(raised(me, session), "Say what was done")
    far = today() + timedelta(days=8)
    me.send(closing, {"how": "asked", "fear": "room", "next_check": far.isoformat()})
    assert "A check is planned" not in me.open("/").text
    assert format_date(far) in me.follow(me.open(session), "For the clinician").text


def test_a_stopped_questionnaire_is_named_on_today_and_on_the_clients_page(me: Person) -> None:
    client = take_in(me)
    session = me.press(client, "Start a session now")
    page = steps.begin(me, session.path)
    assert "stopped before the end" not in me.open("/").text
    page = steps.give(me, me.follow(page, "first question"), 3)
    me.press(me.press(page, "Pause and hide"), "Stop here")
    assert "questionnaire stopped before the end" in me.open("/").text
    assert "stopped before the end" in me.open(client.path).text


def test_no_session_is_planned_is_not_said_after_one_was_held(me: Person) -> None:
    client = take_in(me)
    assert NONE_PLANNED in me.open("/").text
    steps.end_session(me, me.press(client, "Start a session now"))
    page = me.open("/").text
    assert "no note yet" in page and NONE_PLANNED not in page


def test_today_says_how_many_tries_were_refused_before(site: Site, me: Person) -> None:
    assert "refused" not in me.open("/").text
    login = site.app.worker.logins["known"]
    login.values[unlocking._REFUSED_TRIES_KEY] = 1
    assert "Before you came in, one try to unlock was refused. If that was not you" in me.open("/").text
    login.values[unlocking._REFUSED_TRIES_KEY] = 3
    page = me.open("/")
    assert "3 tries to unlock were refused." in page.text
    assert me.follow(page, "the audit trail says when").path == "/audit"
