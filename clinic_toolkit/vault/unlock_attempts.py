"""Back-off after failed unlocks, counted on the disk so that a restart does not reset it.

The file holds one number for each clinician, and one for attempts that named nobody. It slows down a person
at the keyboard; whoever can delete it can also copy the store and guess elsewhere, and there the KDF cost is
the protection. The delay grows to one minute and never becomes a lock-out. The recovery sheet is exempt: 160
random bits cannot be guessed, and it must work when everything else fails.
"""

import os
import re
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

ATTEMPTS_FILE = "unlock-attempts"
_MAX_DELAY_SECONDS = 60
_MAX_FAILURES = 1000
_MAX_FILE_BYTES = 4096
_LINE = re.compile(rb"(?:([0-9a-f]{32}) )?([0-9]+)")


def count_failures(folder: Path, user_id: UUID) -> int:
    """The failures since this clinician's last success: of attempts that named them, or that named nobody.

    The higher of the two counts; the maximum if the file cannot be read.
    """
    counts = _read_counts(folder)
    return _MAX_FAILURES if counts is None else max(counts.get(None, 0), counts.get(user_id, 0))


def count_most_failures(folder: Path) -> int:
    """The highest count of all, of any clinician or of nobody; the maximum if the file cannot be read."""
    counts = _read_counts(folder)
    return _MAX_FAILURES if counts is None else max(counts.values(), default=0)


def count_unnamed_failures(folder: Path) -> int:
    """How many attempts failed that named nobody; the maximum if the file cannot be read."""
    counts = _read_counts(folder)
    return _MAX_FAILURES if counts is None else counts.get(None, 0)


def record_failure(folder: Path, user_id: UUID) -> int:
    """Count one more failure at the secret of this clinician, durably; returns their new count.

    Count before an attempt and call `clear_failures` after success, so that killing the program during the
    attempt, which takes a second, counts as a failure.
    """
    return _record_failure(folder, user_id, count_failures(folder, user_id))


def record_unnamed_failure(folder: Path) -> int:
    """Count one more failure of an attempt that names nobody, durably; it counts for everyone.

    Returns the new count.
    """
    return _record_failure(folder, None, count_most_failures(folder))


def clear_failures(
    folder: Path, user_id: UUID, *, colleagues: Iterable[UUID] = (), unnamed_before: int = 0
) -> None:
    """Reset the count after a success, of this clinician and of attempts that named nobody.

    An attempt that named nobody may have been a guess at a colleague's secret, so one's own success does not
    clear it for the colleagues: it counts for each of them until they succeed themselves.

    Args:
        colleagues: every other clinician of the practice.
        unnamed_before: what `count_unnamed_failures` returned before the attempt that succeeded.
    """
    kept: dict[UUID | None, int] = {
        known: count for known, count in (_read_counts(folder) or {}).items() if known not in (None, user_id)
    }
    for colleague in colleagues if unnamed_before else ():
        kept[colleague] = max(kept.get(colleague, 0), unnamed_before)
    if kept:
        _write_counts(folder, kept)
    else:
        (folder / ATTEMPTS_FILE).unlink(missing_ok=True)


def take_back_failure(folder: Path, user_id: UUID | None, *, counted: int, before: int) -> None:
    """Undo the counting of one attempt, unless another one was counted since.

    Args:
        user_id: for whom it was counted; None if it named nobody.
        counted: the count that it led to.
        before: the count before it.
    """
    counts = _read_counts(folder) or {}
    if counts.get(user_id) != counted:
        return
    counts[user_id] = before
    if kept := {known: count for known, count in counts.items() if count}:
        _write_counts(folder, kept)
    else:
        (folder / ATTEMPTS_FILE).unlink(missing_ok=True)


def _record_failure(folder: Path, user_id: UUID | None, failures_before: int) -> int:
    failures = min(failures_before + 1, _MAX_FAILURES)
    counts = _read_counts(folder)
    _write_counts(folder, {None: _MAX_FAILURES} if counts is None else {**counts, user_id: failures})
    return failures


def _read_counts(folder: Path) -> dict[UUID | None, int] | None:
    """The counts by user; None if the file cannot be read or makes no sense."""
    try:
        content = (folder / ATTEMPTS_FILE).read_bytes()[:_MAX_FILE_BYTES]
    except FileNotFoundError:
        return {}
    except OSError:
        return None
    counts: dict[UUID | None, int] = {}
    for line in content.split(b"\n") if content else [b""]:
        found = _LINE.fullmatch(line.strip())
        if found is None:
            return None
        user_id = UUID(hex=found[1].decode()) if found[1] else None
        counts[user_id] = min(int(found[2][:6]), _MAX_FAILURES)
    return counts


def _write_counts(folder: Path, counts: dict[UUID | None, int]) -> None:
    lines = [f"{user_id.hex} {count}" if user_id else str(count) for user_id, count in counts.items()]
    draft = folder / (ATTEMPTS_FILE + ".new")
    handle = os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    try:
        os.write(handle, "\n".join(lines).encode())
        os.fsync(handle)
    finally:
        os.close(handle)
    os.replace(draft, folder / ATTEMPTS_FILE)


def delay_seconds(failures: int) -> int:
    """Delay before the next attempt after this many failures: 0, 1, 2, 4 … 60 seconds."""
    return 0 if failures <= 0 else min(1 << min(failures - 1, 6), _MAX_DELAY_SECONDS)
