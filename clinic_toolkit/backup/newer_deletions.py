"""The deletions that a restore can see and that the backup does not have; no key is needed to copy them.

They are looked for in the store that is replaced, in stores of the same practice beside it, and in the other
backups that lie in the folder of the backup or in the place for backups of one of these stores. Where none of
these is at hand, an older backup brings an erased client back.
"""

from collections.abc import Collection, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import UUID

from msgspec import Struct

from clinic_toolkit.backup import backup_files, backup_state
from clinic_toolkit.backup.manifest import Manifest
from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal import deletion_list, restored_folder, tombstones
from clinic_toolkit.journal.deletion_list import DamagedDeletions
from clinic_toolkit.store import folder
from clinic_toolkit.store.folder_lock import AlreadyOpen, acquire_folder_lock
from clinic_toolkit.store.opening import open_read_only
from clinic_toolkit.store.storage_errors import StorageReadOnly
from clinic_toolkit.vault import identity

_MAX_FOLDERS = 200


class FoundDeletions(Struct, frozen=True, kw_only=True):
    """Deletions that the backup does not have, and where they were found.

    `sources` are the names of the files and folders that had one. `unread` are those that may have one and
    could not be read.
    """

    deletions: tuple[bytes, ...] = ()
    sources: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many acts of deleting they are; what is no tombstone counts as one."""
        rows = [deletion_list.unpack_row(deletion) for deletion in self.deletions]
        return len({row.record for row in rows if row}) + rows.count(None)


def find_newer_deletions(
    file: Path,
    manifest: Manifest,
    data_folder: Path,
    *,
    stored: Collection[UUID],
    beside: Iterable[Path] = (),
) -> FoundDeletions:
    """Find the deletions that are newer than a backup, wherever a restore can see them.

    Args:
        data_folder: the folder to restore into, which the caller has locked.
        stored: the tombstones that are in the store of the backup.
        beside: other folders in which a practice of this machine may lie.
    """
    found: dict[bytes, str] = {}
    unread: list[str] = []

    def note(source: str, deletions: Iterable[bytes]) -> None:
        for deletion in deletions:
            row = deletion_list.unpack_row(deletion)
            if row is None or row.record not in stored:
                found.setdefault(deletion, source)

    note(file.name, manifest.deletions)
    stores = _list_stores(data_folder, beside)
    for folder_of_backups in _list_backup_folders(file, (data_folder, *stores)):
        if not folder_of_backups.is_dir():
            unread.append(str(folder_of_backups))
        for backup in backup_files.list_backups(folder_of_backups, manifest.short_id):
            if backup.manifest is None:
                unread.append(str(backup.file))
            elif backup.manifest.vault == manifest.vault:
                note(str(backup.file), backup.manifest.deletions)
    for place in stores:
        try:
            note(
                str(place),
                _read_store(place, manifest.vault, is_locked=place.resolve() == data_folder.resolve()),
            )
        except (ClinicError, DamagedDeletions, OSError):
            unread.append(str(place))
    sources = tuple(dict.fromkeys(found.values()))
    return FoundDeletions(deletions=tuple(found), sources=sources, unread=tuple(dict.fromkeys(unread)))


def _list_stores(data_folder: Path, beside: Iterable[Path]) -> list[Path]:
    """The folders with a store in them: the one to restore into, those beside it, and the other ones."""
    candidates = [data_folder, *_list_neighbours(data_folder), *beside]
    # One folder may be named in several ways.
    places = {place.resolve(): place.absolute() for place in reversed(candidates)}
    return [place for place in reversed(places.values()) if folder.database_path(place).is_file()]


def _list_backup_folders(file: Path, data_folders: Iterable[Path]) -> list[Path]:
    """The folder in which the backup lies, and the places for backups that these practices have."""
    chosen = [backup_state.load_state(data_folder).place for data_folder in data_folders]
    return list(dict.fromkeys([file.absolute().parent, *(Path(place) for place in chosen if place)]))


def _list_neighbours(data_folder: Path) -> Iterator[Path]:
    try:
        names = sorted(data_folder.parent.iterdir())
    except OSError:
        return
    yield from [place for place in names if place.is_dir()][:_MAX_FOLDERS]


def _read_store(place: Path, vault_id: bytes, *, is_locked: bool) -> list[bytes]:
    """The deletions of a store and those that it has still to carry out; none of another practice."""
    with ExitStack() as stack:
        if not is_locked:
            _hold_still(place, stack)
        view = stack.enter_context(open_read_only(place))
        if not identity.has_practice(view.db):
            return []
        found_id, incarnation = identity.load_vault_ids(view.db)
        if found_id.bytes != vault_id:
            return []
        stored = [deletion_list.pack_row(row) for row in tombstones.list_tombstone_rows(view.db)]
        return [*stored, *restored_folder.load_pending_deletions(place, incarnation)]


def _hold_still(place: Path, stack: ExitStack) -> None:
    """Keep the program from starting in this folder meanwhile; one that runs already does not mind a reader.

    Raises:
        AlreadyOpen: it is just starting.
    """
    try:
        stack.callback(acquire_folder_lock(place).release)
    except StorageReadOnly:
        # Nobody can write there.
        return
    except AlreadyOpen:
        database = folder.database_path(place)
        if not all(database.with_name(database.name + suffix).exists() for suffix in ("-wal", "-shm")):
            raise
