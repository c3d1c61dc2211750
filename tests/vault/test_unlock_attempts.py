"""Failed unlocks, counted on the disk."""

from pathlib import Path
from uuid import UUID, uuid4

import pytest

from clinic_toolkit.vault import unlock_attempts


def test_the_delay_grows_to_a_minute_and_never_locks_out() -> None:
    assert [unlock_attempts.delay_seconds(failed) for failed in range(-1, 9)] == [
        0,
        0,
        1,
        2,
        4,
        8,
        16,
        32,
        60,
        60,
    ]
    assert unlock_attempts.delay_seconds(10**9) == 60


def test_counting(tmp_path: Path) -> None:
    assert unlock_attempts.count_most_failures(tmp_path) == 0
    assert [unlock_attempts.record_unnamed_failure(tmp_path) for _ in range(3)] == [1, 2, 3]
    assert unlock_attempts.count_most_failures(tmp_path) == 3
    unlock_attempts.clear_failures(tmp_path, uuid4())
    unlock_attempts.clear_failures(tmp_path, uuid4())
    assert unlock_attempts.count_most_failures(tmp_path) == 0


@pytest.mark.parametrize("content", [b"", b"-4", b"none", bytes(50), b"9" * 400, "٣".encode()])
def test_a_file_that_makes_no_sense_counts_as_many(tmp_path: Path, content: bytes) -> None:
    (tmp_path / unlock_attempts.ATTEMPTS_FILE).write_bytes(content)
    assert unlock_attempts.delay_seconds(unlock_attempts.count_most_failures(tmp_path)) == 60
    assert unlock_attempts.delay_seconds(unlock_attempts.record_unnamed_failure(tmp_path)) == 60


def test_each_clinician_is_slowed_by_their_own_tries_and_by_those_that_named_nobody(tmp_path: Path) -> None:
    first, second = uuid4(), uuid4()
    assert [unlock_attempts.record_failure(tmp_path, first) for _ in range(3)] == [1, 2, 3]
    assert unlock_attempts.count_failures(tmp_path, second) == 0
    assert unlock_attempts.record_failure(tmp_path, second) == 1
    assert unlock_attempts.count_most_failures(tmp_path) == 3
    assert unlock_attempts.record_unnamed_failure(tmp_path) == 4
    assert [unlock_attempts.count_failures(tmp_path, user_id) for user_id in (first, second)] == [4, 4]
    unlock_attempts.clear_failures(tmp_path, second)
    assert [unlock_attempts.count_failures(tmp_path, user_id) for user_id in (first, second)] == [3, 0]
    unlock_attempts.clear_failures(tmp_path, first)
    assert not (tmp_path / unlock_attempts.ATTEMPTS_FILE).exists()


@pytest.mark.parametrize("content", [b"3\nnone", b"00 3", b"\n", b"3\n" + bytes(32)])
def test_a_line_that_makes_no_sense_slows_everyone(tmp_path: Path, content: bytes) -> None:
    (tmp_path / unlock_attempts.ATTEMPTS_FILE).write_bytes(content)
    assert unlock_attempts.delay_seconds(unlock_attempts.count_failures(tmp_path, uuid4())) == 60


def succeed(folder: Path, user_id: UUID, *colleagues: UUID) -> None:
    """A try on the lock page, which names nobody, with the secret of this clinician."""
    before = unlock_attempts.count_unnamed_failures(folder)
    unlock_attempts.record_unnamed_failure(folder)
    unlock_attempts.clear_failures(folder, user_id, colleagues=colleagues, unnamed_before=before)


def test_ones_own_success_clears_no_guess_at_a_colleagues_secret(tmp_path: Path) -> None:
    guesser, colleague = uuid4(), uuid4()
    for failures in range(1, 8):
        unlock_attempts.record_unnamed_failure(tmp_path)
        succeed(tmp_path, guesser, colleague)
        succeed(tmp_path, guesser, colleague)
        assert unlock_attempts.count_most_failures(tmp_path) == failures, "what the lock page waits for"
        assert unlock_attempts.count_failures(tmp_path, guesser) == 0
    succeed(tmp_path, colleague, guesser)
    assert unlock_attempts.count_failures(tmp_path, colleague) == 0
    assert not (tmp_path / unlock_attempts.ATTEMPTS_FILE).exists()


def test_success_counts_for_nobody_and_alone_it_clears_all(tmp_path: Path) -> None:
    first, second = uuid4(), uuid4()
    for _ in range(5):
        succeed(tmp_path, first, second)
    assert not (tmp_path / unlock_attempts.ATTEMPTS_FILE).exists()
    for _ in range(3):
        unlock_attempts.record_failure(tmp_path, first)
    succeed(tmp_path, first, second)
    assert unlock_attempts.count_most_failures(tmp_path) == 0, "what named one clinician is no colleague's"
    for _ in range(3):
        unlock_attempts.record_unnamed_failure(tmp_path)
    assert unlock_attempts.count_most_failures(tmp_path) == 3, "the control"
    succeed(tmp_path, first)
    assert not (tmp_path / unlock_attempts.ATTEMPTS_FILE).exists()


def test_a_file_that_makes_no_sense_stays_slow_for_the_colleague(tmp_path: Path) -> None:
    (tmp_path / unlock_attempts.ATTEMPTS_FILE).write_bytes(b"none")
    first, second = uuid4(), uuid4()
    succeed(tmp_path, first, second)
    assert unlock_attempts.delay_seconds(unlock_attempts.count_failures(tmp_path, second)) == 60
    assert unlock_attempts.count_failures(tmp_path, first) == 0
