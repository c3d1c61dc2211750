"""Errors of the store and the disk, as messages for the person at the screen."""

import errno
from pathlib import Path

from clinic_toolkit.errors import ClinicError, DamagedFile
from clinic_toolkit.store import old_copies

_REFUSED = (
    " It also holds what was being saved when this was noticed. If that was a new passphrase or recovery "
    "sheet, that file opens with the new one, and the data file with the old one: keep both."
)


class StorageError(ClinicError):
    """An operation on the disk failed; what was stored before is unchanged."""


class StorageFull(StorageError):
    """The disk is full."""

    def __init__(self) -> None:
        super().__init__("The disk is full, so this was not saved. Make some room, then save again.")


class StorageReadOnly(StorageError):
    """The file or its folder cannot be written."""

    def __init__(self) -> None:
        super().__init__(
            "The data folder cannot be written, so this was not saved. "
            "Check that the disk is not write-protected, then save again."
        )


class LogOutOfReach(StorageError):
    """The last saves are in the log beside a file on a write-protected disk, where no log can be read."""

    def __init__(self, log: Path) -> None:
        super().__init__(
            f"The last saves are in the file {log.name} beside the data file. They cannot be read where "
            f"nothing can be written. Copy the whole folder {log.parent} to another disk, and use that copy."
        )


def storage_error_of(error: OSError) -> StorageError:
    """Return the error of a refused write: the disk is full, or the folder cannot be written."""
    return StorageFull() if error.errno == errno.ENOSPC else StorageReadOnly()


class StorageBusy(StorageError):
    """Another program has locked the file."""

    def __init__(self) -> None:
        super().__init__("Another program is using the data file, so this was not saved. Please save again.")


class StorageFailed(StorageError):
    """The disk reported an error."""

    def __init__(self) -> None:
        super().__init__(
            "The disk reported an error, so this was not saved. If it happens again, "
            "make a backup and have the disk checked."
        )


class WritingPaused(StorageError):
    """Another store is being built from this one, so nothing may change in it meanwhile."""

    def __init__(self) -> None:
        super().__init__(
            "This was not saved: the practice is getting new keys, and nothing can be saved until that is "
            "done. Keep this page open, and save again after the next unlock."
        )


class SuccessorReady(StorageError):
    """A whole new store waits beside this one, and the next start puts it in place."""

    def __init__(self) -> None:
        super().__init__(
            "This practice has new keys, and the files that they open are not in their place yet. Start the "
            "program once; then try again."
        )


class StartInterrupted(StorageError):
    """A start was stopped while SQLite changed the file; the next one takes that back."""

    def __init__(self) -> None:
        super().__init__(
            "The last start of the program with this practice was interrupted. Start the program once; then "
            "try again."
        )


class StorageMismatch(StorageError):
    """The file is not the one that was written last, or its schema is not this version's."""

    def __init__(self) -> None:
        super().__init__(
            "This is not the data file as this program left it, so nothing was saved. Everything can be "
            "read. The page “Condition of the record” says what to do."
        )


class StorageReplaced(StorageError):
    """The open file was replaced by another one, moved or deleted.

    Args:
        rescue_copy: where the open store was copied to; None if that has not succeeded yet.
        holds_refused: whether the copy contains a save that was reported as refused, because the
            replacement was noticed only after the commit.
    """

    def __init__(self, rescue_copy: Path | None, *, holds_refused: bool = False) -> None:
        rescue_sentence = (
            f"Everything saved before is in the new file {rescue_copy.name} in the data folder "
            f"{rescue_copy.parent}.{_REFUSED if holds_refused else ''}"
            if rescue_copy
            else "What was saved before could not be copied yet: keep the program running, make room on "
            "the disk, and save again."
        )
        super().__init__(
            "This was not saved: the data file was replaced, moved or removed while this program was "
            f"using it. Programs that synchronise folders do this. {rescue_sentence} Nothing can be saved "
            "from now on. Copy what you have typed to another place, stop the program that changed the "
            "folder, then quit this one. The page “Condition of the record” says how to go on."
        )
        self.rescue_copy = rescue_copy


class OtherFormat(DamagedFile):
    """The file is intact, but in the format of another version of this program. It is not changed."""

    def __init__(self, file: Path, version: int, present_version: int) -> None:
        if version > present_version:
            super().__init__(
                f"The data file {file} was written by a newer version of this program, in format {version}; "
                f"this version reads format {present_version}. Nothing was changed. Start the newer version."
            )
        else:
            author = "an earlier draft" if version > 0 else "another version"
            super().__init__(
                f"The data file {file} was written by {author} of this program, in format {version}; this "
                f"version reads format {present_version}. Nothing was changed. Start the version that wrote "
                "it, or restore a backup."
            )


class OlderFormat(OtherFormat):
    """The file is intact, and an earlier release wrote it; the next start brings it up to date."""

    def __init__(self, file: Path, version: int, present_version: int) -> None:
        ClinicError.__init__(
            self,
            f"The data file {file} was written by an earlier version of this program, in format {version}; "
            f"this version writes format {present_version}. Nothing was changed. Start the program once: it "
            "makes a backup and brings the file up to date. Then try again.",
        )


def damaged_file_error(file: Path) -> DamagedFile:
    """Build the error for a damaged database file; it names the file and says what to do."""
    return DamagedFile(
        f"The data file {file} is damaged. It was not changed. Copy the whole folder {file.parent} to "
        "another disk first; then restore a backup, or ask someone who can repair it."
        + rescue_copy_hint(file)
    )


def rescue_copy_hint(file: Path) -> str:
    """A sentence about the newest rescue copy beside this file, or "" if there is none."""
    copies = old_copies.list_rescued(file)
    if not copies:
        return ""
    return (
        f" {copies[-1].name} beside it holds what was saved before the file was replaced or removed while "
        f"the program was running. To go on with that, make a copy of it and name the copy {file.name}."
    )
