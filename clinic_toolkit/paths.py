"""Where things lie: what is shipped beside the package, and the folder of a practice."""

import os
import sys
from pathlib import Path

_PACKAGE = Path(__file__).parent


def templates_folder() -> Path:
    """The Jinja pages."""
    return _bundled_folder("templates")


def worksheets_folder() -> Path:
    """The worksheets for clients, as data."""
    return _bundled_folder("worksheets")


def _bundled_folder(name: str) -> Path:
    # A wheel carries the top-level folders inside the package; in a checkout they stand beside it.
    bundled = _PACKAGE / "_bundled" / name
    return bundled if bundled.is_dir() else _PACKAGE.parent / name


def default_data_folder() -> Path:
    """The usual place for a practice's record on this kind of machine."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "Clinic Toolkit"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "Clinic Toolkit"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "clinic-toolkit"
