"""The sentences of the condition page: one finding for each kind of loss or damage."""

from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from itertools import groupby
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection, func, select

from clinic_toolkit.dates import format_date_and_time
from clinic_toolkit.journal.integrity import IntegrityFailure
from clinic_toolkit.journal.integrity_reasons import REASON_TEXTS
from clinic_toolkit.journal.record_kind import nouns_of
from clinic_toolkit.store.base import metadata
from clinic_toolkit.store.types import from_microseconds
from clinic_toolkit.store.verdict import (
    AnchorAbsent,
    ChainMismatch,
    FileReplaced,
    MissingEntries,
    SavedRecord,
    SchemaDamage,
)
from clinic_toolkit.vault.header_fault import HeaderFault
from clinic_toolkit.vault.ring_tables import ring_table
from clinic_toolkit.vault.vault import Vault

# Returns the names of the clients whose ring this is, as one phrase; "" if unknown.
NamesOfRing = Callable[[UUID], str]

# At most this many audit entries are listed one by one.
_MAX_LISTED = 20


class ConditionAct(StrEnum):
    """What a clinician can do about a finding."""

    ACKNOWLEDGE = "seen"
    ACCEPT_ROLLBACK = "go_on"


class Finding(Struct, frozen=True, kw_only=True):
    """One thing that is wrong.

    `details` are the affected items, one sentence each; `file` is the name of a log copy that may help an
    expert; `act` is the action that the page offers, None for none.
    """

    title: str
    sentence: str
    details: tuple[str, ...] = ()
    file: str = ""
    act: ConditionAct | None = None


# What can be wrong with the header and its backup.
HEADER_FINDINGS = {
    HeaderFault.USED: Finding(
        title="The keys of the practice were damaged in the data file",
        sentence="They were opened with their second copy, the file clinic.head, and put back into the "
        "data file if it can be written. Nothing is lost. A healthy disk seldom does this: copy "
        "the whole data folder to another disk, and have this one checked.",
    ),
    HeaderFault.MISSING: Finding(
        title="The second copy of the practice’s keys was missing",
        sentence="The file clinic.head was not there, or could not be read. A new one was written, if "
        "the folder can be written. It opens the record when the keys in the data file are "
        "damaged, so keep it in every copy of the data folder.",
    ),
    HeaderFault.OUTDATED: Finding(
        title="The second copy of the practice’s keys was out of date",
        sentence="The file clinic.head did not match the data file: a change was interrupted, or an "
        "older file was put in its place. A new one was written, if the folder can be written. Nothing "
        "is lost, and there is nothing to do unless this is said again after another unlock.",
    ),
}


def missing_finding(
    db: Connection, vault: Vault, missing: MissingEntries, names_of_ring: NamesOfRing
) -> Finding:
    """Return the finding for saves that the data file no longer has."""
    count = missing.last_seq - missing.first_seq + 1
    details = tuple(_missing_sentences(db, vault, missing.saved_records, names_of_ring))
    if missing.unknown_count:
        details += (
            f"{_counted(missing.unknown_count, 'earlier save', 'earlier saves')}: nothing more is known.",
        )
    return Finding(
        title="Something that was saved is missing",
        sentence=f"{_counted(count, 'act', 'acts')} of this program {'was' if count == 1 else 'were'} "
        "confirmed and cannot be found in the data file any more. The usual cause is a disk or "
        "a copy that lost its last part. Write it down again while you remember it, or restore "
        "a newer backup.",
        details=details,
        file=missing.log_copy.name if missing.log_copy else "",
        act=ConditionAct.ACKNOWLEDGE,
    )


def _missing_sentences(
    db: Connection, vault: Vault, entries: Iterable[SavedRecord], names_of_ring: NamesOfRing
) -> Iterator[str]:
    """Yield a sentence for each record, ordered by its last save; entries that saved nothing come last."""
    by_record = sorted(entries, key=lambda entry: (entry.table, entry.record.bytes, entry.seq))
    groups = [list(group) for _, group in groupby(by_record, key=lambda entry: (entry.table, entry.record))]
    for group in sorted((group for group in groups if group[0].table), key=lambda group: group[-1].seq):
        last_save = group[-1]
        if vault.is_foreign(last_save.ring) and _is_ring_stored(db, last_save.ring):
            yield f"Another clinician’s record, saved {_format_moment(last_save.at)}."
            continue
        noun = nouns_of(last_save.table).in_sentence
        names = names_of_ring(last_save.ring)
        count_phrase = f", the last of {len(group)} saves" if len(group) > 1 else ""
        yield (
            f"{noun[0].upper()}{noun[1:]}{f' ({names})' if names else ''}, saved "
            f"{_format_moment(last_save.at)}{count_phrase}. {_earlier_version_sentence(db, last_save)}"
        )
    silent_count = sum(len(group) for group in groups if not group[0].table)
    if silent_count:
        yield (
            f"{_counted(silent_count, 'act', 'acts')} that saved nothing, "
            "such as unlocking or looking at a page."
        )


def _is_ring_stored(db: Connection, ring: UUID) -> bool:
    """Return whether the ring is there; one that was made and lost together with its records is not."""
    return db.scalar(select(func.count()).where(ring_table.c.ring == ring)) != 0


def _earlier_version_sentence(db: Connection, entry: SavedRecord) -> str:
    """Return a sentence on whether an earlier version of this record exists."""
    table = metadata.tables.get(entry.table)
    if table is None or "version" not in table.c:
        return ""
    version = db.scalar(select(func.max(table.c.version)).where(table.c.record == entry.record))
    return "An earlier version is there." if version else "None of it is there."


def anchor_absent_finding(absence: AnchorAbsent) -> Finding:
    """Return the finding for a missing anchor file (check-mark file on screen)."""
    return Finding(
        title="The check-mark file was missing",
        sentence="The small file that remembers the last save was not there at a start, or could not be "
        "read. So nobody can say whether anything is missing. Please check that the last things "
        "you wrote are there. A new check-mark file was made.",
        file=absence.log_copy.name if absence.log_copy else "",
        act=ConditionAct.ACKNOWLEDGE,
    )


def schema_damage_finding(damage: SchemaDamage) -> Finding:
    """Return the finding for a damaged schema of the data file."""
    return Finding(
        title="The data file is damaged inside",
        sentence="The part that says where things are was damaged, or changed by another program. The "
        "entries are read without it, and each one is checked as usual. Nothing can be saved, "
        "not even the trail of what you look at. Copy the whole data folder to another disk "
        "now. Then quit the program and restore a backup, or ask someone who can repair the "
        "file. Until then, everything that is not damaged can be read and printed here.",
        details=(damage.reason,),
    )


def file_replaced_finding(replacement: FileReplaced) -> Finding:
    """Return the finding for a data file that was replaced while it was open."""
    cause = (
        "The data file was replaced, moved or removed while this program was using it. Programs that "
        "synchronise folders do this. "
    )
    if not replacement.in_this_run:
        advice = (
            "What you had saved before that was copied; this page shows the file that was put in its "
            "place. If something is missing here, quit the program, move clinic.db and clinic.db-wal out "
            "of the data folder and keep them somewhere safe, rename the newest of these copies to "
            "clinic.db, and start again. Keep the data folder away from programs that synchronise "
            "folders."
        )
    elif replacement.rescue_copies:
        advice = (
            "Nothing can be saved now. What you had saved before that was copied into the data folder "
            "and can be read here. Stop the program that changed the folder, then quit this one and "
            "start it again: this page will say how to go on with the copy."
        )
    else:
        advice = (
            "Nothing can be saved now, and what you had saved could not be copied. Make room on the "
            "disk: the program tries again every few seconds. Until then, do not quit or lock it."
        )
    return Finding(
        title="The data file was replaced",
        sentence=cause + advice,
        details=tuple(f"The copy {copy.name}." for copy in replacement.rescue_copies),
        act=None if replacement.in_this_run else ConditionAct.ACKNOWLEDGE,
    )


def chain_mismatch_finding(mismatch: ChainMismatch) -> Finding:
    """Return the finding for a data file that does not match the anchor."""
    return Finding(
        title="This is not the latest data file",
        sentence="The data file and the check-mark file beside it do not match: one of them comes from "
        "another time or place. Everything can be read. Nothing is saved, not even the trail of "
        "what you look at, until you decide. If you have the newer file, quit the program and "
        "put the whole newer folder in its place. If this is the file that you want, go on with "
        "it; it does not hold what was saved later in the other one.",
        file=mismatch.log_copy.name if mismatch.log_copy else "",
        act=ConditionAct.ACCEPT_ROLLBACK,
    )


def failure_sentences(failures: dict[bytes, IntegrityFailure], names_of_ring: NamesOfRing) -> Iterator[str]:
    """Yield a sentence for each failed record, with the names of its clients."""
    for failure in list(failures.values()):
        names = names_of_ring(failure.ring)
        yield (
            f"{failure.noun[0].upper()}{failure.noun[1:]}{f' ({names})' if names else ''}: "
            f"{REASON_TEXTS[failure.reason]}."
        )


def unreadable_finding(vault: Vault, names_of_ring: NamesOfRing) -> Finding:
    """Return the finding for records that failed a check since the unlock."""
    return Finding(
        title="Entries that were damaged or changed",
        sentence="They are never shown, not even in part. Everything else works as usual. A backup may "
        "still hold them, so keep a copy of the whole data folder before you write again what "
        "is lost. This list has only what was opened since you unlocked; the page “Audit trail” "
        "can check everything.",
        details=tuple(sorted(failure_sentences(vault.integrity_failures, names_of_ring))),
    )


def gaps_finding(gaps: list[int], unnamed_records: list[str]) -> Finding:
    """Return the finding for unreadable audit entries.

    Args:
        gaps: the numbers of those entries.
        unnamed_records: a sentence for each shown record that only an unreadable entry could have named.
    """
    details = [f"Line {seq}." for seq in gaps[:_MAX_LISTED]] + (["And more."] if gaps[_MAX_LISTED:] else [])
    return Finding(
        title="Lines of the audit trail that cannot be read",
        sentence="They were changed, removed or added outside this program. What they said is not known, "
        "so something saved at that time could be missing without being listed here. Entries "
        "from the time of such a line are still shown, although nobody can say whether they are "
        "genuine; those that were opened since you unlocked are listed here. An entry that no "
        "line can explain is never shown.",
        details=(*details, *sorted(unnamed_records)),
    )


def _format_moment(recorded_at: int) -> str:
    try:
        local_time = from_microseconds(recorded_at).astimezone()
    except ValueError:
        return "at a time that cannot be read"
    return format_date_and_time(local_time)


def _counted(number: int, singular: str, plural: str) -> str:
    return f"{number} {singular if number == 1 else plural}"
