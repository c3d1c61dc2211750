"""What *Today* says about where the data folder lies, and about copies that another program made there."""

from functools import lru_cache
from pathlib import Path

from clinic_toolkit.backup import synced_folders
from clinic_toolkit.backup.synced_folders import SyncService
from clinic_toolkit.web import context


def list_warnings() -> list[str]:
    """One sentence for each."""
    folder = context.settings().data_folder
    warnings = []
    if service := _find_service(folder):
        warnings.append(synced_folders.describe_placement(folder, service))
    if copies := synced_folders.list_conflict_copies(folder):
        warnings.append(synced_folders.describe_copies(copies))
    return warnings


@lru_cache(maxsize=1)
def _find_service(folder: Path) -> SyncService | None:
    # Once in a process: it reads the names in every folder above.
    return synced_folders.find_sync_service(folder, home=Path.home())
