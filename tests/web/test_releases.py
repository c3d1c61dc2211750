"""The way of a release through its pages: asked for, read, ticked, written down; once, and with its files."""

import json
import re
from datetime import date
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest

from clinic_toolkit.documents import release as document
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.record.release import disclosures
from clinic_toolkit.record.writing import notes
from clinic_toolkit.record.writing.note_record import NotePart, PartSource
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.web import context
from clinic_toolkit.web.screen_parts import pending_release
from tests.fixtures import practices
from tests.fixtures.practices import NOW
from tests.fixtures.sites import Site

ASKED = {
    "purpose": "A second opinion",
    "recipient": "Dr Keane",
    "basis": "client_asked",
    "destination": "By post",
    "asked": "yes",
}
KEY = re.compile(r'name="goes" value="([^"]+)"')
NUMBER = re.compile(r'name="number" value="([^"]+)"')


@pytest.fixture
def client(site: Site) -> RecordVersion[Client]:
    """A client with two signed notes."""
    client = site.work.client("Vera Yarrow")
    for day, words in ((3, "About the wisteria."), (10, "About the juniper.")):
        session = site.work.session(client, date(2026, 3, day))
        with writing(site.work.engine) as db:
            part = NotePart(section="data", text=words, source=PartSource.CLINICIAN)
            draft = notes.create_note(db, site.work.vault, session, [part], now=NOW)
            practices.signed(db, site.work.vault, session, draft)
    return client


def asked(site: Site, client: RecordVersion[Client], **typed: str) -> str:
    """The page on which it is read."""
    answer = site.post(f"/clients/{client.id}/release", ASKED | typed)
    assert answer.status_code == 303, answer.text
    return site.get(answer.headers["Location"]).text


def listed(site: Site, client: RecordVersion[Client]) -> int:
    with reading(site.work.engine) as db:
        return len(disclosures.list_disclosures(db, site.work.vault, client.id))


def test_what_is_ticked_goes_in_every_file_and_what_is_not_in_none(
    site: Site, client: RecordVersion[Client]
) -> None:
    page = asked(site, client)
    first, _ = KEY.findall(page)
    assert "checked" not in page.partition("<form method")[2]
    sent = {"number": NUMBER.findall(page)[0], "page": "1", "goes": [first]}
    made = site.post(f"/clients/{client.id}/release/read", sent).headers["Location"]
    assert made.startswith("/disclosures/")
    shown = site.get(made).text
    assert "Dr Keane" in shown and "1 text that was not ticked." in shown
    packed = site.post(f"{made}/data")
    assert re.fullmatch(
        r'attachment; filename="record-data-[\d-]+\.zip"', packed.headers["Content-Disposition"]
    )
    with ZipFile(BytesIO(packed.data)) as archive:
        names = archive.namelist()
        whole = b"".join(archive.read(name) for name in names if not name.endswith(".pdf"))
        content = json.loads(archive.read("record.json"))
    assert names == ["README.txt", "record.pdf", "record.json", "entries.csv", "texts.csv"]
    assert b"wisteria" in whole and b"juniper" not in whole
    assert content["recipient"] == "Dr Keane"
    assert site.get(f"{made}/paper?framed=1").data.startswith(b"%PDF")
    assert listed(site, client) == 1
    assert "To Dr Keane, for: A second opinion" in site.get(f"/clients/{client.id}/disclosures").text


def test_the_last_button_pressed_twice_makes_one(site: Site, client: RecordVersion[Client]) -> None:
    page = asked(site, client)
    sent = {"number": NUMBER.findall(page)[0], "page": "1", "goes": KEY.findall(page)}
    first = site.post(f"/clients/{client.id}/release/read", sent).headers["Location"]
    assert site.post(f"/clients/{client.id}/release/read", sent).headers["Location"] == first
    assert listed(site, client) == 1


def test_an_old_page_ticks_nothing_of_a_newer_request(site: Site, client: RecordVersion[Client]) -> None:
    old = asked(site, client)
    asked(site, client, recipient="Somebody else")
    sent = {"number": NUMBER.findall(old)[0], "page": "1", "goes": KEY.findall(old)}
    answer = site.post(f"/clients/{client.id}/release/read", sent)
    assert answer.headers["Location"] == f"/clients/{client.id}/release"
    assert listed(site, client) == 0


def test_many_texts_are_read_page_by_page_and_none_is_passed_over(
    site: Site, client: RecordVersion[Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pending_release, "ENTRIES_ON_PAGE", 1)
    page = asked(site, client)
    assert "page 1 of 2" in page
    number = NUMBER.findall(page)[0]
    path = f"/clients/{client.id}/release/read"
    # The second page alone is not enough.
    answer = site.post(path, {"number": number, "page": "2", "goes": []})
    assert answer.headers["Location"] == f"{path}?page=1"
    answer = site.post(path, {"number": number, "page": "1", "goes": KEY.findall(page)})
    assert answer.headers["Location"].startswith("/disclosures/")
    shown = site.get(answer.headers["Location"]).text
    assert "1 text that was not ticked." in shown


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"basis": "subpoena"}, "A subpoena is not an authorisation."),
        ({"asked": ""}, "Ask your client in private first"),
        ({"basis": ""}, "Choose on whose word it goes."),
        ({"basis": "authorisation"}, "Write which paper or which law that is"),
        ({"from_day": "2026-03-02", "to_day": "2026-03-01"}, "The last day is before the first one."),
        ({"recipient": " "}, "Write who gets it."),
        ({"purpose": "x" * 301}, "This is 1 character too long"),
        ({"from_day": "2026-02-30"}, "Write the day as year-month-day"),
    ],
)
def test_what_is_missing_has_a_sentence_and_what_was_typed_stays(
    site: Site, client: RecordVersion[Client], typed: dict[str, str], sentence: str
) -> None:
    answer = site.post(f"/clients/{client.id}/release", ASKED | typed)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'value="By post"' in answer.text


def test_the_sentence_about_a_subpoena_stands_at_the_choice(
    site: Site, client: RecordVersion[Client]
) -> None:
    page = site.get(f"/clients/{client.id}/release").text
    assert "A subpoena is not an authorisation: nothing goes on its word alone." in page


def test_a_joint_record_needs_the_day_of_both(site: Site, client: RecordVersion[Client]) -> None:
    partner = site.work.client("Wanda Zane")
    case, joint = site.work.joint_session(client, partner)
    with writing(site.work.engine) as db:
        part = NotePart(section="data", text="Both saw the camellia.", source=PartSource.CLINICIAN)
        draft = notes.create_note(db, site.work.vault, joint, [part], now=NOW)
        practices.signed(db, site.work.vault, joint, draft)
    one, two = (f"agreed-{case.id.hex}-{each.id.hex}" for each in (client, partner))
    assert "camellia" not in asked(site, client)
    answer = site.post(f"/clients/{client.id}/release", ASKED | {one: "2026-11-02"})
    assert answer.status_code == 422
    assert "Write the day on which this client agreed." in answer.text
    page = asked(site, client, **{one: "2026-11-02", two: "2026-11-03"})
    assert "camellia" in page and "with both partners" in page
    sent = {"number": NUMBER.findall(page)[0], "page": "1", "goes": KEY.findall(page)}
    made = site.post(f"/clients/{client.id}/release/read", sent).headers["Location"]
    assert "Wanda Zane agreed on 3 November 2026" in site.get(made).text


def test_a_whole_record_is_one_act_and_written_down_once(site: Site, client: RecordVersion[Client]) -> None:
    path = f"/clients/{client.id}/whole-record"
    number = re.findall(r'name="record" value="([0-9a-f]{32})"', site.get(path).text)[0]
    sent = {"recipient": "The client", "destination": "Handed over", "record": number}
    assert "Ask your client in private first" in site.post(path, sent).text
    first = site.post(path, sent | {"asked": "yes"}).headers["Location"]
    assert site.post(path, sent | {"asked": "yes"}).headers["Location"] == first
    assert listed(site, client) == 1
    with ZipFile(BytesIO(site.post(f"{first}/data").data)) as archive:
        assert b"juniper" in archive.read("texts.csv")


def test_nothing_waits_to_be_written_while_a_file_is_drawn(
    site: Site, client: RecordVersion[Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = {"recipient": "The client", "destination": "Handed over", "asked": "yes"}
    made = site.post(f"/clients/{client.id}/whole-record", sent).headers["Location"]
    seen: list[bool] = []
    draw = document.render_release

    def watching(*values: Any, **named: Any) -> bytes:
        seen.append(context.unit_of_work().is_open)
        return draw(*values, **named)

    monkeypatch.setattr(document, "render_release", watching)
    assert site.post(f"{made}/data").status_code == 200
    assert site.post(f"{made}/paper").status_code == 200
    assert seen == [False, False]


def test_the_files_are_gone_with_the_login_and_what_was_written_down_stays(
    site: Site, client: RecordVersion[Client]
) -> None:
    sent = {"recipient": "The client", "destination": "Handed over", "asked": "yes"}
    made = site.post(f"/clients/{client.id}/whole-record", sent).headers["Location"]
    assert "Save everything as one file" in site.get(made).text
    site.app.worker.logins["known"].values.clear()
    assert "The files are no longer here." in site.get(made).text
    assert site.post(f"{made}/data").headers["Location"] == made
    assert site.get(f"{made}/paper").headers["Location"] == made
