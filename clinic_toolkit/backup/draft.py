"""The file of a backup until it has its name: written aside, flushed, read back from the disk, renamed."""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from msgspec.structs import replace

from clinic_toolkit.backup import archive, backup_files, manifest, refusals
from clinic_toolkit.backup.archive import Part
from clinic_toolkit.backup.manifest import Manifest, PartEntry
from clinic_toolkit.backup.side_hash import SideHash
from clinic_toolkit.store import folder
from clinic_toolkit.store.types import to_microseconds
from clinic_toolkit.vault.vault import Vault

# Gives the content of a part from its beginning, piece by piece, each time it is called.
Content = Callable[[], Iterable[bytes]]


class BackupDraft:
    """A backup that is being written. Its parts are added in the order of `archive.PART_NAMES`."""

    def __init__(
        self, target: BinaryIO, aside: Path, file: Path, seconds: int, count: Callable[[int], None]
    ) -> None:
        self.file, self.is_finished = file, False
        self._target, self._aside, self._seconds, self._count = target, aside, seconds, count
        self._entries: list[PartEntry] = []
        self._unread: list[tuple[Part, Content]] = []

    def add_part(self, name: str, content: Content, length: int) -> None:
        """Write a part of so many bytes.

        Raises:
            BackupRefused: it is too large for a backup.
            OSError: it could not be written, or the content is not as long as that.
        """
        if length > archive.MAX_PART_BYTES:
            raise refusals.BackupRefused(
                "The record is larger than 8 GB, which a backup of this kind cannot hold."
            )
        offset = self._target.tell() + archive.BLOCK_BYTES
        with SideHash() as pieces:
            for chunk in archive.write_part(
                self._target, name, _hashed(content(), pieces), length, self._seconds
            ):
                self._count(len(chunk))
            self._entries.append(PartEntry(name, length, pieces.digest()))
        self._unread.append((Part(name, offset, length), content))

    def read_back(self) -> None:
        """Flush what was written, and compare each part on the disk with its content, byte by byte.

        Raises:
            BackupDamaged: a part differs.
            OSError: it could not be written or read.
        """
        _flush(self._target)
        with archive.open_archive(self._aside) as source:
            for part, content in self._unread:
                source.seek(part.offset)
                for chunk in content():
                    # A hash of it would take longer, and say no more.
                    if source.read(len(chunk)) != chunk:
                        raise refusals.changed(self._aside, f"the part {part.name}")
                    self._count(len(chunk))
        self._unread = []

    def finish(self, statement: Manifest, vault: Vault | None) -> Manifest:
        """Add the manifest, read back what was not yet, and give the file its name.

        Args:
            statement: what the manifest says, without the parts.

        Returns:
            The manifest as it was read back.

        Raises:
            NotABackup: what was read back differs.
            OSError: it could not be written or read.
        """
        encoded = manifest.encode_manifest(replace(statement, parts=tuple(self._entries)), vault)
        self.add_part(archive.MANIFEST, lambda: [encoded], len(encoded))
        archive.write_end(self._target)
        self.read_back()
        self._target.close()
        # The whole frame, and that the manifest is that of these parts.
        made = backup_files.read_signed_manifest(self._aside).manifest
        os.replace(self._aside, self.file)
        self.is_finished = True
        # Not every file system of a stick can do this.
        with suppress(OSError):
            folder.sync_folder(self.file.parent)
        return made


def _hashed(chunks: Iterable[bytes], pieces: SideHash) -> Iterator[bytes]:
    for chunk in chunks:
        pieces.add(chunk)
        yield chunk


@contextmanager
def open_draft(
    place: Path, short_id: str, now: datetime, count: Callable[[int], None]
) -> Iterator[BackupDraft]:
    """Begin a backup in this folder; it is removed if the block fails, or ends before it is finished.

    Args:
        count: called with the number of bytes that were written or read back; raise in it to stop.

    Raises:
        BackupRefused: the place does not take it.
    """
    file = backup_files.free_name(place, short_id, now)
    aside = file.with_name(file.stem + backup_files.DRAFT_SUFFIX)
    seconds = to_microseconds(now) // 1_000_000
    is_finished = False
    try:
        flags = os.O_CREAT | os.O_EXCL | os.O_RDWR | getattr(os, "O_BINARY", 0)
        with os.fdopen(os.open(aside, flags, 0o600), "w+b") as target:
            draft = BackupDraft(target, aside, file, seconds, count)
            yield draft
            is_finished = draft.is_finished
    except OSError as error:
        raise refusals.place_error(place, error) from error
    except refusals.BackupRefused as error:
        if os.path.isdir(place):
            raise
        raise refusals.place_gone(place) from error
    finally:
        if not is_finished:
            _remove_draft(aside)


def _flush(target: BinaryIO) -> None:
    target.flush()
    try:
        folder.sync_handle(target.fileno())
    except OSError as error:
        # A file system that knows no flush; what matters there is that it can be read back.
        if error.errno not in refusals.NO_FLUSH:
            raise
    if hasattr(os, "posix_fadvise"):
        # So that it is read back from the disk and not from memory.
        with suppress(OSError):
            os.posix_fadvise(target.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _remove_draft(aside: Path) -> None:
    with suppress(OSError):
        aside.unlink(missing_ok=True)
