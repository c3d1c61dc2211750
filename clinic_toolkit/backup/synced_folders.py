"""Folders that a program keeps in step with other computers, known by the marks that those programs leave.

Such a program replaces files while they are in use and mixes the states of two computers, so a live store
must not lie there. A backup may: it is one file that never changes.
"""

import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path

from clinic_toolkit.store import folder


class SyncService(StrEnum):
    """The programs that are recognised, by the names that people know."""

    DROPBOX = "Dropbox"
    ONEDRIVE = "OneDrive"
    ICLOUD = "iCloud Drive"
    NEXTCLOUD = "Nextcloud"
    SYNCTHING = "Syncthing"
    GOOGLE_DRIVE = "Google Drive"


# Files and folders that a program leaves at the top of what it keeps in step.
_MARKS = (
    (SyncService.SYNCTHING, re.compile(r"\.stfolder")),
    (SyncService.DROPBOX, re.compile(r"\.dropbox\.cache")),
    (
        SyncService.NEXTCLOUD,
        re.compile(r"\.?_?\.?sync_[0-9a-f]+\.db|\.(nextcloud|owncloud)sync\.log", re.IGNORECASE),
    ),
    (SyncService.ONEDRIVE, re.compile(r"\.849C9593-D756-4E56-8D6E-42412F2A707B", re.IGNORECASE)),
    (SyncService.GOOGLE_DRIVE, re.compile(r"\.tmp\.drive(down|up)load")),
)
# Names of the folders themselves.
_FOLDER_NAMES = (
    (SyncService.ICLOUD, re.compile(r"iCloudDrive|com~apple~CloudDocs|Mobile Documents", re.IGNORECASE)),
    (SyncService.GOOGLE_DRIVE, re.compile(r"GoogleDrive-.+|Google ?Drive", re.IGNORECASE)),
    (SyncService.ONEDRIVE, re.compile(r"OneDrive([ -].+)?", re.IGNORECASE)),
    (SyncService.DROPBOX, re.compile(r"Dropbox([ -(].+)?", re.IGNORECASE)),
)
_APPLICATION_DATA = ("APPDATA", "LOCALAPPDATA")
_ONEDRIVE_VARIABLES = ("OneDrive", "OneDriveConsumer", "OneDriveCommercial")
_USUAL_NAMES = ("Dropbox", "OneDrive", "Nextcloud", "Sync", "iCloudDrive", "Google Drive")
_MAX_NAMES, _MAX_CONFIG_BYTES = 20_000, 1 << 20

# What this program makes in a data folder; everything else that begins alike is a copy of somebody's.
_OUR_NAME = re.compile(
    r"clinic\.(db((-wal|-shm|-journal)?(\.new)?|-wal\.aside(\.\w+)?|\.new-(wal|shm|journal)"
    r"|\.rescued\.\w+|\.rescue_copies\.\w+)|anchor|head|missing|deletions|backup|restoring|unpacked)(\.new)?"
)
_STORE_NAME = re.compile(r"clinic(?![a-z]).*(\.db|\.anchor|\.head|\.missing|conflict)", re.IGNORECASE)


def find_sync_service(
    place: Path, *, home: Path, environ: Mapping[str, str] = os.environ
) -> SyncService | None:
    """The program that keeps this folder, or one above it, in step; None if no mark of one is found."""
    place = _resolved(place)
    for root, service in _configured_roots(home, environ):
        if place == root or root in place.parents:
            return service
    for above in (place, *place.parents):
        for service, pattern in _FOLDER_NAMES:
            # A whole home folder, or a disk, that is called so is a coincidence.
            if above != home and len(above.parts) > 1 and pattern.fullmatch(above.name):
                return service
        if found := _find_mark(above):
            return found
    return None


def list_conflict_copies(data_folder: Path) -> list[str]:
    """The names of copies of the store's files that another program made in its folder."""
    try:
        names = sorted(os.listdir(data_folder))
    except OSError:
        return []
    return [name for name in names if _STORE_NAME.match(name) and not _OUR_NAME.fullmatch(name)]


def list_usual_folders(home: Path) -> list[Path]:
    """The usual folders of these programs that there are, for backups."""
    names = [home / name for name in _USUAL_NAMES]
    if sys.platform == "darwin":
        cloud = home / "Library"
        names += [cloud / "Mobile Documents" / "com~apple~CloudDocs", *_listed(cloud / "CloudStorage")]
    return [place for place in names if os.path.isdir(place)]


def describe_placement(data_folder: Path, service: SyncService) -> str:
    """What to do about a data folder in such a place."""
    return (
        f"The data folder {data_folder} lies in a folder that {service} keeps in step with other computers. "
        "That program can replace files while they are in use, and saves can be lost. Quit this program, "
        "move the data folder to a place of this computer only, and start again with --data and the new "
        "folder. "
        "Backups can stay there: they never change."
    )


def describe_copies(names: list[str]) -> str:
    """What to do about copies beside the store."""
    return (
        f"Beside the data file {folder.DATABASE_FILE} there is another copy that this program did not make: "
        f"{', '.join(names)}. It was not opened. It may hold saves of another computer that are not in this "
        "record. Keep a copy of the whole folder before you delete it."
    )


def _find_mark(place: Path) -> SyncService | None:
    for name in _names_in(place):
        for service, pattern in _MARKS:
            if pattern.fullmatch(name):
                return service
    return None


def _names_in(place: Path) -> Iterator[str]:
    try:
        with os.scandir(place) as entries:
            for _, entry in zip(range(_MAX_NAMES), entries, strict=False):
                yield entry.name
    except OSError:
        return


def _configured_roots(home: Path, environ: Mapping[str, str]) -> Iterator[tuple[Path, SyncService]]:
    """The folders that these programs name in their own settings."""
    for variable in _ONEDRIVE_VARIABLES:
        if environ.get(variable):
            yield _resolved(Path(environ[variable])), SyncService.ONEDRIVE
    folders = (Path(environ.get(name) or home) / "Dropbox" for name in _APPLICATION_DATA)
    for base in (home / ".dropbox", *folders):
        for path in _dropbox_paths(base / "info.json"):
            yield _resolved(Path(path)), SyncService.DROPBOX


def _dropbox_paths(config: Path) -> list[str]:
    try:
        with config.open("rb") as source:
            accounts = json.loads(source.read(_MAX_CONFIG_BYTES))
        return [account["path"] for account in accounts.values() if isinstance(account.get("path"), str)]
    except (OSError, ValueError, AttributeError, TypeError, RecursionError):
        return []


def _listed(place: Path) -> list[Path]:
    return [place / name for name in sorted(_names_in(place))]


def _resolved(place: Path) -> Path:
    try:
        return place.expanduser().resolve()
    except (OSError, RuntimeError):
        return place.absolute()
