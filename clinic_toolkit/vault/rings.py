"""Rings: one key for one owner (a client, a case, the practice) and one class of records.

Deleting a client will mean destroying these keys, and granting a client to a colleague handing them
over, so nothing coarser may open a record. In the store a ring is a random id. Whose it is, and of
which class, stands only inside the sealed grant; the directory of people is built in memory at
unlock, so no plain column links a ring to a person or two rings to one another.
"""

import secrets
import struct
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, Column, Connection, Integer, LargeBinary, Row, Table, select

from clinic_toolkit.crypto.encoding import encode_fields
from clinic_toolkit.crypto.seal import KEY_BYTES, DecryptionError, SealingKey, hkdf_expand
from clinic_toolkit.crypto.signature import verify_signature
from clinic_toolkit.errors import ClinicError
from clinic_toolkit.store.base import metadata
from clinic_toolkit.store.engine import on_rollback
from clinic_toolkit.store.types import UuidType
from clinic_toolkit.vault.user_keys import UserKeys

# 3 is kept for psychotherapy notes, whose rings lie under a key of their own. A ring of class "own" belongs
# to a clinician, who is its only member for good.
RING_CLASSES = {"demographics": 1, "record": 2, "practice": 4, "own": 5}
_CLASS_NAMES = {number: name for name, number in RING_CLASSES.items()}

_FIRST_GENERATION = 1
_KID_BYTES = 16
_GRANT_VERSION = 1
_GRANT_FORMAT = struct.Struct(">B16sBQ32s")

# WITHOUT ROWID: rows lie in the order of their random ids. A row number would betray that the two
# rings of one client were made one after the other.
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
    sqlite_with_rowid=False,
    sqlite_strict=True,
)

ring_grant_table = Table(
    "ring_grant",
    metadata,
    Column("ring", UuidType, primary_key=True),
    Column("generation", Integer, primary_key=True),
    Column("user", UuidType, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    CheckConstraint("length(ring) = 16 AND length(user) = 16", name="ids"),
    sqlite_with_rowid=False,
    sqlite_strict=True,
)


class UnknownRing(ClinicError):
    """No ring for this owner and class is open to this clinician."""

    def __init__(self) -> None:
        super().__init__("There is nothing here that you can open.")


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class RingKey:
    """One generation of one ring, opened. `order` counts the rings as they were made."""

    ring: UUID
    generation: int
    kid: bytes
    key: SealingKey
    owner: UUID
    ring_class: str
    creation_order: int


class OpenRings:
    """The rings of one clinician, in memory: which exist, whose they are, and their keys.

    The grants are opened at unlock; being sealed under the user key, they cannot come from anyone
    else. Each ring's signed statement is checked before its key is first used: a signature takes
    longer to check than everything else about a ring, and most are not used on most days.
    """

    def __init__(self, user_keys: UserKeys) -> None:
        self._user_keys = user_keys
        self._rings: dict[UUID, RingKey] = {}
        self._ring_by_owner: dict[tuple[str, UUID], UUID] = {}
        self._unverified: dict[UUID, tuple[Row[Any], bytes]] = {}
        self.damaged: frozenset[UUID] = frozenset()

    def load_grants(self, db: Connection) -> None:
        """Open every grant of this clinician that is not open yet; another window may have made some.

        What cannot be opened is kept apart and named.
        """
        columns = (ring_grant_table.c.ring, ring_grant_table.c.generation, ring_grant_table.c.sealed)
        mine = select(*columns).where(ring_grant_table.c.user == self._user_keys.user_id)
        rows = [row for row in db.execute(mine) if row.ring not in self._rings]
        grants = {(row.ring, row.generation): row.sealed for row in rows}
        opened, damaged = [], set()
        for row in db.execute(select(ring_table)):
            if row.ring in self._rings:
                continue
            sealed = grants.pop((row.ring, row.generation), None)
            try:
                opened.append(self._open_grant(row.ring, row.generation, sealed))
            except DecryptionError:
                damaged.add(row.ring)
            else:
                self._unverified[row.ring] = (row, sha256(sealed).digest())
        damaged |= {id for id, _ in grants}
        for key in sorted(opened, key=lambda key: key.creation_order):
            # One owner has one ring of a class. A second one comes from a copied folder, and must not
            # take the place of the first for what is written from now on.
            if (key.ring_class, key.owner) in self._ring_by_owner:
                damaged.add(key.ring)
            else:
                self._add_ring(key)
        self.damaged = frozenset(damaged)

    def create_ring(self, db: Connection, owner: UUID, ring_class: str) -> UUID:
        """Make the ring of an owner and class: its key, the grant to oneself, the signed statement.

        Raises:
            ValueError: it exists already, or the class is unknown.
        """
        number = RING_CLASSES.get(ring_class)
        if number is None or (ring_class, owner) in self._ring_by_owner:
            raise ValueError("an unknown class, or a second ring of one owner and class")
        me, id, cdk = self._user_keys, uuid4(), secrets.token_bytes(KEY_BYTES)
        order = max((key.creation_order for key in self._rings.values()), default=0) + 1
        plain = _GRANT_FORMAT.pack(_GRANT_VERSION, owner.bytes, number, order, cdk)
        sealed = me.seal(plain, "grant", id, _FIRST_GENERATION)
        key = _build_ring_key(id, owner, ring_class, order, cdk)
        members = encode_member(me.user_id, me.fingerprint(), sha256(sealed).digest())
        signature = me.signing_key.sign(
            "sig/ring", me.vault_id, id, _FIRST_GENERATION, key.kid, members, None, me.user_id
        )
        db.execute(
            ring_table.insert().values(
                ring=id, generation=_FIRST_GENERATION, kid=key.kid, members=members, previous=None,
                grantor=me.user_id, signature=signature,
            )
        )  # fmt: skip
        db.execute(
            ring_grant_table.insert().values(
                ring=id, generation=_FIRST_GENERATION, user=me.user_id, sealed=sealed
            )
        )
        self._add_ring(key)
        # A ring whose grant did not reach the disk must never seal anything: nobody could open it.
        on_rollback(db, lambda: self._remove_ring(key))
        return id

    def get_key(self, id: UUID, kid: bytes | None = None) -> RingKey:
        """The key of a ring, its statement proved; with a kid, only if it is that generation's.

        Raises:
            DecryptionError: there is none, or the statement does not hold.
        """
        found = self._rings.get(id)
        if found is None or (kid is not None and kid != found.kid):
            raise DecryptionError
        waiting = self._unverified.get(id)
        if waiting is not None:
            self._verify_statement(found, *waiting)
            self._unverified.pop(id, None)
        return found

    def has_grant(self, id: UUID) -> bool:
        """Whether this clinician has a grant to the ring."""
        return id in self._rings

    def get_ring(self, owner: UUID, ring_class: str) -> UUID:
        """The ring of an owner and class.

        Raises:
            UnknownRing: there is none that this clinician may open.
        """
        try:
            return self._ring_by_owner[ring_class, owner]
        except KeyError:
            raise UnknownRing from None

    def find_owner(self, id: UUID) -> UUID | None:
        """Whose ring this is, or None if it is not open to this clinician."""
        found = self._rings.get(id)
        return found.owner if found else None

    def list_owners(self, ring_class: str) -> list[UUID]:
        """Everyone who has a ring of this class, in the order the rings were made."""
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
        plain = self._user_keys.open(sealed, "grant", id, generation)
        if len(plain) != _GRANT_FORMAT.size:
            raise DecryptionError
        version, owner, number, order, cdk = _GRANT_FORMAT.unpack(plain)
        if version != _GRANT_VERSION or number not in _CLASS_NAMES:
            raise DecryptionError
        return _build_ring_key(id, UUID(bytes=owner), _CLASS_NAMES[number], order, cdk)

    def _verify_statement(self, key: RingKey, row: Row[Any], sealed_hash: bytes) -> None:
        # A first generation is valid if its only member made it. Everything is recomputed from what the
        # grant and one's own identity say; the row adds nothing but the signature.
        me = self._user_keys
        members = encode_member(me.user_id, me.fingerprint(), sealed_hash)
        holds = verify_signature(
            me.signing_key.public_key, "sig/ring", me.vault_id, key.ring, key.generation, key.kid, members,
            None, me.user_id, signature=row.signature,
        )  # fmt: skip
        claimed = (row.kid, row.members, row.previous, row.grantor)
        if not holds or claimed != (key.kid, members, None, me.user_id):
            raise DecryptionError


def encode_member(user: UUID, fingerprint: bytes, sealed_hash: bytes) -> bytes:
    """One member as the statement lists it: 80 bytes, so the list needs no separators."""
    return user.bytes + fingerprint + sealed_hash


def _build_ring_key(id: UUID, owner: UUID, ring_class: str, order: int, cdk: bytes) -> RingKey:
    return RingKey(
        ring=id,
        generation=_FIRST_GENERATION,
        kid=hkdf_expand(cdk, encode_fields("ring-kid", id, _FIRST_GENERATION), _KID_BYTES),
        key=SealingKey(cdk, hedge_label="ring-hedge", key_label="rec-key"),
        owner=owner,
        ring_class=ring_class,
        creation_order=order,
    )
