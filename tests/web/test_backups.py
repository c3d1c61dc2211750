"""The page of backups, what *Today* says of them, and the backup that is made by itself."""

import errno
import hashlib
import json
import os
import struct
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace
from werkzeug.test import TestResponse

from clinic_toolkit.backup import archive, backup_run, backup_state, synced_folders
from clinic_toolkit.backup.backup_files import list_backups, read_signed_manifest
from clinic_toolkit.backup.progress import report_nothing
from clinic_toolkit.crypto.passphrase_kdf import MIN_COST
from clinic_toolkit.journal import audit_log, key_slot_events
from clinic_toolkit.record import key_replacement
from clinic_toolkit.record.people import practice_access
from clinic_toolkit.record.people.practice_record import AccessEvent
from clinic_toolkit.store.opening import open_store
from clinic_toolkit.store.storage_errors import StorageFull
from clinic_toolkit.store.transactions import reading, store_of, writing
from clinic_toolkit.store.types import from_microseconds, to_microseconds
from clinic_toolkit.vault import header_backup, key_slot_changes, key_slots, recovery_sheet
from clinic_toolkit.web.access import backup_timer
from clinic_toolkit.web.screen_parts import folder_warnings
from tests.fixtures import audit_lines, practices
from tests.fixtures.backups import forged
from tests.fixtures.practices import NOW
from tests.fixtures.sites import Site
from tests.fixtures.waiting import wait_for

WORDS = "harvest lantern unpaved mitten orchard velvet"


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    """A folder for backups."""
    (tmp_path / "stick").mkdir()
    return tmp_path / "stick"


@pytest.fixture
def chosen(site: Site, stick: Path) -> Site:
    """A practice with a place for backups."""
    assert site.post("/backups/place", {"other": str(stick)}).status_code == 303
    return site


def state_of(site: Site) -> backup_state.BackupState:
    return backup_state.load_state(site.settings.data_folder)


def ended(site: Site, page: str) -> TestResponse:
    """The page of a job, once it does not reload itself any more."""
    wait_for(lambda: "Refresh" not in site.get(page).headers)
    return site.get(page)


def events(site: Site) -> list[str]:
    with reading(site.work.engine) as db:
        return [line.event for line in audit_lines.lines(db, site.work.vault)]


def test_without_a_place_today_says_so_until_one_is_chosen(site: Site, stick: Path) -> None:
    assert "No backup is made from this computer yet" in site.get("/").text
    assert site.post("/backups/place", {"other": str(stick)}).headers["Location"] == "/backups?saved=place"
    today = site.get("/").text
    assert "No backup is made from this computer yet" not in today
    assert "No backup yet. No restore was proved yet." in today


def test_or_until_it_is_declined_and_then_again_after_a_week(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert site.post("/backups/later").headers["Location"] == "/"
    assert "No backup is made from this computer" not in site.get("/").text
    past = to_microseconds(datetime.now(UTC) - timedelta(minutes=1))
    backup_state.change_state(site.settings.data_folder, lambda state: replace(state, declined_until=past))
    assert "No backup is made from this computer" in site.get("/").text


def test_the_last_step_of_the_set_up_offers_a_place(site: Site, stick: Path) -> None:
    page = site.get("/setup/backups").text
    assert "Use this place" in page and "Remind me tomorrow" in page and "Not for a week" in page
    said = " ".join(site.get("/backups").text.split())
    assert "Best is a stick or a disk" in said and "Best is a stick or a disk" in page, "the same words"
    answer = site.post("/setup/backups", {"other": str(stick / "gone")})
    assert answer.status_code == 422 and "There is no folder" in answer.text and str(stick) in answer.text
    assert state_of(site).place is None
    assert site.post("/setup/backups", {"other": str(stick)}).headers["Location"] == "/"
    assert state_of(site).place == str(stick)
    assert site.get("/setup/backups").headers["Location"] == "/", "and only once"


@pytest.mark.parametrize(("pressed", "days"), [({"tomorrow": "yes"}, 1), ({}, 7)])
def test_it_can_be_put_off(pressed: dict[str, str], days: int, site: Site) -> None:
    assert "No backup is made from this computer" in site.get("/").text, "the control"
    before = datetime.now().astimezone().date()
    assert site.post("/setup/backups/later", pressed).headers["Location"] == "/"
    assert "No backup is made from this computer" not in site.get("/").text
    until = from_microseconds(state_of(site).declined_until).astimezone()
    after = datetime.now().astimezone().date()
    assert timedelta(days=days) in (until.date() - before, until.date() - after)
    assert site.get("/setup/backups").headers["Location"] == "/"


@pytest.mark.parametrize("away", [timedelta(days=3653), timedelta(days=-3653)], ids=["ahead", "behind"])
def test_what_was_declined_while_the_clock_was_wrong_is_asked_again(
    away: timedelta, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else nobody would be asked for ten years."""
    wrong = to_microseconds(datetime.now(UTC) + away + backup_run.DECLINED_FOR)
    backup_state.change_state(site.settings.data_folder, lambda state: replace(state, declined_until=wrong))
    assert "No backup is made from this computer" in site.get("/").text
    assert site.post("/backups/later").headers["Location"] == "/"
    assert "No backup is made from this computer" not in site.get("/").text, "the control"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "whole path"),
        ("stick", "whole path"),
        ("{}/gone", "There is no folder"),
        ("{}/data", "folder of the record itself"),
        ("{}/data/inner", "folder of the record itself"),
        ("x" * 2000, "too long"),
        ("~nosuchuser/x", "whole path"),
        ("{}/" + "x" * 300, "There is no folder"),
        ("{}/a\0b", "There is no folder"),
    ],
)
def test_what_is_no_place_is_told_and_kept_in_the_field(
    typed: str, sentence: str, site: Site, tmp_path: Path
) -> None:
    (tmp_path / "data" / "inner").mkdir()
    answer = site.post("/backups/place", {"other": typed.format(tmp_path)})
    assert answer.status_code == 422 and sentence in answer.text
    assert state_of(site).place is None


@pytest.mark.parametrize(
    "said",
    [
        {"last_made": {"at": 2**62, "name": "x", "last_line": 1}},
        {"last_made": {"at": -(2**62), "name": "x", "last_line": 1}},
        {"last_proved": {"at": 2**62, "name": "x", "last_line": 1}},
        {"last_made": {"at": 1, "name": "x", "last_line": 2**63}},
        {"last_made": {"at": 1, "name": "../x", "last_line": 1}},
        {"problem": "Yes.", "problem_at": 2**62},
        {"declined_until": 2**62},
        {"place": "a\0b"},
    ],
)
def test_a_state_with_numbers_that_nobody_writes_counts_as_none(
    said: dict[str, object], chosen: Site, stick: Path
) -> None:
    file = chosen.settings.data_folder / "backups.json"
    file.write_text(json.dumps({"place": str(stick), **said}))
    assert state_of(chosen) == backup_state.BackupState()
    for page in ("/", "/backups"):
        assert chosen.get(page).status_code == 200
    assert look(chosen) > 0
    file.write_text(json.dumps({"place": str(stick), "problem": "Yes.", "problem_at": 1}))
    assert state_of(chosen).problem, "the control"


def test_a_place_that_may_not_be_looked_into_is_none(
    chosen: Site, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: object, *args: object, **more: object) -> os.stat_result:
        if str(stick) in str(path):
            raise PermissionError(errno.EACCES, "not for you")
        return real(path, *args, **more)  # type: ignore[arg-type]

    real = os.stat
    monkeypatch.setattr(os, "stat", refuse)
    look(chosen)
    assert "is not there" in chosen.get("/").text
    assert "There is no folder" in chosen.post("/backups/place", {"other": str(stick / "inner")}).text


def test_a_backup_is_made_signed_listed_and_in_the_trail(chosen: Site, stick: Path) -> None:
    assert chosen.post("/backups/make").headers["Location"] == "/backups/making"
    page = ended(chosen, "/backups/making").text
    assert "The backup is made" in page
    (file,) = stick.iterdir()
    assert read_signed_manifest(file).is_signed_by_member(chosen.work.vault)
    listed = chosen.get("/backups").text
    assert file.name in listed and ", signed" in listed
    assert "The last backup was made on" in chosen.get("/").text
    assert "backup.made" in events(chosen)


def test_a_signature_is_checked_before_the_list_says_signed(chosen: Site, stick: Path) -> None:
    chosen.post("/backups/make")
    ended(chosen, "/backups/making")
    (file,) = stick.iterdir()
    statement = read_signed_manifest(file).statement
    packed = struct.pack(">8sHI", b"CtBackup", 1, len(statement)) + statement + bytes([64]) + bytes(64)
    raw = packed + hashlib.sha256(packed).digest()
    forged(file, stick / f"clinic-backup-x-{chosen.work.vault.vault_id.hex[:8]}.tar", raw_manifest=raw)
    listed = chosen.get("/backups").text
    assert listed.count(", signed") == 1 and listed.count("the signature is not valid") == 1


def give_passphrase(site: Site) -> None:
    """Let the practice open with `WORDS`."""
    vault = site.work.vault
    with writing(site.work.engine) as db:
        key_slot_changes.replace_passphrase(db, vault, WORDS, cost=MIN_COST)
        header_backup.write_before_commit(db, vault)
        event = key_slot_events.with_slot_generation(AccessEvent.PHRASE_CHANGED, vault)
        audit_log.append_entry(db, vault, event, now=NOW)


def test_a_restore_is_proved_with_the_passphrase(chosen: Site, stick: Path) -> None:
    give_passphrase(chosen)
    chosen.post("/backups/make")
    ended(chosen, "/backups/making")
    (file,) = stick.iterdir()
    asked = chosen.get("/backups/prove").text
    assert file.name in asked and WORDS not in asked
    form = {"backup": file.name, "present_passphrase": WORDS}
    assert chosen.post("/backups/prove", form).headers["Location"] == "/backups/proving"
    page = ended(chosen, "/backups/proving").text
    assert "The restore is proved" in page, page
    proved = state_of(chosen).last_proved
    assert proved and proved.name == file.name
    assert "A restore was last proved on" in chosen.get("/").text and "backup.proved" in events(chosen)
    assert not (chosen.settings.data_folder / "clinic.unpacked").exists()


def sheet_form(backup: str, groups: tuple[str, ...]) -> dict[str, str]:
    return {"backup": backup} | {f"group{number}": group for number, group in enumerate(groups, 1)}


def test_a_restore_is_proved_with_the_recovery_sheet_alone(chosen: Site, stick: Path) -> None:
    chosen.post("/backups/make")
    ended(chosen, "/backups/making")
    (file,) = stick.iterdir()
    assert "/backups/prove/sheet" in chosen.get("/backups/prove").text
    assert file.name in chosen.get("/backups/prove/sheet").text
    form = sheet_form(file.name, chosen.work.groups)
    assert chosen.post("/backups/prove/sheet", form).headers["Location"] == "/backups/proving"
    page = ended(chosen, "/backups/proving").text
    assert "The restore is proved" in page, page
    proved = state_of(chosen).last_proved
    assert proved and proved.name == file.name and "backup.proved" in events(chosen)
    assert not (chosen.settings.data_folder / "clinic.unpacked").exists()


def test_a_sheet_that_is_mistyped_or_of_another_practice_proves_nothing(
    chosen: Site, stick: Path, tmp_path: Path
) -> None:
    chosen.post("/backups/make")
    ended(chosen, "/backups/making")
    (file,) = stick.iterdir()
    groups = chosen.work.groups
    changed = sheet_form(file.name, (groups[0][:-1] + ("A" if groups[0][-1] != "A" else "B"), *groups[1:]))
    for form in (changed, sheet_form(file.name, ("", *groups[1:])), sheet_form("other", groups)):
        answer = chosen.post("/backups/prove/sheet", form)
        assert answer.status_code == 422 and groups[1] not in answer.text
        assert ("Group 1" in answer.text) and ("Choose one of these" in answer.text) == (
            form["backup"] == "other"
        )
    stranger = practices.founded(tmp_path / "stranger")
    answer = chosen.post("/backups/prove/sheet", sheet_form(file.name, stranger.groups))
    assert answer.headers["Location"] == "/backups/proving"
    assert "The restore was not proved" in ended(chosen, "/backups/proving").text
    assert state_of(chosen).last_proved is None and "backup.proved" not in events(chosen)


def test_a_wrong_passphrase_proves_nothing_and_ends_the_process(chosen: Site, stick: Path) -> None:
    give_passphrase(chosen)
    chosen.post("/backups/make")
    ended(chosen, "/backups/making")
    (file,) = stick.iterdir()
    answer = chosen.post("/backups/prove", {"backup": file.name, "present_passphrase": "another"})
    assert answer.status_code in (401, 422, 503) and chosen.ends
    assert state_of(chosen).last_proved is None


def test_only_what_is_in_the_list_is_opened(chosen: Site, stick: Path) -> None:
    chosen.post("/backups/make")
    ended(chosen, "/backups/making")
    (stick / "clinic-backup-2026-01-01-000000Z-0badcafe.tar").write_bytes(b"of another practice")
    for name in ("../data/clinic.db", "clinic-backup-2026-01-01-000000Z-0badcafe.tar", ""):
        answer = chosen.post("/backups/prove", {"backup": name, "present_passphrase": "x"})
        assert answer.status_code == 422 and "Choose one of these" in answer.text


def test_without_a_backup_there_is_nothing_to_prove_and_no_page_of_a_job(chosen: Site) -> None:
    for page in ("/backups/prove", "/backups/prove/sheet", "/backups/making", "/backups/proving"):
        assert chosen.get(page).headers["Location"] == "/backups"


def test_it_can_be_stopped_and_leaves_nothing(
    chosen: Site, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached, go_on = threading.Event(), threading.Event()
    end = archive.write_end

    def held(target: object) -> None:
        reached.set()
        go_on.wait(30)
        end(target)  # type: ignore[arg-type]

    monkeypatch.setattr(archive, "write_end", held)
    chosen.post("/backups/make")
    assert reached.wait(30)
    page = chosen.get("/backups/making")
    assert page.headers["Refresh"] == "2" and "Stop" in page.text
    threading.Timer(0.1, go_on.set).start()
    assert chosen.post("/backups/stop").headers["Location"] == "/backups"
    assert "This was stopped. Nothing was changed." in ended(chosen, "/backups/making").text
    assert list(stick.iterdir()) == []


def test_one_at_a_time(chosen: Site, stick: Path) -> None:
    with backup_run.hold_turn():
        chosen.post("/backups/make")
        assert "being made or proved just now" in ended(chosen, "/backups/making").text
    assert list(stick.iterdir()) == []


def look(site: Site, now: datetime | None = None) -> float:
    """What the thread does each minute."""
    return backup_timer.look_once(site.app.worker, threading.Event(), now=now or datetime.now(UTC))


def test_by_itself_while_unlocked_signed_and_once_a_day(chosen: Site, stick: Path) -> None:
    chosen.app.worker.has_practice = True
    look(chosen)
    (first,) = stick.iterdir()
    assert read_signed_manifest(first).manifest.signer
    look(chosen)
    assert len(list(stick.iterdir())) == 1, "not twice a day"
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    look(chosen, tomorrow)
    assert len(list(stick.iterdir())) == 1, "nothing has changed since"
    chosen.work.client("Femi Adeyemi")
    look(chosen, tomorrow)
    assert len(list(stick.iterdir())) == 2


def test_by_itself_while_locked(chosen: Site, stick: Path) -> None:
    chosen.app.worker.logins.clear()
    look(chosen)
    (file,) = stick.iterdir()
    manifest = read_signed_manifest(file).manifest
    assert manifest.signer is None and manifest.faults == 0
    assert events(chosen)[0] == "backup.made_locked" or "backup.made_locked" in events(chosen)


def test_a_clock_that_went_back_makes_one_and_prunes_none(chosen: Site, stick: Path) -> None:
    look(chosen)
    chosen.work.client("Femi Adeyemi")
    look(chosen, datetime.now(UTC) - timedelta(days=3650))
    assert len(list_backups(stick, chosen.work.vault.vault_id.hex[:8])) == 2


def test_a_stick_that_is_not_there_is_said_and_done_when_it_is_back(chosen: Site, stick: Path) -> None:
    stick.rmdir()
    look(chosen)
    today = chosen.get("/").text
    assert "No backup could be made since" in today and "Plug it in" in today
    written = (chosen.settings.data_folder / "backups.json").stat().st_mtime_ns
    look(chosen)
    assert (chosen.settings.data_folder / "backups.json").stat().st_mtime_ns == written, "said once"
    stick.mkdir()
    look(chosen)
    assert len(list(stick.iterdir())) == 1
    assert "No backup could be made" not in chosen.get("/").text


def test_where_the_trail_takes_no_line_there_is_one_a_day(
    chosen: Site, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And not a whole backup at every look until the disk is full."""

    def refuse(*args: object, **kwargs: object) -> None:
        raise StorageFull

    now = datetime.now(UTC)
    with monkeypatch.context() as patched:
        patched.setattr(backup_run, "_note_in_trail", refuse)
        for minutes in range(0, 90, 15):
            look(chosen, now + timedelta(minutes=minutes))
    assert len(list(stick.iterdir())) == 1
    assert "No backup could be made since" in chosen.get("/").text, "it is told"
    chosen.work.client("Femi Adeyemi")
    with monkeypatch.context() as patched:
        # Nothing at all can be noted, so each look makes one, and the rule removes what is too many.
        patched.setattr(backup_state, "change_state", refuse)
        for days in range(2, 32):
            with suppress(StorageFull):
                look(chosen, now + timedelta(days=days))
    assert 7 <= len(list(stick.iterdir())) < 15


def test_while_a_restore_is_proved_it_waits_and_says_nothing(chosen: Site, stick: Path) -> None:
    with backup_run.hold_turn():
        assert look(chosen) == backup_timer.LOOK_SECONDS
    assert state_of(chosen).problem == "" and list(stick.iterdir()) == []
    look(chosen)
    assert len(list(stick.iterdir())) == 1, "the control"


def test_a_thread_that_is_told_to_end_stops_in_the_middle(chosen: Site, stick: Path) -> None:
    must_end = threading.Event()
    must_end.set()
    backup_timer.look_once(chosen.app.worker, must_end, now=datetime.now(UTC))
    assert list(stick.iterdir()) == [] and state_of(chosen).problem == ""


def test_no_error_ends_the_thread(chosen: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = []
    must_end = threading.Event()

    def fail(*args: object, **kwargs: object) -> float:
        looks.append(1)
        if len(looks) == 3:
            must_end.set()
        raise RuntimeError

    monkeypatch.setattr(backup_timer, "look_once", fail)
    monkeypatch.setattr(backup_timer, "FIRST_LOOK_SECONDS", 0.0)
    monkeypatch.setattr(backup_timer, "AFTER_FAILURE_SECONDS", 0.0)
    backup_timer.make_when_due(chosen.app.worker, must_end)
    assert len(looks) == 3


def test_nothing_is_due_without_a_place(site: Site) -> None:
    assert not backup_run.is_due(state_of(site), store_of(site.work.engine), now=datetime.now(UTC))


def test_a_data_folder_in_a_synced_one_and_a_copy_beside_it_are_said_on_today(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "keeps in step" not in site.get("/").text, "the control"
    service = synced_folders.SyncService.NEXTCLOUD
    monkeypatch.setattr(folder_warnings, "_find_service", lambda folder: service)
    (site.settings.data_folder / "clinic (conflicted copy 2026-11-30 101500).db").touch()
    today = site.get("/").text
    assert "Nextcloud keeps in step" in today and "conflicted copy" in today


def replace_every_key(site: Site) -> None:
    """Give the practice new keys, and open it again with them."""
    engine, vault = site.work.engine, site.work.vault
    give_passphrase(site)
    with reading(engine) as db:
        keys = key_slots.open_keys_with_passphrase(db, vault.user_id, WORDS)
    secrets = key_replacement.NewSecrets(WORDS, recovery_sheet.generate_groups())
    key_replacement.replace_all_keys(
        engine, vault, keys, secrets, now=NOW, report_progress=report_nothing, cost=MIN_COST
    )
    engine.dispose()
    site.work.engine = site.app.worker.engine = open_store(site.settings.data_folder)
    with writing(site.work.engine) as db:
        site.work.vault = practice_access.unlock_with_passphrase(db, WORDS, now=NOW)
    site.unlock()


def test_after_new_keys_an_old_backup_counts_for_nothing(chosen: Site, stick: Path) -> None:
    """It opens with the secrets that somebody else may have, and with no other."""
    look(chosen)
    (old,) = stick.iterdir()
    assert not backup_run.is_due(state_of(chosen), store_of(chosen.work.engine), now=datetime.now(UTC))
    assert "A new backup is needed" not in chosen.get("/").text, "the control"
    replace_every_key(chosen)
    today = " ".join(chosen.get("/").text.split())
    assert "before the new keys: it opens only with the old passphrase or sheet" in today
    assert "A new backup is needed. It is made within a few minutes." in today
    listed = chosen.get("/backups").text
    assert "from before the new keys: opens only with the old passphrase or sheet" in listed
    assert "signed" not in listed[listed.index(old.name) : listed.index("Another place")]
    chosen.app.worker.logins.clear()
    look(chosen)
    assert len(list(stick.iterdir())) == 2, "at once, also while locked"
    chosen.unlock()
    today = chosen.get("/").text
    assert "A new backup is needed" not in today and "before the new keys" not in today
    assert chosen.get("/backups").text.count("opens only with the old") == 1


def test_where_none_can_be_made_after_new_keys_both_are_said(chosen: Site, stick: Path) -> None:
    look(chosen)
    replace_every_key(chosen)
    for file in stick.iterdir():
        file.unlink()
    stick.rmdir()
    look(chosen)
    today = chosen.get("/").text
    assert "A new backup is needed" in today and "Plug it in" in today and "within a few minutes" not in today
