"""Who holds the keys: one clinician of one practice, while unlocked."""

from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from clinic_toolkit.crypto.encoding import Field, encode_fields
from clinic_toolkit.crypto.seal import SUITE, SealingKey
from clinic_toolkit.crypto.signature import SigningKey


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class UserKeys:
    """The user key, what it seals with, and the signing key that was found under it."""

    vault_id: UUID
    user_id: UUID
    user_key: bytes
    sealing_key: SealingKey
    signing_key: SigningKey

    def seal(self, plaintext: bytes, purpose: str, *context: Field) -> bytes:
        """Seal something of one's own under the user key, for one place only."""
        return self.sealing_key.seal(
            plaintext, user_seal_context(self.vault_id, self.user_id, purpose, *context)
        )

    def open(self, sealed: bytes, purpose: str, *context: Field) -> bytes:
        """Open what `seal` made for this place.

        Raises:
            DecryptionError: another key or place, or changed bytes.
        """
        return self.sealing_key.open(
            sealed, user_seal_context(self.vault_id, self.user_id, purpose, *context)
        )

    def fingerprint(self) -> bytes:
        """What colleagues will compare: user, vault and public keys. The second, for receiving, is absent."""
        return sha256(
            encode_fields("hash/fingerprint", self.vault_id, self.user_id, self.signing_key.public_key, None)
        ).digest()


def user_sealing_key(user_key: bytes) -> SealingKey:
    """What the user key seals with."""
    return SealingKey(user_key, hedge_label="user-hedge", key_label="user-key")


def user_seal_context(vault_id: UUID, user_id: UUID, purpose: str, *context: Field) -> bytes:
    """The context of a thing sealed under a user key."""
    return encode_fields("user-seal", vault_id, SUITE, user_id, purpose, *context)
