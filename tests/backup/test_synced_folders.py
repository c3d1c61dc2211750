"""A data folder that another program keeps in step is recognised by its marks, and its copies are noticed."""

import json
from pathlib import Path

import pytest

from clinic_toolkit.backup.synced_folders import (
    SyncService,
    find_sync_service,
    list_conflict_copies,
    list_usual_folders,
)
from tests.fixtures.practices import Work


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home folder with one plain folder in it."""
    (tmp_path / "home" / "plain" / "clinic").mkdir(parents=True)
    return tmp_path / "home"


def found(place: Path, home: Path, **environ: str) -> SyncService | None:
    return find_sync_service(place, home=home, environ=environ)


def test_a_plain_folder_is_none(home: Path) -> None:
    assert found(home / "plain" / "clinic", home) is None
    assert found(home / "not there yet" / "clinic", home) is None


@pytest.mark.parametrize(
    ("mark", "service"),
    [
        (".stfolder", SyncService.SYNCTHING),
        (".dropbox.cache", SyncService.DROPBOX),
        (".sync_4f1b6dbbd5a4.db", SyncService.NEXTCLOUD),
        ("._sync_4f1b6dbbd5a4.db", SyncService.NEXTCLOUD),
        (".nextcloudsync.log", SyncService.NEXTCLOUD),
        (".owncloudsync.log", SyncService.NEXTCLOUD),
        (".849C9593-D756-4E56-8D6E-42412F2A707B", SyncService.ONEDRIVE),
        (".tmp.driveupload", SyncService.GOOGLE_DRIVE),
    ],
)
def test_a_mark_at_any_height_is_known(mark: str, service: SyncService, home: Path) -> None:
    assert found(home / "plain" / "clinic", home) is None, "the control"
    (home / "plain" / mark).touch()
    assert found(home / "plain" / "clinic", home) is service
    assert found(home / "plain", home) is service
    (home / "other").mkdir()
    assert found(home / "other", home) is None


@pytest.mark.parametrize(
    ("place", "service"),
    [
        ("Dropbox/clinic", SyncService.DROPBOX),
        ("Dropbox (Personal)/clinic", SyncService.DROPBOX),
        ("OneDrive/Documents", SyncService.ONEDRIVE),
        ("OneDrive - Harbour Practice/clinic", SyncService.ONEDRIVE),
        ("Library/CloudStorage/OneDrive-Personal", SyncService.ONEDRIVE),
        ("Library/CloudStorage/GoogleDrive-a@example.org/My Drive", SyncService.GOOGLE_DRIVE),
        ("Google Drive/clinic", SyncService.GOOGLE_DRIVE),
        ("iCloudDrive/clinic", SyncService.ICLOUD),
        ("Library/Mobile Documents/com~apple~CloudDocs/clinic", SyncService.ICLOUD),
        ("Dropboxes/clinic", None),
        ("my OneDrive notes/clinic", None),
    ],
)
def test_the_folders_of_the_three_systems(place: str, service: SyncService | None, home: Path) -> None:
    (home / place).mkdir(parents=True)
    assert found(home / place, home) is service


def test_their_own_settings_are_asked(home: Path, tmp_path: Path) -> None:
    chosen = home / "plain"
    (home / ".dropbox").mkdir()
    (home / ".dropbox" / "info.json").write_text(json.dumps({"personal": {"path": str(chosen)}}))
    assert found(chosen / "clinic", home) is SyncService.DROPBOX
    for broken in ("", "[]", '{"personal": 3}', '{"personal": {"path": 7}}', "{", "[" * 99_999):
        (home / ".dropbox" / "info.json").write_text(broken)
        assert found(chosen / "clinic", home) is None
    assert found(chosen / "clinic", home, OneDriveCommercial=str(chosen)) is SyncService.ONEDRIVE
    (tmp_path / "roaming" / "Dropbox").mkdir(parents=True)
    (tmp_path / "roaming" / "Dropbox" / "info.json").write_text(json.dumps({"b": {"path": str(chosen)}}))
    assert found(chosen / "clinic", home, APPDATA=str(tmp_path / "roaming")) is SyncService.DROPBOX


def test_a_link_into_such_a_folder_is_followed(home: Path) -> None:
    (home / "Dropbox" / "clinic").mkdir(parents=True)
    (home / "link").symlink_to(home / "Dropbox" / "clinic")
    assert found(home / "link", home) is SyncService.DROPBOX


@pytest.mark.parametrize(
    "name",
    [
        "clinic (Nora's conflicted copy 2026-11-30).db",
        "clinic (conflicted copy 2026-11-30 101500).db",
        "clinic_conflict-20261130-101500.db",
        "clinic.sync-conflict-20261130-101500-ABCDEFG.db",
        "clinic-LAPTOP-7Q2.db",
        "clinic 2.db",
        "clinic (1).db",
        "clinic.db.conflict1",
        "clinic.db (1)",
        "clinic.conflict2.anchor",
    ],
)
def test_a_conflict_copy_is_noticed(name: str, work: Work, tmp_path: Path) -> None:
    assert list_conflict_copies(tmp_path / "data") == [], "the control: our own files are none"
    (tmp_path / "data" / name).touch()
    assert list_conflict_copies(tmp_path / "data") == [name]


def test_our_own_files_are_no_conflict_copies(tmp_path: Path) -> None:
    for name in (
        "clinic.db clinic.db-wal clinic.db-shm clinic.db.new clinic.db-wal.aside.3 clinic.db-wal.aside.owed "
        "clinic.db.rescued.2 clinic.db.rescued.new clinic.db.rescued.unseen clinic.anchor clinic.anchor.new "
        "clinic.head clinic.missing clinic.backup.new clinic.restoring clinic.unpacked"
    ).split():
        (tmp_path / name).touch()
    assert list_conflict_copies(tmp_path) == []
    assert list_conflict_copies(tmp_path / "gone") == []


def test_the_folders_for_backups_are_those_that_are_there(home: Path) -> None:
    assert list_usual_folders(home) == []
    (home / "Nextcloud").mkdir()
    assert list_usual_folders(home) == [home / "Nextcloud"]
