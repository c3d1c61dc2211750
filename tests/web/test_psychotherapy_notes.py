"""The pages of psychotherapy notes: opened by the passphrase alone, and on no other page."""

import re
from urllib.parse import urlsplit
from uuid import UUID

import pytest

from clinic_toolkit.journal import audit_log, records
from clinic_toolkit.record.people import cases, executor_access
from clinic_toolkit.record.writing import psychotherapy_notes
from clinic_toolkit.record.writing.form_draft_record import FORM_DRAFT
from clinic_toolkit.record.writing.psychotherapy_note_record import PSYCHOTHERAPY_NOTE
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.web.perimeter.timeouts import NOTES_TIMEOUT_SECONDS
from tests.fixtures import audit_lines, private_notes
from tests.fixtures.practices import NOW
from tests.fixtures.private_notes import ASK, RIGHT
from tests.fixtures.sites import Site

THOUGHT = "I felt sent away, as her father is."
LINK = re.compile(r'href="(/[^"#?]*)')
RECORD = re.compile(r'name="record" value="([^"]+)"')
AUTOSAVE = {"X-Autosave": "1"}


@pytest.fixture(autouse=True)
def knows(monkeypatch: pytest.MonkeyPatch) -> None:
    private_notes.know(monkeypatch)


@pytest.fixture
def desk(site: Site) -> Site:
    """A practice in the United States with one client; these notes are closed."""
    private_notes.prepare(site.work)
    site.work.client("Ana Reyes")
    return site


def place(site: Site) -> str:
    """The address of the notes about the one client."""
    with reading(site.work.engine) as db:
        [case] = [one for one in cases.list_cases(db, site.work.vault) if not one.payload.is_couple]
    return f"/cases/{case.id}/psychotherapy-notes"


def unlock_notes(site: Site) -> None:
    assert site.post(ASK, {"present_passphrase": RIGHT}).status_code == 303


def write(site: Site, text: str = THOUGHT, day: str = "2026-11-19") -> str:
    answer = site.post(f"{place(site)}/new", {"note_date": day, "text": text})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def id_of(address: str) -> UUID:
    return UUID(address.rpartition("/")[2])


def test_only_the_passphrase_opens_them_and_then_the_short_lock_holds(desk: Site) -> None:
    asked = desk.get(place(desk))
    assert asked.status_code == 303 and urlsplit(asked.headers["Location"]).path == ASK
    before = desk.app.worker.timeouts.idle_timeout
    assert before > NOTES_TIMEOUT_SECONDS
    opened = desk.post(f"{ASK}?back={place(desk)}", {"present_passphrase": RIGHT})
    assert opened.headers["Location"] == place(desk)
    assert desk.app.worker.timeouts.idle_timeout == NOTES_TIMEOUT_SECONDS
    assert desk.get(place(desk)).status_code == 200
    with reading(desk.work.engine) as db:
        events = [line.event for line in audit_lines.lines(db, desk.work.vault)]
    assert events.count("practice.psychotherapy_notes_opened") == 1
    assert desk.post(ASK, {"present_passphrase": RIGHT}).status_code == 303, "a second press"
    with reading(desk.work.engine) as db:
        assert len(audit_lines.lines(db, desk.work.vault)) < len(events) + 3


def test_a_wrong_passphrase_locks_and_opens_nothing(desk: Site) -> None:
    answer = desk.post(ASK, {"present_passphrase": "4H7K2M"})
    assert answer.status_code == 422 and desk.ends
    assert not desk.work.vault.rings.opens_psychotherapy_notes


def test_one_is_written_read_changed_and_its_versions_stay(desk: Site) -> None:
    unlock_notes(desk)
    shown = write(desk)
    page = desk.get(shown).text
    assert THOUGHT in page and "not signed" in page and "Earlier versions" not in page
    assert THOUGHT in desk.get(place(desk)).text and "Ana Reyes" in desk.get(ASK).text
    changed = {"note_date": "2026-11-19", "text": "Seen otherwise.", "version": "1"}
    for _ in range(2):
        assert desk.post(f"{shown}/edit", changed).status_code == 303
    page = desk.get(shown).text
    assert "Seen otherwise." in page and THOUGHT in page and page.count("<details>") == 1
    other = desk.post(f"{shown}/edit", changed | {"text": "From another window."})
    assert other.status_code == 409
    assert "From another window." in other.text and "Seen otherwise." in other.text


def test_a_note_sent_twice_is_one(desk: Site) -> None:
    unlock_notes(desk)
    page = desk.get(f"{place(desk)}/new").text
    fields = {"note_date": "2026-11-19", "text": THOUGHT, "record": RECORD.findall(page)[0]}
    first, second = (desk.post(f"{place(desk)}/new", fields) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    with reading(desk.work.engine) as db:
        assert len(records.list_all_records(db, desk.work.vault, PSYCHOTHERAPY_NOTE)) == 1


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"note_date": "2026-11-19", "text": "  "}, "Write at least one word."),
        ({"note_date": "19 November", "text": "x"}, "Write the day as year-month-day"),
        ({"note_date": "2026-11-19", "text": "x" * 20_001}, "1 character too long"),
        ({"note_date": "1026-11-19", "text": "x"}, "Is it meant?"),
    ],
)
def test_bad_input_is_said_and_kept_on_the_page(desk: Site, fields: dict[str, str], sentence: str) -> None:
    unlock_notes(desk)
    answer = desk.post(f"{place(desk)}/new", fields)
    assert answer.status_code == 422 and sentence in answer.text
    assert fields["text"].strip() in answer.text


def test_what_is_typed_is_kept_as_a_draft_in_their_ring_alone(desk: Site) -> None:
    unlock_notes(desk)
    new = f"{place(desk)}/new"
    saved = desk.post(new, {"note_date": "2026-11-19", "text": f"{THOUGHT} She scored 14."}, headers=AUTOSAVE)
    assert saved.status_code == 200 and saved.get_json()["draft"] == 1
    assert saved.get_json()["proposed"].startswith("This reads like a result"), "at once, with script"
    vault = desk.work.vault
    with reading(desk.work.engine) as db:
        [draft] = records.list_all_records(db, vault, FORM_DRAFT)
        own = records.list_records_in_rings(db, vault, FORM_DRAFT, [vault.own_ring] if vault.own_ring else [])
    assert vault.rings.is_psychotherapy(draft.ring) and own == []
    assert THOUGHT in desk.get(new).text, "the control: the page gives it back"
    desk.post(new, {"note_date": "2026-11-19", "text": THOUGHT, "draft": "1"})
    assert THOUGHT not in desk.get(new).text, "once saved, the draft is gone"


def test_a_reminder_stands_after_saving_and_nothing_is_blocked(desk: Site) -> None:
    unlock_notes(desk)
    page = desk.get(write(desk, "T 65, we began at 14:05.")).text
    assert "This reads like a result and the time of a session" in page and "T 65" in page
    assert "This reads like" not in desk.get(write(desk)).text, "the control"


def test_words_typed_before_a_lock_are_not_lost_and_wait_for_the_passphrase(desk: Site) -> None:
    fields = {"note_date": "2026-11-19", "text": THOUGHT}
    kept = desk.post(f"{place(desk)}/new", fields)
    assert kept.status_code == 422 and THOUGHT in kept.text and "present_passphrase" in kept.text
    by_script = desk.post(f"{place(desk)}/new", fields, headers=AUTOSAVE)
    assert by_script.status_code == 409 and "closed" in by_script.get_json()["message"]
    with reading(desk.work.engine) as db:
        assert records.list_all_records(db, desk.work.vault, FORM_DRAFT) == []
    done = desk.post(f"{place(desk)}/new", fields | {"present_passphrase": RIGHT})
    assert done.status_code == 303 and THOUGHT in desk.get(done.headers["Location"]).text


def test_every_look_is_a_line_of_its_own_before_the_page_leaves(desk: Site) -> None:
    unlock_notes(desk)
    shown = write(desk)
    desk.write_reads()
    vault = desk.work.vault

    def looked() -> list[list[str]]:
        with reading(desk.work.engine) as db:
            lines = audit_lines.lines(db, vault)
        read = [line for line in lines if line.event == audit_log.JournalEvent.RECORDS_READ]
        return [[reference.table for reference in line.references] for line in read]

    before = len(looked())
    desk.get("/clients")
    desk.get(f"{place(desk).removesuffix('/psychotherapy-notes')}")
    assert len(looked()) == before, "the control: what other pages show waits"
    desk.get(shown)
    desk.get(shown)
    own = [tables for tables in looked() if "psychotherapy_note" in tables]
    assert own[:2] == [["psychotherapy_note"], ["psychotherapy_note"]]


def test_they_leave_by_their_own_acts_and_each_is_written_down(desk: Site) -> None:
    unlock_notes(desk)
    write(desk)
    plain = desk.post(f"{place(desk)}/text")
    assert THOUGHT in plain.text and "Ana Reyes" in plain.text
    assert re.search(r'filename="own-notes-[\d-]+\.txt"', plain.headers["Content-Disposition"])
    pdf = desk.post(f"{place(desk)}/paper")
    assert pdf.data.startswith(b"%PDF") and "own-notes" in pdf.headers["Content-Disposition"]
    assert THOUGHT in desk.get(f"{place(desk)}/text").text
    with reading(desk.work.engine) as db:
        events = [line.event for line in audit_lines.lines(db, desk.work.vault)]
    assert events.count("records.exported own-notes") == 2


def test_no_other_page_shows_a_word_of_them_while_they_are_open(desk: Site) -> None:
    unlock_notes(desk)
    shown = write(desk, f"{THOUGHT} Zanzibar.")
    desk.post(f"{place(desk)}/new", {"note_date": "2026-11-19", "text": "Zanzibar again"}, headers=AUTOSAVE)
    with reading(desk.work.engine) as db:
        client = cases.list_cases(db, desk.work.vault)[0].payload.client_ids[0]
    todo, seen = (
        ["/", f"/clients/{client}", "/clients", "/audit", "/practice", "/practice/executor"],
        set[str](),
    )
    while todo:
        address = todo.pop()
        if address in seen or "psychotherapy-notes" in address or len(seen) > 120:
            continue
        seen.add(address)
        answer = desk.get(address)
        assert "Zanzibar" not in answer.text, address
        if answer.mimetype == "text/html":
            todo += LINK.findall(answer.text)
    assert len(seen) > 40, "the control: the pages were found"
    assert "Zanzibar" in desk.get(shown).text, "the control"
    found = desk.post("/clients", {"words": "Zanzibar"})
    assert "Ana Reyes" not in found.text
    trail = desk.get("/audit").text
    assert "Wrote a psychotherapy note" in trail
    [line] = [row for row in trail.split("<li") if "Wrote a psychotherapy note" in row]
    assert "Ana Reyes" not in line, "it does not say about whom"


def test_where_the_law_has_none_the_page_says_so_and_offers_none(desk: Site) -> None:
    private_notes.settle(desk.work, "GB")
    page = desk.get(ASK).text
    assert "no separate place is offered" in page and "Data Protection Act 2018" in page
    assert "present_passphrase" not in page
    private_notes.settle(desk.work, "BT")
    page = desk.get(ASK).text
    assert "Bhutan" in page and "unknown here" in page and "not legal advice" in page
    private_notes.settle(desk.work, "US")
    page = desk.get(ASK).text
    assert "42 CFR Part 2" in page and "164.501" in page and "present_passphrase" in page


def test_after_a_move_what_was_written_can_still_be_read_and_taken_out(desk: Site) -> None:
    unlock_notes(desk)
    shown = write(desk)
    private_notes.settle(desk.work, "GB")
    assert THOUGHT in desk.get(shown).text and THOUGHT in desk.get(f"{place(desk)}/text").text
    assert "Write a psychotherapy note" not in desk.get(place(desk)).text
    fields = {"note_date": "2026-11-19", "text": "One more."}
    assert desk.post(f"{place(desk)}/new", fields).headers["Location"] == ASK
    with reading(desk.work.engine) as db:
        assert len(records.list_all_records(db, desk.work.vault, PSYCHOTHERAPY_NOTE)) == 1


def test_a_practice_without_the_key_is_led_to_making_it(site: Site) -> None:
    private_notes.settle(site.work, "US")
    page = site.get(ASK).text
    assert "/practice/psychotherapy-key" in page and "present_passphrase" not in page


@pytest.mark.parametrize("opted_in", [True, False])
def test_an_executor_reads_them_only_if_that_was_chosen(desk: Site, opted_in: bool) -> None:
    unlock_notes(desk)
    shown, notes = write(desk), place(desk)
    with writing(desk.work.engine) as db:
        halves = executor_access.generate_halves(
            desk.work.vault, psychotherapy_key=private_notes.KEY if opted_in else None
        )
        executor_access.activate_halves(db, desk.work.vault, halves, now=NOW)
    desk.app.worker.logins.clear()
    groups = {f"group{number}": group for number, group in enumerate((*halves.first, *halves.second), 1)}
    assert desk.post("/unlock/executor", groups).status_code == 303
    assert ("Psychotherapy notes" in desk.get("/executor").text) is opted_in
    assert (THOUGHT in desk.get(shown).text) is opted_in
    assert desk.get(notes).status_code == (200 if opted_in else 303)
    assert "Change this note" not in desk.get(shown).text
    refused = desk.post(f"{shown}/edit", {"note_date": "2026-11-19", "text": "x", "version": "1"})
    assert refused.status_code == 403
    assert "present_passphrase" not in desk.get(ASK).text


def test_the_verbs_name_the_note_by_its_id(desk: Site) -> None:
    unlock_notes(desk)
    shown = write(desk)
    with reading(desk.work.engine) as db:
        note = psychotherapy_notes.load_note(db, desk.work.vault, id_of(shown))
    assert note.payload.text == THOUGHT and THOUGHT not in repr(note.payload)
