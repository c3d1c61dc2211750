"""Paths of the files that are shipped with the package, and of the default data folder."""

import os
import sys
from pathlib import Path

_PACKAGE = Path(__file__).parent


def templates_folder() -> Path:
    """Folder of the Jinja templates."""
    return _bundled_folder("templates")


def worksheets_folder() -> Path:
    """Folder of the worksheet definitions."""
    return _bundled_folder("worksheets")


def _bundled_folder(name: str) -> Path:
    # A wheel has these folders inside the package; in a checkout they are beside it.
    bundled = _PACKAGE / "_bundled" / name
    return bundled if bundled.is_dir() else _PACKAGE.parent / name


def default_data_folder() -> Path:
    """The default data folder on this operating system."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "Clinic Toolkit"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "Clinic Toolkit"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "clinic-toolkit"
