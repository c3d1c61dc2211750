"""Several notes signed with one confirmation, each on its own; what changed since is left out and named."""

import re
from datetime import timedelta

import pytest

from clinic_toolkit.journal import records
from clinic_toolkit.record.writing import notes
from clinic_toolkit.record.writing.note_record import CLINICAL_NOTE
from clinic_toolkit.store.transactions import reading
from tests.fixtures import passphrase_checks
from tests.fixtures.sites import Site
from tests.journeys.intake import today
from tests.journeys.pages import Page
from tests.journeys.person import Person

NAMES = ("Petra Holm", "Quentin Moss", "Rosa Vidal")


@pytest.fixture
def sessions(site: Site, me: Person) -> list[str]:
    """Three sessions of yesterday, each with a draft."""
    yesterday = today() - timedelta(days=1)
    found = [f"/sessions/{site.work.session(site.work.client(name), yesterday).id}" for name in NAMES]
    for name, session in zip(NAMES, found, strict=True):
        me.send(me.open(f"{session}/note"), {"section-data": f"Words of {name}."})
    return found


def read_all(me: Person, page: Page, *left: str, **more: str) -> Page:
    """Tick every note but these, and send the page."""
    [form] = [form for form in page.forms if any(name.startswith("read-") for name in form.names)]
    labels = re.findall(r'name="(read-\w+)".*?read this note of (.*?), and sign', page.source, re.DOTALL)
    ticks = {name: "yes" for name, whose in labels if whose not in left}
    return me.submit(page, form, ticks | more)


def signed(site: Site) -> list[bool]:
    with reading(site.work.engine) as db:
        found = records.list_all_records(db, site.work.vault, CLINICAL_NOTE)
        return [note.final and notes.has_valid_signature(site.work.vault, note) for note in found]


def test_today_leads_to_them_and_nothing_is_ticked_beforehand(me: Person, sessions: list[str]) -> None:
    page = me.follow(me.open("/"), "Read the 3 unsigned notes")
    for name in NAMES:
        assert f"Words of {name}." in page.text
    assert "checked" not in page.source.partition("<h1>")[2]
    assert "only while you are alone" in page.text and page.title.startswith("Unsigned notes")


def test_one_confirmation_signs_each_on_its_own(site: Site, me: Person, sessions: list[str]) -> None:
    after = read_all(me, me.open("/notes/unsigned"))
    assert "No note waits to be signed." in after.text
    assert signed(site) == [True] * 3
    marks = {re.search(r"Mark ((?:[0-9A-F]{4} ?){3})", me.open(f"{each}/note").text) for each in sessions}
    assert len({mark[1] for mark in marks if mark}) == 3


def test_only_what_is_ticked_is_signed(site: Site, me: Person, sessions: list[str]) -> None:
    page = me.open("/notes/unsigned")
    refused = read_all(me, page, *NAMES)
    assert refused.status == 422 and "Tick the notes" in refused.text and signed(site) == [False] * 3
    after = read_all(me, page, NAMES[1])
    assert NAMES[1] in after.text and NAMES[0] not in after.text
    assert signed(site) == [True, False, True]


def test_what_changed_since_it_was_read_is_left_out_and_named(
    site: Site, me: Person, sessions: list[str]
) -> None:
    page = me.open("/notes/unsigned")
    me.send(me.open(f"{sessions[0]}/note"), {"section-data": "Other words."})
    me.send(me.open(f"{sessions[2]}/edit"), {"place": "Room 9"})
    answer = read_all(me, page)
    assert answer.status == 409 and signed(site) == [False, True, False]
    told = answer.text.partition("Unsigned notes One note was")[2] or answer.text
    assert "One note was signed, 2 left out" in answer.text and NAMES[0] in told and NAMES[2] in told
    assert "Other words." in answer.text and "Room 9" in answer.text
    read_all(me, answer)
    assert signed(site) == [True] * 3


def test_a_late_one_without_a_reason_is_left_out_and_named(
    site: Site, me: Person, sessions: list[str]
) -> None:
    held = site.work.session(site.work.client("Sven Tau"), today() - timedelta(days=30))
    me.send(me.open(f"/sessions/{held.id}/note"), {"section-data": "Words of Sven Tau."})
    answer = read_all(me, me.open("/notes/unsigned"))
    assert answer.status == 409 and "Write why this note comes so late" in answer.text
    [late] = [name for form in answer.forms for name in form.names if name.startswith("late-")]
    read_all(me, answer, **{late: "I was ill."})
    assert signed(site) == [True] * 4
    assert "I was ill." in me.open(f"/sessions/{held.id}/note").text


def test_the_code_is_asked_for_once_and_a_wrong_one_signs_nothing(
    site: Site, me: Person, sessions: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = "six words of one's own"
    passphrase_checks.know_passphrase(monkeypatch, lambda typed: typed == words)
    me.send(me.open("/practice/code"), {"code": "4H7K2M", "present_passphrase": words})
    page = me.open("/notes/unsigned")
    assert page.source.count('name="code"') == 1
    refused = read_all(me, page, code="XXXXXX")
    assert refused.status == 422 and "not your return code" in refused.error("code")
    assert signed(site) == [False] * 3
    read_all(me, refused, code="4H7K2M")
    assert signed(site) == [True] * 3
