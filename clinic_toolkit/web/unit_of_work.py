"""One request, one transaction.

A GET reads from one consistent snapshot. A POST writes in one transaction, which is committed after the view
returned and before the response is sent, so a response that says "saved" is true.
"""

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine

from clinic_toolkit.journal import audit_log
from clinic_toolkit.store.storage_errors import StorageError
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.vault.vault import Vault

log = logging.getLogger("clinic")


class UnitOfWork:
    """The transaction of one request and the records it has read; the connection is opened on first use."""

    def __init__(self, engine: Engine, *, writes: bool) -> None:
        self.engine, self.writes = engine, writes
        self.now = datetime.now(UTC)
        self.audit_reads: list[audit_log.VersionReference] = []
        self.reading_vault: Vault | None = None
        self.exit_stack = ExitStack()
        self._db: Connection | None = None

    def db(self) -> Connection:
        """The connection of this request: read-only for a GET, writing for a POST."""
        if self._db is None:
            self._db = self.exit_stack.enter_context((writing if self.writes else reading)(self.engine))
        return self._db

    @property
    def is_open(self) -> bool:
        """Whether this request has opened its transaction; a write transaction makes all others wait."""
        return self._db is not None

    def write_read_audit(self, db: Connection) -> None:
        """Write the one audit entry that names every record this page shows."""
        if self.audit_reads and self.reading_vault is not None:
            audit_log.append_entry(
                db,
                self.reading_vault,
                audit_log.JournalEvent.RECORDS_READ,
                tuple(dict.fromkeys(self.audit_reads)),
                now=self.now,
            )


@contextmanager
def begin_unit_of_work(engine: Engine, *, writes: bool) -> Iterator[UnitOfWork]:
    """Begin a unit of work, which is committed at the end, or rolled back after any exception."""
    unit = UnitOfWork(engine, writes=writes)
    with unit.exit_stack:
        yield unit
        if writes and unit.audit_reads:
            unit.write_read_audit(unit.db())
    if not writes and unit.audit_reads:
        _write_read_audit_later(unit)


def _write_read_audit_later(work: UnitOfWork) -> None:
    # The page was read in a read-only transaction. With a full disk the clinician must still be able to read
    # in the middle of a session: then only the audit entry is missing, and the technical log says so.
    try:
        with writing(work.engine) as db:
            work.write_read_audit(db)
    except StorageError:
        log.exception("audit.read_not_noted")
