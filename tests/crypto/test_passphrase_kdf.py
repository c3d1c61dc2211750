"""Argon2id: the floor, the limits, one at a time."""

import threading
import time
from typing import Any

import pytest

from clinic_toolkit.crypto import passphrase_kdf
from clinic_toolkit.crypto.passphrase_kdf import (
    MIN_COST,
    CostOutOfRange,
    KdfCost,
    calibrate_cost,
    check_cost,
    derive_key,
    is_fast_derivation,
    is_substantially_higher,
)

SALT = bytes(range(16))


class Pretended:
    """Stands in for the derivation and remembers what it was asked for."""

    asked: list[dict[str, Any]] = []
    running = 0
    most_at_once = 0

    def __init__(self, **parameters: Any) -> None:
        self.asked.append(parameters)

    def derive(self, secret: bytes) -> bytes:
        type(self).running += 1
        type(self).most_at_once = max(self.most_at_once, self.running)
        time.sleep(0.01)
        type(self).running -= 1
        return secret.ljust(32, b"\0")[:32]


@pytest.fixture
def pretended(monkeypatch: pytest.MonkeyPatch) -> type[Pretended]:
    fresh = type("Fresh", (Pretended,), {"asked": []})
    monkeypatch.setattr(passphrase_kdf, "Argon2id", fresh)
    return fresh


@pytest.mark.parametrize(
    "change",
    [
        {"memory_kib": 65535}, {"memory_kib": 0}, {"memory_kib": -1}, {"memory_kib": 1048577},
        {"memory_kib": 2**62},
        {"passes": 2}, {"passes": 0}, {"passes": 11}, {"passes": 2**40},
        {"lanes": 3}, {"lanes": 0}, {"lanes": 17}, {"lanes": 2**40},
    ],
)  # fmt: skip
def test_a_cost_outside_the_limits_is_refused_untried(
    change: dict[str, int], pretended: type[Pretended]
) -> None:
    values = {"memory_kib": MIN_COST.memory_kib, "passes": MIN_COST.passes, "lanes": MIN_COST.lanes} | change
    # Of this thread's own processor time: what else the machine does is no matter here.
    started = time.thread_time()
    with pytest.raises(CostOutOfRange):
        derive_key("a phrase", SALT, KdfCost(**values))
    assert time.thread_time() - started < 0.1
    assert pretended.asked == []


def test_the_floor_and_the_largest_are_accepted() -> None:
    check_cost(MIN_COST)
    check_cost(KdfCost(memory_kib=1048576, passes=10, lanes=16))


def test_known_answer_at_the_floor() -> None:
    # Computed with a second implementation, the reference C code behind argon2-cffi.
    expected = "7133dd97a0af63dfc66b0708d82f7129a54cd09ce0f2a078e6156828d01728e4"
    assert derive_key("o\u0308ffnen", SALT, MIN_COST).hex() == expected


def test_composed_and_decomposed_letters_are_one_passphrase(pretended: type[Pretended]) -> None:
    assert derive_key("o\u0308", SALT, MIN_COST) == derive_key("ö", SALT, MIN_COST)


@pytest.mark.parametrize(("text", "salt"), [("\ud800", SALT), ("a phrase", b"short")])
def test_what_is_not_text_or_salt_is_refused(text: str, salt: bytes, pretended: type[Pretended]) -> None:
    with pytest.raises(ValueError):
        derive_key(text, salt, MIN_COST)
    assert pretended.asked == []


def test_one_derivation_at_a_time(pretended: type[Pretended]) -> None:
    threads = [threading.Thread(target=derive_key, args=("a phrase", SALT, MIN_COST)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert pretended.most_at_once == 1 and len(pretended.asked) == 4


@pytest.mark.parametrize("seconds", [0.0001, 0.02, 0.1, 0.2, 0.3, 0.5, 1.0, 4.0])
def test_calibration_stays_within_the_limits(seconds: float, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter((0.0, seconds, 0.0, seconds, 0.0, seconds))
    monkeypatch.setattr(passphrase_kdf, "derive_key", lambda *_: bytes(32))
    monkeypatch.setattr(time, "perf_counter", lambda: next(clock))
    monkeypatch.setattr(passphrase_kdf, "_system_memory_kib", lambda: 8 * 1024 * 1024)
    cost = calibrate_cost()
    check_cost(cost)
    work = cost.memory_kib * cost.passes / (MIN_COST.memory_kib * MIN_COST.passes)
    if 0.1 <= seconds <= 0.5:
        assert 0.6 <= work * seconds <= 1.1


def test_a_small_machine_is_not_made_to_swap(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter((0.0, 0.05, 0.0, 0.05, 0.0, 0.05))
    monkeypatch.setattr(passphrase_kdf, "derive_key", lambda *_: bytes(32))
    monkeypatch.setattr(time, "perf_counter", lambda: next(clock))
    monkeypatch.setattr(passphrase_kdf, "_system_memory_kib", lambda: 1024 * 1024)
    assert calibrate_cost().memory_kib == 128 * 1024


@pytest.mark.parametrize("busy", [0, 1, 2])
def test_one_busy_moment_does_not_make_the_passphrase_cheap(
    busy: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = [1.6] * busy + [0.2] + [1.6] * (2 - busy)
    clock = iter([moment for taken in times for moment in (0.0, taken)])
    monkeypatch.setattr(passphrase_kdf, "derive_key", lambda *_: bytes(32))
    monkeypatch.setattr(time, "perf_counter", lambda: next(clock))
    monkeypatch.setattr(passphrase_kdf, "_system_memory_kib", lambda: 8 * 1024 * 1024)
    cost = calibrate_cost()
    assert cost.memory_kib * cost.passes >= 4 * MIN_COST.memory_kib * MIN_COST.passes


def test_only_a_cost_that_is_half_more_and_in_nothing_less_is_worth_a_new_slot() -> None:
    stored = KdfCost(memory_kib=128 * 1024, passes=4, lanes=4)
    assert is_substantially_higher(KdfCost(memory_kib=128 * 1024, passes=6, lanes=4), stored)
    assert is_substantially_higher(KdfCost(memory_kib=256 * 1024, passes=3, lanes=4), stored)
    assert not is_substantially_higher(KdfCost(memory_kib=128 * 1024, passes=5, lanes=4), stored)
    assert not is_substantially_higher(KdfCost(memory_kib=64 * 1024, passes=10, lanes=4), stored)
    assert not is_substantially_higher(stored, stored)
    assert is_fast_derivation(0.3) and not is_fast_derivation(0.6)
