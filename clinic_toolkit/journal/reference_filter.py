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
        self._has_looked_for_grants = False

    def select(self, entry: AuditEntry | CheckedEntry | None) -> tuple[VersionReference, ...]:
        """Return the versions that an entry wrote in rings that this clinician and its author hold.

        Leaves out what a colleague wrote in rings that we do not share, and entries about reading.
        """
        if entry is None or entry.actor_id is None:
            return ()
        author_id, saved = entry.actor_id, audit_log.select_saved_versions(entry.event, entry.references)
        if author_id == self._vault.user_id:
            return tuple(saved)
        return tuple(one for one in saved if self._is_of_member(one.ring, author_id))

    def _is_of_member(self, ring: bytes, author_id: UUID) -> bool:
        known = self._may_write.get((ring, author_id))
        if known is None:
            id = cached_uuid(ring)
            if not self._has_looked_for_grants and not self._vault.rings.is_open(id):
                # It may have been granted since the unlock. The statements of its members come with it.
                self._vault.rings.load_new_grants(self._db)
                self._has_looked_for_grants = True
            known = self._may_write[ring, author_id] = self._vault.rings.is_member(self._db, id, author_id)
        return known
