"""Launch files: each lets one browser into the running program, once, and only this user can read it.

The file is an HTML page that redirects to the program with a token in the URL. Its name is a hash of the
token, so redeeming the token means deleting the file. That works once, in whichever process, and a second
start needs no connection to the first. The token is never in a program's arguments.
"""

import hashlib
import os
import secrets
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from clinic_toolkit.store.folder import is_writable, prepare_folder
from clinic_toolkit.store.storage_errors import StorageReadOnly

LAUNCH_FOLDER = "open"
LAUNCH_PATH = "/open"
_MAX_TOKEN_LENGTH = 100

_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url={there}">
<title>Opening</title>
</head>
<body>
<p><a href="{there}" rel="noreferrer">Open the practice</a></p>
</body>
</html>
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class LaunchFile:
    """A launch file that was created.

    Attributes:
        file: the page to open in a browser.
        address: the URL it redirects to. It lets its bearer in once, so it must not be a program argument.
        is_complete: False if the disk was full: the token is valid, but the page is incomplete.
    """

    file: Path
    address: str
    is_complete: bool


def create_launch_file(data_folder: Path, address: str) -> LaunchFile:
    """Create a file that opens the program at this address, for one browser and once.

    Args:
        data_folder: the data folder.
        address: URL of the first page.

    Raises:
        StorageReadOnly: the file cannot be created.
    """
    folder = _launch_folder(data_folder)
    prepare_folder(folder)
    token = secrets.token_urlsafe(32)
    launch_url = f"{address.rstrip('/')}{LAUNCH_PATH}?key={token}"
    file = folder / _file_name(urlsplit(address).netloc, token)
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise StorageReadOnly from error
    try:
        with open(handle, "w", encoding="utf-8") as target:
            target.write(_PAGE.format(there=launch_url))
    except OSError:
        return LaunchFile(file=file, address=launch_url, is_complete=False)
    return LaunchFile(file=file, address=launch_url, is_complete=True)


def redeem_token(data_folder: Path, host: str, token: str) -> bool:
    """Redeem a token, which invalidates it; returns whether it was valid."""
    if not token or len(token) > _MAX_TOKEN_LENGTH:
        return False
    try:
        (_launch_folder(data_folder) / _file_name(host, token)).unlink()
    except OSError:
        return False
    return True


def remove_launch_files(data_folder: Path) -> None:
    """Delete all unused launch files. Only the holder of the folder lock may call this."""
    folder = _launch_folder(data_folder)
    try:
        for file in folder.glob("*.html"):
            file.unlink(missing_ok=True)
        if folder.is_dir():
            folder.rmdir()
    except OSError:
        # A file that remains is still private to this user, and valid at most once.
        return


def _file_name(host: str, token: str) -> str:
    return f"{hashlib.sha256(f'{host} {token}'.encode()).hexdigest()[:32]}.html"


def _launch_folder(data_folder: Path) -> Path:
    home = Path.home()
    in_home = home / (
        f"clinic-toolkit-{LAUNCH_FOLDER}-{hashlib.sha256(str(data_folder).encode()).hexdigest()[:8]}"
    )
    if data_folder.is_dir() and not is_writable(data_folder):
        return in_home
    if sys.platform == "linux" and (home / "snap").is_dir() and data_folder.is_relative_to(home):
        # Browsers installed as a snap may not read hidden folders in the home folder.
        if any(part.startswith(".") for part in data_folder.relative_to(home).parts):
            return in_home
    return data_folder / LAUNCH_FOLDER
