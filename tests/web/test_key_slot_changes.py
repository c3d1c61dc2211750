"""Changing the ways in: the present passphrase is asked as at the lock, and the old secret is gone after."""

import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from clinic_toolkit.backup import backup_run
from clinic_toolkit.crypto.passphrase_kdf import MIN_COST
from clinic_toolkit.journal import audit_log
from clinic_toolkit.record.people import secret_changes
from clinic_toolkit.store import folder
from clinic_toolkit.store.opening import open_store
from clinic_toolkit.store.sqlite import rescue_copies
from clinic_toolkit.store.sqlite.store import SqliteStore
from clinic_toolkit.store.transactions import reading, store_of, writing
from clinic_toolkit.vault import key_slot_changes, key_slots, unlock_attempts
from clinic_toolkit.vault.key_slot_tables import KeySlotKind, slot_table
from clinic_toolkit.vault.key_slots import WrongSecret
from tests.fixtures import audit_lines, cheap_derivations, passphrase_checks
from tests.fixtures.practices import NOW
from tests.fixtures.sites import Site

RIGHT, NEXT = "glacier mandolin unwrapped", "ottoman velvet cinder plume hazard"
VERSION = re.compile(r'name="version" value="([^"]+)"')
FORMS = {
    "/practice/passphrase": {"passphrase": NEXT, "passphrase_again": NEXT},
    "/practice/code": {"code": "4H7K2M"},
    "/practice/sheet": {},
}


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    cheap_derivations.use(monkeypatch)


@pytest.fixture
def knows(monkeypatch: pytest.MonkeyPatch) -> None:
    """The passphrase is compared without its second of work."""
    passphrase_checks.know_passphrase(monkeypatch, lambda typed: typed == RIGHT)


def events(site: Site, newest: int = 3) -> list[tuple[str, bool]]:
    with reading(site.work.engine) as db:
        return [
            (line.event, line.has_signature) for line in audit_lines.lines(db, site.work.vault, newest=newest)
        ]


def opens(site: Site, groups: list[str] | tuple[str, ...]) -> bool:
    try:
        with reading(site.work.engine) as db:
            return key_slots.unlock_with_recovery_sheet(db, " ".join(groups)).slots_intact
    except WrongSecret:
        return False


@pytest.mark.parametrize("path", FORMS)
def test_a_wrong_present_passphrase_is_counted_and_ends_the_process(
    site: Site, knows: None, path: str
) -> None:
    site.keeper.hold_return_blob(b"sealed")
    answer = site.post(path, FORMS[path] | {"present_passphrase": "glacier mandolin unwraped"})
    assert answer.status_code == 422
    assert "This is not your present passphrase. Nothing was changed" in answer.text
    assert "unwraped" not in answer.text
    assert f'name="back" value="{path}"' in answer.text
    assert site.ends == ["wrong secret"]
    assert unlock_attempts.count_most_failures(site.settings.data_folder) == 1
    assert not site.keeper.has_return_blob()
    assert events(site, 1) == [("practice.passphrase_refused", True)]
    assert site.get("/practice").headers["Location"].startswith("/unlock")
    assert opens(site, site.work.groups)


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize("typed", ["", "x" * 1001])
def test_nothing_and_too_much_are_not_tried(site: Site, knows: None, path: str, typed: str) -> None:
    answer = site.post(path, FORMS[path] | {"present_passphrase": typed})
    assert answer.status_code == 422
    assert "Type your present passphrase." in answer.text
    assert not site.ends
    assert unlock_attempts.count_most_failures(site.settings.data_folder) == 0


def test_the_right_one_leaves_no_failure_behind(site: Site, knows: None) -> None:
    assert site.post("/practice/code", {"code": "4H7K2M", "present_passphrase": RIGHT}).status_code == 303
    assert unlock_attempts.count_most_failures(site.settings.data_folder) == 0
    assert not site.ends


def drawn_on(site: Site) -> tuple[list[str], list[int]]:
    """Ask for a new sheet; its groups as they stand on the paper, and the numbers that are asked for."""
    assert (
        site.post("/practice/sheet", {"present_passphrase": RIGHT}).headers["Location"] == "/practice/sheet"
    )
    page = site.get("/practice/sheet").text
    asked = [int(number) for number in re.findall(r'name="group_(\d)"', page)]
    paper = site.get("/practice/sheet/paper").text
    groups = list(dict.fromkeys(re.findall(r"<strong>([0-9A-Z]{5})</strong>", paper)))
    assert len(groups) == 8 and len(asked) == 2
    assert not any(group in page for group in groups)
    return groups, asked


def test_a_new_sheet_from_the_page_to_the_paper_and_back(site: Site, knows: None) -> None:
    assert "recovery sheet that opens" not in site.get("/practice").text
    assert site.get("/practice/sheet/paper").headers["Location"] == "/practice/sheet"
    groups, asked = drawn_on(site)
    assert opens(site, site.work.groups) and not opens(site, groups)
    wrong = site.post("/practice/sheet", {f"group_{number}": "AAAAA" for number in asked})
    assert wrong.status_code == 422
    assert f"This is not group {asked[0]} of your sheet" in wrong.text
    assert opens(site, site.work.groups) and not opens(site, groups)
    right = site.post("/practice/sheet", {f"group_{number}": groups[number - 1].lower() for number in asked})
    assert right.headers["Location"] == "/practice?saved=sheet"
    assert opens(site, groups) and not opens(site, site.work.groups)
    page = site.get("/practice?saved=sheet").text
    assert "The new recovery sheet is in use." in page
    assert "The recovery sheet that opens the practice was made on" in page
    # Proved once, it is never shown again.
    assert site.get("/practice/sheet/paper").headers["Location"] == "/practice/sheet"
    assert ("practice.sheet_replaced slots-2", True) in events(site)


def test_an_unproved_sheet_is_not_shown_twice(site: Site, knows: None) -> None:
    groups, asked = drawn_on(site)
    again = site.get("/practice/sheet/paper")
    assert again.headers["Location"] == "/practice/sheet"
    page = site.get("/practice/sheet").text
    assert "cannot be shown again" in page and "Open the recovery sheet" not in page
    # The paper that was printed is good all the same.
    right = {f"group_{number}": groups[number - 1] for number in asked}
    assert site.post("/practice/sheet", right).headers["Location"] == "/practice?saved=sheet"
    # Another one is shown anew.
    other, _ = drawn_on(site)
    assert not set(groups) & set(other)


def test_the_old_sheet_can_be_kept(site: Site, knows: None) -> None:
    groups, _ = drawn_on(site)
    assert site.post("/practice/sheet", {"keep": "yes"}).headers["Location"] == "/practice"
    assert site.get("/practice/sheet/paper").headers["Location"] == "/practice/sheet"
    assert opens(site, site.work.groups) and not opens(site, groups)


def test_saving_the_settings_keeps_the_date_of_the_sheet(site: Site, knows: None) -> None:
    groups, asked = drawn_on(site)
    site.post("/practice/sheet", {f"group_{number}": groups[number - 1] for number in asked})
    version = VERSION.search(site.get("/practice").text)
    assert version
    about = {
        "practice_name": "Harbour", "clinician_name": "Nora", "country": "IE", "record_role": "full",
        "crisis_text": "112", "limits_text": "Except in danger.",
        "version": version[1],
    }  # fmt: skip
    assert site.post("/practice", about).status_code == 303
    assert "The recovery sheet that opens the practice was made on" in site.get("/practice").text


def files_with(place: Path, bytes_: bytes) -> list[str]:
    return sorted(file.name for file in place.rglob("*") if file.is_file() and bytes_ in file.read_bytes())


def a_new_sheet(site: Site) -> str:
    groups, asked = drawn_on(site)
    answer = site.post("/practice/sheet", {f"group_{number}": groups[number - 1] for number in asked})
    return str(answer.headers["Location"])


def a_new_passphrase(site: Site) -> str:
    answer = site.post("/practice/passphrase", FORMS["/practice/passphrase"] | {"present_passphrase": RIGHT})
    return str(answer.headers["Location"])


@pytest.mark.parametrize("folded", [True, False], ids=["folded", "control"])
@pytest.mark.parametrize(
    ("kind", "change"),
    [(KeySlotKind.RECOVERY_SHEET, a_new_sheet), (KeySlotKind.PASSPHRASE, a_new_passphrase)],
)
def test_the_old_slot_is_in_no_file_when_the_page_has_answered(
    site: Site,
    knows: None,
    monkeypatch: pytest.MonkeyPatch,
    kind: int,
    change: Callable[[Site], str],
    folded: bool,
) -> None:
    monkeypatch.setattr(key_slot_changes, "calibrate_cost", lambda: MIN_COST)
    with writing(site.work.engine) as db:
        key_slot_changes.replace_passphrase(db, site.work.vault, RIGHT, cost=MIN_COST)
    with reading(site.work.engine) as db:
        old: bytes = db.execute(select(slot_table.c.sealed).where(slot_table.c.kind == kind)).scalar_one()
    place = site.settings.data_folder
    assert files_with(place, old)
    if not folded:
        monkeypatch.setattr(SqliteStore, "purge_copies", lambda store: False)
    then = change(site)
    if folded:
        assert not files_with(place, old)
        assert not then.endswith("-later")
    else:
        assert "clinic.db-wal" in files_with(place, old)
        assert then.endswith("-later")
        assert "Lock once" in site.get(then).text


@pytest.mark.parametrize(
    ("kind", "change"),
    [(KeySlotKind.RECOVERY_SHEET, a_new_sheet), (KeySlotKind.PASSPHRASE, a_new_passphrase)],
)
def test_a_kill_before_the_page_has_answered_leaves_the_rest_to_the_next_start(
    site: Site,
    knows: None,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    kind: int,
    change: Callable[[Site], str],
) -> None:
    """The old slot is in copies that the page was about to remove, and nobody was told of them."""
    monkeypatch.setattr(key_slot_changes, "calibrate_cost", lambda: MIN_COST)
    with writing(site.work.engine) as db:
        key_slot_changes.replace_passphrase(db, site.work.vault, RIGHT, cost=MIN_COST)
    with reading(site.work.engine) as db:
        old: bytes = db.execute(select(slot_table.c.sealed).where(slot_table.c.kind == kind)).scalar_one()
    place, killed = site.settings.data_folder, tmp_path / "killed"
    copy, before_upgrade = "clinic.db-wal.aside.1", folder.UPGRADE_BACKUP_FOLDER
    shutil.copy(place / "clinic.db-wal", place / copy)
    store_of(site.work.engine).write_snapshot(place / before_upgrade)

    def leave_as_a_kill_does(store: SqliteStore) -> bool:
        shutil.copytree(place, killed)
        return False

    monkeypatch.setattr(SqliteStore, "purge_copies", leave_as_a_kill_does)
    change(site)
    monkeypatch.undo()
    assert copy in files_with(killed, old) and files_with(killed / before_upgrade, old), "the control"
    open_store(killed).dispose()
    assert files_with(killed, old) == []


@pytest.mark.parametrize("change", [a_new_passphrase, a_new_sheet])
def test_a_rescued_copy_is_removed_or_named(
    site: Site, knows: None, monkeypatch: pytest.MonkeyPatch, change: Callable[[Site], str]
) -> None:
    """Its ways in are those of its time."""
    monkeypatch.setattr(key_slot_changes, "calibrate_cost", lambda: MIN_COST)
    file = site.settings.data_folder / "clinic.db"
    with closing(sqlite3.connect(file)) as store:
        first, second = rescue_copies.create_copy(file, store), rescue_copies.create_copy(file, store)
    with closing(sqlite3.connect(second)) as parted:
        tip, before = parted.execute("SELECT seq, hash FROM audit_line ORDER BY seq DESC LIMIT 1").fetchone()
        parted.execute("INSERT INTO audit_line VALUES (?, ?, ?, NULL)", (tip + 1, bytes(32), before))
        parted.commit()
    rescue_copies.delete_unacknowledged_marker(file)
    then = change(site)
    assert rescue_copies.list_copies(file) == [second] != [first]
    page = site.get(then).text
    assert "The old one still opens a copy" in page and second.name in page and first.name not in page
    second.unlink()
    assert "still opens a copy" not in site.get(then).text


@pytest.mark.parametrize("change", [a_new_passphrase, a_new_sheet])
def test_what_an_interrupted_backup_left_goes_and_what_a_restore_put_aside_is_named(
    site: Site, knows: None, monkeypatch: pytest.MonkeyPatch, change: Callable[[Site], str]
) -> None:
    """The way in that was replaced would open them."""
    monkeypatch.setattr(key_slot_changes, "calibrate_cost", lambda: MIN_COST)
    data = site.settings.data_folder
    names = folder.SNAPSHOT_FOLDER, folder.UNPACKED_FOLDER, folder.UPGRADE_BACKUP_FOLDER
    left = [data / name for name in names]
    for place in [*left, data / "before-restore-1"]:
        store_of(site.work.engine).write_snapshot(place)
    then = change(site)
    assert not any(place.exists() for place in left)
    page = site.get(then).text
    assert "The old one still opens a copy" in page and "before-restore-1" in page
    assert (data / "before-restore-1" / "clinic.db").exists()


def test_a_backup_that_is_being_made_is_let_finish_and_the_page_says_so(
    site: Site, knows: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_slot_changes, "calibrate_cost", lambda: MIN_COST)
    with backup_run.hold_turn():
        store_of(site.work.engine).write_snapshot(site.settings.data_folder / folder.SNAPSHOT_FOLDER)
        assert a_new_sheet(site).endswith("-later")
    assert (site.settings.data_folder / folder.SNAPSHOT_FOLDER).exists()


def test_a_failed_unlock_leaves_a_line_that_the_next_unlock_vouches_for(locked: Site) -> None:
    with writing(locked.work.engine) as db:
        secret_changes.replace_recovery_sheet(db, locked.work.vault, now=NOW)
        groups = key_slot_changes.replace_recovery_sheet(db, locked.work.vault)
    old = {f"group{number}": group for number, group in enumerate(locked.work.groups, 1)}
    assert locked.post("/unlock/sheet", old).status_code == 422
    assert events(locked, 1) == [("unlock.failed", False)]
    locked.app.worker.is_ending = False  # the next process
    new = {f"group{number}": group for number, group in enumerate(groups, 1)}
    assert locked.post("/unlock/sheet", new).headers["Location"] == "/unlock/choose"
    (opened, _), (adopted, signed), (failed, vouched) = events(locked, 3)
    assert (opened, failed, vouched) == ("practice.unlocked_with_sheet", "unlock.failed", False)
    assert signed and re.fullmatch(r"audit\.adopted (\d+)-\1", adopted)


def test_a_forged_line_is_said_after_the_unlock_and_keeps_nobody_out(
    locked: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_slot_changes, "calibrate_cost", lambda: MIN_COST)
    with writing(locked.work.engine) as db:
        seq = audit_log.append_keyless_entry(db, locked.work.vault.vault_id, "unlock.failed", now=NOW)
    groups = {f"group{number}": group for number, group in enumerate(locked.work.groups, 1)}
    assert locked.post("/unlock/sheet", groups).status_code == 303
    assert (f"audit.not_adopted {seq}", True) in events(locked)
    answer = locked.post("/unlock/choose", {"passphrase": NEXT, "passphrase_again": NEXT})
    assert answer.headers["Location"] == "/unlock/trail"


def test_the_page_of_the_forged_line_names_it(site: Site) -> None:
    site.app.worker.logins["known"].values["line in doubt"] = 7
    page = site.get("/unlock/trail").text
    assert "Line 7 was written while the practice was locked" in page
    assert "Go on" in page


def test_the_groups_of_a_sheet_are_typed_in_plain_sight(locked: Site) -> None:
    page = locked.get("/unlock/sheet").text
    assert page.count('name="group') == 8
    assert 'type="password"' not in page
    assert "Show what I type" not in page
    assert page.count('autocomplete="off"') >= 8
