"""The anchor's file: two slots written in turn, and what comes of comparing them with the chain.

Two, so that one is always whole: a write that is cut off hurts only the slot that was older.
"""

import logging
import os
from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace
from sqlalchemy import Connection, MetaData, select

from clinic_toolkit.errors import DamagedFile
from clinic_toolkit.store import anchor_slot, aside, folder, losses, rescued, trouble
from clinic_toolkit.store.anchor_slot import SLOT, Line, Slot
from clinic_toolkit.store.losses import Loss
from clinic_toolkit.store.verdict import Absent, Built, Exchanged, Missing, Other, Verdict

# The tables that are asked for the chain and its incarnation; a store without them has no anchor.
_CHAIN, _INCARNATION = "audit_line", "vault"

log = logging.getLogger("clinic")


class Anchor:
    """The anchor of one open store. Whoever writes it holds the store's turn to write."""

    def __init__(self, place: Path) -> None:
        self._place, self._file = place, place / folder.ANCHOR
        self._slot, self._at = _newest(self._file)
        self._print = _print(self._file)
        # Lines whose slot could not be written; they go into the next one.
        self._owed: list[Line] = []
        self._stuck = False
        self._found: Loss | None = None
        self.verdict = Verdict()
        self.failed = False

    @property
    def frozen(self) -> bool:
        """Whether nothing may be written: the file is not the one written last, or not built as ours are."""
        return self.verdict.other is not None or self.verdict.built is not None

    def only_read(self, refusal: str) -> None:
        """The file is built otherwise, for the reason that this sentence gives: nothing of it is touched."""
        self.verdict = replace(self.verdict, built=Built(refusal=refusal))

    def compare(self, db: Connection, metadata: MetaData, copy: Path | None) -> None:
        """Look where the chain stands, before anything is written.

        Args:
            copy: what the write-ahead log was copied to, if there was one.

        Raises:
            DamagedFile: the anchor tells of a practice, and the file holds nothing at all.
        """
        if _CHAIN not in metadata.tables:
            return
        number = aside.number_of(copy) if copy else 0
        tip, head = _tip(db, metadata)
        slot = self._slot
        if tip < 0:
            raise trouble.damaged(folder.database(self._place))
        if slot is None:
            if tip:
                self._found = Loss(tip=tip, aside=number, slot=None)
        elif tip == 0:
            raise _emptied(self._place, copy)
        elif not _is_ours(db, metadata, slot, tip, head):
            self.verdict = Verdict(other=Other(tip=tip, seq=slot.seq, aside=copy))
        elif tip < slot.seq:
            self._found = Loss(tip=tip, aside=number, slot=slot)
            self._slot = replace(slot, count=slot.count + 1, seq=tip, head=head)

    def seen(self) -> Verdict:
        """What a look found, beside what waits to be seen already; nothing is put down."""
        known = losses.read(self._place)
        found = (*known, self._found) if self._found and self._found not in known else known
        return self._verdict_of(found)

    def settle(self, copy: Path | None) -> None:
        """Put down what was found, before anything is written to the store; then tidy up."""
        known = losses.read(self._place)
        if self.verdict.built:
            self.verdict = self.seen()
            return
        if self._found:
            try:
                known = losses.add(self._place, known, self._found)
                if self._slot:
                    self._put(self._slot)
            except OSError:
                # Then the old anchor stays as it is: the next start must find the loss again.
                log.exception("anchor.loss_not_kept")
                self._stuck = self.failed = True
                known = (*known, self._found)
        needless = copy if not self._found and not self.frozen else None
        aside.prune(folder.database(self._place), needless=needless)
        self.verdict = self._verdict_of(known)

    def _verdict_of(self, known: tuple[Loss, ...]) -> Verdict:
        copies = rescued.unseen(folder.database(self._place))
        return replace(
            self.verdict,
            exchanged=Exchanged(copies=copies, now=False) if copies else None,
            missing=tuple(self._missing(loss, loss.slot) for loss in known if loss.slot),
            absent=tuple(Absent(tip=loss.tip, aside=self._copy(loss)) for loss in known if loss.slot is None),
        )

    def keep(self, lines: list[Line]) -> None:
        """Write what was just committed. If that fails the commit stands, and `failed` says so."""
        self._owed += lines
        try:
            if self._stuck:
                raise OSError("a loss is not on the disk yet")
            slot = anchor_slot.after(self._slot, self._owed)
            self._put(slot)
        except Exception:
            # Whatever it is: what was saved is saved, and nobody may be told otherwise.
            log.exception("anchor.not_written")
            self._owed = self._owed[-anchor_slot.MOST_ENTRIES :]
            self.failed = True
        else:
            self._slot, self._owed, self.failed = slot, [], False

    def forget(self) -> None:
        """A person has seen what was missing, and the audit trail says so."""
        try:
            losses.forget(self._place)
            rescued.seen(folder.database(self._place))
        except OSError:
            log.exception("anchor.loss_not_forgotten")
        self.verdict = replace(self.verdict, missing=(), absent=(), exchanged=None)

    def lose_the_file(self) -> None:
        """The data file was exchanged under this program: that stands on every page until it ends."""
        copies = rescued.unseen(folder.database(self._place))
        self.verdict = replace(self.verdict, exchanged=Exchanged(copies=copies, now=True))

    def thaw(self) -> Callable[[], None]:
        """Take the file as it is for the record from now on; the next save writes the anchor anew.

        Returns what takes this back.
        """
        before = self._slot, self.verdict
        if self._slot:
            self._slot = replace(self._slot, raw=b"")
        self.verdict = replace(self.verdict, other=None)

        def freeze() -> None:
            self._slot, self.verdict = before

        return freeze

    def _put(self, slot: Slot) -> None:
        raw, at = anchor_slot.encode(slot), 1 - self._at
        try:
            handle = os.open(self._file, os.O_RDWR | getattr(os, "O_BINARY", 0))
        except FileNotFoundError:
            self._put_anew(raw, at)
        else:
            try:
                whole = self._print is not None and self._print == _print(handle)
                if whole:
                    os.lseek(handle, at * SLOT, os.SEEK_SET)
                    if os.write(handle, raw) != SLOT:
                        raise OSError("only a part of the anchor was written")
                    folder.flush(handle)
            finally:
                os.close(handle)
            if not whole:
                # Another file was put in its place. Its other slot might count further than ours does.
                self._put_anew(raw, at)
        self._at = at

    def _put_anew(self, raw: bytes, at: int) -> None:
        folder.durably(self._file, (bytes(SLOT) + raw) if at else (raw + bytes(SLOT)))
        self._print = _print(self._file)

    def _missing(self, loss: Loss, slot: Slot) -> Missing:
        # The anchor has no key, so an entry may be of any line at all.
        entries = tuple(entry for entry in slot.entries() if loss.tip < entry.seq <= slot.seq)
        return Missing(first=loss.tip + 1, last=slot.seq, entries=entries, aside=self._copy(loss))

    def _copy(self, loss: Loss) -> Path | None:
        copy = aside.path_of(folder.database(self._place), loss.aside)
        return copy if loss.aside and copy.exists() else None


def _newest(file: Path) -> tuple[Slot | None, int]:
    try:
        raw = file.read_bytes()
    except OSError:
        return None, 1
    found = [(anchor_slot.decode(raw[at * SLOT : (at + 1) * SLOT]), at) for at in (0, 1)]
    whole = [(slot, at) for slot, at in found if slot]
    return max(whole, key=lambda pair: pair[0].count) if whole else (None, 1)


def _print(file: Path | int) -> tuple[int, int] | None:
    """What tells this file from another that is put in its place; None if there is none."""
    try:
        found = os.stat(file)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _tip(db: Connection, metadata: MetaData) -> tuple[int, bytes]:
    chain = metadata.tables[_CHAIN]
    row = db.execute(select(chain.c.seq, chain.c.hash).order_by(chain.c.seq.desc()).limit(1)).first()
    return (row.seq, row.hash) if row else (0, b"")


def _is_ours(db: Connection, metadata: MetaData, slot: Slot, tip: int, head: bytes) -> bool:
    """Whether the chain goes through the anchor, or ends before it on the same way, as far as can be told."""
    chain, vault = metadata.tables[_CHAIN], metadata.tables.get(_INCARNATION)
    if tip >= slot.seq:
        # The incarnation is in this hash. By itself it stands in one row, which may be hurt.
        return db.scalar(select(chain.c.hash).where(chain.c.seq == slot.seq)) == slot.head
    if vault is not None and db.scalar(select(vault.c.incarnation)) != slot.incarnation:
        return False
    links = {entry.link for entry in slot.entries() if entry.seq == tip}
    return not links or links == {anchor_slot.link_of(head)}


def _emptied(place: Path, copy: Path | None) -> DamagedFile:
    also = f" The log beside it was copied to {copy.name}." if copy else ""
    return DamagedFile(
        f"The data file {folder.database(place)} holds no practice, but {folder.ANCHOR} beside it shows "
        f"that there was one. Nothing was changed.{also} Copy the whole folder to another disk first; "
        "then restore a backup, or ask someone who can repair it."
        f"{trouble.rescued(folder.database(place))}"
    )
