"""One request, one transaction.

A page that is only looked at reads from one consistent view; a POST writes, with one commit, made
after the view returned and before its answer leaves. So an answer that says "saved" is true.
"""

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine

from clinic_toolkit.journal import audit_log
from clinic_toolkit.store.engine import reading, writing
from clinic_toolkit.store.storage_errors import StorageError
from clinic_toolkit.vault.vault import Vault

log = logging.getLogger("clinic")


class UnitOfWork:
    """What one request reads and writes. The connection is opened when it is first asked for."""

    def __init__(self, engine: Engine, *, writes: bool) -> None:
        self.engine, self.writes = engine, writes
        self.now = datetime.now(UTC)
        self.audit_reads: list[audit_log.VersionReference] = []
        self.reading_vault: Vault | None = None
        self.exit_stack = ExitStack()
        self._db: Connection | None = None

    def db(self) -> Connection:
        """The connection of this request: reading for a page, writing for a POST."""
        if self._db is None:
            self._db = self.exit_stack.enter_context((writing if self.writes else reading)(self.engine))
        return self._db

    @property
    def is_open(self) -> bool:
        """Whether the record was opened by this request; a writing one then holds up every other."""
        return self._db is not None

    def write_read_audit(self, db: Connection) -> None:
        """Write the one line of audit that names every record this page shows."""
        if self.audit_reads and self.reading_vault is not None:
            audit_log.append_entry(
                db,
                self.reading_vault,
                audit_log.EVENT_RECORDS_READ,
                tuple(dict.fromkeys(self.audit_reads)),
                now=self.now,
            )


@contextmanager
def begin_unit_of_work(engine: Engine, *, writes: bool) -> Iterator[UnitOfWork]:
    """A unit of work; on the way out it is committed, or after any exception rolled back."""
    unit = UnitOfWork(engine, writes=writes)
    with unit.exit_stack:
        yield unit
        if writes and unit.audit_reads:
            unit.write_read_audit(unit.db())
    if not writes and unit.audit_reads:
        _write_read_audit_later(unit)


def _write_read_audit_later(work: UnitOfWork) -> None:
    # The page was read in a view that cannot write. Someone with a full disk in the middle of an
    # hour must still be able to read: then only the line is missing, and the log says so.
    try:
        with writing(work.engine) as db:
            work.write_read_audit(db)
    except StorageError:
        log.exception("audit.read_not_noted")
