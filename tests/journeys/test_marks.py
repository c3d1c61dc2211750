"""A printed note is checked by its mark: found, opened, compared, and a changed one is said to be changed."""

import re

import pytest
from sqlalchemy import text

from clinic_toolkit.record.writing import marks
from clinic_toolkit.store.transactions import writing
from tests.fixtures.second_identity import drop_triggers
from tests.fixtures.sites import Site
from tests.journeys import steps
from tests.journeys.pages import Page
from tests.journeys.person import Person

MARK = re.compile(r"Mark ((?:[0-9A-F]{4} ){2}[0-9A-F]{4})")

LATE = re.compile(r"Late entry for the session of .*? Why it is late: I was away\.")


@pytest.fixture
def note(me: Person, session: str) -> Page:
    page = me.send(me.open(f"{session}/note"), {"section-data": "Spoke of the harvest.", "sign": "yes"})
    return me.send(page, {"read": "yes"})


def mark_of(page: Page) -> str:
    return str(MARK.findall(page.text)[-1])


def look_up(me: Person, mark: str) -> Page:
    page = me.follow(me.open("/audit"), "Check a printed note by its mark")
    return me.send(page, {"mark": mark})


def test_the_mark_on_paper_finds_the_note_as_it_was_signed(me: Person, note: Page) -> None:
    paper = steps.words_of(me.follow(note, "Print it (PDF)"))
    mark = mark_of(note)
    assert mark in paper
    for typed in (mark, mark.lower(), mark.replace(" ", ""), f" {mark.replace(' ', '-')} "):
        found = look_up(me, typed)
        assert "The signature of this note holds" in found.text and "Spoke of the harvest." in found.text
        assert found.link("Open the note") == note.path


def test_an_addition_is_found_by_its_own_mark(me: Person, note: Page) -> None:
    page = me.follow(note, "Add or correct something")
    added = me.send(page, {"kind": "addendum", "text": "And of the rain.", "reason": "Left out."})
    found = look_up(me, mark_of(added))
    assert "The signature of this addition holds" in found.text and "And of the rain." in found.text


def test_a_late_entry_says_on_the_page_what_it_says_on_paper(site: Site, me: Person) -> None:
    session = f"/sessions/{site.work.session(site.work.client()).id}"
    page = me.send(me.open(f"{session}/note"), {"section-data": "Spoke of the harvest.", "sign": "yes"})
    note = me.send(page, {"read": "yes", "late_reason": "I was away."})
    late = LATE.findall(steps.words_of(me.follow(note, "Print it (PDF)")))
    assert len(late) == 1
    me.send(me.open("/practice/place"), {"date_order": "month_first", "clock": "12"})
    assert late[0] in look_up(me, mark_of(note)).text


@pytest.mark.parametrize("typed", ["", "1F0C", "1F0C 88A2 9B3G", "x" * 400, "1F0C 88A2 9B3D 1"])
def test_what_is_no_mark_is_said_to_be_none(me: Person, typed: str) -> None:
    answer = look_up(me, typed)
    assert answer.status == 422 and "A mark has 12 characters" in answer.error("mark")


def test_a_mark_that_nothing_has_is_said_to_be_unknown(me: Person, note: Page) -> None:
    mark = mark_of(note)
    other = ("0" if mark[0] != "0" else "1") + mark[1:]
    found = look_up(me, other)
    assert "Nothing in this record has this mark" in found.text and "harvest" not in found.text


def test_a_changed_byte_is_said_and_nothing_is_shown_as_signed(site: Site, me: Person, note: Page) -> None:
    mark = mark_of(note)
    with writing(site.work.engine) as db:
        drop_triggers(db)
        db.execute(text("UPDATE clinical_note SET sealed = CAST(sealed || x'00' AS BLOB)"))
    found = look_up(me, mark)
    assert "is not that any more" in found.text and "holds" not in found.text
    assert "harvest" not in found.text


def test_a_draft_has_no_mark(me: Person, site: Site, session: str) -> None:
    me.send(me.open(f"{session}/note"), {"section-data": "Spoke of the harvest."})
    with writing(site.work.engine) as db:
        [id] = db.scalars(text("SELECT record FROM clinical_note")).all()
        known = site.work.vault.inventory.find_newest(id) if site.work.vault.inventory else None
        assert known is not None
        found = marks.find_by_mark(db, site.work.vault, known.content_id.hex()[:12].upper())
    assert found.state == marks.MarkState.UNKNOWN
