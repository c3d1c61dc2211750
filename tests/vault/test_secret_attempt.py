"""One attempt at a secret: the wait, the count before it, and the count cleared by success alone."""

import errno
import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn
from uuid import UUID

import pytest

from clinic_toolkit.store.storage_errors import StorageFull
from clinic_toolkit.vault import secret_attempt, unlock_attempts
from clinic_toolkit.vault.key_slots import WrongSecret
from clinic_toolkit.vault.vault import Vault
from tests.fixtures.practices import Work, at_work

EARLIER_FAILURES = 4
DELAY = 8


@pytest.fixture
def work(tmp_path: Path) -> Work:
    return at_work(tmp_path)


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    seconds: list[float] = []
    monkeypatch.setattr("clinic_toolkit.vault.secret_attempt.sleep", seconds.append)
    return seconds


def refuse_secret() -> NoReturn:
    raise WrongSecret("Not this one.")


def fail_before(folder: Path, user_id: UUID | None) -> None:
    for _ in range(EARLIER_FAILURES):
        if user_id is None:
            unlock_attempts.record_unnamed_failure(folder)
        else:
            unlock_attempts.record_failure(folder, user_id)


@pytest.mark.parametrize("named", [True, False])
def test_it_waits_counts_tries_and_clears(
    work: Work, tmp_path: Path, slept: list[float], named: bool
) -> None:
    user_id = work.vault.user_id if named else None
    fail_before(tmp_path, user_id)
    counted_during: list[int] = []

    def open_vault() -> Vault:
        assert slept, "the wait comes first"
        counted_during.append(unlock_attempts.count_most_failures(tmp_path))
        return work.vault

    opened = secret_attempt.attempt_secret(
        tmp_path, open_vault, user_id=user_id, served_since=time.monotonic()
    )
    assert opened is work.vault
    assert [round(seconds) for seconds in slept] == [DELAY]
    assert counted_during == [EARLIER_FAILURES + 1]
    assert unlock_attempts.count_most_failures(tmp_path) == 0


@pytest.mark.parametrize("error", [WrongSecret("Not this one."), KeyboardInterrupt()])
def test_whatever_ends_the_attempt_it_stays_counted(
    work: Work, tmp_path: Path, slept: list[float], error: BaseException
) -> None:
    def end() -> NoReturn:
        raise error

    for failures in (1, 2):
        with pytest.raises(type(error)):
            secret_attempt.attempt_secret(tmp_path, end, user_id=None, served_since=time.monotonic())
        assert unlock_attempts.count_most_failures(tmp_path) == failures
    assert [round(seconds) for seconds in slept] == [0, 1]


def test_time_already_waited_is_served(tmp_path: Path, work: Work, slept: list[float]) -> None:
    fail_before(tmp_path, None)
    for waited in (5, 3600):
        with pytest.raises(WrongSecret):
            secret_attempt.attempt_secret(
                tmp_path,
                refuse_secret,
                user_id=work.vault.user_id,
                served_since=time.monotonic() - waited,
            )
    assert [round(seconds) for seconds in slept] == [DELAY - 5, 0]


def test_an_attempt_that_cannot_be_counted_is_not_made(
    work: Work, tmp_path: Path, slept: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> NoReturn:
        raise OSError(errno.ENOSPC, "full")

    tried: list[bool] = []

    def open_vault() -> Vault:
        tried.append(True)
        return work.vault

    def attempt(user_id: UUID | None) -> Vault:
        return secret_attempt.attempt_secret(
            tmp_path, open_vault, user_id=user_id, served_since=time.monotonic()
        )

    with monkeypatch.context() as patched:
        patched.setattr("clinic_toolkit.vault.unlock_attempts.os.write", refuse)
        for user_id in (None, work.vault.user_id):
            with pytest.raises(StorageFull):
                attempt(user_id)
    assert not tried
    assert attempt(None) is work.vault and tried, "the control"


def attempt_sheet(folder: Path, open_vault: Callable[[], Vault]) -> Vault:
    attempt = secret_attempt.begin_sheet_attempt(folder)
    vault = open_vault()
    attempt.clear(vault)
    return vault


ATTEMPTS: list[Callable[[Path, Callable[[], Vault]], Vault]] = [
    attempt_sheet,
    lambda folder, open_vault: secret_attempt.attempt_secret_uncounted(
        folder, open_vault, served_since=time.monotonic()
    ),
]


@pytest.mark.parametrize(
    ("attempt", "waited", "left_by_success"), [(ATTEMPTS[0], [], 0), (ATTEMPTS[1], [DELAY, DELAY], 4)]
)
def test_the_two_that_are_not_counted(
    work: Work,
    tmp_path: Path,
    slept: list[float],
    attempt: Callable[[Path, Callable[[], Vault]], Vault],
    waited: list[int],
    left_by_success: int,
) -> None:
    """The recovery sheet waits for nothing and clears the count; a folder that is read-only keeps it."""
    fail_before(tmp_path, None)
    with pytest.raises(WrongSecret):
        attempt(tmp_path, refuse_secret)
    assert unlock_attempts.count_most_failures(tmp_path) == EARLIER_FAILURES
    assert attempt(tmp_path, lambda: work.vault) is work.vault
    assert [round(seconds) for seconds in slept] == waited
    assert unlock_attempts.count_most_failures(tmp_path) == left_by_success


@pytest.mark.parametrize("named", [True, False])
def test_an_attempt_that_is_taken_back_leaves_the_earlier_failures(
    work: Work, tmp_path: Path, slept: list[float], named: bool
) -> None:
    user_id = work.vault.user_id if named else None
    fail_before(tmp_path, user_id)

    def count() -> secret_attempt.Attempt:
        return secret_attempt.count_attempt(tmp_path, user_id=user_id, served_since=time.monotonic())

    attempt = count()
    assert unlock_attempts.count_most_failures(tmp_path) == EARLIER_FAILURES + 1, "the control"
    attempt.take_back()
    assert unlock_attempts.count_most_failures(tmp_path) == EARLIER_FAILURES
    # What was counted since is kept, so that it cannot undo a guess.
    attempt = count()
    count()
    attempt.take_back()
    assert unlock_attempts.count_most_failures(tmp_path) == EARLIER_FAILURES + 2


def test_the_only_attempt_that_is_taken_back_leaves_no_count(tmp_path: Path, slept: list[float]) -> None:
    secret_attempt.count_attempt(tmp_path, user_id=None, served_since=time.monotonic()).take_back()
    assert unlock_attempts.count_most_failures(tmp_path) == 0
    secret_attempt.begin_sheet_attempt(tmp_path).take_back()
    assert not list(tmp_path.glob("unlock-attempts*"))
