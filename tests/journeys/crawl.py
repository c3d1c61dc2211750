"""Every page that can be reached by links, from a practice in which there is one of everything."""

from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urljoin, urlsplit
from uuid import UUID

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.worksheets import catalogue
from tests.fixtures import over_time
from tests.fixtures.sites import Site
from tests.journeys import own, own_sheets, person, steps
from tests.journeys.pages import Form, Page
from tests.journeys.person import Person

WRITTEN = {"section-data": "Came on time.", "section-assessment": "Calmer.", "section-plan": "Next week."}

# One that waits until fear was asked about, one that is given, one for the room, one with a drawing, one with
# the widest table.
SHEETS_LOOKED_AT = {"want-to-have-to", "receiving-ladder", "kind-letter", "two-circles", "one-line-a-day"}
_SHEETS = {sheet.slug for sheet in catalogue.list_worksheets()}


def furnish(site: Site) -> Person:
    """Give the practice a client, sessions, relationships, questionnaires in every state, sheets, notes."""
    me = person.at(site)
    client = site.work.client("Ana Reyes")
    sessions = [f"/sessions/{site.work.session(client).id}" for _ in range(3)]
    # A sheet is asked about in a session of the day on which it was given, or later.
    site.work.session(client, datetime.now().astimezone().date())
    steps.finish(me, steps.answer_all(me, steps.begin(me, sessions[0], word="M."), [3] * 12))
    first = me.follow(steps.begin(me, sessions[0], "receiving", word="K."), "first question")
    me.send(steps.give(me, first, 2), {"answer": "1", "go": "stop"})
    steps.give(me, me.follow(steps.begin(me, sessions[0], "flows", word="T."), "first question"), 1)
    me.send(
        me.open(f"{sessions[0]}/worksheets"), {"worksheet": "receiving-ladder", "sentence": "I can rest."}
    )
    me.send(me.open(f"{sessions[0]}/risk-entries/new"), {"did": "Rang the clinic."})
    plan = me.send(
        me.follow(me.open(f"/clients/{client.id}"), "Treatment plan"),
        {"problems": "Tired.", "goal1": "To say no once a week"},
    )
    goal = me.follow(plan, "Notes, questionnaires and worksheets")
    me.send(goal, {"questionnaires": "giving", "worksheets": "receiving-ladder"})
    me.send(me.follow(me.open(f"/clients/{client.id}"), "Plan for hard moments"), {"signs": "I hide."})
    note = me.open(f"{sessions[0]}/note")
    me.send(note, WRITTEN | {"goals": note.form("goals").values("goals")[0]})
    again = f"/administrations/{_given_again(site, client)}"
    me.send(me.open(f"{again}/rhythm"), {"why": "To see what helps.", "times": "9"})
    check_in(me, sessions[2])
    page = me.send(me.open(f"{sessions[1]}/note"), WRITTEN | {"sign": "yes"})
    me.send(page, {"read": "yes", "late_reason": "The week was full."})
    own.take_in(site, me)
    own_sheets.written(me)
    own_sheets.begin(me, f"{own_sheets.YOURS}?client={client.id.hex}")
    steps.finish(me, steps.answer_all(me, steps.begin(me, sessions[2], "resting", word="S."), [3] * 7))
    return me


def _given_again(site: Site, client: RecordVersion[Client]) -> UUID:
    """Nine rounds about one more person, so that all that can be drawn of a course is drawn."""
    rounds: list[over_time.Values] = [4, 4, 3, 3, 1, 2, 1, 0, 1]
    about = over_time.named(site.work, client, "Kit", "friend")
    return over_time.weekly(site.work, client, about, rounds)[-1].id


def check_in(me: Person, session: str) -> None:
    """Choose a question to watch, and finish a check-in about that person; begin another one."""
    page = me.follow(me.open(f"{session}/check-in"), "question to watch with")
    me.send(page, {"item": "giving:OG1-C"})
    start = me.open(f"{session}/check-in")
    about = start.form("about").values("about")[0]
    whole = me.follow(me.send(start, {"about": about}), "All questions on one page")
    steps.finish(me, me.send(whole, {"1-answer": "4", "5-answer": "1", "open_line": "Tea."}, by="1-answer"))
    me.send(start, {"about": about})


def pages(me: Person, start: str = "/", *, papers: bool = False) -> Iterator[Page]:
    """Every page that links lead to, each once; papers only if wanted."""
    seen, waiting = {start}, [start]
    while waiting:
        page = me.open(waiting.pop(0))
        if papers or page.headers.get("Content-Type", "").startswith("text/html"):
            yield page
        for _, href in page.links:
            target = urlsplit(urljoin(page.path, href))
            address = target.path + (f"?{target.query}" if target.query else "")
            if address in seen or target.netloc or target.path.startswith("/static"):
                continue
            seen.add(address)
            if not _is_of_another_sheet(target.path):
                waiting.append(address)


def _is_of_another_sheet(path: str) -> bool:
    """Whether it is a page of one of the other sheets, which is made as the pages of those are."""
    parts = path.split("/")
    return parts[1] == "worksheets" and len(parts) > 2 and parts[2] in _SHEETS - SHEETS_LOOKED_AT


def fillable(page: Page) -> list[Form]:
    """The forms of a page in which a person can write or choose something, and send it.

    A search by the address of a page sends nothing (`test_worksheet_matching.py`).
    """
    kinds = {"hidden", "button", "checkbox"}
    return [
        form
        for form in page.forms
        if form.method == "post" and any(control.kind not in kinds for control in form.controls)
    ]
