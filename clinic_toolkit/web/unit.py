"""One request, one transaction.

A page that is only looked at reads from one consistent view; a POST writes, with one commit, made
after the view returned and before its answer leaves. So an answer that says "saved" is true.
"""

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine

from clinic_toolkit.record import audit
from clinic_toolkit.store.engine import reading, writing
from clinic_toolkit.store.trouble import StorageTrouble
from clinic_toolkit.vault.vault import Vault

log = logging.getLogger("clinic")


class Unit:
    """What one request reads and writes. The connection is opened when it is first asked for."""

    def __init__(self, engine: Engine, *, writes: bool) -> None:
        self.engine, self.writes = engine, writes
        self.now = datetime.now(UTC)
        self.reads: list[audit.Entry] = []
        self.reader: Vault | None = None
        self.stack = ExitStack()
        self._db: Connection | None = None

    def db(self) -> Connection:
        """The connection of this request: reading for a page, writing for a POST."""
        if self._db is None:
            self._db = self.stack.enter_context((writing if self.writes else reading)(self.engine))
        return self._db

    @property
    def is_open(self) -> bool:
        """Whether the record was opened by this request; a writing one then holds up every other."""
        return self._db is not None

    def note_reads(self, db: Connection) -> None:
        """Write the one line of audit that names every record this page shows."""
        if self.reads and self.reader is not None:
            audit.note(db, self.reader, audit.READ, tuple(dict.fromkeys(self.reads)), now=self.now)


@contextmanager
def begun(engine: Engine, *, writes: bool) -> Iterator[Unit]:
    """A unit of work; on the way out it is committed, or after any exception rolled back."""
    unit = Unit(engine, writes=writes)
    with unit.stack:
        yield unit
        if writes and unit.reads:
            unit.note_reads(unit.db())
    if not writes and unit.reads:
        _note_reads_after(unit)


def _note_reads_after(unit: Unit) -> None:
    # The page was read in a view that cannot write. Someone with a full disk in the middle of an
    # hour must still be able to read: then only the line is missing, and the log says so.
    try:
        with writing(unit.engine) as db:
            unit.note_reads(db)
    except StorageTrouble:
        log.exception("audit.read_not_noted")
