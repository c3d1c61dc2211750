"""Back-off after failed unlocks, counted on the disk so that a restart does not reset it.

The file holds one number. It slows down a person at the keyboard; whoever can delete it can also copy the
store and guess elsewhere, and there the KDF cost is the protection. The delay grows to one minute and never
becomes a lock-out. The recovery sheet is exempt: 160 random bits cannot be guessed, and it must work when
everything else fails.
"""

import os
from pathlib import Path

ATTEMPTS_FILE = "unlock-attempts"
_MAX_DELAY_SECONDS = 60
_MAX_FAILURES = 1000


def count_failures(folder: Path) -> int:
    """How many attempts failed since the last success; the maximum if the file cannot be read."""
    try:
        content = (folder / ATTEMPTS_FILE).read_bytes()[:16]
    except FileNotFoundError:
        return 0
    except OSError:
        return _MAX_FAILURES
    return min(int(content), _MAX_FAILURES) if content.strip().isdigit() else _MAX_FAILURES


def record_failure(folder: Path) -> int:
    """Count one more failure, durably; returns the new count.

    Call this before an attempt and `clear_failures` after success, so that killing the program during the
    attempt, which takes a second, counts as a failure.
    """
    failures = min(count_failures(folder) + 1, _MAX_FAILURES)
    draft = folder / (ATTEMPTS_FILE + ".new")
    handle = os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    try:
        os.write(handle, str(failures).encode())
        os.fsync(handle)
    finally:
        os.close(handle)
    os.replace(draft, folder / ATTEMPTS_FILE)
    return failures


def clear_failures(folder: Path) -> None:
    """Reset the count after a success."""
    (folder / ATTEMPTS_FILE).unlink(missing_ok=True)


def delay_seconds(failures: int) -> int:
    """Delay before the next attempt after this many failures: 0, 1, 2, 4 … 60 seconds."""
    return 0 if failures <= 0 else min(1 << min(failures - 1, 6), _MAX_DELAY_SECONDS)
