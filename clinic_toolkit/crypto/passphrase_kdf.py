"""From a passphrase to a key: Argon2id, with limits that are checked before any memory is taken.

The costs stand in the store, where someone else may have written them. Too low a cost would make a
stolen copy cheap to guess, too high a one would stop the machine; both are refused before the first
byte is allocated.
"""

import os
import threading
import time
import unicodedata

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from msgspec import Struct

from clinic_toolkit.crypto.seal import KEY_BYTES

SALT_BYTES = 16
_MIB = 1024
_MAX_MEMORY_KIB, _MAX_PASSES, _MAX_LANES = 1024 * _MIB, 10, 16
_TARGET_SECONDS = 1.0
_MAX_MEMORY_STEPS = 4
_CALIBRATION_RUNS = 3

# Two derivations at once would double the memory and let guesses run side by side.
_derivation_lock = threading.Lock()


class KdfCost(Struct, frozen=True, kw_only=True):
    """What one derivation costs: memory in KiB, passes over it, lanes."""

    memory_kib: int
    passes: int
    lanes: int


MIN_COST = KdfCost(memory_kib=64 * _MIB, passes=3, lanes=4)


class CostOutOfRange(Exception):
    """The stored cost is below the floor or beyond the limits; it was not tried."""


def check_cost(cost: KdfCost) -> None:
    """Refuse what is weaker than the floor or larger than any honest set-up chooses.

    Raises:
        CostOutOfRange: before anything is allocated.
    """
    in_range = (
        MIN_COST.memory_kib <= cost.memory_kib <= _MAX_MEMORY_KIB
        and MIN_COST.passes <= cost.passes <= _MAX_PASSES
        and MIN_COST.lanes <= cost.lanes <= _MAX_LANES
    )
    if not in_range:
        raise CostOutOfRange


def derive_key(secret_text: str, salt: bytes, cost: KdfCost) -> bytes:
    """Argon2id over the NFC form of the text: 32 bytes.

    Raises:
        CostOutOfRange: see `check_cost`.
        ValueError: the text is not Unicode (a lone surrogate) or the salt has not 16 bytes.
    """
    check_cost(cost)
    if len(salt) != SALT_BYTES:
        raise ValueError("the salt has not 16 bytes")
    secret = unicodedata.normalize("NFC", secret_text).encode()
    with _derivation_lock:
        return Argon2id(
            salt=salt, length=KEY_BYTES, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.memory_kib
        ).derive(secret)


def calibrate_cost() -> KdfCost:
    """A cost of about one second on this machine, never below the floor.

    Memory first, because memory is what an attacker's hardware pays for; at most 256 MiB and an
    eighth of what the machine has, so that unlocking never makes it swap. Passes take up the rest.
    """
    ratio = _TARGET_SECONDS / max(_fastest_derivation_seconds(), 0.001)
    steps = min(int(ratio), _MAX_MEMORY_STEPS, _system_memory_kib() // 8 // MIN_COST.memory_kib)
    memory = MIN_COST.memory_kib * max(1, steps)
    passes = int(MIN_COST.passes * ratio * MIN_COST.memory_kib / memory)
    return KdfCost(
        memory_kib=memory, passes=min(max(passes, MIN_COST.passes), _MAX_PASSES), lanes=MIN_COST.lanes
    )


def is_fast_derivation(seconds: float) -> bool:
    """Whether a derivation that took so long leaves room for twice the cost on this machine."""
    return seconds < _TARGET_SECONDS / 2


def is_substantially_higher(cost: KdfCost, other: KdfCost) -> bool:
    """Whether this cost is worth a new slot: half as much work again, and in nothing less than the other."""
    half_more = 2 * cost.memory_kib * cost.passes >= 3 * other.memory_kib * other.passes
    return half_more and cost.memory_kib >= other.memory_kib and cost.lanes >= other.lanes


def _fastest_derivation_seconds() -> float:
    """Seconds of the quickest of three derivations at the floor.

    Whatever else the machine does makes one of them slower and none quicker: a single one, taken while it
    was busy, would leave the practice with a passphrase that is cheap to guess for years.
    """
    times = []
    for _ in range(_CALIBRATION_RUNS):
        started = time.perf_counter()
        derive_key("a phrase that guards nothing", bytes(SALT_BYTES), MIN_COST)
        times.append(time.perf_counter() - started)
    return min(times)


def _system_memory_kib() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 1024
    except (AttributeError, ValueError, OSError):
        return 2 * 1024 * _MIB
