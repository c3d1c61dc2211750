"""A case sheet is shown only once nothing known of the client is in it, and is recorded nowhere."""

from datetime import date

import pytest

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.record.writing import notes
from clinic_toolkit.record.writing.note_record import NotePart, PartSource
from clinic_toolkit.store.transactions import writing
from tests.fixtures import practices
from tests.fixtures.practices import NOW
from tests.fixtures.sites import Site


@pytest.fixture
def path(site: Site) -> str:
    """The address of the sheet of a client with a signed note."""
    client: RecordVersion[Client] = site.work.client("Bronagh Teller")
    session = site.work.session(client, date(2026, 3, 2))
    with writing(site.work.engine) as db:
        part = NotePart(section="data", text="Bronagh slept badly.", source=PartSource.CLINICIAN)
        draft = notes.create_note(db, site.work.vault, session, [part], now=NOW)
        practices.signed(db, site.work.vault, session, draft)
    return f"/clients/{client.id}/case-sheet"


def test_it_is_put_together_and_shown(site: Site, path: str) -> None:
    answer = site.post(path, {"question": "What now?"})
    assert answer.headers["Location"] == f"{path}/text"
    page = site.get(f"{path}/text").text
    assert "the client slept badly." in page and "Still in it" not in page
    answer = site.post(f"{path}/text", {"question": "What now?", "text": "Week 1: the client slept badly."})
    assert answer.headers["Location"] == f"{path}/ready"
    shown = site.get(f"{path}/ready").text
    assert "the client slept badly." in shown
    assert site.get(f"{path}/paper?framed=1").data.startswith(b"%PDF")
    saved = site.post(f"{path}/paper")
    assert "Bronagh" not in saved.headers["Content-Disposition"]


@pytest.mark.parametrize("field", ["text", "question"])
def test_what_comes_in_again_is_named_and_nothing_is_shown(site: Site, path: str, field: str) -> None:
    site.post(path, {})
    typed = {"text": "The client slept.", "question": "Why?"} | {field: "Teller rang on 3 March 2026."}
    answer = site.post(f"{path}/text", typed)
    assert answer.status_code == 422
    assert "“Teller”" in answer.text and "“3 March 2026”" in answer.text
    assert "Teller rang on 3 March 2026." in answer.text.partition("<textarea")[2]
    for closed in ("ready", "paper", "paper?framed=1"):
        assert site.get(f"{path}/{closed}").headers["Location"] == f"{path}/text"
    assert site.post(f"{path}/paper").headers["Location"] == f"{path}/text"


def test_a_word_that_is_another_one_may_stay(site: Site, path: str) -> None:
    site.post(path, {})
    typed = {"text": "A bank teller was rude.", "other": "teller"}
    assert site.post(f"{path}/text", typed).headers["Location"] == f"{path}/ready"
    assert site.post(f"{path}/text", {"text": "A bank teller was rude."}).status_code == 422


def test_without_a_signed_note_there_is_a_sentence(site: Site, path: str) -> None:
    answer = site.post(path, {"from_day": "2026-05-01"})
    assert answer.status_code == 422
    assert "There is no signed note of these days." in answer.text
    assert site.get(f"{path}/text").headers["Location"] == path
    assert site.get(f"{path}/ready").headers["Location"] == f"{path}/text"
