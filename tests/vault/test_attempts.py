"""Failed unlocks, counted on the disk."""

from pathlib import Path

import pytest

from clinic_toolkit.vault import attempts


def test_the_delay_grows_to_a_minute_and_never_locks_out() -> None:
    assert [attempts.delay_seconds(failed) for failed in range(-1, 9)] == [0, 0, 1, 2, 4, 8, 16, 32, 60, 60]
    assert attempts.delay_seconds(10**9) == 60


def test_counting(tmp_path: Path) -> None:
    assert attempts.count(tmp_path) == 0
    assert [attempts.note_failure(tmp_path) for _ in range(3)] == [1, 2, 3]
    assert attempts.count(tmp_path) == 3
    attempts.clear(tmp_path)
    attempts.clear(tmp_path)
    assert attempts.count(tmp_path) == 0


@pytest.mark.parametrize("content", [b"", b"-4", b"none", bytes(50), b"9" * 400, "٣".encode()])
def test_a_file_that_makes_no_sense_counts_as_many(tmp_path: Path, content: bytes) -> None:
    (tmp_path / attempts.FILE).write_bytes(content)
    assert attempts.delay_seconds(attempts.count(tmp_path)) == 60
    assert attempts.delay_seconds(attempts.note_failure(tmp_path)) == 60
