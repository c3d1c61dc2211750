"""Which of the versions that the audit log names belong to the record of a clinician.

A colleague can name anything in a signed line: also a record of a client whom they do not hold, with a higher
version than it has. So what a colleague names counts only in rings of which they are or were a member.
"""

from uuid import UUID

from sqlalchemy import Connection

from clinic_toolkit.journal import audit_log
from clinic_toolkit.journal.audit_entries import AuditEntry
from clinic_toolkit.journal.audit_log import VersionReference
from clinic_toolkit.journal.audit_reader import CheckedEntry
from clinic_toolkit.store.types import cached_uuid
from clinic_toolkit.vault.vault import Vault


class ReferenceFilter:
    """Selects what entries wrote, as far as it concerns one clinician; for one pass through the log."""

    def __init__(self, db: Connection, vault: Vault) -> None:
        self._db = db
        self._vault = vault
        self._may_write: dict[tuple[bytes, UUID], bool] = {}

    def select(self, entry: AuditEntry | CheckedEntry | None) -> tuple[VersionReference, ...]:
        """Return the versions that an entry wrote in rings that this clinician and its author hold.

        What a colleague wrote in other rings is none of it, and an entry of reading wrote nothing.
        """
        if entry is None or entry.actor_id is None or audit_log.is_read_only_event(entry.event):
            return ()
        author_id = entry.actor_id
        if author_id == self._vault.user_id:
            return entry.references
        return tuple(one for one in entry.references if self._is_of_member(one.ring, author_id))

    def _is_of_member(self, ring: bytes, author_id: UUID) -> bool:
        known = self._may_write.get((ring, author_id))
        if known is None:
            known = self._vault.is_member(self._db, cached_uuid(ring), author_id)
            self._may_write[ring, author_id] = known
        return known
