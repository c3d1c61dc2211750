"""Change over time and rhythm: the course on screen, together and on paper; repeating, stopping."""

import random
import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from clinic_toolkit.instruments import catalogue
from clinic_toolkit.record.outcomes import repeat_agreements
from clinic_toolkit.record.people import cases, therapy_sessions
from clinic_toolkit.record.people.therapy_session_record import (
    Attendance,
    TherapySession,
    TherapySessionKind,
    TherapySessionSetting,
)
from clinic_toolkit.record.questionnaires import administrations
from clinic_toolkit.record.questionnaires.administration_record import AdministrationMode
from clinic_toolkit.store.transactions import reading, writing
from tests.fixtures.editions import EARLIER, earlier
from tests.fixtures.over_time import Values, given, named, weekly
from tests.fixtures.sites import Site
from tests.journeys import steps
from tests.journeys.pages import Page
from tests.journeys.person import Person

NOW = datetime.now(UTC)
LABELS = [option.label.lower() for option in catalogue.load_instrument("giving").options]


def course(site: Site, rounds: list[Values], *, until: datetime = NOW) -> tuple[str, str, str]:
    """A client with rounds about M.: the addresses of the course, of its last round, and of the client."""
    client = site.work.client("Ana Reyes")
    about = named(site.work, client)
    last = weekly(site.work, client, about, rounds, until=until)[-1]
    return f"/relationships/{about.id}/over-time", f"/administrations/{last.id}", f"/clients/{client.id}"


def open_session(site: Site, client: str) -> str:
    """A session of now with this client."""
    with writing(site.work.engine) as db:
        case = cases.load_single_case(db, site.work.vault, UUID(client.rpartition("/")[2]))
        body = TherapySession(
            case_id_bytes=case.id.bytes,
            kind=TherapySessionKind.SESSION,
            on=NOW.astimezone().date(),
            attendance=Attendance.CAME,
            present=case.payload.client_id_bytes,
            setting=TherapySessionSetting.ROOM,
        )
        kept = therapy_sessions.create_therapy_session(db, site.work.vault, case, body, now=NOW)
        return f"/sessions/{therapy_sessions.open_therapy_session(db, site.work.vault, kept, now=NOW).id}"


def named_on(page: Page) -> set[str]:
    """The answer words that stand on a page."""
    rest, found = re.sub(r"<[^>]+>", " ", page.source).lower(), set()
    rest = re.sub(r"\s+", " ", rest)
    for label in sorted(LABELS, key=len, reverse=True):
        if label in rest:
            found.add(label)
            rest = rest.replace(label, "")
    return found


def test_a_person_without_answers_is_told_what_to_do_next(site: Site, me: Person) -> None:
    client = site.work.client("Ana Reyes")
    about = named(site.work, client)
    page = me.follow(me.open(f"/relationships/{about.id}"), "Over time")
    assert "Nothing to look back at yet" in page.text
    assert me.follow(page, "Start a session with Ana Reyes").path == f"/clients/{client.id}"
    assert "Nothing to look back at yet" in me.open(f"/clients/{client.id}/over-time").text


def test_the_course_is_reached_from_client_relationship_and_result(site: Site, me: Person) -> None:
    path, last, client = course(site, [3, 3])
    links = {href for _, href in me.open(client).links}
    assert path in links
    assert path in {href for _, href in me.open(f"{last}/result").links}
    assert path in {href for _, href in me.open(path.removesuffix("/over-time")).links}
    whole = site.work.client("Ben Ash")
    given(site.work, whole, None, 2)
    page = me.follow(me.open(f"/clients/{whole.id}"), "people in general")
    assert page.path == f"/clients/{whole.id}/over-time" and "How I give" in page.text


def test_the_clinicians_page_says_words_numbers_and_what_they_are_worth(site: Site, me: Person) -> None:
    path, _, _ = course(site, [4, 4, 3, 1, 0, 0])
    page = me.open(path)
    assert "So far between 0 and 100. 3 of the last 3 lie below every baseline point." in page.text
    assert "shaded: the range of the first 3 rounds" in page.text
    assert "It is a rule for the words on this page, not a test." in page.text
    assert "hundred people or more" in page.text and "Not validated" in page.text
    assert named_on(page) == {"never", "some of the time", "most of the time", "nearly all the time"}
    drawings = re.findall(r'<svg class="plot" role="img" aria-label="([^"]+)"', page.source)
    assert len(set(drawings)) == 5 and page.source.count("<table>") == 5
    assert all("over time, answered 6 times, from " in name for name in drawings)


def test_the_drawing_has_no_style_of_its_own_and_no_number(site: Site, me: Person) -> None:
    path, last, _ = course(site, [4, 3, 1, 0, 2, 2, 1, 1, 0])
    for page in (me.open(path), me.open(f"{path}?usual="), me.open(f"{last}/over-time/together")):
        for drawing in re.findall(r"<svg.*?</svg>", page.source, flags=re.DOTALL):
            assert "style=" not in drawing and "fill=" not in drawing
        words = re.findall(r"<(?:text|tspan)[^>]*>([^<]*)", page.source)
        assert not [each for each in words if re.fullmatch(r"\s*\d+\s*", each)]
        assert not re.search(r"[↑↓▲▼]", page.source)


def test_the_page_to_look_at_together_has_words_and_dots_and_no_number(site: Site, me: Person) -> None:
    gaps: list[int | None] = [3, None, 3, 3, None, 3, 3, 3, 3, 3, 3, 3]
    path, last, _ = course(site, [4, gaps, 1, 1])
    page = me.follow(me.open(path), "Look at it together")
    assert page.path == f"{last}/over-time/together"
    assert "So far between “some of the time” and “nearly all the time”" in page.text
    assert "The last two times were about the same." in page.text
    days = r"\d{1,2} [A-Z][a-z]+(?: \d{2,4})?"
    text = re.sub(r"<[^>]+>", " ", re.sub(r"<head>.*?</head>", "", page.source, flags=re.DOTALL))
    assert not re.search(r"\d", re.sub(days, "", text)), re.findall(r".{20}\d.{20}", re.sub(days, "", text))
    for word in (
        "declined",
        "rather not",
        "no number",
        "answered",
        "baseline",
        "the mean",
        "score",
        "better",
        "worse",
    ):
        assert word not in page.text.lower(), word
    assert "stroke" not in page.source and 'class="band"' not in page.source
    assert "A conversation aid, not a test." in page.text
    assert named_on(page) == {"some of the time", "most of the time", "nearly all the time"}


def test_a_form_of_strengths_is_looked_at_together_as_one(site: Site, me: Person) -> None:
    client = site.work.client("Ana Reyes")
    kept = given(site.work, client, None, 3, instrument=catalogue.load_instrument("flows"))
    page = me.open(f"/administrations/{kept.id}/over-time/together")
    assert "A first picture." in page.text and page.source.count('role="img"') == 1
    assert me.follow(page, "Done").path == f"/clients/{client.id}/over-time"


def test_two_relationships_never_stand_on_one_page(site: Site, me: Person) -> None:
    client = site.work.client("Ana Reyes")
    mother, friend = named(site.work, client, "Mum"), named(site.work, client, "Kit", "friend")
    given(site.work, client, mother, 0)
    given(site.work, client, friend, 4)
    page = me.open(f"/relationships/{mother.id}/over-time")
    assert "Kit" not in page.text and named_on(page) == {"never"}
    assert named_on(me.open(f"/clients/{client.id}/over-time")) == set()


def drawing_of(page: Page) -> str:
    """What stands in the drawings of a page."""
    return " ".join(re.findall(r"<svg.*?</svg>", page.source, re.DOTALL))


def test_a_version_break_and_another_way_of_giving_are_marked(site: Site, me: Person) -> None:
    client = site.work.client("Ana Reyes")
    about = named(site.work, client)
    old = earlier()
    given(site.work, client, about, 4, at=NOW - timedelta(days=40), instrument=old)
    given(site.work, client, about, 1, at=NOW - timedelta(days=10), mode=AdministrationMode.TELEHEALTH)
    page = me.open(f"/relationships/{about.id}/over-time")
    new = catalogue.load_instrument("giving").version
    assert f"version {EARLIER}, then version {new}" in page.text
    assert f"From here: version {new}. Not compared with what is above." in page.text
    assert f"Since version {new}: a first picture." in page.text
    assert 'class="break"' in page.source and 'class="stroke"' not in page.source
    assert "read aloud over telehealth" in page.text and '<rect class="mark"' in page.source
    # The client knows nothing of versions.
    together = me.follow(page, "Look at it together")
    assert "ersion" not in together.text and "ersion" not in drawing_of(together)
    assert "From here: the questions in new words." in together.text
    assert "the questions in new words" in drawing_of(together)


def test_more_is_drawn_only_on_asking(site: Site, me: Person) -> None:
    few, _, _ = course(site, [3, 2, 1])
    assert "More, if you want it" not in me.open(few).text
    path, last, _ = course(site, [4, 4, 3, 3, 4, 1, 1, 0, 1, 0])
    page = me.open(path)
    assert 'class="usual"' not in page.source and "NAP" not in page.text
    asked = me.follow(page, "Show the usual range so far")
    assert 'class="usual"' in asked.source and "A rough guide" in asked.text
    assert "Show how far" not in page.text
    agreed = {"why": "To see.", "times": "12", "baseline": "5"}
    page = me.send(me.open(f"{last}/rhythm"), agreed)
    asked = me.follow(page, "Show how far baseline and later rounds overlap")
    assert "NAP 0.00, Tau -1.00. This says nothing about cause" in asked.text


def test_the_result_is_compared_in_words(site: Site, me: Person) -> None:
    _, last, _ = course(site, [3, [0, 3, 3, 0, 3, 3, 0, 3, 3, 0, 3, 3]])
    page = me.open(f"{last}/result")
    assert "Compared with" in page.text and "not a test" in page.text
    part = page.text.partition("Compared with")[2].partition("not a test")[0]
    assert "then" in part and "now" in part and not re.search(r"[+−-]\d|points|%", part)
    first, _, _ = course(site, [3])
    assert "Compared with" not in me.open(f"{first.removesuffix('/over-time')}").text


def test_on_paper_it_is_the_clinicians_with_a_neutral_name(site: Site, me: Person) -> None:
    path, _, _ = course(site, [4, 3, 1, 0, 2])
    paper = me.follow(me.open(path), "On paper")
    saved = me.press(paper, "Save a copy as a file")
    assert 'attachment; filename="over-time-20' in saved.headers["Content-Disposition"]
    said = steps.words_of(paper)
    assert "Ana Reyes" in said and "Not validated" in said and "about M." in said
    assert "So far between 0 and 100" in said


def test_no_page_and_no_paper_names_an_answer_that_nobody_gave(site: Site, me: Person) -> None:
    chance = random.Random(20261122)
    for _ in range(8):
        some = chance.sample(range(5), chance.randint(1, 4))
        rounds: list[Values] = [
            [chance.choice(some) if chance.random() < 0.8 else None for _ in range(12)]
            for _ in range(chance.randint(1, 9))
        ]
        chosen = {LABELS[value] for each in rounds for value in each if value is not None}  # type: ignore[union-attr]
        path, last, _ = course(site, rounds)
        for page in (me.open(path), me.open(f"{last}/over-time/together")):
            assert named_on(page) <= chosen, page.path
        said = steps.words_of(me.open(f"{last}/over-time/paper")).lower()
        for label in sorted(LABELS, key=len, reverse=True):
            assert label in chosen or label not in said, label
            said = said.replace(label, "")


# Repeating.


def test_why_and_until_when_are_written_down_and_shown(site: Site, me: Person) -> None:
    path, last, client = course(site, [3])
    page = me.follow(me.open(path), "Repeating it")
    page = me.send(page, {"why": "To see what helps", "times": "6", "until": "2030-03-01"})
    words = "Repeated: To see what helps. Agreed until 1 March 2030 and six times in all."
    assert page.path.startswith(path) and words in page.text
    assert words in me.open(client).text
    assert words in me.open(f"{open_session(site, client)}/questionnaire").text
    assert me.open(f"{last}/rhythm").typed("why") == "To see what helps"


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"why": "", "times": "3"}, "why", "Write why"),
        ({"why": "To see.", "times": ""}, "times", "needs an end"),
        ({"why": "To see.", "times": "1"}, "times", "from 2 to 60"),
        ({"why": "To see.", "times": "many"}, "times", "from 2 to 60"),
        ({"why": "To see.", "times": "3", "baseline": "2"}, "baseline", "from 3 to 60"),
        ({"why": "To see.", "until": "soon"}, "until", "year-month-day"),
        ({"why": "To see.", "until": "2020-03-01", "times": "3"}, "until", "is past"),
        ({"why": "x" * 201, "times": "3"}, "why", "1 character too long"),
    ],
)
def test_what_is_missing_is_said_at_its_place_and_nothing_is_lost(
    site: Site, me: Person, typed: dict[str, str], field: str, sentence: str
) -> None:
    _, last, _ = course(site, [3])
    page = me.send(me.open(f"{last}/rhythm"), typed)
    assert page.status == 422 and sentence in page.error(field)
    for name, value in typed.items():
        assert page.typed(name) == value


def test_a_change_in_another_window_is_not_overwritten(site: Site, me: Person) -> None:
    _, last, _ = course(site, [3])
    old = me.open(f"{last}/rhythm")
    me.send(old, {"why": "The first.", "times": "3"})
    page = me.send(old, {"why": "The second.", "times": "4"})
    assert page.status == 409 and "The first." in page.text and page.typed("why") == "The second."
    page = me.send(page, {"why": "The second."})
    assert page.status == 409 or "The second." in me.open(f"{last}/rhythm").source


def test_two_taps_on_two_days_propose_to_stop(site: Site, me: Person) -> None:
    path, last, client = course(site, [3], until=NOW - timedelta(days=40))
    with writing(site.work.engine) as db:
        vault = site.work.vault

        kept = administrations.load_administration(db, vault, UUID(last.rpartition("/")[2]))
        repeat_agreements.record_decline(db, vault, None, kept.payload, now=NOW - timedelta(days=7))
    assert "proposed" not in me.open(path).text
    page = me.press(me.open(f"{last}/rhythm"), "Not today")
    assert "It may be time to stop, because the client declined it twice." in page.text
    page = me.follow(page, "Stop, or go on")
    refused = me.press(page, "Go on, and start counting again")
    assert refused.status == 422 and "Write why it goes on" in refused.error("because")
    page = me.send(refused, {"because": "It was the holidays."})
    assert "proposed" not in page.text
    assert "It goes on, because: It was the holidays." in me.open(f"{last}/rhythm").text
    assert "It may be time to stop" not in me.open(client).text


def test_three_unchanged_rounds_propose_to_stop_and_it_stops(site: Site, me: Person) -> None:
    path, last, client = course(site, [3, 3, 3, 3])
    assert "the last three rounds were about the same" in me.open(path).text
    assert "It may be time to stop" in me.open(client).text
    page = me.press(me.open(f"{last}/rhythm"), "Stop repeating it")
    assert "No longer repeated." in page.text and "proposed" not in page.text


def test_the_clients_wish_is_one_tap_and_is_shown_when_it_is_offered_again(site: Site, me: Person) -> None:
    _, last, client = course(site, [3, 1], until=NOW - timedelta(days=40))
    me.send(me.open(f"{last}/rhythm"), {"why": "To see.", "times": "9"})
    session = open_session(site, client)
    page = me.open(session)
    assert "It may be time again, if the client wants it." in page.text
    page = me.press(page, "The client wants to stop")
    assert page.path == session and "It may be time again" not in page.text
    offered = me.open(f"{session}/questionnaire")
    assert "the client wished to stop this." in offered.text
    assert "Not today" not in offered.text
    with reading(site.work.engine) as db:
        (kept,) = repeat_agreements.list_agreements(
            db, site.work.vault, UUID(client.rpartition("/")[2])
        ).values()
    assert kept.state == "wished" and kept.payload.wished_to_stop_on == NOW.astimezone().date()


def test_not_today_in_the_session_leads_back_to_it_and_the_line_is_gone(site: Site, me: Person) -> None:
    _, last, client = course(site, [3, 1], until=NOW - timedelta(days=40))
    me.send(me.open(f"{last}/rhythm"), {"why": "To see.", "times": "9"})
    session = open_session(site, client)
    page = me.press(me.open(session), "Not today")
    assert page.path == session and "It may be time again" not in page.text


def test_nothing_is_due_by_itself(site: Site, me: Person) -> None:
    _, _, client = course(site, [3, 1], until=NOW - timedelta(days=400))
    assert "It may be time again" not in me.open(open_session(site, client)).text


def test_the_session_of_a_stranger_is_not_led_to(site: Site, me: Person) -> None:
    _, last, _ = course(site, [3])
    answer = site.post(f"{last}/rhythm/not-today", {"session": "0" * 32})
    assert answer.status_code == 404
    assert site.post(f"{last}/rhythm/not-today", {"session": "//elsewhere"}).status_code == 303


def test_what_is_not_finished_has_no_course_and_no_rhythm(site: Site, me: Person) -> None:
    begun = site.work.begun(site.work.client(), catalogue.load_instrument("giving"))
    for address in ("over-time/together", "over-time/paper", "rhythm"):
        assert me.open(f"/administrations/{begun.id}/{address}").status == 404, address
    assert site.post(f"/administrations/{begun.id}/rhythm/wish").status_code == 404
