"""Threads of risk entries: an entry, what it followed, and what followed it.

An entry never changes, so a later check of it, or a later thought, is an entry that follows it. Together they
read as one matter, in the order in which they were written.
"""

from collections.abc import Iterable, Mapping
from uuid import UUID

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.safety.risk_entry_record import RiskEntry


def list_thread(
    entries: Iterable[RecordVersion[RiskEntry]], entry: RecordVersion[RiskEntry]
) -> list[RecordVersion[RiskEntry]]:
    """The entries of the thread that this one belongs to, itself among them, oldest first.

    Args:
        entries: those of the client, the oldest first. One that cannot be read is not among them; what
            followed it begins a thread of its own.
    """
    root_by_id = _find_roots(entries := list(entries))
    root = root_by_id.get(entry.id, entry.id)
    return [each for each in entries if root_by_id[each.id] == root] or [entry]


def _find_roots(entries: list[RecordVersion[RiskEntry]]) -> Mapping[UUID, UUID]:
    """The first entry of each entry's thread. An entry can only follow one that was written before it."""
    root_by_id: dict[UUID, UUID] = {}
    for entry in entries:
        followed = entry.payload.follows_id
        root_by_id[entry.id] = root_by_id.get(followed, entry.id) if followed else entry.id
    return root_by_id


def find_followers(
    entries: Iterable[RecordVersion[RiskEntry]],
) -> Mapping[UUID, RecordVersion[RiskEntry]]:
    """For each entry that was followed, the first entry that follows it.

    Args:
        entries: those of the client, the oldest first.
    """
    follower_by_id: dict[UUID, RecordVersion[RiskEntry]] = {}
    for entry in entries:
        if entry.payload.follows_id:
            follower_by_id.setdefault(entry.payload.follows_id, entry)
    return follower_by_id
