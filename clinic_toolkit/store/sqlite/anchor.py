"""The anchor: a small file that records, after every commit, how far the audit log had come.

A single flipped bit in a write-ahead log makes SQLite silently drop the commits after it; the anchor detects
that. It has no key, so it detects accidents and not attacks. It reports a loss and repairs nothing.
Its two slots are written in turn, so that an interrupted write damages only the older one.
"""

import logging
import os
from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace
from sqlalchemy import Connection, MetaData, select

from clinic_toolkit.errors import DamagedFile
from clinic_toolkit.store import folder, storage_errors
from clinic_toolkit.store.chain import CHAIN_TABLE, ChainEntry
from clinic_toolkit.store.sqlite import anchor_slot, log_copies, losses, rescue_copies
from clinic_toolkit.store.sqlite.anchor_slot import SLOT_BYTES, AnchorSlot
from clinic_toolkit.store.sqlite.losses import Loss
from clinic_toolkit.store.sqlite.transaction import SqliteTransaction
from clinic_toolkit.store.verdict import (
    AnchorAbsent,
    ChainMismatch,
    FileReplaced,
    MissingEntries,
    SchemaDamage,
    Verdict,
)

# The table that holds the incarnation.
_VAULT_TABLE = "vault"

log = logging.getLogger("clinic")


class Anchor:
    """The anchor of one open store. Callers that write it must hold the store's write lock."""

    def __init__(self, data_folder: Path) -> None:
        self._data_folder, self._file = data_folder, data_folder / folder.ANCHOR_FILE
        self._slot, self._newest_index = _read_newest_slot(self._file)
        self._file_id = _file_identity(self._file)
        # Entries whose slot could not be written; they go into the next one.
        self._pending_entries: list[ChainEntry] = []
        self._loss_unsaved = False
        self._loss: Loss | None = None
        self.verdict = Verdict()
        self.write_failed = False

    @property
    def read_only(self) -> bool:
        """Whether the store is not written: not the file written last, a damaged schema, a protected disk."""
        verdict = self.verdict
        return bool(verdict.chain_mismatch or verdict.schema_damage or verdict.write_protected)

    def record_schema_damaged(self, reason: str) -> None:
        """Record that the schema is damaged, so that the store is read-only; `reason` is shown to people."""
        self.verdict = replace(self.verdict, schema_damage=SchemaDamage(reason=reason))

    def record_write_protected(self) -> None:
        """Record that nothing can be written in the folder; what was found before is still said."""
        self.verdict = replace(self.preview_verdict(), write_protected=True)

    def compare_with_chain(self, db: Connection, metadata: MetaData, log_copy: Path | None) -> None:
        """Compare the anchor with the end of the audit log, before anything is written.

        The result is only held in memory; `persist_findings` writes it.

        Args:
            log_copy: the copy of the write-ahead log, if there was a log.

        Raises:
            DamagedFile: the anchor knows of a practice but the audit log is empty, or a number is invalid.
        """
        if CHAIN_TABLE not in metadata.tables:
            return
        log_copy_number = log_copies.copy_number(log_copy) if log_copy else 0
        tip, tip_hash = _read_chain_tip(db, metadata)
        slot = self._slot
        if tip < 0:
            raise storage_errors.damaged_file_error(folder.database_path(self._data_folder))
        if slot is None:
            if tip:
                self._loss = Loss(tip=tip, log_copy_number=log_copy_number, slot=None)
        elif tip == 0:
            raise _emptied_store_error(self._data_folder, log_copy)
        elif not _continues_chain(db, metadata, slot, tip, tip_hash):
            self.verdict = Verdict(
                chain_mismatch=ChainMismatch(tip=tip, anchor_seq=slot.seq, log_copy=log_copy)
            )
        elif tip < slot.seq:
            self._loss = Loss(tip=tip, log_copy_number=log_copy_number, slot=slot)
            self._slot = replace(slot, write_count=slot.write_count + 1, seq=tip, tip_hash=tip_hash)

    def preview_verdict(self) -> Verdict:
        """The findings of this comparison and the earlier unacknowledged ones; nothing is written."""
        stored_losses = losses.read_losses(self._data_folder)
        all_losses = (
            (*stored_losses, self._loss) if self._loss and self._loss not in stored_losses else stored_losses
        )
        return self._build_verdict(all_losses)

    def persist_findings(self, log_copy: Path | None) -> None:
        """Write the findings to disk, before anything is written to the store; then prune log copies."""
        unacknowledged = losses.read_losses(self._data_folder)
        if self.verdict.schema_damage:
            self.verdict = self.preview_verdict()
            return
        if self._loss:
            try:
                unacknowledged = losses.add_loss(self._data_folder, unacknowledged, self._loss)
                if self._slot:
                    self._write_slot(self._slot)
            except OSError:
                # The old anchor is left as it is, so that the next start finds the loss again.
                log.exception("anchor.loss_not_kept")
                self._loss_unsaved = self.write_failed = True
                unacknowledged = (*unacknowledged, self._loss)
        unneeded_copy = log_copy if not self._loss and not self.read_only else None
        log_copies.prune_copies(folder.database_path(self._data_folder), unneeded=unneeded_copy)
        self.verdict = self._build_verdict(unacknowledged)

    def _build_verdict(self, unacknowledged: tuple[Loss, ...]) -> Verdict:
        copies = rescue_copies.list_unacknowledged(folder.database_path(self._data_folder))
        return replace(
            self.verdict,
            file_replaced=FileReplaced(rescue_copies=copies, in_this_run=False) if copies else None,
            missing_entries=tuple(
                self._missing_entries(loss, loss.slot) for loss in unacknowledged if loss.slot
            ),
            anchor_absences=tuple(
                AnchorAbsent(tip=loss.tip, log_copy=self._existing_log_copy(loss))
                for loss in unacknowledged
                if loss.slot is None
            ),
        )

    def write_entries(self, entries: list[ChainEntry]) -> None:
        """Write the entries of a commit. If that fails, the commit stands and `write_failed` is set."""
        self._pending_entries += entries
        try:
            if self._loss_unsaved:
                raise OSError("a loss is not on the disk yet")
            slot = anchor_slot.next_slot(self._slot, self._pending_entries)
            self._write_slot(slot)
        except Exception:
            # Any error is caught here: the commit succeeded, so the caller must not report a failed save.
            log.exception("anchor.not_written")
            self._pending_entries = self._pending_entries[-anchor_slot.MAX_RECORDS :]
            self.write_failed = True
        else:
            self._slot, self._pending_entries, self.write_failed = slot, [], False

    def write_committed(self, transaction: SqliteTransaction) -> None:
        """Write what this transaction queued; called after its commit."""
        if transaction.new_entries:
            self.write_entries(transaction.new_entries)
        if transaction.acknowledges_losses:
            self.clear_acknowledged()

    def encode_newest_slot(self) -> bytes | None:
        """The bytes of an anchor file that says what the newest slot says; None if there is none."""
        slot = self._slot
        return None if slot is None else anchor_slot.encode_slot(slot) + bytes(SLOT_BYTES)

    def clear_acknowledged(self) -> None:
        """Forget the findings that a person acknowledged, after the audit log recorded that."""
        try:
            losses.remove_losses(self._data_folder)
            rescue_copies.delete_unacknowledged_marker(folder.database_path(self._data_folder))
        except OSError:
            log.exception("anchor.loss_not_forgotten")
        self.verdict = replace(self.verdict, missing_entries=(), anchor_absences=(), file_replaced=None)

    def record_file_replaced(self) -> None:
        """Record that the open data file was replaced; every page says so until the program ends."""
        copies = rescue_copies.list_unacknowledged(folder.database_path(self._data_folder))
        self.verdict = replace(
            self.verdict, file_replaced=FileReplaced(rescue_copies=copies, in_this_run=True)
        )

    def accept_older_files(self) -> Callable[[], None]:
        """Accept a file that is not the one written last; the next commit writes a new anchor.

        Returns a function that undoes this.
        """
        previous_state = self._slot, self.verdict
        if self._slot:
            self._slot = replace(self._slot, raw_records=b"")
        self.verdict = replace(self.verdict, chain_mismatch=None)

        def freeze() -> None:
            self._slot, self.verdict = previous_state

        return freeze

    def _write_slot(self, slot: AnchorSlot) -> None:
        raw, slot_index = anchor_slot.encode_slot(slot), 1 - self._newest_index
        try:
            handle = os.open(self._file, os.O_RDWR | getattr(os, "O_BINARY", 0))
        except FileNotFoundError:
            self._rewrite_file(raw, slot_index)
        else:
            try:
                is_same_file = self._file_id is not None and self._file_id == _file_identity(handle)
                if is_same_file:
                    os.lseek(handle, slot_index * SLOT_BYTES, os.SEEK_SET)
                    if os.write(handle, raw) != SLOT_BYTES:
                        raise OSError("only a part of the anchor was written")
                    folder.sync_handle(handle)
            finally:
                os.close(handle)
            if not is_same_file:
                # Another file replaced it, and its other slot might have a higher write count than ours.
                self._rewrite_file(raw, slot_index)
        self._newest_index = slot_index

    def _rewrite_file(self, raw: bytes, index: int) -> None:
        folder.write_durably(self._file, (bytes(SLOT_BYTES) + raw) if index else (raw + bytes(SLOT_BYTES)))
        self._file_id = _file_identity(self._file)

    def _missing_entries(self, loss: Loss, slot: AnchorSlot) -> MissingEntries:
        # The anchor is not authenticated, so its records may claim any number.
        records = tuple(record for record in slot.saved_records() if loss.tip < record.seq <= slot.seq)
        return MissingEntries(
            first_seq=loss.tip + 1,
            last_seq=slot.seq,
            saved_records=records,
            log_copy=self._existing_log_copy(loss),
        )

    def _existing_log_copy(self, loss: Loss) -> Path | None:
        copy = log_copies.copy_path(folder.database_path(self._data_folder), loss.log_copy_number)
        return copy if loss.log_copy_number and copy.exists() else None


def _read_newest_slot(file: Path) -> tuple[AnchorSlot | None, int]:
    try:
        raw = file.read_bytes()
    except OSError:
        return None, 1
    decoded_slots = [
        (anchor_slot.decode_slot(raw[slot_index * SLOT_BYTES : (slot_index + 1) * SLOT_BYTES]), slot_index)
        for slot_index in (0, 1)
    ]
    intact_slots = [(slot, slot_index) for slot, slot_index in decoded_slots if slot]
    return max(intact_slots, key=lambda pair: pair[0].write_count) if intact_slots else (None, 1)


def _file_identity(file: Path | int) -> tuple[int, int] | None:
    """Device and inode of a file, which change if another file replaces it; None if there is no file."""
    try:
        status = os.stat(file)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _read_chain_tip(db: Connection, metadata: MetaData) -> tuple[int, bytes]:
    chain = metadata.tables[CHAIN_TABLE]
    row = db.execute(select(chain.c.seq, chain.c.hash).order_by(chain.c.seq.desc()).limit(1)).first()
    return (row.seq, row.hash) if row else (0, b"")


def _continues_chain(db: Connection, metadata: MetaData, slot: AnchorSlot, tip: int, tip_hash: bytes) -> bool:
    """Whether the audit log contains the anchor's entry, or may end before it on the same branch."""
    chain, vault = metadata.tables[CHAIN_TABLE], metadata.tables.get(_VAULT_TABLE)
    if tip >= slot.seq:
        # The hash covers the incarnation, so the row that holds it, which may be damaged, is not needed.
        return db.scalar(select(chain.c.hash).where(chain.c.seq == slot.seq)) == slot.tip_hash
    if vault is not None and db.scalar(select(vault.c.incarnation)) != slot.incarnation:
        return False
    hash_prefixes = {entry.hash_prefix for entry in slot.saved_records() if entry.seq == tip}
    return not hash_prefixes or hash_prefixes == {anchor_slot.hash_prefix(tip_hash)}


def _emptied_store_error(data_folder: Path, log_copy: Path | None) -> DamagedFile:
    copy_sentence = f" The log beside it was copied to {log_copy.name}." if log_copy else ""
    return DamagedFile(
        f"The data file {folder.database_path(data_folder)} holds no practice, but {folder.ANCHOR_FILE} "
        f"beside it shows that there was one. Nothing was changed.{copy_sentence} Copy the whole folder "
        "to another disk first; then restore a backup, or ask someone who can repair it."
        f"{storage_errors.rescue_copy_hint(folder.database_path(data_folder))}"
    )
