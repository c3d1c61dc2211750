"""The unlocked vault of one clinician: the only way for the layers above to seal, open and sign."""

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row

from clinic_toolkit.crypto.encoding import Field, encode_u64
from clinic_toolkit.crypto.seal import DecryptionError
from clinic_toolkit.crypto.signature import verify_signature
from clinic_toolkit.store.rows import SealedRow
from clinic_toolkit.store.types import cached_uuid
from clinic_toolkit.vault.header_fault import HeaderFault
from clinic_toolkit.vault.inventory import Inventory
from clinic_toolkit.vault.key_directory import KeyDirectory
from clinic_toolkit.vault.key_slot_list import KeySlotList
from clinic_toolkit.vault.past_keys import list_signing_keys
from clinic_toolkit.vault.plain_content import (
    CONTENT_SALT_BYTES,
    InvalidContent,
    PlainContent,
    compute_content_id,
    pack_content,
    unpack_content,
)
from clinic_toolkit.vault.ring_errors import UnknownRing
from clinic_toolkit.vault.ring_keys import RingKey
from clinic_toolkit.vault.rings import OpenRings, RingClass
from clinic_toolkit.vault.seal_broken import RingReadOnly
from clinic_toolkit.vault.seal_broken import SealBroken as SealBroken
from clinic_toolkit.vault.seal_context import SealContext, SealedVersion, create_seal_context
from clinic_toolkit.vault.user_keys import UnlockedKeys, UserKeys, user_sealing_key

# Another key, context or bytes; ValueError where a damaged row has a negative version.
_OPEN_ERRORS = (DecryptionError, InvalidContent, ValueError)


class Vault:
    """One clinician's keys and rings. It exists only in memory, and ends with the process."""

    def __init__(self, user_keys: UserKeys, incarnation: UUID, rings: OpenRings) -> None:
        self._user_keys = user_keys
        self._rings = rings
        self.seal_contexts: dict[tuple[str, bytes], SealContext] = {}
        self.incarnation = incarnation
        # Incarnations before a restore, each with its last audit entry; None until the audit log was read.
        self.past_incarnations: tuple[tuple[int, UUID], ...] | None = None
        self.key_slots = KeySlotList(generation=0, intact=True, trusted_slots=frozenset())
        # What is wrong with the header or its backup.
        self.header_fault: HeaderFault | None = None
        # Whether this unlock replaced the passphrase slot by one with a higher KDF cost.
        self.kdf_cost_upgraded = False
        # When an executor opened the practice since the last unlock of this clinician.
        self.executor_uses: tuple[datetime, ...] = ()
        # The audit entry that this unlock refused to sign for, as `unsigned_entries` found it.
        self.refused_entry: int | None = None
        self.restore_notice: Any | None = None  # what this unlock has to say of a restore
        # Records opened with these keys, by table, so that plaintext lives exactly as long as the keys.
        self.record_cache: dict[str, dict[Any, Any]] = {}
        # The inventory is built from the audit log on first use; failures are listed by record id.
        self.inventory: Inventory | None = None
        self.integrity_failures: dict[bytes, Any] = {}
        # Records that are shown although no readable entry names them, since an unreadable one may do so.
        self.unnamed_records: dict[bytes, Any] = {}

    def __repr__(self) -> str:
        return "<Vault>"

    def __reduce__(self) -> str:
        raise TypeError("a vault is never pickled")

    @property
    def vault_id(self) -> UUID:
        """Id of the practice's vault."""
        return self._user_keys.vault_id

    @property
    def user_id(self) -> UUID:
        """Id of the clinician."""
        return self._user_keys.user_id

    @property
    def public_key(self) -> bytes:
        """The clinician's own Ed25519 public key, from the sealed identity and never from a plain row."""
        return self._user_keys.public_key

    @property
    def can_sign(self) -> bool:
        """Whether the signing key is open; an executor reads without it, and nothing is written then."""
        return self._user_keys.signer is not None

    @property
    def key_directory(self) -> KeyDirectory:
        """The public keys of the practice's clinicians."""
        return self._rings.key_directory

    @property
    def rings(self) -> OpenRings:
        """The rings that this clinician holds: whose they are, who made them, and who else is a member."""
        return self._rings

    def list_colleagues(self) -> frozenset[UUID]:
        """Every other member of the practice's ring, as its newest statement says."""
        return self._rings.list_members(self.practice_ring) - {self.user_id}

    @property
    def is_founder(self) -> bool:
        """Whether this clinician set up the practice."""
        return self._rings.is_creator(self.practice_ring)

    @property
    def slot_generation(self) -> int:
        """The generation of the slot list, for the audit log; an older list has a lower one."""
        return self.key_slots.generation

    @property
    def slots_intact(self) -> bool:
        """False if the key slots are not those that this clinician last made; shown at unlock."""
        return self.key_slots.intact

    @property
    def damaged_rings(self) -> frozenset[UUID]:
        """Rings with a missing or damaged grant, with rows that no member wrote, or outdated."""
        rings = self._rings
        return rings.damaged | rings.lost | rings.with_refused_rows | rings.outdated

    @property
    def outdated_rings(self) -> frozenset[UUID]:
        """Rings whose newest statement is not in the store, although the audit log names it."""
        return self._rings.outdated

    @property
    def practice_ring(self) -> UUID:
        """The practice's own ring: settings, own definitions, payloads of audit entries."""
        return self._rings.get_ring(self.vault_id, RingClass.PRACTICE)

    @property
    def own_ring(self) -> UUID | None:
        """The clinician's own ring, which has no other member; None if it does not open."""
        try:
            return self._rings.get_ring(self.user_id, RingClass.OWN)
        except UnknownRing:
            return None

    def seal(
        self,
        *,
        table: str,
        record: UUID,
        version: int,
        ring: UUID,
        content: bytes,
        signature_label: str | None = None,
    ) -> SealedVersion:
        """Seal one version of one record for exactly this table, record, version and ring.

        Args:
            signature_label: a signature label such as "sig/note"; the signature covers the content id and
                is stored inside the seal. None leaves the version unsigned.

        Raises:
            SealBroken: this clinician has no grant to the ring, or its signed statement does not verify.
        """
        try:
            key = self._rings.get_key(ring)
        except DecryptionError:
            error = RingReadOnly if self._rings.is_open(ring) else SealBroken
            raise error(table=table, record=record) from None
        context = self.seal_context(table, key)
        salt = secrets.token_bytes(CONTENT_SALT_BYTES)
        content_id = compute_content_id(salt, content)
        signature = (
            self.sign(signature_label, self.vault_id, record, version, content_id)
            if signature_label
            else None
        )
        plain = PlainContent(
            content=content, content_salt=salt, signature_label=signature_label, signature=signature
        )
        aad = context.aad_template.fill(record.bytes, encode_u64(version))
        blob = context.key.seal(pack_content(plain), aad)
        return SealedVersion(key_id=key.key_id, blob=blob, content_id=content_id, signature=signature)

    def open(
        self, *, table: str, record: UUID, version: int, ring: UUID, key_id: bytes, blob: bytes
    ) -> PlainContent:
        """Open one version of one record; its signature, if any, is not verified here.

        Raises:
            SealBroken: any byte, or its table, record, version or ring, differs from what was sealed.
        """
        try:
            return self._open_version(table, record, version, ring, key_id, blob)
        except _OPEN_ERRORS:
            raise SealBroken(table=table, record=record) from None

    def open_rows(self, table: str, rows: Iterable[SealedRow | Row[Any]]) -> list[PlainContent | None]:
        """Open many rows of one table; the result has None for each row that does not open."""
        plain_contents: list[PlainContent | None] = []
        for row in rows:
            try:
                place = (table, row.record, row.version, row.ring, row.key_id)
                plain_contents.append(self._open_version(*place, row.sealed))
            except _OPEN_ERRORS:
                plain_contents.append(None)
        return plain_contents

    def _open_version(
        self, table: str, record: UUID, version: int, ring: UUID, key_id: bytes, blob: bytes
    ) -> PlainContent:
        context = self.seal_contexts.get((table, key_id))
        if context is None or context.ring != ring:
            context = self.seal_context(table, self._rings.get_key(ring, key_id))
        associated_data = context.aad_template.fill(record.bytes, encode_u64(version))
        return unpack_content(context.key.open(blob, associated_data))

    def sign(self, label: str, *fields: Field) -> bytes:
        """Sign with the clinician's key, see `SigningKey.sign`; an executor gets `SigningKeyNotOpen`."""
        return self._user_keys.signing_key.sign(label, *fields)

    def is_signed(
        self,
        label: str,
        *,
        author_id: UUID,
        record: UUID,
        version: int,
        content_id: bytes,
        signature: bytes,
    ) -> bool:
        """Whether its author signed this content, as this version of this record, for this purpose.

        False if the directory has no key for the author, or one that is refused.
        """
        signed_fields = (self.vault_id, record, version, content_id)
        keys = list_signing_keys(self.key_directory, self.inventory, author_id, record)
        return any(verify_signature(key, label, *signed_fields, signature=signature) for key in keys)

    def is_foreign(self, ring: UUID) -> bool:
        """Whether a ring is a colleague's alone: it was never granted to this clinician."""
        return not self._rings.holds(ring) and ring not in self._rings.damaged | self._rings.lost

    def is_closed(self, ring: UUID) -> bool:
        """Whether the ring holds psychotherapy notes and their key is not open; its records are not shown."""
        return ring in self._rings.closed

    def open_psychotherapy_notes(self, db: Connection, psychotherapy_key: bytes) -> None:
        """Open the rings for psychotherapy notes with their user key, as a secret opened it."""
        self._rings.open_psychotherapy_rings(db, user_sealing_key(psychotherapy_key))

    def share_psychotherapy_key(self, db: Connection, other: "Vault") -> None:
        """Open the rings for psychotherapy notes with the key that is open in another vault, if it is."""
        key = other.rings.psychotherapy_key
        if key is not None:
            self._rings.open_psychotherapy_rings(db, key)

    def load_new_rings(self, db: Connection, ring_ids: Iterable[bytes]) -> None:
        """Open those of these rings that are not open yet, because another login created them."""
        if not all(self._rings.holds(cached_uuid(ring)) for ring in ring_ids):
            self._rings.load_grants(db)

    def unlocked_keys(self) -> UnlockedKeys:
        """The keys of this login, only for key slots, their list's MAC, and the return code."""
        return self._user_keys.unlocked_keys

    def seal_context(self, table: str, key: RingKey) -> SealContext:
        """The key and associated data for the rows of one table in one ring; made once for each."""
        context = self.seal_contexts.get((table, key.key_id))
        if context is None:
            context = self.seal_contexts[table, key.key_id] = create_seal_context(self.vault_id, table, key)
        return context
