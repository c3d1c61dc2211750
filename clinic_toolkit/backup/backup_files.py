"""The files of backups in a folder: their names, what each says of itself, and drafts that were left."""

import shutil
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from msgspec import Struct

from clinic_toolkit.backup import archive, manifest, refusals
from clinic_toolkit.backup.manifest import Manifest, SignedManifest
from clinic_toolkit.errors import ClinicError

PREFIX, SUFFIX, DRAFT_SUFFIX = "clinic-backup-", ".tar", ".tar.new"


class KnownBackup(Struct, frozen=True, kw_only=True):
    """A backup as its manifest describes it; the content was not read.

    `fault` is the sentence that says why it cannot be used, and then `signed` is None.
    """

    file: Path
    signed: SignedManifest | None
    fault: str = ""

    @property
    def manifest(self) -> Manifest | None:
        """What it says, whoever says so."""
        return self.signed.manifest if self.signed else None


def build_name(short_id: str, now: datetime) -> str:
    """The name of a backup made now: date and time in UTC, and the practice's short id."""
    digits = "".join(character for character in now.isoformat()[:19] if character.isdigit())
    return f"{PREFIX}{now.date().isoformat()}-{digits[8:]}Z-{short_id}{SUFFIX}"


def free_name(place: Path, short_id: str, now: datetime) -> Path:
    """A path in this folder that no file has yet."""
    first = place / build_name(short_id, now)
    candidates = (first, *(first.with_name(f"{first.stem}-{number}{SUFFIX}") for number in range(2, 1000)))
    return next(path for path in candidates if not path.exists())


def read_signed_manifest(file: Path) -> SignedManifest:
    """Read the manifest of a backup, and check the whole frame of the file; the contents are not read.

    Raises:
        NotABackup: it is no backup, not whole, or of a newer version.
        BackupRefused: it cannot be read.
    """
    try:
        with archive.open_archive(file) as source:
            if not source.read(1):
                raise refusals.NotABackup(f"{file.name} is empty, so it is no backup.")
            parts, seconds = archive.list_parts(file, source)
            last = parts[-1]
            if last.length > manifest.MAX_BYTES:
                raise refusals.changed(file, "its manifest")
            signed = manifest.decode_manifest(file, b"".join(archive.read_content(source, last)))
    except FileNotFoundError:
        raise refusals.BackupRefused(f"There is no file {file}.") from None
    except OSError as error:
        raise refusals.unreadable(file) from error
    except (ValueError, OverflowError):
        # A number that nobody would write; whatever it is, one file must not hide the others.
        raise refusals.changed(file, "its manifest") from None
    found = [(part.name, part.length) for part in parts[:-1]]
    listed = [(entry.name, entry.length) for entry in signed.manifest.parts]
    if found != listed or seconds != archive.stored_seconds(signed.manifest.made_at // 1_000_000):
        raise refusals.changed(file, "its parts are not those of its manifest")
    return signed


def describe_backup(file: Path) -> KnownBackup:
    """What a file says of itself; a fault is part of the answer and no error."""
    try:
        return KnownBackup(file=file, signed=read_signed_manifest(file))
    except ClinicError as error:
        return KnownBackup(file=file, signed=None, fault=error.sentence)


def list_backups(place: Path, short_id: str) -> list[KnownBackup]:
    """The backups of this practice in a folder, by their place in the audit trail, the newest first.

    Those that cannot be used come last. A folder that is not there holds none.
    """
    try:
        files = sorted(place.glob(f"{PREFIX}*-{short_id}*{SUFFIX}"))
    except OSError:
        return []
    # A name that cannot be shown is none of ours.
    known = [describe_backup(file) for file in files if file.name.isprintable()]
    usable = [backup for backup in known if backup.manifest and backup.manifest.short_id == short_id]
    usable.sort(key=_order, reverse=True)
    return usable + [backup for backup in known if not backup.manifest]


def remove_drafts(place: Path, short_id: str) -> None:
    """Remove what an interrupted backup of this practice left in a folder."""
    with suppress(OSError):
        for draft in place.glob(f"{PREFIX}*-{short_id}*{DRAFT_SUFFIX}"):
            with suppress(OSError):
                if draft.is_dir() and not draft.is_symlink():
                    shutil.rmtree(draft)
                else:
                    draft.unlink(missing_ok=True)


def _order(backup: KnownBackup) -> tuple[int, int]:
    manifest = backup.manifest
    return (manifest.last_line, manifest.made_at) if manifest else (0, 0)
