"""The keys of one unlocked clinician: user key, sealing key and signing key."""

from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from clinic_toolkit.crypto.encoding import Field, encode_fields
from clinic_toolkit.crypto.seal import SUITE, SealingKey
from clinic_toolkit.crypto.signature import SigningKey


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class UserKeys:
    """The user key, the sealing key made from it, and the signing key that was sealed under it."""

    vault_id: UUID
    user_id: UUID
    user_key: bytes
    sealing_key: SealingKey
    signing_key: SigningKey

    def seal(self, plaintext: bytes, purpose: str, *context: Field) -> bytes:
        """Seal bytes under the user key, for one purpose and context only."""
        return self.sealing_key.seal(
            plaintext, user_seal_context(self.vault_id, self.user_id, purpose, *context)
        )

    def open(self, sealed: bytes, purpose: str, *context: Field) -> bytes:
        """Open what `seal` returned for the same purpose and context.

        Raises:
            DecryptionError: another key, purpose or context, or changed bytes.
        """
        return self.sealing_key.open(
            sealed, user_seal_context(self.vault_id, self.user_id, purpose, *context)
        )

    def fingerprint(self) -> bytes:
        """The fingerprint of one's own public keys; see `key_fingerprint`."""
        return key_fingerprint(self.vault_id, self.user_id, self.signing_key.public_key)


def key_fingerprint(
    vault_id: UUID, user_id: UUID, signing_key: bytes, receiving_key: bytes | None = None
) -> bytes:
    """SHA-256 over vault, user and public keys, for colleagues to compare in person; 32 bytes.

    Args:
        receiving_key: the public key for receiving grants, which does not exist yet and is encoded as absent.
    """
    return sha256(encode_fields("hash/fingerprint", vault_id, user_id, signing_key, receiving_key)).digest()


def user_sealing_key(user_key: bytes) -> SealingKey:
    """Make the sealing key of a user key."""
    return SealingKey(user_key, hedge_label="user-hedge", key_label="user-key")


def user_seal_context(vault_id: UUID, user_id: UUID, purpose: str, *context: Field) -> bytes:
    """Encode the associated data of bytes that are sealed under a user key."""
    return encode_fields("user-seal", vault_id, SUITE, user_id, purpose, *context)
