"""What leaves the record while psychotherapy notes are open holds nothing of them."""

import re
from io import BytesIO
from zipfile import ZipFile

import pytest

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import cases, therapy_sessions
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.record.writing import notes, psychotherapy_notes
from clinic_toolkit.record.writing.note_record import NotePart, PartSource
from clinic_toolkit.store.transactions import writing
from tests.documents.reading import texts
from tests.fixtures import practices, private_notes
from tests.fixtures.practices import NOW
from tests.fixtures.sites import Site

TAG = re.compile(r"<[^>]+>")
THOUGHT, SAID = "Zanzibar and what it did to me", "About the juniper."


@pytest.fixture
def client(site: Site) -> RecordVersion[Client]:
    """A client with a signed note, and with a psychotherapy note that is open."""
    private_notes.prepare(site.work)
    private_notes.open_notes(site.work)
    client, vault = site.work.client("Vera Yarrow"), site.work.vault
    session = site.work.session(client)
    with writing(site.work.engine) as db:
        session = therapy_sessions.record_agreement(db, vault, session, "To rest by the juniper.", now=NOW)
        part = NotePart(section="data", text=SAID, source=PartSource.CLINICIAN)
        draft = notes.create_note(db, vault, session, [part], now=NOW)
        practices.signed(db, vault, session, draft)
        case = cases.load_single_case(db, vault, client.id)
        psychotherapy_notes.write_note(db, vault, case, text=THOUGHT, note_date=NOW.date(), now=NOW)
    assert THOUGHT in site.post(f"/cases/{case.id}/psychotherapy-notes/text").text, "the control"
    return client


def test_a_copy_of_the_whole_record_has_none(site: Site, client: RecordVersion[Client]) -> None:
    sent = {"recipient": "The client", "destination": "Handed over", "asked": "yes"}
    made = site.post(f"/clients/{client.id}/whole-record", sent).headers["Location"]
    with ZipFile(BytesIO(site.post(f"{made}/data").data)) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    assert SAID.encode() in held["texts.csv"], "the control"
    assert SAID in " ".join(texts(held["record.pdf"])), "the control"
    for name, data in held.items():
        said = " ".join(texts(data)) if name.endswith(".pdf") else data.decode()
        assert "Zanzibar" not in said, name


def test_no_page_on_the_way_out_shows_one(site: Site, client: RecordVersion[Client]) -> None:
    page = site.get(f"/clients/{client.id}/release").text
    assert "Psychotherapy notes never go" in page
    for address in ("release", "case-sheet", "whole-record", "disclosures"):
        answer = site.get(f"/clients/{client.id}/{address}")
        assert answer.status_code == 200 and "Zanzibar" not in answer.text, address


def test_no_search_finds_them_while_they_are_open(site: Site, client: RecordVersion[Client]) -> None:
    for address in ("/search", f"/clients/{client.id}/search"):
        answer = site.post(address, {"words": "juni"})
        found = TAG.sub("", site.get(str(answer.headers["Location"])).text)
        assert "juniper" in found, "the control: what was agreed is found"
        answer = site.post(address, {"words": "Zanzi"})
        found = TAG.sub("", site.get(str(answer.headers["Location"])).text)
        assert "Zanzibar" not in found and "Nothing found." in found
        assert "psychotherapy notes" in found, "it says what was not searched"
