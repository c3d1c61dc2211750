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
from clinic_toolkit.record import audit, practice
from clinic_toolkit.store.trouble import StorageFull, StorageReadOnly
from clinic_toolkit.vault import attempts, sheet, words
from clinic_toolkit.vault.slots import WrongSecret
from clinic_toolkit.vault.vault import Vault
from clinic_toolkit.web import context, handing, returning

_one_at_a_time = threading.Lock()

LONGEST = words.LONGEST
_IN_DOUBT = "line in doubt"
BUSY = "Another try is still being checked. Wait for its answer, then try again."
ENDED = "The try before this one was refused, or the practice was locked meanwhile. Type it once more."
# So long a second press waits for the first one's answer. With the work of one try and the longest delay.
PATIENCE = 75.0


class NoCode(ClinicError):
    """The keeper holds nothing any more that a code could open."""

    def __init__(self) -> None:
        super().__init__("Your code is not enough any more.")


def wait_now() -> float:
    """Seconds from now until the next try would be answered."""
    due = attempts.delay_seconds(attempts.count(context.settings().data_folder))
    return max(0.0, due - (time.monotonic() - context.worker().serving_since))


def with_passphrase(typed: str) -> str:
    """Let this browser in with the passphrase. Returns "" or the sentence that says why not."""
    sentence = _try(lambda: practice.unlock(context.db(), typed, now=context.now()), delayed=True)
    if not sentence:
        context.passphrase_was_typed()
        code = context.practice().body.return_code
        if code:
            returning.hold(code)
    return sentence


def with_code(typed: str) -> str:
    """Let this browser in with the return code, while the keeper holds the sealed blob."""
    keeper = context.worker().keeper
    taken = []

    def take() -> None:
        # When it is its turn: a wrong code that is pressed twice costs one of the three tries.
        blob = keeper.take()
        if blob is None:
            raise NoCode
        taken.append(blob)

    try:
        sentence = _try(
            lambda: practice.unlock_with_code(context.db(), taken[0], typed, now=context.now()),
            delayed=True,
            first=take,
        )
    except NoCode as gone:
        return gone.sentence
    if not sentence:
        keeper.opened()
    return sentence


def with_sheet(typed: str) -> str:
    """Let this browser in with the recovery sheet; a new passphrase must be chosen first.

    The sheet has 160 random bits: no delay is needed to keep it from being guessed.
    """
    return _try(
        lambda: practice.unlock_with_sheet(context.db(), typed, now=context.now()),
        delayed=False,
        must_choose_passphrase=True,
    )


def confirm(typed: str) -> str:
    """Ask for the passphrase once more, before an act on the ways in. Returns "" or why not.

    It is the same door as the lock's: counted before the try, and a wrong one ends this process, which
    is also what makes the next try wait. The quick return goes too, so that who cannot type the
    passphrase does not come back with a short code to guess again.
    """
    if not typed or len(typed) > LONGEST:
        return "Type your present passphrase."
    # The turn to write comes first: a second press waits here for the first, and holds up nobody.
    context.db()
    if not _one_at_a_time.acquire(timeout=PATIENCE):
        return BUSY
    folder = context.settings().data_folder
    try:
        if context.worker().ending:
            return ENDED
        opened = context.vault()
        time.sleep(wait_now())
        attempts.note_failure(folder)
        if practice.is_passphrase(context.db(), typed):
            attempts.clear(folder)
            context.passphrase_was_typed()
            return ""
        # Before anything that can fail: what was typed is almost the passphrase, and one try is enough.
        context.end_worker("wrong secret")
        returning.drop()
    except OSError as error:
        raise (StorageFull if error.errno == errno.ENOSPC else StorageReadOnly) from error
    finally:
        _one_at_a_time.release()
    practice.note_refused_passphrase(context.db(), opened, now=context.now())
    return "This is not your present passphrase. Nothing was changed, and the practice is locked."


def line_in_doubt() -> int | None:
    """The line of the audit trail that did not fit at this unlock."""
    return cast("int | None", context.peek_in_session(_IN_DOUBT))


def code_may_work() -> bool:
    """Whether it makes sense to ask for the code once more."""
    return context.worker().keeper.holds()


def wrong_group(number: int, typed: str) -> str:
    """Why this group of the recovery sheet cannot be right, or ""."""
    try:
        sheet.check_group(number, typed)
    except sheet.SheetMisread as misread:
        return misread.sentence
    return ""


def _try(
    open_it: Callable[[], Vault],
    *,
    delayed: bool,
    must_choose_passphrase: bool = False,
    first: Callable[[], None] = lambda: None,
) -> str:
    # A second press waits and is looked at after the first: its browser may have dropped the first answer,
    # and comes in by what it sends itself.
    if not _one_at_a_time.acquire(timeout=PATIENCE):
        return BUSY
    folder = context.settings().data_folder
    try:
        # The delay is served by the next process; one on its way out would look at more tries without it.
        if context.worker().ending:
            return ENDED
        first()
        if delayed:
            time.sleep(wait_now())
            # Counted before the try, so that ending the program during it is counted as well.
            attempts.note_failure(folder)
        opened = open_it()
        attempts.clear(folder)
    except NoCode:
        raise
    except WrongSecret as wrong:
        context.end_worker("wrong secret")
        practice.note_failed_unlock(context.db(), now=context.now())
        return wrong.sentence
    except BaseException as error:
        # The right secret may be in memory, and nobody is in: this process has no more use for it.
        context.end_worker("not opened")
        if isinstance(error, OSError):
            raise (StorageFull if error.errno == errno.ENOSPC else StorageReadOnly) from error
        raise
    finally:
        _one_at_a_time.release()
    context.enter(opened, must_choose_passphrase=must_choose_passphrase)
    context.keep_in_session(_IN_DOUBT, audit.not_adopted(context.db(), opened))
    handing.bring_in_afterwards(context.vault())
    return ""
