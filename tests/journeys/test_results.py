"""What came of it: on every page and paper only words the client chose, and numbers only by the rule."""

import random
import re
from collections.abc import Iterable
from datetime import date, timedelta
from html import unescape

import msgspec
import pytest

from clinic_toolkit.instruments import catalogue
from clinic_toolkit.instruments.model import Instrument
from clinic_toolkit.journal import records
from clinic_toolkit.psychometrics.item_response import ResponseStatus
from clinic_toolkit.record.people import cases, therapy_sessions
from clinic_toolkit.record.people.therapy_session_record import Attendance, TherapySession, TherapySessionKind
from clinic_toolkit.record.questionnaires import answers, progress
from clinic_toolkit.record.questionnaires.administration_record import (
    ADMINISTRATION,
    AdministrationEvent,
    AdministrationState,
)
from clinic_toolkit.record.questionnaires.answers import Response
from clinic_toolkit.store.transactions import writing
from tests.fixtures import sites
from tests.fixtures.practices import NOW, giving
from tests.fixtures.sites import Site
from tests.journeys import person, steps
from tests.journeys.pages import Page
from tests.journeys.person import Person
from tests.journeys.steps import COULD_NOT, NEXT, WOULD_NOT

PATTERNS = 14
Form = list[Response]


def filled(site: Site, instrument: Instrument, form: Form) -> str:
    """A finished questionnaire with these answers; returns its address."""
    work = site.work
    client = work.client()
    begun = work.begun(client, instrument, session=work.session(client).id)
    put = begun.payload.answers
    for at, response in enumerate(form):
        put = answers.with_response(put, at, response, elapsed=timedelta(seconds=9 * at))
    with writing(work.engine) as db:
        body = msgspec.structs.replace(begun.payload, answers=put)
        kept = records.replace_draft(
            db,
            work.vault,
            ADMINISTRATION,
            begun,
            body,
            state=AdministrationState.IN_PROGRESS,
            event=AdministrationEvent.ANSWERED,
            now=NOW,
        )
        progress.complete_administration(db, work.vault, kept, now=NOW)
    return f"/administrations/{kept.id}"


def by_chance(instrument: Instrument, chance: random.Random) -> Form:
    """Any pattern of answers, blanks, refusals and marks; sometimes nearly whole, sometimes nearly empty."""
    most = chance.choice((0.1, 0.5, 0.8, 0.95, 1.0))
    labels = chance.sample([option.value for option in instrument.options], chance.randint(1, 5))
    form = []
    for _ in instrument.items:
        given = chance.random() < most
        others = [status for status in ResponseStatus if status != ResponseStatus.ANSWERED]
        status = ResponseStatus.ANSWERED if given else chance.choice(others)
        form.append(
            Response(
                status=status,
                value=chance.choice(labels) if given else None,
                wants_to_talk=chance.random() < 0.2,
                remark="",
            )
        )
    return form


def labels_named(text: str, labels: Iterable[str]) -> set[str]:
    """The labels that a text names; the longer first, so that one inside another is not found."""
    found, rest = set(), re.sub(r"\s+", " ", text).lower()
    for label in sorted(labels, key=len, reverse=True):
        if label.lower() in rest:
            found.add(label)
            rest = rest.replace(label.lower(), "")
    return found


def chosen_in(instrument: Instrument, form: Form) -> set[str]:
    return {option.label for option in instrument.options for each in form if each.value == option.value}


def strangers(instrument: Instrument, form: Form, text: str) -> set[str]:
    """The labels that a text names although the client chose none of them."""
    return labels_named(text, [option.label for option in instrument.options]) - chosen_in(instrument, form)


def numbers_on(page: Page) -> dict[str, int]:
    """The numbers of a result page, by the heading that they stand under."""
    found = {}
    for part in re.split(r"<h2[^>]*>", page.source)[1:]:
        heading, _, rest = part.partition("</h2>")
        if number := re.search(r'class="number">Number (\d+)[ .<]', rest):
            found[unescape(heading)] = int(number[1])
    return found


def numbers_by_rule(instrument: Instrument, form: Form) -> dict[str, int]:
    """The rule of 3.1 and 3.2 written once more, from the definition and the answers alone."""
    values = {item.id: each.value for item, each in zip(instrument.items, form, strict=True)}
    if instrument.kind == "strengths":
        given = [value for value in values.values() if value is not None]
        return {"All together": halves_up(given)} if len(given) >= 6 else {}
    found, per_facet = {}, []
    for facet in instrument.facets:
        own = [values[i.id] for i in instrument.items if i.facet == facet.id and i.role == "difficulty"]
        given = [value for value in own if value is not None]
        per_facet.append(given)
        if len(given) == len(own) == 3 and not facet.words_only:
            found[facet.name] = halves_up(given)
    if sum(map(len, per_facet)) >= 7 and min(map(len, per_facet)) >= 2:
        found["All together"] = halves_up([value for given in per_facet for value in given])
    return found


def halves_up(values: list[int]) -> int:
    hundreds, of = 25 * sum(values), len(values)
    return (2 * hundreds + of) // (2 * of)


@pytest.fixture(scope="module")
def desk_site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    site = sites.made(tmp_path_factory.mktemp("results"))
    site.unlock()
    return site


@pytest.mark.parametrize("instrument", catalogue.list_instruments(), ids=lambda each: each.id)
def test_only_chosen_words_and_only_numbers_by_the_rule(desk_site: Site, instrument: Instrument) -> None:
    me = person.at(desk_site)
    chance = random.Random(f"{instrument.id} {PATTERNS}")
    with_number = without = 0
    for _ in range(PATTERNS):
        form = by_chance(instrument, chance)
        place = filled(desk_site, instrument, form)
        result = me.open(f"{place}/result")
        together = me.open(f"{place}/together")
        paper = steps.words_of(me.open(f"{place}/client-page"))
        fuller = steps.words_of(me.open(f"{place}/client-page?with=stood-out"))
        for text in (result.text, result.source, together.text, together.source, paper, fuller):
            assert not strangers(instrument, form, text), form
        assert not strangers(instrument, form, me.open(f"{place}/answers").text), form
        numbers = numbers_by_rule(instrument, form)
        assert numbers_on(result) == numbers, form
        with_number, without = with_number + bool(numbers), without + (not numbers)
        assert not has_number(together), together.text
        assert not re.search(r"\d", without_what_may(paper + fuller)), fuller
    # The patterns reach both sides of the rule, or they would show nothing.
    assert with_number > 2
    assert without > 2


def has_number(together: Page) -> bool:
    return bool(re.search(r"\d", together.text.partition("What you told me")[2]))


def without_what_may(paper: str) -> str:
    """The client page without what may hold a digit: date, crisis telephone, version and page."""
    paper = paper.replace("116 123", "").replace("112", "")
    paper = re.sub(r"\b\d{1,2} [A-Z][a-z]+ 20\d\d\b", "", paper)
    return re.sub(r"[Vv]ersion \d+|\b(?:Page )?\d of \d\b", "", paper)


def test_the_searches_would_find_what_must_not_be_there(desk_site: Site) -> None:
    form = [Response(status=ResponseStatus.ANSWERED, value=3, wants_to_talk=False, remark="")] * 12
    place = filled(desk_site, giving(), form)
    page = person.at(desk_site).open(f"{place}/result")
    assert not strangers(giving(), form, page.text)
    assert strangers(giving(), form, page.text + " Nearly all the  time.") == {"Nearly all the time"}
    assert strangers(giving(), form, page.text.replace("ost of the time", "ost of the time or never")) == {
        "Never"
    }
    assert numbers_on(page) == {facet.name: 75 for facet in giving().facets} | {"All together": 75}
    one_less = [
        *form[:-1],
        Response(status=ResponseStatus.DECLINED, value=None, wants_to_talk=False, remark=""),
    ]
    assert numbers_by_rule(giving(), one_less) != numbers_on(page)
    page.text = "What you told me 3 of 4"
    assert has_number(page)
    assert re.search(r"\d", without_what_may("For 2 of the questions, 75"))
    assert not re.search(r"\d", without_what_may("19 November 2026, line 116 123, 112. Version 1"))


def test_the_result_says_what_the_form_said(site: Site, me: Person) -> None:
    session = f"/sessions/{site.work.session(site.work.client()).id}"
    by_item: dict[str, steps.Answer] = {
        "OG1-F": 3,
        "OG1-B": 3,
        "OG1-T": 4,
        "OG2-B": 2,
        "OG2-T": 3,
        "OG3-T": 0,
    }
    by_item |= {"OG3-F": 1, "OG3-B": COULD_NOT, "OG2-F": WOULD_NOT}
    by_item["OG1-C"] = {"answer": "3", "talk": "yes", "said": "With my sister.", **NEXT}
    check = steps.answer_all(me, steps.begin(me, session), [by_item.get(i.id) for i in giving().items])
    page = steps.finish(me, check)
    assert "How Ana Reyes gives to M." in page.text
    assert "About M., parent · read aloud" in page.text
    assert "Strengths first" in page.text
    assert "With my sister." in page.text and "Ana Reyes wants to talk about" in page.text
    assert "There is no normal score to compare with." in page.text
    assert "8 of 12 answered" in page.text
    answered = me.follow(page, "All answers")
    assert answered.text.count("Not answered, by choice") == 1
    assert answered.text.count("Did not come up") == 1
    assert answered.text.count("No answer") == 2
    together = me.follow(page, "Look at it together")
    for unsaid in ("answered", "skipped", "declined", "came up", "score"):
        assert unsaid not in together.text.partition("What you told me")[2].lower(), unsaid


def test_that_no_prompt_appears_is_said_to_be_no_reassurance(site: Site, me: Person) -> None:
    calm = [Response(status=ResponseStatus.ANSWERED, value=0, wants_to_talk=False, remark="")] * 12
    page = me.open(f"{filled(site, giving(), calm)}/result")
    assert "Before your client leaves" not in page.text
    assert "no reassurance" in page.text
    afraid = [Response(status=ResponseStatus.ANSWERED, value=4, wants_to_talk=False, remark="")] * 12
    page = me.open(f"{filled(site, giving(), afraid)}/result")
    assert "Ask in private about fear" in page.text.partition("Before your client leaves")[2]


@pytest.fixture
def together(site: Site, me: Person) -> Page:
    """The page to look at together, after a whole form."""
    session = f"/sessions/{site.work.session(site.work.client()).id}"
    check = steps.answer_all(me, steps.begin(me, session), [3] * 12)
    return me.follow(steps.finish(me, check), "Look at it together")


def test_what_is_said_over_it_is_kept_and_goes_on_paper(me: Person, together: Page) -> None:
    words = {"wrong": "Not at work.", "own_words": "I can rest first.\nAnd after.", "next_step": "A walk."}
    again = me.send(together, words)
    # The client is reading along, so the page stays theirs.
    assert again.path.partition("?")[0] == together.path and "Saved." in again.text
    assert {name: again.typed(name) for name in words} == words
    result = me.open(f"{steps.place(together)}/result")
    paper = steps.words_of(me.follow(result, "Client page"))
    for said in ("I can rest first.", "And after.", "A walk.", "Crisis line 116 123", "A conversation aid"):
        assert said in paper
    # The paper may be found by others: no name, no relationship, nothing that was doubted.
    for unsaid in ("Ana", "Reyes", "M.", "Not at work.", "mother", "parent"):
        assert unsaid not in paper
    answered = me.follow(result, "All answers")
    assert "Not at work." in answered.text and "A walk." in answered.text


def test_keeping_and_printing_is_one_button(me: Person, together: Page) -> None:
    paper = me.send(together, {"own_words": "I can rest.", "print": "yes"})
    assert "I can rest." in steps.words_of(paper)


def test_what_is_said_is_saved_while_it_is_written(me: Person, together: Page) -> None:
    sent = together.form("own_words").standing()
    told = me.post(together.path, sent | {"own_words": "One."}, {"X-Autosave": "1"})
    newer = str(msgspec.json.decode(told.body)["version"])
    more = sent | {"own_words": "One. Two.", "version": newer}
    assert me.post(together.path, more, {"X-Autosave": "1"}).status == 200
    # Another window, which still shows the first version, is refused and loses nothing.
    stale = me.post(together.path, sent | {"own_words": "Other."}, {"X-Autosave": "1"})
    assert stale.status == 409 and msgspec.json.decode(stale.body)["message"]
    kept = me.post(together.path, sent | {"own_words": "Other."})
    assert kept.status == 409 and kept.typed("own_words") == "Other." and "One. Two." in kept.text
    assert me.open(together.path).typed("own_words") == "One. Two."
    me.send(kept, {}, by="own_words")
    assert me.open(together.path).typed("own_words") == "Other."
    # A window in which nothing was changed since goes on without a word.
    assert me.send(me.open(together.path), {}, by="own_words").status == 200


def test_the_summary_of_the_session_holds_the_result(me: Person, together: Page) -> None:
    words = steps.words_of(me.open(f"{session_of(me, together)}/summary"))
    assert "How I give" in words and "Ana Reyes" in words and "Not validated" in words
    assert not strangers(
        giving(), [Response(status=ResponseStatus.ANSWERED, value=3, wants_to_talk=False, remark="")], words
    )


def session_of(me: Person, together: Page) -> str:
    return me.follow(together, "Done").link("Give a worksheet").rpartition("/")[0]


def test_a_couple_is_asked_one_at_a_time(site: Site, me: Person) -> None:
    one, other = site.work.client("Ana Reyes"), site.work.client("Ben Ode")
    with writing(site.work.engine) as db:
        case = cases.create_couple_case(db, site.work.vault, one.id, other.id, now=NOW)
        body = TherapySession(
            case_id_bytes=case.id.bytes,
            kind=TherapySessionKind.SESSION,
            on=date(2026, 11, 19),
            attendance=Attendance.CAME,
        )
        session = therapy_sessions.create_therapy_session(db, site.work.vault, case, body, now=NOW)
    assert "One person at a time" in me.open(f"/sessions/{session.id}/questionnaire").text
    assert "One person at a time" in me.open(f"/sessions/{session.id}/check-in").text
    begun = site.post(f"/sessions/{session.id}/questionnaire", {"instrument": "giving", "about": "general"})
    assert "One person at a time" in begun.text
    assert "How I give" not in steps.words_of(me.open(f"/sessions/{session.id}/summary"))


def test_paper_is_never_kept_under_a_telling_name(me: Person, together: Page) -> None:
    place, session = steps.place(together), session_of(me, together)
    papers = {
        f"{place}/client-page": "page",
        f"{session}/summary": "summary",
        "/questionnaires/giving/blank": "questionnaire",
        "/questionnaires/giving/answer-card": "answer-card",
        "/worksheets/two-circles/blank": "worksheet",
    }
    for path, name in papers.items():
        page = me.open(path)
        assert page.headers["Content-Type"].startswith("text/html")
        assert page.paper
        saved = me.press(page, "Save a copy as a file")
        for paper, way in ((page.paper, "inline"), (saved, "attachment")):
            told = paper.headers["Content-Disposition"]
            assert re.fullmatch(rf'{way}; filename="{name}-20\d\d-\d\d-\d\d-\d{{6}}\.pdf"', told), told
