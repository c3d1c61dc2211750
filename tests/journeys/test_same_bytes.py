"""What a client can see, on a screen or on paper, is the same byte by byte whether or not a flag was raised.

Somebody else may be looking. So a form is walked through twice, once with the rule that raises a prompt and
once without it, and once more with an answer that raises one and its neighbour that does not.
"""

import re
from collections.abc import Callable
from typing import Any

import pytest

from clinic_toolkit.instruments import catalogue
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.psychometrics import safety_prompt_rules
from clinic_toolkit.psychometrics.item_response import ResponseStatus
from clinic_toolkit.record.outcomes import results
from clinic_toolkit.record.people import cases, clients
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.record.questionnaires import administrations, answered_items, progress
from clinic_toolkit.record.questionnaires.administration_record import Administration
from clinic_toolkit.record.questionnaires.answers import Response
from clinic_toolkit.store.transactions import writing
from clinic_toolkit.web.access import handover_transition
from tests.fixtures.handed_over_device import handed_over
from tests.fixtures.practices import NOW
from tests.fixtures.replaced import replace
from tests.fixtures.sites import Site

ID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\b[0-9a-f]{32}\b")
TOKEN = re.compile(rb'(name="csrf_token" value=")[^"]+')
PULSE = re.compile(rb'(data-pulse=")[^"]+')
FLAGGED = [
    (each.id, place)
    for each in catalogue.list_instruments()
    for place, item in enumerate(each.items)
    if item.safety_flag != "none"
]
# The highest answer that raises no prompt: of fear that is the lowest there is.
HIGHEST_CALM = {"fear": 0, "burden": 1, "none": 1}
Seen = dict[str, bytes]


def neutral(data: bytes) -> bytes:
    """A page without what is new each time it is drawn: ids and tokens."""
    return PULSE.sub(rb"\1", TOKEN.sub(rb"\1", ID.sub(b"ID", data)))


def differing(one: Seen, other: Seen) -> set[str]:
    """The names of the screens and papers that are not the same."""
    assert set(one) == set(other) and len(one) > 5
    return {name for name in one if neutral(one[name]) != neutral(other[name])}


def answered(site: Site, instrument: str, place: int, response: Response) -> RecordVersion[Administration]:
    """A form with calm answers, and this one at this place."""
    work = site.work
    client = work.client("Ana Reyes")
    form = work.begun(client, catalogue.load_instrument(instrument), session=work.session(client).id)
    calm = [HIGHEST_CALM[item.safety_flag] for item in catalogue.load_instrument(instrument).items]
    form = work.answer(form, [*calm])
    with writing(work.engine) as db:
        return progress.record_response(db, work.vault, form, place, response, now=NOW)


def while_answering(site: Site, kept: RecordVersion[Administration]) -> Seen:
    """Every screen of a form under way."""
    place, count = f"/administrations/{kept.id}", len(kept.payload.answers.statuses)
    paths = [f"{place}/introduction", f"{place}/check", f"{place}/all", f"{place}/items/1/pause"]
    paths += [f"{place}/items/{number}" for number in range(1, count + 1)]
    return {path.removeprefix(place): _page(site, path) for path in paths}


def only_one_of_the_name(site: Site, kept: RecordVersion[Administration]) -> None:
    """Call every other client otherwise: two of one name are told apart, whatever they answered."""
    work = site.work
    with writing(work.engine) as db:
        for each in clients.list_clients(db, work.vault):
            name = "Ana Reyes" if each.id == kept.payload.client_id else f"Cy {each.id.hex}"
            if each.payload.name != name:
                clients.revise_client(db, work.vault, each, Client(name=name), now=NOW)


def after_it(site: Site, kept: RecordVersion[Administration]) -> Seen:
    """Every screen and every paper once it is finished, with a worksheet about this person."""
    place = f"/administrations/{kept.id}"
    only_one_of_the_name(site, kept)
    with writing(site.work.engine) as db:
        progress.stop_administration(db, site.work.vault, kept, now=NOW)
    session = f"/sessions/{kept.payload.therapy_session_id}"
    found = {"stopped": _page(site, f"{place}/stopped")}
    assert site.post(f"{place}/finish").status_code == 303
    for path in (
        "finished",
        "together",
        "client-page",
        "client-page?framed=1",
        "client-page?with=stood-out&framed=1",
    ):
        found[path] = _page(site, f"{place}/{path}")
    sent = {"worksheet": "receiving-ladder", "client": kept.payload.client_id.hex, "sentence": "I can rest."}
    about = kept.payload.relationship_id
    assert about
    given = site.post(f"/sessions/{kept.payload.therapy_session_id}/worksheets", sent | {"about": about.hex})
    assert given.status_code == 303, given.text
    found["handout"] = _page(site, given.headers["Location"])
    found["review in session"] = _page(site, f"{session}{given.headers['Location']}")
    for path in ("review", "sheet", "sheet?framed=1", "sheet?large=1&framed=1"):
        found[path] = _page(site, f"{given.headers['Location']}/{path}")
    for path in ("", "/end", "/note", "/worksheets", "/questionnaire"):
        found[f"session{path}"] = _page(site, session + path)
    found["person"] = _page(site, f"/relationships/{about}")
    found["client"] = _page(site, f"/clients/{kept.payload.client_id}")
    return found


def for_the_clinician(site: Site, kept: RecordVersion[Administration]) -> Seen:
    """What the clinician sees afterwards: here the difference must show."""
    with writing(site.work.engine) as db:
        case = cases.load_single_case(db, site.work.vault, kept.payload.client_id)
    names = {
        "result": f"/administrations/{kept.id}/result",
        "risk entry": f"/administrations/{kept.id}/risk-entry",
        "for me": f"/cases/{case.id}/for-me",
        "today": "/",
    }
    return {name: _page(site, path) for name, path in names.items()} | {"a": b"", "b": b""}


def _page(site: Site, path: str) -> bytes:
    answer = site.get(path)
    assert answer.status_code == 200, path
    return bytes(answer.data)


def in_their_hands(site: Site, instrument: str, place: int, fields: dict[str, str]) -> Seen:
    """Every screen of the device in the client's hands, before and after this answer."""
    work = site.work
    client = work.client("Ana Reyes")
    form = work.begun(client, catalogue.load_instrument(instrument), session=work.session(client).id)
    device = handed_over(site, form)
    count = len(catalogue.load_instrument(instrument).items)
    number = place + 1
    onward = device.post(f"/form/{number}", fields)
    found = {"onward": onward.headers["Location"].encode()}
    paths = ["/", f"/form/{number}", f"/form/{min(number + 1, count)}", "/form/check", "/form/finish"]
    for path in [*paths, "/form/give-back"]:
        answer = device.get(path)
        found[path] = answer.data + answer.headers.get("Location", "").encode()
    found["given back"] = device.post("/form/give-back").data
    found["afterwards"] = device.get("/").data
    site.app.extensions.pop(handover_transition._HANDED_OVER_KEY)
    site.unlock()
    return found


RAISED = Response(status=ResponseStatus.ANSWERED, value=4, wants_to_talk=False, remark="")


@pytest.fixture
def without_the_rule(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Let nothing raise a prompt from now on."""
    return lambda: monkeypatch.setattr(safety_prompt_rules, "list_safety_prompts", lambda *_, **__: ())


@pytest.mark.parametrize(("instrument", "place"), FLAGGED)
def test_the_rule_changes_nothing_that_a_client_sees(
    site: Site, without_the_rule: Callable[[], None], instrument: str, place: int
) -> None:
    with_it = answered(site, instrument, place, RAISED)
    raised = while_answering(site, with_it) | after_it(site, with_it)
    told = for_the_clinician(site, with_it)
    without_the_rule()
    without = answered(site, instrument, place, RAISED)
    calm = while_answering(site, without) | after_it(site, without)
    assert differing(raised, calm) == set()
    # The control: the same look sees it where it is told.
    assert differing(told, for_the_clinician(site, without)) == {"result", "risk entry", "today", "for me"}


@pytest.mark.parametrize("instrument", ["giving", "receiving"])
def test_the_rule_changes_nothing_in_the_clients_hands(
    site: Site, without_the_rule: Callable[[], None], instrument: str
) -> None:
    place = dict(FLAGGED)[instrument]
    raised = in_their_hands(site, instrument, place, {"answer": "4"})
    without_the_rule()
    assert differing(raised, in_their_hands(site, instrument, place, {"answer": "4"})) == set()
    # The control: another answer is seen on the page where it was given, and nowhere it should not be.
    other = in_their_hands(site, instrument, place, {"answer": "0"})
    assert f"/form/{place + 1}" in differing(raised, other)
    assert differing(raised, other) <= {f"/form/{place + 1}", "/form/check"}


@pytest.mark.parametrize(("instrument", "place"), FLAGGED)
@pytest.mark.parametrize("way", ["answered", "declined"])
def test_an_answer_that_raises_a_flag_leads_where_its_neighbour_leads(
    site: Site, instrument: str, place: int, way: str
) -> None:
    calm = HIGHEST_CALM[catalogue.load_instrument(instrument).items[place].safety_flag]
    raising = replace(RAISED, value=calm + 1)
    if way == "declined":
        raising = Response(status=ResponseStatus.DECLINED, value=None, wants_to_talk=False, remark="")
    one, other = (answered(site, instrument, place, each) for each in (raising, replace(RAISED, value=calm)))
    seen = after_it(site, one), after_it(site, other)
    # These two say what was answered, to whoever gave the answer; the one above tells the rule from that.
    assert differing(*seen) <= {"session/note", "session/worksheets"}
    assert "result" in differing(for_the_clinician(site, one), for_the_clinician(site, other))


def test_a_leak_on_a_screen_or_on_paper_would_be_found(
    site: Site, monkeypatch: pytest.MonkeyPatch, without_the_rule: Callable[[], None]
) -> None:
    """A page that told of it in the smallest way: a word's space, a next step's full stop."""
    together, paper = results.build_joint_review, results.build_client_page

    def told(kept: RecordVersion[Administration]) -> bool:
        items = answered_items.list_answered_items(kept.payload)
        return bool(
            safety_prompt_rules.list_safety_prompts(administrations.instrument_of(kept.payload), items)
        )

    def leaking_page(db: Any, vault: Any, kept: Any) -> Any:
        shown = together(db, vault, kept)
        return replace(shown, relationship_word=shown.relationship_word + "\u00a0") if told(kept) else shown

    def leaking_paper(settings: Any, kept: Any, **more: Any) -> Any:
        value = paper(settings, kept, **more)
        return replace(value, next_step=value.next_step + ".") if told(kept) else value

    monkeypatch.setattr(results, "build_joint_review", leaking_page)
    monkeypatch.setattr(results, "build_client_page", leaking_paper)
    with_it = after_it(site, answered(site, *FLAGGED[0], RAISED))
    without_the_rule()
    without = after_it(site, answered(site, *FLAGGED[0], RAISED))
    assert differing(with_it, without) == {
        "together",
        "client-page?framed=1",
        "client-page?with=stood-out&framed=1",
    }
