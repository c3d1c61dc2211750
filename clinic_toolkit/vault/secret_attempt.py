"""One attempt at a secret: wait, count it, try it, and clear the count after success.

The lock page, the pages that ask for the present passphrase and `clinic-toolkit verify` all attempt a secret
here, so that none of them allows faster guessing than another. Only one attempt may run at a time in a
folder: each of them holds its own lock for that.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic, sleep
from uuid import UUID

from clinic_toolkit.store.folder import is_writable
from clinic_toolkit.store.storage_errors import storage_error_of
from clinic_toolkit.vault import unlock_attempts
from clinic_toolkit.vault.vault import Vault


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One attempt that is under way, and what was counted before it.

    `counted` is the number that stands for it in the file, None if it was not counted. `clears` says whether
    its success clears the count.
    """

    folder: Path
    user_id: UUID | None
    unnamed_before: int
    failures_before: int
    counted: int | None
    clears: bool = True

    def clear(self, vault: Vault) -> None:
        """Clear the count after success.

        Raises:
            StorageError: it could not be cleared.
        """
        if not self.clears:
            return
        try:
            unlock_attempts.clear_failures(
                self.folder,
                vault.user_id,
                colleagues=vault.list_colleagues(),
                unnamed_before=self.unnamed_before,
            )
        except OSError as error:
            raise storage_error_of(error) from error

    def take_back(self) -> None:
        """Uncount this attempt, because the secret was right although nothing was unlocked.

        If another attempt was counted since, or the file cannot be written, this one stays counted.
        """
        if self.counted is not None:
            with suppress(OSError):
                unlock_attempts.take_back_failure(
                    self.folder, self.user_id, counted=self.counted, before=self.failures_before
                )


def seconds_until_attempt(folder: Path, user_id: UUID | None, *, served_since: float) -> float:
    """Return how many seconds remain of the delay that earlier failures demand; 0 if none.

    Args:
        user_id: whose secret is tried; None if the attempt names nobody.
        served_since: when waiting began, on the monotonic clock.
    """
    if user_id is None:
        failures = unlock_attempts.count_most_failures(folder)
    else:
        failures = unlock_attempts.count_failures(folder, user_id)
    return max(0.0, unlock_attempts.delay_seconds(failures) - (monotonic() - served_since))


def attempt_secret(
    folder: Path, open_vault: Callable[[], Vault], *, user_id: UUID | None, served_since: float
) -> Vault:
    """Wait for the delay, count the attempt, open the vault, and clear the count.

    The attempt is counted before it is made, so that ending the program during it counts as a failure.

    Args:
        folder: the data folder, where failures are counted.
        open_vault: returns the vault that the secret opens, or raises what is wrong with the secret.
        user_id: whose secret is tried; None if the attempt names nobody, and then it counts for everyone.
        served_since: when waiting began, on the monotonic clock.

    Raises:
        StorageError: the attempt could not be counted and was not made, or its count not cleared.
    """
    attempt = count_attempt(folder, user_id=user_id, served_since=served_since)
    vault = open_vault()
    attempt.clear(vault)
    return vault


def count_attempt(folder: Path, *, user_id: UUID | None, served_since: float) -> Attempt:
    """Wait for the delay and count an attempt, which may be made then; `attempt_secret` explains the rest.

    Raises:
        StorageError: the attempt could not be counted and must not be made.
    """
    sleep(seconds_until_attempt(folder, user_id, served_since=served_since))
    if not is_writable(folder):
        # As in `attempt_secret_uncounted`.
        return replace(begin_sheet_attempt(folder), user_id=user_id)
    unnamed_before = unlock_attempts.count_unnamed_failures(folder)
    try:
        if user_id is None:
            failures_before, counted = unnamed_before, unlock_attempts.record_unnamed_failure(folder)
        else:
            failures_before = unlock_attempts.count_failures(folder, user_id)
            counted = unlock_attempts.record_failure(folder, user_id)
    except OSError as error:
        raise storage_error_of(error) from error
    return Attempt(
        folder=folder,
        user_id=user_id,
        unnamed_before=unnamed_before,
        failures_before=failures_before,
        counted=counted,
    )


def begin_sheet_attempt(folder: Path) -> Attempt:
    """Begin an attempt at the recovery sheet; neither delayed nor counted, as 160 bits cannot be guessed."""
    return Attempt(
        folder=folder,
        user_id=None,
        unnamed_before=unlock_attempts.count_unnamed_failures(folder),
        failures_before=0,
        counted=None,
        clears=is_writable(folder),
    )


def begin_executor_attempt(folder: Path) -> Attempt:
    """Begin an attempt at both sheets of an executor, which is neither delayed nor counted.

    Its success clears nothing: the clinician is still to be told of tries that were refused before.
    """
    return replace(begin_sheet_attempt(folder), clears=False)


def attempt_secret_uncounted(folder: Path, open_vault: Callable[[], Vault], *, served_since: float) -> Vault:
    """Wait for the delay and open the vault, in a folder where nothing can be written and so nothing counted.

    Whoever can make a folder read-only can copy it and guess elsewhere, where the KDF cost is the protection.
    """
    sleep(seconds_until_attempt(folder, None, served_since=served_since))
    return open_vault()
