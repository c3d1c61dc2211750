"""Unlock attempts: one at a time, slower after each failure, and a failure ends the process.

A mistyped passphrase is almost the passphrase, so it must not stay in memory. The number of failures is
stored on the disk. The delay that follows from it starts anew with every process, on a monotonic clock.
"""

import threading
from collections.abc import Callable
from typing import cast

from flask import request

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.record.people import executor_access, practice_access, secret_changes
from clinic_toolkit.record.people.practice_access import LongReplay
from clinic_toolkit.store.storage_errors import storage_error_of
from clinic_toolkit.vault import (
    passphrases,
    return_code,
    secret_attempt,
    unlock_attempts,
)
from clinic_toolkit.vault.key_slot_contents import SlotKeys
from clinic_toolkit.vault.key_slots import WrongSecret
from clinic_toolkit.vault.secret_attempt import Attempt
from clinic_toolkit.vault.vault import Vault
from clinic_toolkit.web import context
from clinic_toolkit.web.access import (
    after_unlock,
    handover_transition,
    psychotherapy_key,
    quick_return,
    record_reading,
)
from clinic_toolkit.web.access.executor_reading import begin_executor_login
from clinic_toolkit.web.access.record_reading import RecordReading
from clinic_toolkit.web.perimeter.end_reason import EndReason
from clinic_toolkit.web.perimeter.timeouts import suspend_aware_clock

_attempt_lock = threading.Lock()

MAX_SECRET_LENGTH = passphrases.MAX_PASSPHRASE_LENGTH
_REFUSED_TRIES_KEY = "tries refused before"
BUSY_MESSAGE = "Another try is still being checked. Wait for its answer, then try again."
ENDED_MESSAGE = (
    "The try before this one was refused, or the practice was locked meanwhile. Type it once more."
)
REFUSED_MESSAGE = "This is not your present passphrase. Nothing was changed, and the practice is locked."
# How long a second press waits for the first: the longest delay and the time of one attempt.
MAX_WAIT_SECONDS = 75.0


class QuickReturnGone(ClinicError):
    """The keeper holds no sealed blob any more, so no return code can be tried."""

    def __init__(self) -> None:
        super().__init__("Your code is not enough any more.")


def seconds_until_next_attempt() -> float:
    """Seconds until the lock page, which does not ask who it is, accepts the next attempt."""
    return secret_attempt.seconds_until_attempt(
        context.settings().data_folder, None, served_since=context.worker().serving_since
    )


def unlock_with_passphrase(typed: str) -> str:
    """Unlock for this browser with the passphrase. Returns "" or the error message.

    Raises:
        ReadingBegun: it is right, and a page shows how the record is read.
    """
    typed_at = suspend_aware_clock()

    def after_login() -> None:
        context.record_passphrase_typed(typed_at)
        quick_return.offer_chosen_code()

    return _attempt_unlock(
        lambda max_entries: practice_access.unlock_with_passphrase(
            context.db(), typed, now=context.now(), max_entries=max_entries
        ),
        begin_attempt=_count_attempt,
        after_login=after_login,
    )


def unlock_with_return_code(typed: str) -> str:
    """Unlock for this browser with the return code. Returns "" or the error message.

    Raises:
        ReadingBegun: it is right, and a page shows how the record is read.
    """
    keeper = context.worker().keeper
    taken_blobs = []

    def begin_attempt() -> Attempt:
        # Taken only under the lock: a wrong code that is sent twice must use up one of the three tries only.
        blob = keeper.take_return_blob()
        if blob is None:
            raise QuickReturnGone
        taken_blobs.append(blob)
        return secret_attempt.count_attempt(
            context.settings().data_folder,
            user_id=return_code.user_of_blob(blob),
            served_since=context.worker().serving_since,
        )

    try:
        return _attempt_unlock(
            lambda max_entries: practice_access.unlock_with_return_code(
                context.db(), taken_blobs[0], typed, now=context.now(), max_entries=max_entries
            ),
            begin_attempt=begin_attempt,
            after_login=keeper.confirm_return_opened,
        )
    except QuickReturnGone as error:
        return error.sentence


def unlock_with_recovery_sheet(typed: str) -> str:
    """Unlock for this browser with the recovery sheet; a new passphrase must be chosen next.

    The sheet has 160 random bits, so no delay is needed against guessing. Returns "" or the error message.

    Raises:
        ReadingBegun: it is right, and a page shows how the record is read.
    """
    return _attempt_unlock(
        lambda max_entries: practice_access.unlock_with_recovery_sheet(
            context.db(), typed, now=context.now(), max_entries=max_entries
        ),
        begin_attempt=lambda: secret_attempt.begin_sheet_attempt(context.settings().data_folder),
        after_login=lambda: psychotherapy_key.keep_from_sheet(typed),
        must_choose_passphrase=True,
    )


def unlock_with_executor_halves(first: str, second: str) -> str:
    """As `unlock_with_recovery_sheet`, for reading only, with both sheets of an executor."""
    return _attempt_unlock(
        lambda max_entries: executor_access.unlock_with_halves(
            context.db(), first, second, now=context.now(), max_entries=max_entries
        ),
        begin_attempt=lambda: secret_attempt.begin_executor_attempt(context.settings().data_folder),
        after_login=begin_executor_login,
    )


def finish_long_unlock(reading: RecordReading) -> None:
    """Unlock for this browser, whose record is read now.

    Raises:
        Exception: what stopped the reading; nobody is unlocked, and this process ends.
    """
    record_reading.forget_reading()
    if reading.error is not None:
        reading.error_shown.set()
        raise reading.error
    reading.log_in(reading)


def open_keys_with_passphrase(typed: str) -> tuple[str, SlotKeys | None]:
    """Check the passphrase again; returns "" and every key of its slot, or the error message and None."""
    opened: list[SlotKeys] = []
    sentence = confirm_passphrase(typed, receive_keys=opened.append)
    return sentence, opened[0] if opened and not sentence else None


def confirm_passphrase(typed: str, *, receive_keys: Callable[[SlotKeys], None] | None = None) -> str:
    """Check the passphrase of a login again. Returns "" or the error message.

    The rules are those of the lock: an attempt is counted before it is made, and a wrong passphrase ends this
    process, so that the next attempt is delayed. The quick return is destroyed too, so that nobody can come
    back with the short code and go on guessing the passphrase. `receive_keys` takes every key of the slot.
    """
    if not typed or len(typed) > MAX_SECRET_LENGTH:
        return "Type your present passphrase."
    # Begin the write transaction before taking the lock: a second press then waits here for the first.
    context.db()
    if not _attempt_lock.acquire(timeout=MAX_WAIT_SECONDS):
        return BUSY_MESSAGE
    try:
        if context.worker().is_ending:
            return ENDED_MESSAGE
        vault = context.vault()
        try:
            secret_attempt.attempt_secret(
                context.settings().data_folder,
                lambda: _check_present_passphrase(vault, typed, receive_keys),
                user_id=vault.user_id,
                served_since=context.worker().serving_since,
            )
        except WrongSecret as wrong_secret:
            # Before anything that can fail: what was typed is almost the passphrase, so it ends this process.
            context.end_worker(EndReason.REFUSED)
            quick_return.revoke_quick_return()
            sentence = wrong_secret.sentence
        else:
            context.record_passphrase_typed()
            return ""
    except OSError as error:
        raise storage_error_of(error) from error
    finally:
        _attempt_lock.release()
    practice_access.record_refused_passphrase(context.db(), vault, now=context.now())
    return sentence


def _check_present_passphrase(
    vault: Vault, typed: str, receive_keys: Callable[[SlotKeys], None] | None
) -> Vault:
    if receive_keys is None:
        if not practice_access.is_current_passphrase(context.db(), vault, typed):
            raise WrongSecret(REFUSED_MESSAGE)
        return vault
    keys = secret_changes.open_keys_with_passphrase(context.db(), vault, typed)
    if keys is None:
        raise WrongSecret(REFUSED_MESSAGE)
    receive_keys(keys)
    return vault


def refused_tries_before_unlock() -> int:
    """How many tries were refused before the one that opened this login, so that they can be reported."""
    return cast("int | None", context.get_from_login(_REFUSED_TRIES_KEY)) or 0


def is_return_code_usable() -> bool:
    """Whether the keeper still holds a blob, so that a return code can be tried."""
    return context.worker().keeper.has_return_blob()


def _count_attempt() -> Attempt:
    return secret_attempt.count_attempt(
        context.settings().data_folder, user_id=None, served_since=context.worker().serving_since
    )


def _attempt_unlock(
    unlock: Callable[[int], Vault],
    *,
    begin_attempt: Callable[[], Attempt],
    after_login: Callable[[], None] = lambda: None,
    must_choose_passphrase: bool = False,
) -> str:
    # A second press waits and is then tried on its own: the browser may have dropped the first response.
    if not _attempt_lock.acquire(timeout=MAX_WAIT_SECONDS):
        return BUSY_MESSAGE
    refused_tries = unlock_attempts.count_most_failures(context.settings().data_folder)

    def log_in(vault: Vault) -> None:
        context.log_in(vault, must_choose_passphrase=must_choose_passphrase)
        context.put_in_login(_REFUSED_TRIES_KEY, refused_tries)
        after_unlock.note_unverified_audit_line(vault)
        if vault.can_sign:
            handover_transition.merge_answers_after_commit(context.vault())
        after_login()

    def log_in_later(reading: RecordReading) -> None:
        if reading.vault is None:
            raise context.LockedMeanwhile
        try:
            log_in(reading.vault)
        except BaseException:
            context.abort_login(has_practice=True)
            raise

    try:
        if not record_reading.wait_for_reading(MAX_WAIT_SECONDS):
            return BUSY_MESSAGE
        # The next process waits for the delay; one that is ending must not try another secret without it.
        if context.worker().is_ending:
            return ENDED_MESSAGE
        attempt = begin_attempt()
        try:
            vault = unlock(record_reading.MAX_ENTRIES_AT_ONCE)
        except LongReplay as postponed:
            record_reading.begin_reading(
                postponed, attempt, back=request.form.get("back", ""), log_in=log_in_later
            )
            raise record_reading.ReadingBegun from None
        attempt.clear(vault)
    except (QuickReturnGone, record_reading.ReadingBegun):
        raise
    except WrongSecret as wrong_secret:
        context.end_worker(EndReason.REFUSED)
        practice_access.record_failed_unlock(context.db(), now=context.now())
        return wrong_secret.sentence
    except BaseException as error:
        # The right secret may be in memory although nobody is unlocked, so this process ends.
        context.end_worker(EndReason.NOT_OPENED)
        if isinstance(error, OSError):
            raise storage_error_of(error) from error
        raise
    finally:
        _attempt_lock.release()
    log_in(vault)
    return ""
