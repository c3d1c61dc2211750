"""Trying a secret: one at a time, slower after each failure, and a failure ends the process.

A mistyped passphrase is almost the passphrase, so it must not stay in memory. The number of
failures is on the disk; the delay they cost is served in full after every new start, on a clock
that nobody can set.
"""

import errno
import threading
import time
from collections.abc import Callable
from typing import cast

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal import unsigned_entries
from clinic_toolkit.record.people import practice_access
from clinic_toolkit.store.storage_errors import StorageFull, StorageReadOnly
from clinic_toolkit.vault import passphrases, recovery_sheet, unlock_attempts
from clinic_toolkit.vault.key_slots import WrongSecret
from clinic_toolkit.vault.vault import Vault
from clinic_toolkit.web import context
from clinic_toolkit.web.access import handover_transition, quick_return

_attempt_lock = threading.Lock()

MAX_SECRET_LENGTH = passphrases.MAX_PASSPHRASE_LENGTH
_UNVERIFIED_LINE_KEY = "line in doubt"
BUSY_MESSAGE = "Another try is still being checked. Wait for its answer, then try again."
ENDED_MESSAGE = (
    "The try before this one was refused, or the practice was locked meanwhile. Type it once more."
)
# So long a second press waits for the first one's answer. With the work of one try and the longest delay.
MAX_WAIT_SECONDS = 75.0


class QuickReturnGone(ClinicError):
    """The keeper holds nothing any more that a code could open."""

    def __init__(self) -> None:
        super().__init__("Your code is not enough any more.")


def seconds_until_next_attempt() -> float:
    """Seconds from now until the next try would be answered."""
    due = unlock_attempts.delay_seconds(unlock_attempts.count_failures(context.settings().data_folder))
    return max(0.0, due - (time.monotonic() - context.worker().serving_since))


def unlock_with_passphrase(typed: str) -> str:
    """Let this browser in with the passphrase. Returns "" or the sentence that says why not."""
    sentence = _attempt_unlock(
        lambda: practice_access.unlock_with_passphrase(context.db(), typed, now=context.now()), delayed=True
    )
    if not sentence:
        context.mark_passphrase_typed()
        code = context.load_practice().payload.return_code
        if code:
            quick_return.offer_quick_return(code)
    return sentence


def unlock_with_return_code(typed: str) -> str:
    """Let this browser in with the return code, while the keeper holds the sealed blob."""
    keeper = context.worker().keeper
    taken = []

    def take() -> None:
        # When it is its turn: a wrong code that is pressed twice costs one of the three tries.
        blob = keeper.take_return_blob()
        if blob is None:
            raise QuickReturnGone
        taken.append(blob)

    try:
        sentence = _attempt_unlock(
            lambda: practice_access.unlock_with_return_code(context.db(), taken[0], typed, now=context.now()),
            delayed=True,
            before_attempt=take,
        )
    except QuickReturnGone as gone:
        return gone.sentence
    if not sentence:
        keeper.confirm_return_opened()
    return sentence


def unlock_with_recovery_sheet(typed: str) -> str:
    """Let this browser in with the recovery sheet; a new passphrase must be chosen first.

    The sheet has 160 random bits: no delay is needed to keep it from being guessed.
    """
    return _attempt_unlock(
        lambda: practice_access.unlock_with_recovery_sheet(context.db(), typed, now=context.now()),
        delayed=False,
        must_choose_passphrase=True,
    )


def confirm_passphrase(typed: str) -> str:
    """Ask for the passphrase once more, before an act on the ways in. Returns "" or why not.

    It is the same door as the lock's: counted before the try, and a wrong one ends this process, which
    is also what makes the next try wait. The quick return goes too, so that who cannot type the
    passphrase does not come back with a short code to guess again.
    """
    if not typed or len(typed) > MAX_SECRET_LENGTH:
        return "Type your present passphrase."
    # The turn to write comes first: a second press waits here for the first, and holds up nobody.
    context.db()
    if not _attempt_lock.acquire(timeout=MAX_WAIT_SECONDS):
        return BUSY_MESSAGE
    folder = context.settings().data_folder
    try:
        if context.worker().is_ending:
            return ENDED_MESSAGE
        opened = context.vault()
        time.sleep(seconds_until_next_attempt())
        unlock_attempts.record_failure(folder)
        if practice_access.is_current_passphrase(context.db(), typed):
            unlock_attempts.clear_failures(folder)
            context.mark_passphrase_typed()
            return ""
        # Before anything that can fail: what was typed is almost the passphrase, and one try is enough.
        context.end_worker("wrong secret")
        quick_return.revoke_quick_return()
    except OSError as error:
        raise (StorageFull if error.errno == errno.ENOSPC else StorageReadOnly) from error
    finally:
        _attempt_lock.release()
    practice_access.record_refused_passphrase(context.db(), opened, now=context.now())
    return "This is not your present passphrase. Nothing was changed, and the practice is locked."


def unverified_audit_line() -> int | None:
    """The line of the audit trail that did not fit at this unlock."""
    return cast("int | None", context.get_from_session(_UNVERIFIED_LINE_KEY))


def is_return_code_usable() -> bool:
    """Whether it makes sense to ask for the code once more."""
    return context.worker().keeper.has_return_blob()


def sheet_group_error(number: int, typed: str) -> str:
    """Why this group of the recovery sheet cannot be right, or ""."""
    try:
        recovery_sheet.check_group(number, typed)
    except recovery_sheet.InvalidRecoverySheet as misread:
        return misread.sentence
    return ""


def _attempt_unlock(
    unlock: Callable[[], Vault],
    *,
    delayed: bool,
    must_choose_passphrase: bool = False,
    before_attempt: Callable[[], None] = lambda: None,
) -> str:
    # A second press waits and is looked at after the first: its browser may have dropped the first answer,
    # and comes in by what it sends itself.
    if not _attempt_lock.acquire(timeout=MAX_WAIT_SECONDS):
        return BUSY_MESSAGE
    folder = context.settings().data_folder
    try:
        # The delay is served by the next process; one on its way out would look at more tries without it.
        if context.worker().is_ending:
            return ENDED_MESSAGE
        before_attempt()
        if delayed:
            time.sleep(seconds_until_next_attempt())
            # Counted before the try, so that ending the program during it is counted as well.
            unlock_attempts.record_failure(folder)
        opened = unlock()
        unlock_attempts.clear_failures(folder)
    except QuickReturnGone:
        raise
    except WrongSecret as wrong:
        context.end_worker("wrong secret")
        practice_access.record_failed_unlock(context.db(), now=context.now())
        return wrong.sentence
    except BaseException as error:
        # The right secret may be in memory, and nobody is in: this process has no more use for it.
        context.end_worker("not opened")
        if isinstance(error, OSError):
            raise (StorageFull if error.errno == errno.ENOSPC else StorageReadOnly) from error
        raise
    finally:
        _attempt_lock.release()
    context.log_in(opened, must_choose_passphrase=must_choose_passphrase)
    context.put_in_session(_UNVERIFIED_LINE_KEY, unsigned_entries.find_refused_entry(context.db(), opened))
    handover_transition.merge_answers_after_commit(context.vault())
    return ""
