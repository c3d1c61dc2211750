"""Derive a key from a passphrase with Argon2id, within limits that are checked before memory is allocated.

The cost parameters are read from the store, where an attacker may have changed them. Too low a cost
would make a stolen copy cheap to guess, too high a one would exhaust the machine; both are refused
before anything is allocated.
"""

import os
import threading
import time
import unicodedata

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from msgspec import Struct

from clinic_toolkit.crypto.seal import KEY_BYTES

KDF_SALT_BYTES = 16
_MIB = 1024
_MAX_MEMORY_KIB, _MAX_PASSES, _MAX_LANES = 1024 * _MIB, 10, 16
_TARGET_SECONDS = 1.0
_MAX_MEMORY_STEPS = 4
_CALIBRATION_RUNS = 3

# One derivation at a time: two would double the memory and let guesses run in parallel.
_derivation_lock = threading.Lock()


class KdfCost(Struct, frozen=True, kw_only=True):
    """Argon2id cost parameters: memory in KiB, passes (iterations) and lanes (parallelism)."""

    memory_kib: int
    passes: int
    lanes: int

    @property
    def work(self) -> int:
        """What the time of one derivation grows with: KiB of memory times passes."""
        return self.memory_kib * self.passes


MIN_COST = KdfCost(memory_kib=64 * _MIB, passes=3, lanes=4)


# The work of the most expensive cost that `calibrate_cost` chooses.
MAX_CALIBRATED_WORK = _MAX_MEMORY_STEPS * MIN_COST.memory_kib * _MAX_PASSES


class CostOutOfRange(Exception):
    """The stored cost is below the minimum or above the maximum; no derivation was run."""


def check_cost(cost: KdfCost) -> None:
    """Refuse a cost below `MIN_COST` or larger than any legitimate setup would choose.

    Raises:
        CostOutOfRange: the cost is outside these limits.
    """
    in_range = (
        MIN_COST.memory_kib <= cost.memory_kib <= _MAX_MEMORY_KIB
        and MIN_COST.passes <= cost.passes <= _MAX_PASSES
        and MIN_COST.lanes <= cost.lanes <= _MAX_LANES
    )
    if not in_range:
        raise CostOutOfRange


def derive_key(secret_text: str, salt: bytes, cost: KdfCost) -> bytes:
    """Derive a 32-byte key with Argon2id from the NFC form of the text.

    Raises:
        CostOutOfRange: see `check_cost`.
        ValueError: the text is not valid Unicode (a lone surrogate) or the salt is not 16 bytes long.
    """
    check_cost(cost)
    if len(salt) != KDF_SALT_BYTES:
        raise ValueError("the salt has not 16 bytes")
    secret = unicodedata.normalize("NFC", secret_text).encode()
    with _derivation_lock:
        return Argon2id(
            salt=salt, length=KEY_BYTES, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.memory_kib
        ).derive(secret)


def calibrate_cost() -> KdfCost:
    """Choose a cost that takes about one second on this machine, never below `MIN_COST`.

    Memory is raised first, because memory is what makes an attacker's hardware expensive; at most to
    256 MiB and to an eighth of the machine's memory, so that unlocking never makes it swap. The number
    of passes fills the rest of the second.
    """
    ratio = _TARGET_SECONDS / max(_fastest_derivation_seconds(), 0.001)
    steps = min(int(ratio), _MAX_MEMORY_STEPS, _system_memory_kib() // 8 // MIN_COST.memory_kib)
    memory_kib = MIN_COST.memory_kib * max(1, steps)
    passes = int(MIN_COST.passes * ratio * MIN_COST.memory_kib / memory_kib)
    return KdfCost(
        memory_kib=memory_kib, passes=min(max(passes, MIN_COST.passes), _MAX_PASSES), lanes=MIN_COST.lanes
    )


def is_fast_derivation(seconds: float) -> bool:
    """Whether a derivation of this duration was fast enough to afford twice the cost on this machine."""
    return seconds < _TARGET_SECONDS / 2


def is_substantially_higher(cost: KdfCost, other: KdfCost) -> bool:
    """Whether `cost` justifies a new key slot: 1.5 times the work or more, no less memory, no fewer lanes."""
    work_is_higher = 2 * cost.memory_kib * cost.passes >= 3 * other.memory_kib * other.passes
    return work_is_higher and cost.memory_kib >= other.memory_kib and cost.lanes >= other.lanes


def _fastest_derivation_seconds() -> float:
    """Measure three derivations at `MIN_COST`; returns the fastest, in seconds.

    Other load only makes a run slower, so the minimum is the best estimate. One measurement on a busy
    machine would set too low a cost, which the practice would keep for years.
    """
    durations = []
    for _ in range(_CALIBRATION_RUNS):
        started_at = time.perf_counter()
        derive_key("a phrase that guards nothing", bytes(KDF_SALT_BYTES), MIN_COST)
        durations.append(time.perf_counter() - started_at)
    return min(durations)


def _system_memory_kib() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 1024
    except (AttributeError, ValueError, OSError):
        return 2 * 1024 * _MIB
