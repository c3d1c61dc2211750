"""Rings: one key for each owner (a client, a case, the practice) and each class of records.

Deleting a client will mean destroying the client's ring keys, and sharing one with a colleague will mean
granting them, so no key may cover more than one owner. In the store a ring is a random id. Its owner and
class are only inside the sealed grant, and the directory of owners is built in memory at unlock; so no plain
column links a ring to a person, or two rings to each other.
"""

import secrets
import struct
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, Column, Connection, Integer, LargeBinary, Row, Table, select

from clinic_toolkit.crypto.encoding import encode_fields
from clinic_toolkit.crypto.seal import KEY_BYTES, DecryptionError, SealingKey, hkdf_expand
from clinic_toolkit.crypto.signature import verify_signature
from clinic_toolkit.errors import ClinicError
from clinic_toolkit.store.base import HIDES_INSERTION_ORDER, metadata
from clinic_toolkit.store.transactions import on_rollback
from clinic_toolkit.store.types import UuidType
from clinic_toolkit.vault.user_keys import UserKeys


class RingClass(StrEnum):
    """Which records a ring is for. An `OWN` ring belongs to a clinician, who is always its only member."""

    DEMOGRAPHICS = "demographics"
    RECORD = "record"
    PRACTICE = "practice"
    OWN = "own"


# 3 is reserved for psychotherapy notes, whose rings will be under a separate key.
_CLASS_NUMBERS = {
    RingClass.DEMOGRAPHICS: 1,
    RingClass.RECORD: 2,
    RingClass.PRACTICE: 4,
    RingClass.OWN: 5,
}
_CLASS_BY_NUMBER = {number: ring_class for ring_class, number in _CLASS_NUMBERS.items()}

_FIRST_GENERATION = 1
_KID_BYTES = 16
_GRANT_VERSION = 1
_GRANT_FORMAT = struct.Struct(">B16sBQ32s")

# The order of the rows would reveal which two rings were created together, and so belong to one client.
ring_table = Table(
    "ring",
    metadata,
    Column("ring", UuidType, primary_key=True),
    Column("generation", Integer, primary_key=True),
    Column("kid", LargeBinary(16), nullable=False),
    Column("members", LargeBinary, nullable=False),
    Column("previous", LargeBinary(32), nullable=True),
    Column("grantor", UuidType, nullable=False),
    Column("signature", LargeBinary(64), nullable=False),
    CheckConstraint("length(ring) = 16 AND length(kid) = 16 AND length(grantor) = 16", name="ids"),
    CheckConstraint("generation >= 1", name="generation"),
    CheckConstraint("length(members) % 80 = 0 AND length(signature) = 64", name="statement"),
    info=HIDES_INSERTION_ORDER,
)

ring_grant_table = Table(
    "ring_grant",
    metadata,
    Column("ring", UuidType, primary_key=True),
    Column("generation", Integer, primary_key=True),
    Column("user", UuidType, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    CheckConstraint("length(ring) = 16 AND length(user) = 16", name="ids"),
    info=HIDES_INSERTION_ORDER,
)


class UnknownRing(ClinicError):
    """This clinician has no ring for this owner and class."""

    def __init__(self) -> None:
        super().__init__("There is nothing here that you can open.")


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class RingKey:
    """The opened key of one generation of a ring; `creation_order` counts the rings in order of creation."""

    ring: UUID
    generation: int
    kid: bytes
    key: SealingKey
    owner: UUID
    ring_class: RingClass
    creation_order: int


class OpenRings:
    """The opened rings of one clinician, in memory: their keys and their owners.

    Grants are opened at unlock; they are sealed under the user key, so nobody else can have made them. The
    signed statement of a ring is verified when its key is first used, because that is the slowest step and
    most rings are not used on most days.
    """

    def __init__(self, user_keys: UserKeys) -> None:
        self._user_keys = user_keys
        self._rings: dict[UUID, RingKey] = {}
        self._ring_by_owner: dict[tuple[RingClass, UUID], UUID] = {}
        self._unverified: dict[UUID, tuple[Row[Any], bytes]] = {}
        self.damaged: frozenset[UUID] = frozenset()

    def load_grants(self, db: Connection) -> None:
        """Open every grant of this clinician that is not open yet, such as those made by another session.

        Rings whose grant does not open are listed in `damaged`.
        """
        columns = (ring_grant_table.c.ring, ring_grant_table.c.generation, ring_grant_table.c.sealed)
        query = select(*columns).where(ring_grant_table.c.user == self._user_keys.user_id)
        grant_rows = [row for row in db.execute(query) if row.ring not in self._rings]
        grants = {(row.ring, row.generation): row.sealed for row in grant_rows}
        opened_keys, damaged = [], set()
        for row in db.execute(select(ring_table)):
            if row.ring in self._rings:
                continue
            sealed = grants.pop((row.ring, row.generation), None)
            try:
                opened_keys.append(self._open_grant(row.ring, row.generation, sealed))
            except DecryptionError:
                damaged.add(row.ring)
            else:
                self._unverified[row.ring] = (row, sha256(sealed).digest())
        damaged |= {id for id, _ in grants}
        for key in sorted(opened_keys, key=lambda key: key.creation_order):
            # An owner has one ring of each class. A second one comes from a copied folder, and must not
            # replace the first one for new records.
            if (key.ring_class, key.owner) in self._ring_by_owner:
                damaged.add(key.ring)
            else:
                self._add_ring(key)
        self.damaged = frozenset(damaged)

    def create_ring(self, db: Connection, owner: UUID, ring_class: RingClass) -> UUID:
        """Create the ring of an owner and class: key, grant to this clinician, signed statement.

        Returns:
            The id of the ring.

        Raises:
            ValueError: the ring exists already, or the class is unknown.
        """
        class_number = _CLASS_NUMBERS.get(ring_class)
        if class_number is None or (ring_class, owner) in self._ring_by_owner:
            raise ValueError("an unknown class, or a second ring of one owner and class")
        user_keys, id, cdk = self._user_keys, uuid4(), secrets.token_bytes(KEY_BYTES)
        creation_order = max((key.creation_order for key in self._rings.values()), default=0) + 1
        plaintext = _GRANT_FORMAT.pack(_GRANT_VERSION, owner.bytes, class_number, creation_order, cdk)
        sealed = user_keys.seal(plaintext, "grant", id, _FIRST_GENERATION)
        key = _build_ring_key(id, owner, ring_class, creation_order, cdk)
        members = encode_member(user_keys.user_id, user_keys.fingerprint(), sha256(sealed).digest())
        signature = user_keys.signing_key.sign(
            "sig/ring", user_keys.vault_id, id, _FIRST_GENERATION, key.kid, members, None, user_keys.user_id
        )
        db.execute(
            ring_table.insert().values(
                ring=id, generation=_FIRST_GENERATION, kid=key.kid, members=members, previous=None,
                grantor=user_keys.user_id, signature=signature,
            )
        )  # fmt: skip
        db.execute(
            ring_grant_table.insert().values(
                ring=id, generation=_FIRST_GENERATION, user=user_keys.user_id, sealed=sealed
            )
        )
        self._add_ring(key)
        # A ring whose grant was rolled back must never seal anything, because nobody could open it.
        on_rollback(db, lambda: self._remove_ring(key))
        return id

    def get_key(self, id: UUID, kid: bytes | None = None) -> RingKey:
        """The key of a ring, after its signed statement was verified.

        Args:
            id: the ring.
            kid: the expected key id; None accepts any.

        Raises:
            DecryptionError: no such key is open, or the statement does not verify.
        """
        ring_key = self._rings.get(id)
        if ring_key is None or (kid is not None and kid != ring_key.kid):
            raise DecryptionError
        unverified = self._unverified.get(id)
        if unverified is not None:
            self._verify_statement(ring_key, *unverified)
            self._unverified.pop(id, None)
        return ring_key

    def has_grant(self, id: UUID) -> bool:
        """Whether this clinician has a grant to the ring."""
        return id in self._rings

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
        """The owner of a ring, or None if this clinician has no grant to it."""
        ring_key = self._rings.get(id)
        return ring_key.owner if ring_key else None

    def list_owners(self, ring_class: RingClass) -> list[UUID]:
        """Every owner of a ring of this class, in the order in which the rings were created."""
        return [owner for name, owner in self._ring_by_owner if name == ring_class]

    def _add_ring(self, key: RingKey) -> None:
        self._rings[key.ring] = key
        self._ring_by_owner[key.ring_class, key.owner] = key.ring

    def _remove_ring(self, key: RingKey) -> None:
        self._rings.pop(key.ring, None)
        self._ring_by_owner.pop((key.ring_class, key.owner), None)

    def _open_grant(self, id: UUID, generation: int, sealed: bytes | None) -> RingKey:
        if sealed is None or generation != _FIRST_GENERATION:
            raise DecryptionError
        plaintext = self._user_keys.open(sealed, "grant", id, generation)
        if len(plaintext) != _GRANT_FORMAT.size:
            raise DecryptionError
        version, owner, class_number, creation_order, cdk = _GRANT_FORMAT.unpack(plaintext)
        if version != _GRANT_VERSION or class_number not in _CLASS_BY_NUMBER:
            raise DecryptionError
        return _build_ring_key(id, UUID(bytes=owner), _CLASS_BY_NUMBER[class_number], creation_order, cdk)

    def _verify_statement(self, key: RingKey, row: Row[Any], sealed_hash: bytes) -> None:
        # The first generation of a ring is valid if its only member signed it. Every signed field is
        # recomputed from the grant and the clinician's own identity; the row only adds the signature.
        user_keys = self._user_keys
        members = encode_member(user_keys.user_id, user_keys.fingerprint(), sealed_hash)
        signature_valid = verify_signature(
            user_keys.signing_key.public_key, "sig/ring", user_keys.vault_id, key.ring, key.generation,
            key.kid, members, None, user_keys.user_id, signature=row.signature,
        )  # fmt: skip
        stored_fields = (row.kid, row.members, row.previous, row.grantor)
        if not signature_valid or stored_fields != (key.kid, members, None, user_keys.user_id):
            raise DecryptionError


def encode_member(user: UUID, fingerprint: bytes, sealed_hash: bytes) -> bytes:
    """Encode a ring member for the signed statement: always 80 bytes, so the list needs no separators."""
    return user.bytes + fingerprint + sealed_hash


def _build_ring_key(id: UUID, owner: UUID, ring_class: RingClass, creation_order: int, cdk: bytes) -> RingKey:
    return RingKey(
        ring=id,
        generation=_FIRST_GENERATION,
        kid=hkdf_expand(cdk, encode_fields("ring-kid", id, _FIRST_GENERATION), _KID_BYTES),
        key=SealingKey(cdk, hedge_label="ring-hedge", key_label="rec-key"),
        owner=owner,
        ring_class=ring_class,
        creation_order=creation_order,
    )
