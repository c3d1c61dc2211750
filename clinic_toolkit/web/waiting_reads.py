"""What pages showed and the audit log does not name yet.

A look needs no commit of its own: the versions that were read wait here, in memory, and go into the audit log
as one entry within two seconds, with the next save, and before anything that ends the keys. A kill loses the
entries that are waiting. Only ids are remembered, never a word of a record.
"""

import logging
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, Engine

from clinic_toolkit.journal import audit_log
from clinic_toolkit.journal.audit_log import JournalEvent, VersionReference
from clinic_toolkit.store.storage_errors import StorageError
from clinic_toolkit.store.transactions import may_write, on_rollback, writing
from clinic_toolkit.vault.vault import Vault

# After the first look of a group. The commit itself takes time too, and all must be over within two seconds.
GROUP_SECONDS = 1.5

log = logging.getLogger("clinic")


class ReadsNotWritten(StorageError):
    """What was looked at could not be written into the audit log, so nothing more may be shown."""

    def __init__(self) -> None:
        super().__init__(
            "This page is not shown, because what was looked at could not be written into the audit trail: "
            "the disk is full, or cannot be written. Make some room on it, then open the page again. "
            "Everything that was saved is there."
        )


@dataclass(repr=False, eq=False)
class ReadGroup:
    """What one clinician looked at since `since`, each version once."""

    vault: Vault
    since: datetime
    references: dict[VersionReference, None] = field(default_factory=dict)


class WaitingReads:
    """The groups that wait in one process, one for each clinician; safe for several threads."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._groups: dict[UUID, ReadGroup] = {}
        self._being_written: list[ReadGroup] = []
        self._due = 0.0
        # Whether a group could not be written; until it is, no further record is shown.
        self.has_failed = False

    def __repr__(self) -> str:
        return "<WaitingReads>"

    @property
    def is_empty(self) -> bool:
        """Whether everything that was looked at is in the audit log."""
        with self._changed:
            return not self._groups and not self._being_written

    def add_reads(self, vault: Vault, references: Iterable[VersionReference], *, now: datetime) -> None:
        """Remember that these versions were shown at `now`."""
        with self._changed:
            group = self._groups.get(vault.user_id)
            if group is None:
                if not self._groups:
                    self._due = time.monotonic() + GROUP_SECONDS
                    self._changed.notify_all()
                group = self._groups[vault.user_id] = ReadGroup(vault, now)
            group.references.update(dict.fromkeys(references))

    @contextmanager
    def writing(self, engine: Engine) -> Iterator[Connection]:
        """Open a write transaction that begins with the entries of all groups that wait.

        Raises:
            StorageError: nothing was saved, and the groups wait on; the subclass says why.
        """
        taken: list[ReadGroup] = []
        try:
            with writing(engine) as db:
                taken += self._take_groups()
                on_rollback(db, lambda: self._put_back(taken))
                for group in taken:
                    append_read_entry(db, group.vault, group.references, now=group.since)
                yield db
            if taken:
                self.has_failed = False
        finally:
            with self._changed:
                self._being_written = [group for group in self._being_written if group not in taken]

    def write_reads(self, engine: Engine) -> None:
        """Write what is waiting, in a transaction of its own; return once it is in the audit log.

        Raises:
            ReadsNotWritten: the disk took no entry; the groups wait on.
        """
        if self.is_empty:
            return
        if not may_write(engine):
            self._discard()
            return
        try:
            with self.writing(engine):
                pass
        except BaseException as error:
            self.has_failed = True
            if isinstance(error, StorageError):
                raise ReadsNotWritten from error
            raise

    def try_write(self, engine: Engine) -> None:
        """Write what is waiting; an error is only logged, and the groups wait on."""
        try:
            self.write_reads(engine)
        except Exception:
            log.exception("audit.read_not_noted")

    def try_write_within(self, seconds: float, engine: Engine) -> None:
        """Write what is waiting, and wait no longer than this for it: another program may hold the store."""
        if not self.is_empty:
            thread = threading.Thread(target=self.try_write, args=(engine,), name="last reads", daemon=True)
            thread.start()
            thread.join(seconds)

    def write_in_time(self, engine: Engine) -> None:
        """Write each group in time, as long as the process lives; run this in a thread of its own."""
        while True:
            with self._changed:
                while (seconds := self._seconds_until_due()) is None or seconds > 0:
                    self._changed.wait(seconds)
                # If the disk refuses, it is tried again after as long.
                self._due = time.monotonic() + GROUP_SECONDS
            self.try_write(engine)

    def _seconds_until_due(self) -> float | None:
        return self._due - time.monotonic() if self._groups else None

    def _take_groups(self) -> list[ReadGroup]:
        with self._changed:
            groups = list(self._groups.values())
            self._groups.clear()
            self._being_written += groups
            return groups

    def _put_back(self, groups: list[ReadGroup]) -> None:
        with self._changed:
            if groups and not self._groups:
                self._changed.notify_all()
            for group in groups:
                newer = self._groups.get(group.vault.user_id)
                if newer:
                    group.references |= newer.references
                self._groups[group.vault.user_id] = group

    def _discard(self) -> None:
        # Nothing may be written any more, and every page says so: what is there can still be read.
        with self._changed:
            self._groups.clear()
        self.has_failed = False
        log.error("audit.read_not_noted")


def append_read_entry(
    db: Connection, vault: Vault, references: Iterable[VersionReference], *, now: datetime
) -> None:
    """Append the audit entry that names these versions as read, each once."""
    audit_log.append_entry(db, vault, JournalEvent.RECORDS_READ, tuple(dict.fromkeys(references)), now=now)
