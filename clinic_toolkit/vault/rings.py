"""Rings: one key for each owner (a client, a case, the practice) and each class of records.

Erasing a client destroys the client's ring keys, and sharing one with a colleague will mean granting
them, so no key may cover more than one owner. In the store a ring is a random id. Its owner and class are
only inside the sealed grant, so no plain column links a ring to a person, or two rings to each other.
"""

from collections.abc import Callable, Iterable, Mapping, Set
from contextlib import suppress
from uuid import UUID

from sqlalchemy import Connection, select

from clinic_toolkit.crypto.seal import DecryptionError, SealingKey
from clinic_toolkit.store.transactions import on_rollback
from clinic_toolkit.store.types import cached_uuid
from clinic_toolkit.vault.key_directory import KeyDirectory
from clinic_toolkit.vault.ring_creation import insert_ring
from clinic_toolkit.vault.ring_errors import UnknownRing
from clinic_toolkit.vault.ring_keys import CLASS_NUMBERS, RingKey
from clinic_toolkit.vault.ring_keys import RingClass as RingClass
from clinic_toolkit.vault.ring_loading import load_rings
from clinic_toolkit.vault.ring_membership import list_members
from clinic_toolkit.vault.ring_selection import Generation
from clinic_toolkit.vault.ring_statements import (
    FIRST_GENERATION,
    MEMBER_BYTES,
    StatementId,
    identify_statement,
    list_users,
)
from clinic_toolkit.vault.ring_tables import ring_grant_table
from clinic_toolkit.vault.ring_verification import verify_generations
from clinic_toolkit.vault.user_keys import UserKeys


class OpenRings:
    """The opened rings of one clinician, in memory: their keys and their owners.

    Grants are opened at unlock. They are sealed under the user key, so only this clinician can have made
    them, or who was an executor of the clinician. The signed statements of a ring are verified when its key
    is first used, because that is the slowest step and most rings are not used on most days. A ring of which
    this clinician has no grant is a colleague's and is passed over, unless its newest statement lists this
    clinician as a member: then the grant was lost. Rows that no member wrote are ignored and do not block the
    ring: see `with_refused_rows`.
    """

    def __init__(self, user_keys: UserKeys, directory: KeyDirectory | None = None) -> None:
        self.key_directory = directory or KeyDirectory(user_keys)
        self._user_keys, self._fingerprint = user_keys, user_keys.fingerprint()
        self._rings: dict[UUID, RingKey] = {}
        self._earlier_keys: dict[tuple[UUID, bytes], RingKey] = {}
        self._ring_by_owner: dict[tuple[RingClass, UUID], UUID] = {}
        # The statements of each ring that was loaded, by generation, with this clinician's sealed grant.
        self._statements: dict[UUID, list[Generation]] = {}
        self._verified: set[UUID] = set()
        self.damaged: frozenset[UUID] = frozenset()
        # Rings that this clinician is known to have held, and that have no grant any more.
        self.lost: frozenset[UUID] = frozenset()
        # Rings whose newest statement is not the one that the audit log names; they are read, not written.
        self.outdated: frozenset[UUID] = frozenset()
        # Rings with a row that no member wrote. It counts as damage, and is otherwise ignored.
        self.with_refused_rows: frozenset[UUID] = frozenset()
        # The owner of each ring for psychotherapy notes whose key is not open. Such a ring is neither damaged
        # nor lost; its records are not shown, not checked and not reported as missing.
        self.closed: Mapping[UUID, UUID] = {}

    def load_grants(self, db: Connection) -> None:
        """Open every grant of this clinician that is not open yet, such as those made by another login.

        Rings whose grant does not open, or is missing, are listed in `damaged`.
        """
        loaded = load_rings(db, self._user_keys, self.key_directory, open_rings=self._rings.keys())
        refused = loaded.refused | (self.with_refused_rows & self._rings.keys())
        damaged = set(loaded.damaged)
        self._earlier_keys.update(loaded.earlier_keys)
        newest_keys = loaded.newest_keys
        for key in sorted(newest_keys, key=lambda key: (not self._is_created_by_us(key), key.creation_order)):
            # An owner has one ring of each class. A second one comes from a copied folder, or a colleague
            # made it, and must not replace the first one for new records.
            if (key.ring_class, key.owner) in self._ring_by_owner:
                damaged.add(key.ring)
            else:
                self._add_ring(key)
        self._statements.update(loaded.statements)
        self.closed = loaded.closed
        self.damaged, self.with_refused_rows = frozenset(damaged), frozenset(refused)

    def load_new_grants(self, db: Connection) -> None:
        """Open the rings that were granted to this clinician since; a small query if there is none."""
        query = select(ring_grant_table.c.ring).where(ring_grant_table.c.user == self._user_keys.user_id)
        if set(db.scalars(query)) - self._rings.keys() - self.damaged - self.closed.keys():
            self.load_grants(db)

    @property
    def psychotherapy_key(self) -> SealingKey | None:
        """The user key for psychotherapy notes, while it is open."""
        return self._user_keys.psychotherapy_key

    @property
    def opens_psychotherapy_notes(self) -> bool:
        """Whether that key is open."""
        return self.psychotherapy_key is not None

    def open_psychotherapy_rings(self, db: Connection, key: SealingKey) -> None:
        """Open the rings for psychotherapy notes with their user key, for as long as this vault lives."""
        self._user_keys = self._user_keys.with_psychotherapy_key(key)
        self.load_grants(db)

    def reload_grants(self, db: Connection) -> None:
        """Open every grant anew, because other public keys or newer statements are known than before.

        What is open stays open, because other threads read it meanwhile.
        """
        fresh = OpenRings(self._user_keys, self.key_directory)
        fresh.load_grants(db)
        replaced = {(key.ring, key.key_id): key for id, key in self._rings.items() if id in fresh._rings}
        self._earlier_keys = {**self._earlier_keys, **replaced, **fresh._earlier_keys}
        self._rings = {**self._rings, **fresh._rings}
        self._ring_by_owner = {**self._ring_by_owner, **fresh._ring_by_owner}
        self._statements = {**self._statements, **fresh._statements}
        self._verified = set()
        self.damaged, self.with_refused_rows = fresh.damaged, fresh.with_refused_rows
        self.closed = fresh.closed

    def create_ring(self, db: Connection, owner: UUID, ring_class: RingClass) -> UUID:
        """Create the ring of an owner and class: key, grant to this clinician, signed statement.

        It is removed from memory if `db` does not commit.

        Returns:
            The id of the ring.

        Raises:
            ValueError: the ring exists already, or the class is unknown.
        """
        if ring_class not in CLASS_NUMBERS or (ring_class, owner) in self._ring_by_owner:
            raise ValueError("an unknown class, or a second ring of one owner and class")
        creation_order = max((key.creation_order for key in self._rings.values()), default=0) + 1
        key = insert_ring(db, self._user_keys, owner, ring_class, creation_order)
        self._add_ring(key)
        # A ring whose grant was rolled back must never seal anything, because nobody could open it.
        on_rollback(db, lambda: self._remove_ring(key))
        return key.ring

    def forget(self, ids: Set[UUID]) -> Callable[[], None]:
        """Forget these rings and their keys, because they were erased; returns a function that undoes it."""
        before = self._rings, self._earlier_keys, self._ring_by_owner, self._statements, self.closed

        def undo() -> None:
            self._rings, self._earlier_keys, self._ring_by_owner, self._statements, self.closed = before

        # New dictionaries, because other threads read the old ones meanwhile.
        self._rings = {id: key for id, key in self._rings.items() if id not in ids}
        self._earlier_keys = {place: key for place, key in self._earlier_keys.items() if key.ring not in ids}
        self._ring_by_owner = {owner: id for owner, id in self._ring_by_owner.items() if id not in ids}
        self._statements = {id: rows for id, rows in self._statements.items() if id not in ids}
        self.closed = {id: owner for id, owner in self.closed.items() if id not in ids}
        return undo

    def get_key(self, id: UUID, key_id: bytes | None = None) -> RingKey:
        """The key of a ring, after its signed statement was verified.

        Args:
            id: the ring.
            key_id: the expected key id, which may be that of an earlier generation; None for the newest.

        Raises:
            DecryptionError: no such key is open, or the statement does not verify.
        """
        ring_key = self._rings.get(id)
        if ring_key is not None and key_id not in (None, ring_key.key_id):
            ring_key = self._earlier_keys.get((id, key_id or b""))
        if ring_key is None or (key_id is None and not self._may_write(ring_key)):
            raise DecryptionError
        self._verify_ring(id)
        return ring_key

    def is_open(self, id: UUID) -> bool:
        """Whether the key of the ring is open; one for psychotherapy notes may be closed."""
        return id in self._rings

    def is_psychotherapy(self, id: UUID) -> bool:
        """Whether the ring is for psychotherapy notes, open or closed."""
        key = self._rings.get(id)
        return id in self.closed or (key is not None and key.ring_class == RingClass.PSYCHOTHERAPY)

    def holds(self, id: UUID) -> bool:
        """Whether this clinician holds the ring, open or closed."""
        return id in self._rings or id in self.closed

    def note_known_rings(
        self, db: Connection, known: Iterable[bytes], statements: Mapping[UUID, StatementId]
    ) -> None:
        """Set which rings this clinician is known to have held; those without a grant are `lost`.

        Args:
            statements: the newest known statement of each ring. If one is newer than what was read, the rings
                are read again. A ring is `outdated` if the store lacks the statement.
        """
        held = {id: statement for id, statement in statements.items() if id in self._rings}
        if any(self._newest_generation(id) < statement.generation for id, statement in held.items()):
            self.reload_grants(db)
        self.lost = frozenset(id for id in map(cached_uuid, known) if not self.holds(id))
        self.outdated = frozenset(id for id, one in held.items() if not self._has_statement(id, one))

    def list_shared_statements(self, named: Mapping[UUID, StatementId]) -> dict[UUID, StatementId]:
        """The newest statement of each ring that is shared with a colleague or made by one, if it verifies.

        Args:
            named: the statements that the audit log names; only newer ones are verified, and returned.
        """
        found = {}
        for id, generations in list(self._statements.items()):
            is_newer = id not in named or named[id].generation < generations[-1][0].generation
            if is_newer and id in self._rings and (self.is_shared(id) or not self.is_creator(id)):
                with suppress(DecryptionError):
                    self._verify_ring(id)
                    found[id] = identify_statement(self._user_keys.vault_id, generations[-1][0])
        return found

    def list_open_rings(self) -> frozenset[UUID]:
        """Every ring whose key is open."""
        return frozenset(self._rings)

    def list_members(self, id: UUID) -> frozenset[UUID]:
        """Everyone whom the newest statement of a ring lists; none if it was made since the unlock."""
        generations = self._statements.get(id)
        return frozenset(list_users(generations[-1][0].members) if generations else ())

    def is_shared(self, id: UUID) -> bool:
        """Whether anybody else is or was a member of this ring."""
        generations = self._statements.get(id, [])
        return len(generations) > 1 or any(len(row.members) != MEMBER_BYTES for row, _ in generations)

    def is_creator(self, id: UUID) -> bool:
        """Whether this clinician created this ring."""
        key = self._rings.get(id)
        return key is not None and self._is_created_by_us(key)

    def get_ring(self, owner: UUID, ring_class: RingClass) -> UUID:
        """The ring of an owner and class.

        Raises:
            UnknownRing: this clinician has none.
        """
        try:
            return self._ring_by_owner[ring_class, owner]
        except KeyError:
            raise UnknownRing from None

    def find_owner(self, id: UUID) -> UUID | None:
        """The owner of a ring, or None if this clinician does not hold it."""
        ring_key = self._rings.get(id)
        return ring_key.owner if ring_key else self.closed.get(id)

    def list_owners(self, ring_class: RingClass) -> list[UUID]:
        """Every owner of a ring of this class, in the order in which the rings were created."""
        return [owner for name, owner in self._ring_by_owner if name == ring_class]

    def _may_write(self, key: RingKey) -> bool:
        # A member who was left out holds no key of the newest generation: they read old records, and write
        # none. Nobody writes in an outdated ring, because a member who was left out since might read it. The
        # practice's ring is exempt, because every unlock writes in it.
        is_current = key.ring not in self.outdated or key.ring_class == RingClass.PRACTICE
        return is_current and self._newest_generation(key.ring) == key.generation

    def _newest_generation(self, id: UUID) -> int:
        generations = self._statements.get(id)
        return int(generations[-1][0].generation) if generations else FIRST_GENERATION

    def _has_statement(self, id: UUID, statement: StatementId) -> bool:
        if id not in self._statements:  # it was made since the unlock
            return statement.generation == FIRST_GENERATION
        vault_id = self._user_keys.vault_id
        return statement in [identify_statement(vault_id, row) for row, _ in self._statements[id]]

    def _is_created_by_us(self, key: RingKey) -> bool:
        return key.creator == self._fingerprint

    def _add_ring(self, key: RingKey) -> None:
        self._rings[key.ring] = key
        self._ring_by_owner[key.ring_class, key.owner] = key.ring

    def _remove_ring(self, key: RingKey) -> None:
        self._rings.pop(key.ring, None)
        self._ring_by_owner.pop((key.ring_class, key.owner), None)

    def _verify_ring(self, id: UUID) -> None:
        if id in self._statements and id not in self._verified:
            keys = [self._rings[id], *(key for (ring, _), key in self._earlier_keys.items() if ring == id)]
            verify_generations(self._user_keys, self.key_directory, self._statements[id], keys)
            self._verified.add(id)

    def is_member(self, db: Connection, id: UUID, user_id: UUID) -> bool:
        """Whether a verified statement of a ring that this clinician holds lists this user, now or once."""
        key, own_id = self._rings.get(id), self._user_keys.user_id
        if key is None or user_id == own_id or key.ring_class == RingClass.OWN:
            return key is not None and user_id == own_id
        return user_id.bytes in list_members(db, self._user_keys.vault_id, self.key_directory, key)
