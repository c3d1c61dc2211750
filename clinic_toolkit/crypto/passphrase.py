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
_LARGEST_KIB, _MOST_PASSES, _MOST_LANES = 1024 * _MIB, 10, 16
_TARGET_SECONDS = 1.0
_CALIBRATED_STEPS = 4
_MEASURED = 3

# Two derivations at once would double the memory and let guesses run side by side.
_one_at_a_time = threading.Lock()


class Cost(Struct, frozen=True, kw_only=True):
    """What one derivation costs: memory in KiB, passes over it, lanes."""

    memory_kib: int
    passes: int
    lanes: int


FLOOR = Cost(memory_kib=64 * _MIB, passes=3, lanes=4)


class CostRefused(Exception):
    """The stored cost is below the floor or beyond the limits; it was not tried."""


def check(cost: Cost) -> None:
    """Refuse what is weaker than the floor or larger than any honest set-up chooses.

    Raises:
        CostRefused: before anything is allocated.
    """
    in_range = (
        FLOOR.memory_kib <= cost.memory_kib <= _LARGEST_KIB
        and FLOOR.passes <= cost.passes <= _MOST_PASSES
        and FLOOR.lanes <= cost.lanes <= _MOST_LANES
    )
    if not in_range:
        raise CostRefused


def stretch(text: str, salt: bytes, cost: Cost) -> bytes:
    """Argon2id over the NFC form of the text: 32 bytes.

    Raises:
        CostRefused: see `check`.
        ValueError: the text is not Unicode (a lone surrogate) or the salt has not 16 bytes.
    """
    check(cost)
    if len(salt) != SALT_BYTES:
        raise ValueError("the salt has not 16 bytes")
    secret = unicodedata.normalize("NFC", text).encode()
    with _one_at_a_time:
        return Argon2id(
            salt=salt, length=KEY_BYTES, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.memory_kib
        ).derive(secret)


def calibrate() -> Cost:
    """A cost of about one second on this machine, never below the floor.

    Memory first, because memory is what an attacker's hardware pays for; at most 256 MiB and an
    eighth of what the machine has, so that unlocking never makes it swap. Passes take up the rest.
    """
    ratio = _TARGET_SECONDS / max(_best_time(), 0.001)
    steps = min(int(ratio), _CALIBRATED_STEPS, _machine_kib() // 8 // FLOOR.memory_kib)
    memory = FLOOR.memory_kib * max(1, steps)
    passes = int(FLOOR.passes * ratio * FLOOR.memory_kib / memory)
    return Cost(memory_kib=memory, passes=min(max(passes, FLOOR.passes), _MOST_PASSES), lanes=FLOOR.lanes)


def was_quick(seconds: float) -> bool:
    """Whether a derivation that took so long leaves room for twice the cost on this machine."""
    return seconds < _TARGET_SECONDS / 2


def is_well_above(cost: Cost, other: Cost) -> bool:
    """Whether this cost is worth a new slot: half as much work again, and in nothing less than the other."""
    half_more = 2 * cost.memory_kib * cost.passes >= 3 * other.memory_kib * other.passes
    return half_more and cost.memory_kib >= other.memory_kib and cost.lanes >= other.lanes


def _best_time() -> float:
    """Seconds of the quickest of three derivations at the floor.

    Whatever else the machine does makes one of them slower and none quicker: a single one, taken while it
    was busy, would leave the practice with a passphrase that is cheap to guess for years.
    """
    times = []
    for _ in range(_MEASURED):
        started = time.perf_counter()
        stretch("a phrase that guards nothing", bytes(SALT_BYTES), FLOOR)
        times.append(time.perf_counter() - started)
    return min(times)


def _machine_kib() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 1024
    except (AttributeError, ValueError, OSError):
        return 2 * 1024 * _MIB
