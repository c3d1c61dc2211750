"""The condition of the record: what is known to be wrong with it, in sentences, and what was done about it.

Nothing here repairs anything. A loss stands until the clinician says that it was seen; that act is a
line of the audit trail.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import groupby

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection, Engine, func, select

from clinic_toolkit.record import audit, ledger, owners, practice
from clinic_toolkit.record.days import written
from clinic_toolkit.record.hurt import NOUNS, WHAT, Hurt
from clinic_toolkit.store import anchor
from clinic_toolkit.store.anchor_slot import Saved
from clinic_toolkit.store.base import metadata
from clinic_toolkit.store.engine import if_rolled_back, thaw
from clinic_toolkit.store.types import from_us
from clinic_toolkit.store.verdict import Absent, Built, Exchanged, Missing, Other
from clinic_toolkit.vault import second_copy
from clinic_toolkit.vault.vault import Vault

# So many lines are named one by one.
_MOST = 20

# What a person can do about a finding.
SEEN, GO_ON = "seen", "go_on"


class Finding(Struct, frozen=True, kw_only=True):
    """One thing that is wrong.

    `lines` name what it is about, one sentence each; `file` is a copy that may help an expert; `act` is
    what can be done about it, "" if nothing.
    """

    title: str
    sentence: str
    lines: tuple[str, ...] = ()
    file: str = ""
    act: str = ""


# What can be wrong with the head of the practice and its second copy.
_HEADS = {
    second_copy.USED: Finding(
        title="The keys of the practice were damaged in the data file",
        sentence="They were opened with their second copy, the file clinic.head, and put back into the "
        "data file if it can be written. Nothing is lost. A healthy disk seldom does this: copy "
        "the whole data folder to another disk, and have this one checked.",
    ),
    second_copy.MISSING: Finding(
        title="The second copy of the practice’s keys was missing",
        sentence="The file clinic.head was not there, or could not be read. A new one was written, if "
        "the folder can be written. It opens the record when the keys in the data file are "
        "damaged, so keep it in every copy of the data folder.",
    ),
    second_copy.OLD: Finding(
        title="The second copy of the practice’s keys was out of date",
        sentence="The file clinic.head did not match the data file: a change was interrupted, or an "
        "older file was put in its place. A new one was written, if the folder can be written.",
    ),
}


def sound(engine: Engine, vault: Vault) -> bool:
    """Whether nothing is known to be wrong so far. Costs nothing, so that every page can ask."""
    gaps = vault.inventory is not None and vault.inventory.gaps
    return anchor.verdict(engine).whole and not vault.hurt and not gaps and not vault.head_fault


def findings(db: Connection, vault: Vault) -> tuple[Finding, ...]:
    """Everything that is known to be wrong, the gravest first."""
    verdict = anchor.verdict(db.engine)
    found = [_built(verdict.built)] if verdict.built else []
    found += [_exchanged(verdict.exchanged)] if verdict.exchanged else []
    found += [_other(verdict.other)] if verdict.other else []
    found += [_HEADS[vault.head_fault]] if vault.head_fault else []
    people = owners.known(db, vault) if verdict.missing or vault.hurt or vault.unconfirmed else None
    found += [_missing(db, missing, people) for missing in verdict.missing if people]
    found += [_absent(absent) for absent in verdict.absent]
    if people and vault.hurt:
        found.append(_hurt(vault, people))
    gaps = ledger.of(db, vault).gaps
    if gaps:
        found.append(_gaps(gaps, list(_named(vault.unconfirmed, people)) if people else []))
    # About a file into which nothing can be written nothing can be decided.
    return tuple(replace(each, act="") for each in found) if verdict.built else tuple(found)


def state(engine: Engine) -> str:
    """A few characters that stand for what is known to be wrong: an act is good for what was shown only."""
    verdict = anchor.verdict(engine)
    parts = [f"{missing.first}-{missing.last}" for missing in verdict.missing]
    parts += [f"absent-{absent.tip}" for absent in verdict.absent]
    parts += [f"other-{verdict.other.tip}"] if verdict.other else []
    parts += ["built"] if verdict.built else []
    parts += [f"exchanged-{len(verdict.exchanged.copies)}"] if verdict.exchanged else []
    return " ".join(parts)


def seen(db: Connection, vault: Vault, *, now: datetime) -> None:
    """Keep that the clinician has read what is missing. From here on the record goes on without it."""
    verdict = anchor.verdict(db.engine)
    for missing in verdict.missing:
        audit.note(db, vault, f"anchor.missing_seen {missing.first}-{missing.last}", now=now)
    if verdict.absent:
        audit.note(db, vault, "anchor.absent_seen", now=now)
    if verdict.exchanged:
        audit.note(db, vault, "anchor.exchange_seen", now=now)
    anchor.begin_again(db)


def can_be_taken(engine: Engine) -> bool:
    """Whether the file can be written at all, should the clinician take it for the record."""
    return anchor.verdict(engine).built is None


def take(engine: Engine) -> Callable[[], None]:
    """Take a file that is not the one written last for the record; returns what takes that back."""
    return thaw(engine)


def taken(db: Connection, vault: Vault, take_back: Callable[[], None], *, now: datetime) -> bool:
    """Keep that it was taken, after looking at what nobody has signed yet. Returns whether that was sound.

    If this does not reach the disk, it was not taken.
    """
    if_rolled_back(db, take_back)
    # While nothing could be written, the unlock could not keep what it thought of these lines.
    sound_tail = practice.adopt(db, vault, now=now)
    audit.note(db, vault, "anchor.other_taken", now=now)
    return sound_tail


def _missing(db: Connection, missing: Missing, people: owners.Owners) -> Finding:
    count = missing.last - missing.first + 1
    lines = tuple(_lines(db, missing.entries, people))
    if missing.unknown:
        lines += (f"{_some(missing.unknown, 'earlier save', 'earlier saves')}: nothing more is known.",)
    return Finding(
        title="Something that was saved is missing",
        sentence=f"{_some(count, 'act', 'acts')} of this program {'was' if count == 1 else 'were'} "
        "confirmed and cannot be found in the data file any more. The usual cause is a disk or "
        "a copy that lost its last part. Write it down again while you remember it, or restore "
        "a newer backup.",
        lines=lines,
        file=missing.aside.name if missing.aside else "",
        act=SEEN,
    )


def _lines(db: Connection, entries: Iterable[Saved], people: owners.Owners) -> Iterator[str]:
    """A sentence for each record, in the order of their last saves; acts that saved nothing at the end."""
    by_record = sorted(entries, key=lambda entry: (entry.table, entry.record.bytes, entry.seq))
    groups = [list(group) for _, group in groupby(by_record, key=lambda entry: (entry.table, entry.record))]
    for group in sorted((group for group in groups if group[0].table), key=lambda group: group[-1].seq):
        last = group[-1]
        noun = NOUNS.get(last.table, "an entry")
        names = " and ".join(kept.body.name for kept in people.behind([last.ring]))
        times = f", the last of {len(group)} saves" if len(group) > 1 else ""
        yield (
            f"{noun[0].upper()}{noun[1:]}{f' ({names})' if names else ''}, saved {_moment(last.at)}{times}. "
            f"{_left(db, last)}"
        )
    silent = sum(len(group) for group in groups if not group[0].table)
    if silent:
        yield f"{_some(silent, 'act', 'acts')} that saved nothing, such as unlocking or looking at a page."


def _left(db: Connection, entry: Saved) -> str:
    """What of this record is there."""
    table = metadata.tables.get(entry.table)
    if table is None or "version" not in table.c:
        return ""
    version = db.scalar(select(func.max(table.c.version)).where(table.c.record == entry.record))
    return "An earlier version is there." if version else "None of it is there."


def _absent(absent: Absent) -> Finding:
    return Finding(
        title="The check-mark file was missing",
        sentence="The small file that remembers the last save was not there at a start, or could not be "
        "read. So nobody can say whether anything is missing. Please check that the last things "
        "you wrote are there. A new check-mark file was made.",
        file=absent.aside.name if absent.aside else "",
        act=SEEN,
    )


def _built(built: Built) -> Finding:
    return Finding(
        title="The data file is damaged inside",
        sentence="The part that says where things are was damaged, or changed by another program. The "
        "entries are read without it, and each one is checked as usual. Nothing can be saved, "
        "not even the trail of what you look at. Copy the whole data folder to another disk "
        "now. Then quit the program and restore a backup, or ask someone who can repair the "
        "file. Until then, everything that is not damaged can be read and printed here.",
        lines=(built.refusal,),
    )


def _exchanged(exchanged: Exchanged) -> Finding:
    happened = (
        "The data file was replaced, moved or removed while this program was using it. Programs that "
        "synchronise folders do this. "
    )
    if not exchanged.now:
        advice = (
            "What you had saved before that was copied; this page shows the file that was put in its "
            "place. If something is missing here, quit the program, move clinic.db and clinic.db-wal out "
            "of the data folder and keep them somewhere safe, rename the newest of these copies to "
            "clinic.db, and start again. Keep the data folder away from programs that synchronise "
            "folders."
        )
    elif exchanged.copies:
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
        sentence=happened + advice,
        lines=tuple(f"The copy {copy.name}." for copy in exchanged.copies),
        act="" if exchanged.now else SEEN,
    )


def _other(other: Other) -> Finding:
    return Finding(
        title="This is not the latest data file",
        sentence="The data file and the check-mark file beside it do not match: one of them comes from "
        "another time or place. Everything can be read. Nothing is saved, not even the trail of "
        "what you look at, until you decide. If you have the newer file, quit the program and "
        "put the whole newer folder in its place. If this is the file that you want, go on with "
        "it; it does not hold what was saved later in the other one.",
        file=other.aside.name if other.aside else "",
        act=GO_ON,
    )


def _named(records: dict[bytes, Hurt], people: owners.Owners) -> Iterator[str]:
    for each in list(records.values()):
        names = " and ".join(kept.body.name for kept in people.behind([each.ring]))
        yield f"{each.noun[0].upper()}{each.noun[1:]}{f' ({names})' if names else ''}: {WHAT[each.what]}."


def _hurt(vault: Vault, people: owners.Owners) -> Finding:
    return Finding(
        title="Entries that were damaged or changed",
        sentence="They are never shown, not even in part. Everything else works as usual. A backup may "
        "still hold them, so keep a copy of the whole data folder before you write again what "
        "is lost. This list has only what was opened since you unlocked; the page “Audit trail” "
        "can check everything.",
        lines=tuple(sorted(_named(vault.hurt, people))),
    )


def _gaps(gaps: list[int], unconfirmed: list[str]) -> Finding:
    lines = [f"Line {seq}." for seq in gaps[:_MOST]] + (["And more."] if gaps[_MOST:] else [])
    return Finding(
        title="Lines of the audit trail that cannot be read",
        sentence="They were changed, removed or added outside this program. What they said is not known, "
        "so something saved at that time could be missing without being listed here. Entries "
        "from the time of such a line are still shown, although nobody can say whether they are "
        "genuine; those that were opened since you unlocked are listed here. An entry that no "
        "line can explain is never shown.",
        lines=(*lines, *sorted(unconfirmed)),
    )


def _moment(at: int) -> str:
    try:
        local = from_us(at).astimezone()
    except ValueError:
        return "at a time that cannot be read"
    return f"{written(local.date())}, {local:%H:%M}"


def _some(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
