"""Why a backup is not made, not read or not restored; each is one sentence.

Nothing was changed, unless a restore was stopped when its files were being moved: the next start finishes it.
"""

import errno
from pathlib import Path

from clinic_toolkit.errors import ClinicError, DamagedFile

NO_FLUSH = (errno.EINVAL, errno.ENOTSUP, errno.ENOSYS)
_GONE = (errno.ENOENT, errno.ENODEV, errno.ENXIO, errno.EIO, errno.ESTALE, errno.ENOTCONN)


class BackupRefused(ClinicError):
    """A backup cannot be made or restored as asked."""


class BackupUnderWay(BackupRefused):
    """Another backup is being made, or one is being proved."""

    def __init__(self) -> None:
        super().__init__("A backup is being made or proved just now. Try again when it is done.")


class BackupCancelled(BackupRefused):
    """The person stopped it. Nothing half is left."""

    def __init__(self) -> None:
        super().__init__("This was stopped. Nothing was changed.")


class NotABackup(DamagedFile):
    """The file is no backup of this program, or one that cannot be read."""


class BackupDamaged(NotABackup):
    """The file was a backup, and is not whole any more."""


def not_a_backup(file: Path) -> NotABackup:
    """Build the error for a file of another kind."""
    return NotABackup(f"{file.name} is not a backup made by this program.")


def incomplete(file: Path) -> BackupDamaged:
    """Build the error for a file whose end is missing."""
    return BackupDamaged(
        f"{file.name} is not complete: its end is missing. Copy it again from where it was made, or use "
        "another backup."
    )


def changed(file: Path, what: str) -> BackupDamaged:
    """Build the error for a file with other bytes than were written; `what` names the place."""
    return BackupDamaged(
        f"{file.name} was changed or damaged after it was made ({what}), so it is not used. Use another "
        "backup."
    )


def contradicted(file: Path, sentence: str) -> BackupDamaged:
    """Build the error for a file whose manifest says otherwise than its store; the sentence says what."""
    return BackupDamaged(
        f"{file.name} was changed after it was made, so it is not used. {sentence} Use another backup."
    )


def damaged_inside(file: Path, sentence: str) -> BackupDamaged:
    """Build the error for a file whose record has a fault where it is needed; the sentence says which."""
    return BackupDamaged(f"The record in {file.name} is not whole. {sentence} Use another backup.")


def from_newer_program(file: Path, program: str = "") -> NotABackup:
    """Build the error for a backup whose format this version does not know."""
    named = f", version {program}" if program else ""
    return NotABackup(
        f"{file.name} was made by a newer version of this program{named}. Install that version to use it."
    )


def unreadable(file: Path) -> BackupRefused:
    """Build the error for a file that the disk does not give."""
    return BackupRefused(f"{file} cannot be read.")


def place_gone(place: Path) -> BackupRefused:
    """Build the error for a folder of backups that is not there, such as a stick that was pulled out."""
    return BackupRefused(f"The place for backups, {place}, is not there. Plug it in, or choose another.")


def place_error(place: Path, error: OSError) -> BackupRefused:
    """Build the error for a folder of backups that does not take one."""
    if error.errno == errno.ENOSPC:
        return BackupRefused(
            f"There is not enough room in {place} for a backup. Make some room, or choose another place."
        )
    if error.errno == errno.EFBIG:
        return _too_large(place)
    if error.errno in _GONE:
        return place_gone(place)
    return BackupRefused(f"Nothing can be written to {place}. Choose another place for backups.")


def folder_error(place: Path, error: OSError) -> BackupRefused:
    """Build the error for a folder into which a backup cannot be unpacked."""
    if error.errno == errno.ENOSPC:
        return BackupRefused(f"There is not enough room in {place}. Make some room, or choose another place.")
    if error.errno == errno.EFBIG:
        return _too_large(place)
    if error.errno in NO_FLUSH:
        return BackupRefused(
            f"The disk of {place} cannot say when something is really on it, so no record can be kept there. "
            "Choose another place."
        )
    if error.errno in _GONE:
        return BackupRefused(
            f"The folder {place} is not there any more. Plug in its disk, or choose another."
        )
    return BackupRefused(f"Nothing can be written to {place}. Choose another place.")


def _too_large(place: Path) -> BackupRefused:
    return BackupRefused(
        f"The disk of {place} takes no file as large as this backup. Choose another place. "
        "Disks in the format exFAT take large files, those in FAT32 do not."
    )
