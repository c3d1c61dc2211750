"""One attempt at a secret: wait, count it, try it, and clear the count after success.

The lock page, the pages that ask for the present passphrase and `clinic-toolkit verify` all attempt a secret
here, so that none of them allows faster guessing than another. Only one attempt may run at a time in a
folder: each of them holds its own lock for that.
"""

from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep
from uuid import UUID

from clinic_toolkit.store.storage_errors import storage_error_of
from clinic_toolkit.vault import unlock_attempts
from clinic_toolkit.vault.vault import Vault


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
    sleep(seconds_until_attempt(folder, user_id, served_since=served_since))
    unnamed_before = unlock_attempts.count_unnamed_failures(folder)
    try:
        if user_id is None:
            unlock_attempts.record_unnamed_failure(folder)
        else:
            unlock_attempts.record_failure(folder, user_id)
    except OSError as error:
        raise storage_error_of(error) from error
    vault = open_vault()
    _clear_failures(folder, vault, unnamed_before)
    return vault


def attempt_recovery_sheet(folder: Path, open_vault: Callable[[], Vault]) -> Vault:
    """Open the vault with the recovery sheet and clear the count: 160 random bits need no delay.

    Raises:
        StorageError: the count could not be cleared.
    """
    unnamed_before = unlock_attempts.count_unnamed_failures(folder)
    vault = open_vault()
    _clear_failures(folder, vault, unnamed_before)
    return vault


def attempt_secret_uncounted(folder: Path, open_vault: Callable[[], Vault], *, served_since: float) -> Vault:
    """Wait for the delay and open the vault, in a folder where nothing can be written and so nothing counted.

    Whoever can make a folder read-only can copy it and guess elsewhere, where the KDF cost is the protection.
    """
    sleep(seconds_until_attempt(folder, None, served_since=served_since))
    return open_vault()


def _clear_failures(folder: Path, vault: Vault, unnamed_before: int) -> None:
    try:
        unlock_attempts.clear_failures(
            folder, vault.user_id, colleagues=vault.list_colleagues(), unnamed_before=unnamed_before
        )
    except OSError as error:
        raise storage_error_of(error) from error
