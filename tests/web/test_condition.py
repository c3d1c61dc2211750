"""The condition of the record: what is missing is named first, and stays until someone says "seen"."""

import shutil
import sqlite3
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace
from werkzeug.test import TestResponse

from clinic_toolkit import settings as configuration
from clinic_toolkit.errors import DamagedFile
from clinic_toolkit.journal import audit_log, condition, unsigned_entries
from clinic_toolkit.record.people import clients
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.store.opening import open_store
from clinic_toolkit.store.sqlite import anchor, anchor_slot
from clinic_toolkit.store.sqlite.anchor_slot import AnchorSlot
from clinic_toolkit.store.sqlite.transaction import SqliteTransaction
from clinic_toolkit.store.transactions import reading, store_of, transaction_of, writing
from clinic_toolkit.vault import key_slots
from clinic_toolkit.web.app import create_app
from tests.fixtures import audit_lines, practices
from tests.fixtures.practices import NOW, Work, giving
from tests.fixtures.sites import Site, TestKeeper


def reopened(work: Work, place: Path) -> Site:
    """A start on another folder of the same practice, locked."""
    engine = open_store(place)
    settings = configuration.load_settings(place, environ={})
    keeper = TestKeeper()
    ends: list[str] = []
    app = create_app(settings, engine=engine, keeper=keeper, end_worker=ends.append, cookie_key=b"k" * 32)
    with reading(engine) as db:
        vault = key_slots.unlock_with_keys(db, work.vault.user_id, work.vault.unlocked_keys())
    known = Work(engine=engine, vault=vault, groups=work.groups)
    return Site(app=app, work=known, settings=settings, keeper=keeper, ends=ends)


@pytest.fixture
def work(tmp_path: Path) -> Work:
    return practices.at_work(tmp_path)


@pytest.fixture
def lost(work: Work, tmp_path: Path) -> Site:
    """A practice that lost its log: a client, a session and two answers were in it."""
    ana = work.client("Ana Reyes")
    assert store_of(work.engine).checkpoint()
    work.client("Ben Ode")
    work.answer(work.begun(ana, giving()), [3, 4])
    shutil.copytree(tmp_path / "data", tmp_path / "killed", ignore=shutil.ignore_patterns("*-shm"))
    log = tmp_path / "killed" / "clinic.db-wal"
    log.write_bytes(b"\xff" + log.read_bytes()[1:])
    return reopened(work, tmp_path / "killed")


def state_of(site: Site) -> dict[str, str]:
    return {"state": condition.findings_digest(site.work.engine)}


def new(name: str) -> dict[str, str]:
    return {"name": name, "leave_message": "ask"}


def events(site: Site) -> list[str]:
    with reading(site.work.engine) as db:
        return [line.event for line in audit_lines.lines(db, site.work.vault)]


def test_what_is_missing_is_the_first_page_and_is_named(lost: Site) -> None:
    lost.unlock()
    assert lost.get("/clients").headers["Location"] == "/condition"
    page = lost.get("/condition").text
    assert "Something that was saved is missing" in page
    assert "A questionnaire (Ana Reyes), saved 19 November 2026" in page
    assert "the last of 3 saves" in page
    # The key of the client who was lost is lost as well: a name nobody can open is not guessed.
    assert "A client’s details, saved 19 November 2026" in page
    assert "None of it is there." in page
    assert "clinic.db-wal.aside.1" in page
    # Once shown, the rest of the record can be used, and a notice leads back.
    clients_page = lost.get("/clients")
    assert clients_page.status_code == 200
    assert 'href="/condition"' in clients_page.text


def test_the_control_has_no_such_page_and_no_notice(work: Work, tmp_path: Path) -> None:
    work.client("Ana Reyes")
    shutil.copytree(tmp_path / "data", tmp_path / "killed", ignore=shutil.ignore_patterns("*-shm"))
    site = reopened(work, tmp_path / "killed")
    site.unlock()
    page = site.get("/clients")
    assert page.status_code == 200
    assert "/condition" not in page.text
    assert "No problem is known" in site.get("/condition").text


def test_seen_is_a_line_of_the_trail_and_ends_it(lost: Site) -> None:
    lost.unlock()
    page = lost.get("/condition").text
    (missing,) = store_of(lost.work.engine).verdict.missing_entries
    state = f"{missing.first_seq}-{missing.last_seq}"
    assert f'value="{state}"' in page
    assert lost.post("/condition/seen", {"state": "1-2"}).headers["Location"] == "/condition"
    assert store_of(lost.work.engine).verdict.missing_entries, "an act is good for what was shown only"
    assert lost.post("/condition/seen", {"state": state}).headers["Location"] == "/"
    assert f"anchor.missing_seen {state}" in events(lost)
    assert "/condition" not in lost.get("/clients").text
    lost.work.engine.dispose()
    assert store_of(open_store(lost.settings.data_folder)).verdict.is_clean


def test_a_removed_anchor_is_said_once_and_the_record_goes_on(work: Work, tmp_path: Path) -> None:
    work.client("Ana Reyes")
    work.engine.dispose()
    (tmp_path / "data" / "clinic.anchor").unlink()
    site = reopened(work, tmp_path / "data")
    site.unlock()
    assert site.get("/").headers["Location"] == "/condition"
    page = site.get("/condition").text
    assert "The check-mark file was missing" in page
    state = page.split('name="state" value="')[1].split('"')[0]
    site.post("/condition/seen", {"state": state})
    assert "anchor.absent_seen" in events(site)
    assert site.get("/").status_code == 200


@pytest.fixture
def other(work: Work, tmp_path: Path) -> Site:
    """An older file that went on by itself, under the anchor of the newer one."""
    place = tmp_path / "data"
    work.client("Ana Reyes")
    work.engine.dispose()
    older = (place / "clinic.db").read_bytes()
    newer = open_store(place)
    with writing(newer) as db:
        clients.create_client(db, work.vault, Client(name="Ben Ode"), now=NOW)
    newer.dispose()
    mark = (place / "clinic.anchor").read_bytes()
    (place / "clinic.db").write_bytes(older)
    (place / "clinic.anchor").unlink()
    parted = open_store(place)
    with writing(parted) as db:
        vault = key_slots.unlock_with_keys(db, work.vault.user_id, work.vault.unlocked_keys())
        for name in ("Cem Aydin", "Dina Weiss"):
            clients.create_client(db, vault, Client(name=name), now=NOW)
        transaction_of(db).acknowledge_losses()
    parted.dispose()
    (place / "clinic.anchor").write_bytes(mark)
    return reopened(work, place)


def by_sheet(site: Site) -> str:
    groups = {f"group{number}": group for number, group in enumerate(site.work.groups, 1)}
    return site.post("/unlock/sheet", groups).headers["Location"]


def test_another_file_is_opened_and_read_and_never_written(other: Site) -> None:
    folder = other.settings.data_folder
    before = {file.name: file.read_bytes() for file in folder.iterdir() if file.name.startswith("clinic")}
    assert by_sheet(other) == "/"
    other.unlock()
    assert other.get("/").headers["Location"] == "/condition"
    assert "not the latest data file" in other.get("/condition").text
    assert "Cem Aydin" in other.get("/clients").text
    refused = other.post("/clients/new", new("Eva Lind"))
    assert refused.status_code == 503
    assert "Eva Lind" in refused.text and "so nothing was saved" in refused.text
    assert other.post("/lock").status_code == 303
    other.work.engine.dispose()
    after = {name: (folder / name).read_bytes() for name in before}
    assert after == before


def test_who_comes_by_the_sheet_decides_first_and_chooses_a_passphrase_afterwards(other: Site) -> None:
    assert by_sheet(other) == "/"
    assert other.get("/unlock/choose").headers["Location"] == "/"
    assert other.get("/").headers["Location"] == "/condition"
    assert "not the latest data file" in other.get("/condition").text
    assert "Cem Aydin" in other.get("/clients").text
    assert other.post("/condition/go-on", state_of(other)).status_code == 303
    assert not store_of(other.work.engine).is_read_only
    assert other.get("/clients").headers["Location"] == "/unlock/choose"


def test_a_forged_line_about_the_unlock_lets_the_clinician_in(other: Site) -> None:
    with sqlite3.connect(other.settings.data_folder / "clinic.db") as raw:
        seq, before = raw.execute("SELECT seq, hash FROM audit_line ORDER BY seq DESC LIMIT 1").fetchone()
        body = audit_log.KEYLESS_PREFIX + audit_log._encode_payload(
            (f"{unsigned_entries.UnsignedEntriesEvent.REFUSED} zzz", 1)
        )
        link = audit_log.chain_hash(other.work.vault.incarnation, seq + 1, before, body)
        raw.execute("INSERT INTO audit_line VALUES (?, ?, ?, ?)", (seq + 1, body, link, bytes(64)))
    raw.close()
    assert by_sheet(other) == "/"
    other.get("/condition")
    assert "every line was in order" in other.get("/unlock/trail").text


@pytest.fixture
def newest(work: Work) -> AnchorSlot:
    """The anchor of a practice that was closed in order."""
    work.client("Ana Reyes")
    assert store_of(work.engine).checkpoint()
    work.engine.dispose()
    slot, _ = anchor._read_newest_slot(anchor_of(work))
    assert slot
    return slot


def anchor_of(work: Work) -> Path:
    return Path(work.engine.url.database or "").with_name("clinic.anchor")


def started_with(work: Work, slot: AnchorSlot) -> Site:
    """A start beside this anchor."""
    raw = anchor_slot.encode_slot(slot)
    anchor_of(work).write_bytes(raw + bytes(len(raw)))
    return reopened(work, anchor_of(work).parent)


@pytest.mark.parametrize(
    "wrong", [{"write_count": (1 << 64) - 1}, {"seq": (1 << 63) + 5}], ids=["count", "line"]
)
def test_a_number_in_the_anchor_that_leaves_no_next_one_is_no_anchor(
    work: Work, newest: AnchorSlot, wrong: dict[str, int]
) -> None:
    site = started_with(work, replace(newest, **({"seq": newest.seq + 1} | wrong)))
    assert store_of(site.work.engine).verdict.anchor_absences


def test_a_time_that_no_clock_tells_does_not_hide_what_is_missing(work: Work, newest: AnchorSlot) -> None:
    entry = anchor_slot._SAVED_RECORD.pack(newest.seq + 1, 1 << 63, bytes(8), b"client", bytes(16), bytes(16))
    site = started_with(
        work, replace(newest, write_count=newest.write_count + 5, seq=newest.seq + 1, raw_records=entry)
    )
    site.unlock()
    assert "at a time that cannot be read" in site.get("/condition").text
    assert site.post("/condition/seen", state_of(site)).status_code == 303


def test_a_trail_that_begins_below_nothing_is_damage(work: Work, tmp_path: Path) -> None:
    assert store_of(work.engine).checkpoint()
    work.engine.dispose()
    with sqlite3.connect(tmp_path / "data" / "clinic.db") as raw:
        triggers = raw.execute(
            "SELECT name, sql FROM sqlite_schema WHERE tbl_name = 'audit_line' AND type = 'trigger'"
        ).fetchall()
        for name, _ in triggers:
            raw.execute(f"DROP TRIGGER {name}")
        raw.execute("DELETE FROM audit_line WHERE seq > 1")
        raw.execute("UPDATE audit_line SET seq = -5")
        for _, words in triggers:
            raw.execute(words)
    raw.close()
    for anchored in (True, False):
        if not anchored:
            (tmp_path / "data" / "clinic.anchor").unlink()
        with pytest.raises(DamagedFile):
            open_store(tmp_path / "data")


def test_going_on_with_another_file_is_the_clinicians_act(other: Site) -> None:
    other.unlock()
    other.get("/condition")
    assert other.post("/condition/go-on", state_of(other)).headers["Location"] == "/"
    assert events(other)[0] == "anchor.other_taken"
    assert other.get("/").status_code == 200
    assert other.post("/clients/new", new("Eva Lind")).status_code == 303
    assert store_of(other.work.engine).verdict.is_clean
    other.work.engine.dispose()
    assert store_of(open_store(other.settings.data_folder)).verdict.is_clean


def test_going_on_that_was_not_saved_is_not_done(other: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    other.unlock()
    other.get("/condition")
    with monkeypatch.context() as broken:
        broken.setattr(SqliteTransaction, "append_entry", None)
        assert other.post("/condition/go-on", state_of(other)).status_code == 500
    assert store_of(other.work.engine).is_read_only
    assert other.post("/clients/new", new("Eva Lind")).status_code == 503


def full(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(anchor.Anchor, "_write_slot", fail)


def test_saved_but_the_check_mark_failed(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    client = site.work.client()
    with monkeypatch.context() as spoilt:
        full(spoilt)
        assert site.post("/clients/new", new("Ben Ode")).status_code == 303, "a save that stands is a save"
        page = site.get("/clients").text
        assert "Ben Ode" in page
        assert "Saved, but the check-mark failed" in page
    assert site.post("/clients/new", new("Cem Aydin")).status_code == 303
    assert "check-mark" not in site.get(f"/clients/{client.id}").text


def test_an_autosave_hears_of_it_too(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    client = site.work.client()
    kept = site.work.begun(client, giving())
    script = {"X-Autosave": "1", "Accept": "application/json"}
    place = f"/administrations/{kept.id}/items/1"

    seen = ""

    def save(value: int) -> TestResponse:
        nonlocal seen
        told = site.post(place, {"answer": value, "said": "", "version": seen}, headers=script)
        seen = told.get_json()["version"]
        return told

    assert "check-mark" not in save(1).get_json()["saved"]
    with monkeypatch.context() as spoilt:
        full(spoilt)
        told = save(2)
        assert told.status_code == 200
        assert told.get_json()["saved"].endswith("but the check-mark failed")
    assert "check-mark" not in save(3).get_json()["saved"]


def test_going_on_is_good_for_what_was_shown_only(other: Site) -> None:
    other.unlock()
    answer = other.post("/condition/go-on", {"state": "other-0"})
    assert answer.headers["Location"].endswith("/condition")
    assert store_of(other.work.engine).is_read_only


def test_a_tail_that_nobody_signed_is_judged_before_going_on_signs_over_it(other: Site) -> None:
    with sqlite3.connect(other.work.engine.url.database or "") as raw:
        tip, before = raw.execute("SELECT seq, hash FROM audit_line ORDER BY seq DESC LIMIT 1").fetchone()
        raw.execute("INSERT INTO audit_line VALUES (?, ?, ?, NULL)", (tip + 1, b"\x00\x92\xa1x\x01", before))
    raw.close()
    other.unlock()
    other.get("/condition")
    assert "every line was in order" in other.get("/unlock/trail").text, "the control: it was not judged yet"
    answer = other.post("/condition/go-on", state_of(other))
    assert answer.headers["Location"].endswith("/unlock/trail")
    page = other.get("/unlock/trail").text
    assert f"Line {tip + 1} was written" in page and "every line was in order" not in page
    assert any(event.startswith(unsigned_entries.UnsignedEntriesEvent.REFUSED) for event in events(other))


@pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be exchanged there")
def test_a_file_exchanged_at_work_is_said_and_what_was_typed_stays(work: Work, tmp_path: Path) -> None:
    work.client("Ana Reyes")
    place = tmp_path / "data"
    site = reopened(work, place)
    site.unlock()
    assert site.post("/clients/new", new("Ben Ode")).status_code == 303
    shutil.copy(place / "clinic.db", tmp_path / "other.db")
    (tmp_path / "other.db").replace(place / "clinic.db")
    answer = site.post("/clients/new", new("Cleo Typed"))
    assert answer.status_code == 503
    assert "This was not saved" in answer.text
    assert "clinic.db.rescued.1" in answer.text
    assert "Cleo Typed" in answer.text, "the page keeps what was typed"
    # It is the next page that is shown, it offers nothing to press, and everything can be read.
    assert site.get("/clients").headers["Location"] == "/condition"
    page = site.get("/condition").text
    assert "The data file was replaced" in page and "clinic.db.rescued.1" in page
    assert "I have seen this" not in page
    people = site.get("/clients").text
    assert "Ben Ode" in people and "Cleo Typed" not in people
    assert 'href="/condition"' in people
    # Whatever else is sent is refused in the same way.
    assert site.post("/clients/new", new("Dan Later")).status_code == 503
    site.work.engine.dispose()

    # The next start finds the other file. It tells of the copy until that was read.
    again = reopened(work, place)
    again.unlock()
    assert again.get("/").headers["Location"] == "/condition"
    page = again.get("/condition").text
    assert "clinic.db.rescued.1" in page and "rename the newest of these copies" in page
    state = page.split('name="state" value="')[1].split('"')[0]
    assert again.post("/condition/seen", {"state": state}).status_code == 303
    assert "anchor.exchange_seen" in events(again)
    again.work.engine.dispose()
    assert store_of(open_store(place)).verdict.file_replaced is None

    # The copy is the record, with all that was called saved.
    (place / "clinic.db").unlink()
    for end in ("-wal", "-shm"):
        (place / f"clinic.db{end}").unlink(missing_ok=True)
    (place / "clinic.db.rescued.1").rename(place / "clinic.db")
    third = reopened(work, place)
    third.unlock()
    third.get("/condition")
    assert "Ben Ode" in third.get("/clients").text


@pytest.mark.parametrize("planted", [True, False])
def test_a_file_that_is_built_otherwise_is_read_and_nothing_is_saved(
    work: Work, tmp_path: Path, planted: bool
) -> None:
    work.client("Ana Reyes")
    work.engine.dispose()
    file = tmp_path / "data" / "clinic.db"
    if planted:
        with sqlite3.connect(file) as db:
            db.execute("CREATE TRIGGER kind AFTER INSERT ON client BEGIN DELETE FROM client; END")
        db.close()
    else:
        # One bit: SQLite by itself opens nothing of this file any more.
        file.write_bytes(file.read_bytes().replace(b"CREATE TABLE client", b"CREATF TABLE client", 1))
    before = file.read_bytes()
    site = reopened(work, tmp_path / "data")
    site.unlock()
    assert site.get("/clients").headers["Location"] == "/condition"
    page = site.get("/condition").text
    assert "The data file is damaged inside" in page
    assert "Copy the whole data folder to another disk now" in page
    assert "I have seen this" not in page and "Go on with this file" not in page
    people = site.get("/clients").text
    assert "Ana Reyes" in people and 'href="/condition"' in people
    answer = site.post("/clients/new", new("Ben Ode"))
    assert answer.status_code == 503 and "Ben Ode" in answer.text
    for path in ("/condition/seen", "/condition/go-on"):
        answer = site.post(path, state_of(site))
        assert answer.status_code == 503 or answer.headers["Location"] == "/condition"
    assert "Ben Ode" not in site.get("/clients").text
    site.work.engine.dispose()
    assert file.read_bytes() == before
