"""A note that was copied is not offered again, until something is added to it."""

import re
from datetime import date

import pytest

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.record.release import note_copies
from clinic_toolkit.record.writing import note_additions, notes
from clinic_toolkit.record.writing.note_addition_record import AdditionKind
from clinic_toolkit.record.writing.note_record import ClinicalNote, NotePart, PartSource
from clinic_toolkit.store.transactions import reading, writing
from tests.fixtures import practices
from tests.fixtures.practices import NOW
from tests.fixtures.sites import Site


@pytest.fixture
def client(site: Site) -> RecordVersion[Client]:
    return site.work.client("Aoife Brandt")


def write(site: Site, client: RecordVersion[Client], words: str, day: int) -> RecordVersion[ClinicalNote]:
    """A signed note."""
    session = site.work.session(client, date(2026, 3, day))
    with writing(site.work.engine) as db:
        part = NotePart(section="data", text=words, source=PartSource.CLINICIAN)
        draft = notes.create_note(db, site.work.vault, session, [part], now=NOW)
        return practices.signed(db, site.work.vault, session, draft)


def add_to(site: Site, note: RecordVersion[ClinicalNote]) -> None:
    with writing(site.work.engine) as db:
        assert note.payload.facts
        addition = note_additions.build_addition(
            note, note.payload.facts, AdditionKind.ADDENDUM, reason="Forgotten", text="It rained.", now=NOW
        )
        note_additions.sign_addition(db, site.work.vault, note, addition, now=NOW)


def mark(site: Site, note: RecordVersion[ClinicalNote]) -> None:
    shown = re.findall(r'name="shown" value="([0-9a-f]{64})"', site.get(f"/notes/{note.id}/text").text)
    assert site.post(f"/notes/{note.id}/copied", {"shown": shown[0]}).status_code == 303


def due(site: Site, client: RecordVersion[Client]) -> list[date]:
    with reading(site.work.engine) as db:
        listed = note_copies.list_notes_for_copy(db, site.work.vault, client.id)
    return [each.on for each in listed if each.is_due]


def test_a_copied_note_is_offered_again_once_something_is_added(
    site: Site, client: RecordVersion[Client]
) -> None:
    note = write(site, client, "Slept well.", 2)
    assert due(site, client) == [date(2026, 3, 2)]
    mark(site, note)
    assert due(site, client) == []
    page = site.get(f"/notes/{note.id}/text").text
    assert "Copied on" in page and "Mark it as copied" not in page
    add_to(site, note)
    assert due(site, client) == [date(2026, 3, 2)]
    assert "Changed since it was copied on" in site.get(f"/notes/{note.id}/text").text
    assert "changed since it was copied on" in site.get(f"/clients/{client.id}/note-copies").text


def test_a_page_that_showed_an_older_text_marks_nothing(site: Site, client: RecordVersion[Client]) -> None:
    note = write(site, client, "Slept well.", 2)
    shown = re.findall(r'name="shown" value="([0-9a-f]{64})"', site.get(f"/notes/{note.id}/text").text)[0]
    add_to(site, note)
    back = site.post(f"/notes/{note.id}/copied", {"shown": shown}).headers["Location"]
    assert "The note was changed meanwhile." in site.get(back).text
    assert due(site, client) == [date(2026, 3, 2)]


def test_the_file_holds_what_is_due_and_marks_it(site: Site, client: RecordVersion[Client]) -> None:
    mark(site, write(site, client, "Copied before.", 2))
    write(site, client, "Schön, she said.", 16)
    write(site, client, "Came late.", 9)
    page = site.get(f"/clients/{client.id}/note-copies").text
    assert "Save all of these as one text file" in page
    answer = site.post(f"/clients/{client.id}/note-copies/file")
    assert re.fullmatch(r'attachment; filename="notes-[\d-]+\.txt"', answer.headers["Content-Disposition"])
    text = answer.data.decode("utf-8-sig")
    assert "Schön, she said." in text and "Copied before." not in text
    assert text.index("Came late.") < text.index("Schön")
    assert due(site, client) == []
    again = site.post(f"/clients/{client.id}/note-copies/file").headers["Location"]
    assert "Every signed note was copied" in site.get(again).text


def test_a_draft_is_not_offered(site: Site, client: RecordVersion[Client]) -> None:
    session = site.work.session(client, date(2026, 3, 2))
    with writing(site.work.engine) as db:
        part = NotePart(section="data", text="A draft.", source=PartSource.CLINICIAN)
        draft = notes.create_note(db, site.work.vault, session, [part], now=NOW)
    assert due(site, client) == []
    assert "Mark it as copied" not in site.get(f"/notes/{draft.id}/text").text
    assert "No note is signed yet." in site.get(f"/clients/{client.id}/note-copies").text
