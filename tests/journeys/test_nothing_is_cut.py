"""A text that is too long is said to be, and every character of it stays."""

import json
import re
from uuid import UUID

import pytest

from clinic_toolkit.paths import templates_folder
from clinic_toolkit.record.questionnaires import administrations
from clinic_toolkit.store.transactions import reading
from clinic_toolkit.web.forms.fields import clean_text
from tests.fixtures.handed_over_device import handed_over
from tests.fixtures.sites import Site
from tests.journeys import steps
from tests.journeys.person import Person

BY_SCRIPT = {"X-Autosave": "1"}
PASTED = "".join(f"{number:05} of them\n" for number in range(2_300))[:31_799] + "."
CUTS = re.compile(r"\bmaxlength=\"")


def test_no_page_lets_the_browser_cut_what_is_pasted(me: Person, session: str) -> None:
    assert CUTS.search('<input maxlength="60">')
    found = [path.name for path in templates_folder().rglob("*.html") if CUTS.search(path.read_text("utf-8"))]
    assert found == []
    for path in (
        "/clients/new",
        "/clients",
        f"{session}/note",
        f"{session}/edit",
        "/practice",
        "/practice/passphrase",
    ):
        assert not CUTS.search(me.open(path).source), path


def test_a_long_paste_into_a_note_is_refused_whole_in_both_ways(me: Person, session: str) -> None:
    assert len(PASTED) == 31_800
    page = me.open(f"{session}/note")
    over = len(PASTED.strip()) - 20_000
    sentence = f"This is {over} characters too long; it can hold 20000."
    sent = page.form("section-data").standing() | {"section-data": PASTED}
    told = me.post(page.path, sent, BY_SCRIPT)
    assert told.status == 422 and json.loads(told.body)["message"] == sentence
    refused = me.post(page.path, sent)
    assert refused.status == 422 and sentence in refused.text
    assert refused.typed("section-data") == PASTED.strip()
    assert me.open(page.path).typed("section-data") == ""


@pytest.mark.parametrize("everything", [False, True], ids=["one question", "all questions"])
def test_a_save_by_the_script_says_what_is_too_long(me: Person, session: str, everything: bool) -> None:
    begun = steps.begin(me, session)
    page = me.open(f"{steps.place(begun)}/{'all' if everything else 'items/1'}")
    name = "1-said" if everything else "said"
    sent = page.form(name).standing() | {name: "w" * 1_007}
    told = me.post(page.path, sent, BY_SCRIPT)
    assert told.status == 422 and "7 characters too long" in json.loads(told.body)["message"]
    assert me.post(page.path, sent).typed(name) == "w" * 1_007


def test_lines_over_a_result_and_the_line_for_next_time(me: Person, session: str) -> None:
    begun = steps.begin(me, session)
    steps.finish(me, me.open(f"{steps.place(begun)}/check"))
    for path, name, limit in (
        (f"{steps.place(begun)}/together", "own_words", 2_000),
        (session, "agreed", 200),
    ):
        page = me.open(path)
        action = page.form(name).action or path
        told = me.post(action, page.form(name).standing() | {name: "w" * (limit + 7)}, BY_SCRIPT)
        assert told.status == 422 and "7 characters too long" in json.loads(told.body)["message"], path


def test_in_the_clients_hands(site: Site, me: Person, session: str) -> None:
    begun = steps.begin(me, session)
    with reading(site.work.engine) as db:
        form = administrations.load_administration(db, site.work.vault, UUID(begun.path.split("/")[2]))
    device = handed_over(site, form)
    assert not CUTS.search(device.get("/form/1").text)
    pasted = PASTED.strip()
    told = device.post("/form/1", {"said": pasted}, **BY_SCRIPT)
    assert told.status_code == 422 and told.json
    assert f"{len(pasted) - 1_000} characters too long" in told.json["message"]
    page = device.post("/form/1", {"said": pasted}).text
    assert pasted in page.replace("\r\n", "\n")


@pytest.mark.parametrize(("length", "refused"), [(1_001, True), (1_000, False)])
def test_a_passphrase_is_never_shortened_unseen(me: Person, length: int, refused: bool) -> None:
    typed = {"passphrase": "w" * length, "passphrase_again": "another", "present_passphrase": "any"}
    answer = me.send(me.open("/practice/passphrase"), typed)
    assert answer.status == 422
    assert ("1 character too long; it can hold 1000" in answer.text) == refused


def test_words_of_two_pages_stay_two_words() -> None:
    assert clean_text("one\x0ctwo\x0bthree\x85four") == "one\ntwo\nthree\nfour"
    assert clean_text("one\x00two\u202ethree") == "onetwothree"
