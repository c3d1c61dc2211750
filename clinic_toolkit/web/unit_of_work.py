"""One request, one transaction.

A GET reads from one consistent snapshot. A POST writes in one transaction, which is committed after the view
returned and before the response is sent, so a response that says "saved" is true.
"""

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine

from clinic_toolkit.journal.audit_log import VersionReference
from clinic_toolkit.store.storage_errors import StorageError
from clinic_toolkit.store.transactions import may_write, reading
from clinic_toolkit.vault.vault import Vault
from clinic_toolkit.web import waiting_reads
from clinic_toolkit.web.waiting_reads import ReadsNotWritten, WaitingReads

log = logging.getLogger("clinic")


class UnitOfWork:
    """The transaction of one request and the records it has read; the connection is opened on first use."""

    def __init__(self, engine: Engine, waiting: WaitingReads, *, writes: bool) -> None:
        self.engine, self.waiting, self.writes = engine, waiting, writes
        self.now = datetime.now(UTC)
        self.audit_reads: list[VersionReference] = []
        self.reading_vault: Vault | None = None
        # Whether the entry for what this request read must be in the audit log before it is answered.
        self.audits_at_once = writes
        self.exit_stack = ExitStack()
        self._db: Connection | None = None

    def db(self) -> Connection:
        """The connection of this request: read-only for a GET, writing for a POST."""
        if self._db is None:
            self._db = self.exit_stack.enter_context(
                self.waiting.writing(self.engine) if self.writes else reading(self.engine)
            )
        return self._db

    @property
    def is_open(self) -> bool:
        """Whether this request has opened its transaction; a write transaction makes all others wait."""
        return self._db is not None

    def write_waiting_reads(self) -> None:
        """Write what earlier pages showed, before this request reads the audit log.

        Raises:
            ReadsNotWritten: the disk took no entry.
        """
        self.waiting.write_reads(self.engine)

    def write_read_audit(self, db: Connection) -> None:
        """Write the one audit entry that names every record this page shows."""
        if self.audit_reads and self.reading_vault is not None:
            waiting_reads.append_read_entry(db, self.reading_vault, self.audit_reads, now=self.now)


@contextmanager
def begin_unit_of_work(engine: Engine, waiting: WaitingReads, *, writes: bool) -> Iterator[UnitOfWork]:
    """Begin a unit of work, which is committed at the end, or rolled back after any exception."""
    unit = UnitOfWork(engine, waiting, writes=writes)
    with unit.exit_stack:
        yield unit
        if writes and unit.audit_reads:
            unit.write_read_audit(unit.db())
    if not writes and unit.audit_reads:
        _audit_page(unit)


def _audit_page(work: UnitOfWork) -> None:
    # The page was read in a read-only transaction, so its entry is written in another one.
    if not may_write(work.engine):
        # The page says that nothing is written; what is there can still be read.
        log.error("audit.read_not_noted")
        return
    if work.audits_at_once:
        try:
            with work.waiting.writing(work.engine) as db:
                work.write_read_audit(db)
        except StorageError as error:
            raise ReadsNotWritten from error
        return
    if work.waiting.has_failed:
        work.write_waiting_reads()
    if work.reading_vault is not None:
        work.waiting.add_reads(work.reading_vault, work.audit_reads, now=work.now)
