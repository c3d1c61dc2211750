"""The unlocked vault of one clinician: what `record` is given, and the only door to plaintext."""

import secrets
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection, Row

from clinic_toolkit.crypto.encoding import Field, encode_u64
from clinic_toolkit.crypto.seal import DecryptionError
from clinic_toolkit.crypto.signature import verify_signature
from clinic_toolkit.errors import ClinicError
from clinic_toolkit.store.statements import SealedRow
from clinic_toolkit.store.types import cached_uuid
from clinic_toolkit.vault.envelope import (
    CONTENT_SALT_BYTES,
    Envelope,
    InvalidEnvelope,
    compute_content_id,
    pack_envelope,
    unpack_envelope,
)
from clinic_toolkit.vault.inventory import Inventory
from clinic_toolkit.vault.rings import OpenRings, RingKey, UnknownRing
from clinic_toolkit.vault.seal_context import SealContext, create_seal_context
from clinic_toolkit.vault.user_keys import UserKeys

# Another key, place or bytes; the last where a version is below nothing.
_OPEN_ERRORS = (DecryptionError, InvalidEnvelope, ValueError)


class SealBroken(ClinicError):
    """A stored record is not what was written at its place. It is never shown, not even in part."""

    def __init__(self, *, table: str, record: UUID) -> None:
        super().__init__(
            f"One stored entry ({table} {record.hex[:8]}) is damaged or was changed outside this program. "
            "It is not shown. Everything else can be used; a backup may still hold it."
        )
        self.table = table
        self.record = record


class OwnRingLost(ClinicError):
    """The clinician's own ring may be one that does not open, so none is made in its place."""

    def __init__(self) -> None:
        super().__init__(
            "What you type here is not saved until you press the button: the key for unfinished forms is "
            "damaged or missing in the data file. A backup may hold it. Everything else can be saved as "
            "before."
        )


class SealedVersion(Struct, frozen=True, kw_only=True):
    """What goes into a row, and what the audit line and later versions refer to."""

    kid: bytes
    blob: bytes
    content_id: bytes
    signature: bytes | None


class KeySlotList(Struct, frozen=True, kw_only=True):
    """The list of slots as found at unlock.

    Its generation, whether this user key vouched for exactly these slots, and which ones it vouches for.
    """

    generation: int
    intact: bool
    trusted_slots: frozenset[UUID]


class Vault:
    """One clinician's keys, rings and signature. Lives in the worker's memory and ends with it."""

    def __init__(self, user_keys: UserKeys, incarnation: UUID, rings: OpenRings) -> None:
        self._user_keys = user_keys
        self._rings = rings
        self._seal_contexts: dict[tuple[str, bytes], SealContext] = {}
        self.incarnation = incarnation
        self.key_slots = KeySlotList(generation=0, intact=True, trusted_slots=frozenset())
        # What is wrong with the head of the practice or its second copy: a word of `second_copy`, or "".
        self.header_fault = ""
        # Whether this entry replaced the slot of the passphrase by one that costs more.
        self.kdf_cost_upgraded = False
        # What was opened with these keys, by table; it lives exactly as long as they do.
        self.record_cache: dict[str, dict[int, Any]] = {}
        # What should be there, told from the audit trail when it is first needed; and what is not as it
        # was written, by record.
        self.inventory: Inventory | None = None
        self.integrity_failures: dict[bytes, Any] = {}
        # What is shown although no line names it: the line that may have named it cannot be read.
        self.unconfirmed: dict[bytes, Any] = {}

    def __repr__(self) -> str:
        return "<Vault>"

    def __reduce__(self) -> str:
        raise TypeError("a vault is never pickled")

    @property
    def vault_id(self) -> UUID:
        """The practice's vault."""
        return self._user_keys.vault_id

    @property
    def user_id(self) -> UUID:
        """The clinician."""
        return self._user_keys.user_id

    @property
    def public_key(self) -> bytes:
        """One's own Ed25519 key, taken from one's own sealed identity and never from a row."""
        return self._user_keys.signing_key.public_key

    @property
    def slot_generation(self) -> int:
        """The number of the list of ways in, for the audit trail: an older list has a lower one."""
        return self.key_slots.generation

    @property
    def slots_intact(self) -> bool:
        """False if the ways in are not the ones this clinician last made. Shown at unlock."""
        return self.key_slots.intact

    def compare_slot_generation(self, logged: int, *, log_complete: bool) -> None:
        """Compare the list with the number that the audit trail names; another one vouches for no slot.

        Whoever puts a slot of another time back with its own list, or one of a copied folder, would
        otherwise come in by the secret of that list unseen.

        Args:
            logged: the number, 0 if no line names one.
            log_complete: every line could be read; else a newer list may have been named by another.
        """
        generation = self.key_slots.generation
        if generation < logged or (log_complete and 0 < logged < generation):
            self.key_slots = KeySlotList(
                generation=max(generation, logged), intact=False, trusted_slots=frozenset()
            )

    @property
    def damaged_rings(self) -> frozenset[UUID]:
        """Rings whose grant to this clinician is missing or could not be opened."""
        return self._rings.damaged

    @property
    def practice_ring(self) -> UUID:
        """The practice's own ring: settings, own definitions, audit bodies."""
        return self._rings.get_ring(self.vault_id, "practice")

    @property
    def own_ring(self) -> UUID | None:
        """The clinician's own ring, which nobody else is ever a member of; None if it does not open."""
        try:
            return self._rings.get_ring(self.user_id, "own")
        except UnknownRing:
            return None

    def ensure_own_ring(self, db: Connection) -> UUID:
        """The clinician's own ring, made now if there never was one.

        Raises:
            OwnRingLost: a ring is there, or is named by the trail, that does not open: it may be this one.
        """
        if self.own_ring:
            return self.own_ring
        named = self.inventory.ring_ids() if self.inventory else set()
        if self.damaged_rings or not all(self.has_grant(cached_uuid(ring)) for ring in named):
            raise OwnRingLost
        return self.create_ring(db, owner=self.user_id, ring_class="own")

    def seal(
        self,
        *,
        table: str,
        record: UUID,
        version: int,
        ring: UUID,
        payload: bytes,
        signature_label: str | None = None,
    ) -> SealedVersion:
        """Seal one version of one record for exactly this place.

        Args:
            signature_label: a signature label such as "sig/note"; the signature covers the content id and
                goes inside the seal.

        Raises:
            SealBroken: the ring is not open to this clinician, or its statement does not hold.
        """
        try:
            key = self._rings.get_key(ring)
        except DecryptionError:
            raise SealBroken(table=table, record=record) from None
        door = self._seal_context(table, key)
        random = secrets.token_bytes(CONTENT_SALT_BYTES)
        named = compute_content_id(random, payload)
        signature = (
            self.sign(signature_label, self.vault_id, record, version, named) if signature_label else None
        )
        packed = pack_envelope(
            Envelope(
                payload=payload, content_salt=random, signature_label=signature_label, signature=signature
            )
        )
        blob = door.key.seal(packed, door.aad_template.fill(record.bytes, encode_u64(version)))
        return SealedVersion(kid=key.kid, blob=blob, content_id=named, signature=signature)

    def open(
        self, *, table: str, record: UUID, version: int, ring: UUID, kid: bytes, blob: bytes
    ) -> Envelope:
        """Open one version of one record; a signature that lies in it is not checked here.

        Raises:
            SealBroken: any byte, or the place, differs from what was sealed.
        """
        try:
            return self._open_version(table, record, version, ring, kid, blob)
        except _OPEN_ERRORS:
            raise SealBroken(table=table, record=record) from None

    def open_rows(self, table: str, rows: Iterable[SealedRow | Row[Any]]) -> list[Envelope | None]:
        """`open` for many rows of one table; None for one that is not what was sealed at its place."""
        found: list[Envelope | None] = []
        for row in rows:
            try:
                inside = self._open_version(table, row.record, row.version, row.ring, row.kid, row.sealed)
            except _OPEN_ERRORS:
                found.append(None)
            else:
                found.append(inside)
        return found

    def _open_version(
        self, table: str, record: UUID, version: int, ring: UUID, kid: bytes, blob: bytes
    ) -> Envelope:
        door = self._seal_contexts.get((table, kid))
        if door is None or door.ring != ring:
            door = self._seal_context(table, self._rings.get_key(ring, kid))
        return unpack_envelope(door.key.open(blob, door.aad_template.fill(record.bytes, encode_u64(version))))

    def sign(self, label: str, *fields: Field) -> bytes:
        """Sign for one purpose with the clinician's key."""
        return self._user_keys.signing_key.sign(label, *fields)

    def is_signed(
        self, label: str, *, record: UUID, version: int, content_id: bytes, signature: bytes
    ) -> bool:
        """Whether this clinician signed this content, as this version of this record, for this purpose."""
        return verify_signature(
            self.public_key, label, self.vault_id, record, version, content_id, signature=signature
        )

    def create_ring(self, db: Connection, *, owner: UUID, ring_class: str) -> UUID:
        """Make a ring; see `OpenRings.create_ring`. It is forgotten again if `db` does not commit."""
        return self._rings.create_ring(db, owner, ring_class)

    def get_ring(self, owner: UUID, ring_class: str) -> UUID:
        """The ring of an owner and class.

        Raises:
            rings.UnknownRing: there is none that this clinician may open.
        """
        return self._rings.get_ring(owner, ring_class)

    def has_grant(self, ring: UUID) -> bool:
        """Whether this clinician has a grant to the ring."""
        return self._rings.has_grant(ring)

    def load_new_rings(self, db: Connection, named: Iterable[bytes]) -> None:
        """Open the rings of these that are not open yet: another window may have made them since."""
        if not all(self.has_grant(cached_uuid(ring)) for ring in named):
            self._rings.load_grants(db)

    def find_owner(self, ring: UUID) -> UUID | None:
        """Whose ring this is, or None if it is not open to this clinician."""
        return self._rings.find_owner(ring)

    def list_owners(self, ring_class: str) -> list[UUID]:
        """Everyone who has a ring of this class, in the order the rings were made."""
        return self._rings.list_owners(ring_class)

    def user_key(self) -> bytes:
        """The user key itself: only for wrapping it in a slot or for the quick return."""
        return self._user_keys.user_key

    def _seal_context(self, table: str, key: RingKey) -> SealContext:
        door = self._seal_contexts.get((table, key.kid))
        if door is None:
            door = self._seal_contexts[table, key.kid] = create_seal_context(self.vault_id, table, key)
        return door
