"""Lifted rings: which erased rings a restore does not erase again, because what was in them came back since.

Whoever is brought back from a backup gets new rings, so the tombstone of the old ones stays as it is. But a
restore of a backup from before the erasure finds that tombstone elsewhere, and would erase the person again.
A lift tells it not to, as long as the person was not erased once more. No clock is asked: what came in the
place of a ring is erased, or it is not.
"""

from collections.abc import Iterable, Set

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.journal.tombstone_record import Tombstone, TombstoneState

TombstoneVersion = RecordVersion[Tombstone]


def select_lifted(notes: Iterable[TombstoneVersion]) -> frozenset[bytes]:
    """Return the rings that a lift names, and in whose place is a ring that was not erased since.

    Args:
        notes: tombstones and lifts, each of them signed.
    """
    noted = list(notes)
    erased = {ring for note in noted if note.state == TombstoneState.ERASED for ring in note.payload.rings}
    lifted: set[bytes] = set()
    pending = [note.payload for note in noted if note.state == TombstoneState.LIFTED]
    while found := [lift for lift in pending if lift.successors - erased or lift.successors & lifted]:
        lifted.update(ring for lift in found for ring in lift.rings)
        pending = [lift for lift in pending if lift not in found]
    return frozenset(lifted)


def list_kin(rings: Set[bytes], notes: Iterable[TombstoneVersion]) -> frozenset[bytes]:
    """Return these rings, those that they came in the place of, and those that came in their place."""
    lifts = [
        note.payload.successors | set(note.payload.rings)
        for note in notes
        if note.state == TombstoneState.LIFTED
    ]
    kin, size = set(rings), -1
    while size != len(kin):
        size = len(kin)
        kin.update(ring for lift in lifts if lift & kin for ring in lift)
    return frozenset(kin)
