"""The keys of one unlocked clinician: user key, sealing key, public key and, if open, the signing key."""

from dataclasses import dataclass, replace
from hashlib import sha256
from uuid import UUID

from clinic_toolkit.crypto.encoding import Field, encode_fields
from clinic_toolkit.crypto.seal import SUITE, SealingKey
from clinic_toolkit.crypto.signature import SigningKey
from clinic_toolkit.errors import ClinicError


class SigningKeyNotOpen(ClinicError):
    """The practice was opened by its executor, whose key slot does not open the signing key."""

    def __init__(self) -> None:
        super().__init__(
            "Nothing was saved. The practice was opened with the two sheets of the executor, and with these "
            "it can be read and not changed."
        )


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class UnlockedKeys:
    """What an unlock takes out of a key slot and keeps for as long as it lasts, 32 bytes each.

    The signing seal key opens the private part of the identity; an executor does not have it.
    """

    user_key: bytes
    signing_seal_key: bytes | None

    def require_signing_seal_key(self) -> bytes:
        """The signing seal key.

        Raises:
            SigningKeyNotOpen: an executor opened the practice.
        """
        if self.signing_seal_key is None:
            raise SigningKeyNotOpen
        return self.signing_seal_key

    def __reduce__(self) -> str:
        raise TypeError("a key is never pickled")


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class UserKeys:
    """The keys of a login, the sealing key made from the user key, and the identity that they opened.

    Attributes:
        signer: the private signing key; None if this login can read and cannot sign.
        psychotherapy_key: the sealing key of the user key for psychotherapy notes, while it is open.
    """

    vault_id: UUID
    user_id: UUID
    unlocked_keys: UnlockedKeys
    sealing_key: SealingKey
    public_key: bytes
    signer: SigningKey | None
    psychotherapy_key: SealingKey | None = None

    @property
    def user_key(self) -> bytes:
        """The user key, 32 bytes."""
        return self.unlocked_keys.user_key

    @property
    def signing_key(self) -> SigningKey:
        """The private signing key.

        Raises:
            SigningKeyNotOpen: this login can read and cannot sign.
        """
        if self.signer is None:
            raise SigningKeyNotOpen
        return self.signer

    def seal_under_user_key(self, plaintext: bytes, purpose: str, *context: Field) -> bytes:
        """Seal bytes under the user key, for one purpose and context only."""
        return self.sealing_key.seal(
            plaintext, user_seal_context(self.vault_id, self.user_id, purpose, *context)
        )

    def open_with_user_key(self, sealed: bytes, purpose: str, *context: Field) -> bytes:
        """Open what `seal_under_user_key` returned for the same purpose and context.

        Raises:
            DecryptionError: another key, purpose or context, or changed bytes.
        """
        return self.sealing_key.open(
            sealed, user_seal_context(self.vault_id, self.user_id, purpose, *context)
        )

    def with_psychotherapy_key(self, key: SealingKey) -> "UserKeys":
        """These keys with the user key for psychotherapy notes open."""
        return replace(self, psychotherapy_key=key)

    def fingerprint(self) -> bytes:
        """The fingerprint of one's own public keys; see `key_fingerprint`."""
        return key_fingerprint(self.vault_id, self.user_id, self.public_key)


def key_fingerprint(
    vault_id: UUID, user_id: UUID, signing_key: bytes, receiving_key: bytes | None = None
) -> bytes:
    """SHA-256 over vault, user and public keys, for colleagues to compare in person; 32 bytes.

    Args:
        receiving_key: the public key for receiving grants, which does not exist yet and is encoded as absent.
    """
    return sha256(encode_fields("hash/fingerprint", vault_id, user_id, signing_key, receiving_key)).digest()


def user_sealing_key(key: bytes) -> SealingKey:
    """Make the sealing key of a user key, of a signing seal key, or of the key for psychotherapy notes."""
    return SealingKey(key, hedge_label="user-hedge", key_label="user-key")


def user_seal_context(vault_id: UUID, user_id: UUID, purpose: str, *context: Field) -> bytes:
    """Encode the associated data of bytes that are sealed under a user key."""
    return encode_fields("user-seal", vault_id, SUITE, user_id, purpose, *context)


def signing_seal_context(vault_id: UUID, user_id: UUID, purpose: str) -> bytes:
    """Encode the associated data of bytes that are sealed under a signing seal key."""
    return encode_fields("user-sign", vault_id, SUITE, user_id, purpose)


def psychotherapy_seal_context(vault_id: UUID, user_id: UUID, purpose: str, *context: Field) -> bytes:
    """Encode the associated data of bytes that are sealed under the user key for psychotherapy notes."""
    return encode_fields("user-psy", vault_id, SUITE, user_id, purpose, *context)
