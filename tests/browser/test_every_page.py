"""Every page that links lead to, in a practice with a little of everything; and the look can see faults."""

import re
from typing import Literal

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, expect

from tests.browser import axe, chrome
from tests.browser.conftest import Practice
from tests.journeys import crawl, own_sheets, person, steps
from tests.journeys.intake import enter
from tests.journeys.pages import Page

pytestmark = pytest.mark.browser


def test_every_page_is_whole_in_light_dark_and_narrow(browser: Browser, practice: Practice) -> None:
    me = person.over_http(practice.running.browser())
    me.send(me.open("/unlock"), {"passphrase": practice.words})
    furnish(me, practice.session)
    kinds = longest_of_each_kind(me)
    assert len(kinds) >= 25
    new = {
        "/clients/…/join",
        "/clients/… joined",
        "/relationships/…/join",
        "/relationships/… joined",
        "/quit",
    }
    assert new | {"/when-the-computer-fails", "/when-the-computer-fails list"} <= set(kinds)
    with chrome.watched(browser, practice.running.host) as seen:
        shown = practice.enter(seen)
        # It comes with every page by itself, instead of being sent after each.
        shown.add_init_script(AXE_SCRIPT)
        for shape, path in kinds.items():
            shown.goto(f"http://{practice.running.host}{path}")
            seen.look(shown, name=shape)
        shown.goto(f"http://{practice.running.host}/no-such-page")
        seen.complaints.clear()
        seen.look(shown, name="nothing there")


def longest_of_each_kind(me: person.Person, holding: str = "") -> dict[str, str]:
    """The longest page of each kind among those that links lead to, and that hold these words."""
    kinds: dict[str, tuple[int, str]] = {}
    for page in crawl.pages(me):
        # A questionnaire and a sheet have one page each, whichever they are; the longest stands for all.
        shape = re.sub(r"[0-9a-f-]{36}|(?<=^/questionnaires/)[^/]+|(?<=^/worksheets/)[^/]+", "…", page.path)
        shape = shape.partition("items/")[0].partition("?")[0]
        if "This entry was joined" in page.text:
            shape += " joined"
        if page.path.endswith("?list="):
            shape += " list"
        if holding in page.source:
            kinds[shape] = max(kinds.get(shape, (0, "")), (len(page.source), page.path))
    return {shape: path for shape, (_, path) in kinds.items()}


UNBROKEN = "w" * 45


def test_a_long_word_is_broken_and_moves_no_page_sideways(browser: Browser, practice: Practice) -> None:
    me = person.over_http(practice.running.browser())
    me.send(me.open("/unlock"), {"passphrase": practice.words})
    me.send(me.open("/practice"), dict.fromkeys(("practice_name", "clinician_name"), UNBROKEN))
    client = me.send(
        me.open("/clients/new"), {"name": f"Li {UNBROKEN}", "address": UNBROKEN, "phone": UNBROKEN}
    )
    other = me.send(me.open("/clients/new"), {"name": f"Bo {UNBROKEN}"})
    first, second = (page.path.rpartition("/")[2].replace("-", "") for page in (client, other))
    me.send(me.open("/couples/new"), {"first": first, "second": second})
    session = me.press(me.open(client.path), "Start a session now").path
    me.send(me.open(session), {"agreed": UNBROKEN})
    furnish(me, session, " " + UNBROKEN)
    me.send(me.open(f"{session}/note"), {"section-data": UNBROKEN})
    kinds = longest_of_each_kind(me, UNBROKEN)
    assert len(kinds) >= 20
    wrong = []
    with chrome.watched(browser, practice.running.host) as seen:
        shown = practice.enter(seen)
        shown.set_viewport_size(chrome.NARROW)
        for shape, path in kinds.items():
            shown.goto(f"http://{practice.running.host}{path}")
            shown.evaluate(
                "() => document.querySelectorAll('details').forEach((fold) => { fold.open = true })"
            )
            wrong += [f"{shape}: {each}" for each in chrome.too_narrow(shown)]
    assert not wrong, "\n".join(wrong)


def furnish(me: person.Person, session: str, more: str = "") -> None:
    """A finished questionnaire with every kind of answer, one that was stopped, a sheet, a draft.

    Args:
        more: stands at the end of everything that is typed.
    """
    answers: list[steps.Answer] = [
        {"answer": "4", "talk": "yes", "said": "With my sister." + more, **steps.NEXT}
    ]
    answers += [4, 3, 4, steps.WOULD_NOT, steps.COULD_NOT, None, 2, 1, 2, 3, 4]
    result = steps.finish(me, steps.answer_all(me, steps.begin(me, session, word="M." + more), answers))
    # The same once more, so that its course has a pattern to draw; and it is to be repeated.
    again = steps.finish(me, steps.answer_all(me, _again(me, session), [2, 1, 4, 3, 0, 1, 2, 2, 1, 3, 4, 0]))
    me.send(me.open(f"{steps.place(again)}/rhythm"), {"why": "To see what helps." + more, "times": "6"})
    me.send(
        me.follow(result, "Look at it together"),
        {"own_words": "I can rest." + more, "wrong": "Not at work." + more},
    )
    first = me.follow(steps.begin(me, session, "boundaries", word="K." + more), "first question")
    me.send(first, {"answer": "1", "go": "stop"})
    crawl.check_in(me, session)
    given = me.send(
        me.open(f"{session}/worksheets"), {"worksheet": "receiving-ladder", "sentence": "I can rest." + more}
    )
    given = me.send(
        me.follow(given, "Note how it went"), {"outcome": "part", "said": "One.", "smaller": "Two." + more}
    )
    me.send(given, {"agreement": "Three." + more, "sureness": "4"})
    me.send(me.open(f"{session}/risk-entries/new"), {"did": "Rang the clinic." + more})
    write_plans(me, session, more)
    me.send(me.open(f"{session}/note"), {"section-data": "Came on time." + more})
    own_sheets.written(me, **{name: words + more for name, words in own_sheets.TYPED.items()})
    own_sheets.press(me, own_sheets.begin(me), "add", {"new_block": "table", "title": f"Half a sheet{more}"})
    sign_and_edit(me, session, more)
    join(me, session, more)


def write_plans(me: person.Person, session: str, more: str) -> None:
    """Both plans of the client; a goal that a note names, and that a questionnaire and a sheet serve."""
    client = next(href for _, href in me.open(session).links if re.fullmatch(r"/clients/[0-9a-f-]{36}", href))
    typed = {"problems": "Tired." + more, "goal1": "To rest" + more, "means1": "Here first" + more}
    day = {"diagnosis": "Tiredness" + more, "diagnosed_on": "2026-11-12"}
    plan = me.send(me.follow(me.open(client), "Treatment plan"), typed | day)
    goal = me.follow(plan, "Notes, questionnaires and worksheets")
    me.send(goal, {"questionnaires": "giving", "worksheets": "receiving-ladder"})
    me.send(me.follow(plan, "Change the plan"), {"problems": "Less tired." + more})
    words = {"signs": "I hide." + more, "card": "The river." + more}
    hard = me.send(me.follow(me.open(client), "Plan for hard moments"), words)
    me.send(me.follow(hard, "Change the plan"), {"telling": "Jo" + more})
    first = me.follow(me.open(client), "List of risk entries")
    me.send(me.follow(me.follow(first, "Read entry"), "Add to this entry"), {"answered": "No." + more})


def sign_and_edit(me: person.Person, session: str, more: str) -> None:
    """A signed note beside which later changes stand, and something that came to its hour later."""
    client = next(href for _, href in me.open(session).links if re.fullmatch(r"/clients/[0-9a-f-]{36}", href))
    other = enter(me, me.follow(me.open(client), "Add a past or planned session"), -1, place="Room 2" + more)
    reading = me.send(me.open(f"{other.path}/note"), {"section-data": "Spoke of rest." + more, "sign": "yes"})
    note = me.send(reading, {"read": "yes"})
    me.send(
        me.open(f"{other.path}/edit"),
        {"place": "Room 9" + more, "attendance": "late", "amend_reason": "The diary was wrong." + more},
    )
    me.send(me.open(f"{other.path}/worksheets"), {"worksheet": "receiving-ladder"})
    assert "is In the room: Room 9" in me.open(note.path).text


def join(me: person.Person, session: str, more: str) -> None:
    """Two entries of the client, and two of one person, each shown under one."""
    client = next(href for _, href in me.open(session).links if re.fullmatch(r"/clients/[0-9a-f-]{36}", href))
    other = me.send(me.open("/clients/new"), {"name": "Anna Reyes" + more})
    mine = client.rpartition("/")[2].replace("-", "")
    me.send(me.open(f"{other.path}/join"), {"other": mine})
    add = me.open(client).link("Add a person")
    one, two = (me.send(me.open(add), {"word": word + more, "frame": "friend"}) for word in ("Mona", "Mo"))
    page = me.open(f"{two.path}/join")
    known = one.path.rpartition("/")[2].replace("-", "")
    me.send(page, {"other": known})
    assert "This entry was joined" in me.open(two.path).text


def _again(me: person.Person, session: str) -> Page:
    """Begin it about the person who is known already."""
    page = me.open(f"{session}/questionnaire")
    return me.send(page, {"instrument": "giving", "about": page.form("about").values("about")[0]})


FAULTS = {
    "color-contrast": '<p style="color:#aaa;background:#fff">pale words</p>',
    # axe leaves the first two of these open, and the last as well.
    "contrast 2": '<svg height="40"><text y="20" fill="#aaa">pale words</text></svg>',
    "contrast 1": '<svg height="40"><rect width="90" height="40"></rect><text y="20">on black</text></svg>',
    "undecided": '<p style="background-image:linear-gradient(#fff,#eee)">on a picture</p>',
    "label": '<input name="x">',
    "button-name": "<button></button>",
    "sound": "<audio></audio>",
    "squeezed": '<ul class="rows"><li><div class="who" style="width:80px">'
    '<span style="display:block">ten words beside an act that takes all of the width</span></div></li></ul>',
    "overlaps": '<ul class="rows timed"><li><span class="when" style="display:block;width:60px;'
    'white-space:nowrap">30 November 2026</span></li></ul>',
    "px wider than": '<div style="width:900px;height:1px"></div>',
    "under 48 px": '<a class="button" style="display:block;height:30px" href="#">small</a>',
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_look_sees_a_fault(browser: Browser, fault: str) -> None:
    context = browser.new_context(viewport=chrome.NARROW)
    page = context.new_page()
    page.set_content(f'<html lang="en"><title>t</title><main><h1>t</h1>{FAULTS[fault]}</main></html>')
    found = axe.faults(page) + chrome.too_narrow(page) + chrome.overlapping(page)
    assert [each for each in found if fault in each], found
    page.set_content('<html lang="en"><title>t</title><main><h1>t</h1><p>words</p></main></html>')
    assert axe.faults(page) + chrome.too_narrow(page) + chrome.overlapping(page) == []
    context.close()


def test_a_request_to_another_host_would_be_noticed(browser: Browser, practice: Practice) -> None:
    context = browser.new_context()
    seen = chrome.Watched(context, practice.running.host, chrome.come_in(context, practice.running.host))
    page = seen.page("/unlock")
    expect(page.get_by_role("button", name="Unlock")).to_be_visible()
    assert seen.elsewhere == []
    page.route("**/*", lambda route: route.abort())
    page.evaluate("() => { new Image().src = 'http://127.0.0.1:9/pixel.png' }")
    page.wait_for_function("() => true")
    context.close()
    # Either the policy of the page stopped it, with a complaint, or it was asked for: both are seen.
    assert seen.elsewhere or any("127.0.0.1:9" in each for each in seen.complaints)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_words_of_a_drawing_can_be_read(
    browser: Browser, practice: Practice, scheme: Literal["light", "dark"]
) -> None:
    """axe says nothing of text in an SVG: the contrast is computed."""
    me = person.over_http(practice.running.browser())
    me.send(me.open("/unlock"), {"passphrase": practice.words})
    result = steps.finish(me, steps.answer_all(me, steps.begin(me, practice.session, word="L."), [1, 4] * 6))
    with chrome.watched(browser, practice.running.host) as seen:
        page = practice.enter(seen)
        page.emulate_media(color_scheme=scheme)
        page.goto(f"http://{practice.running.host}{result.link('Over time')}")
        found = axe.contrasts(page, ".drawing text, .drawing tspan")
        assert len(found) > 10 and min(found) >= 4.5
        # A word that is made pale is seen.
        page.evaluate("() => { document.querySelector('.drawing text').style.fill = 'var(--line)' }")
        assert min(axe.contrasts(page, ".drawing text")) < 4.5
