"""Who holds the keys: one clinician of one practice, while unlocked."""

from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from clinic_toolkit.crypto.encoding import Field, enc
from clinic_toolkit.crypto.seal import SUITE, SealingKey
from clinic_toolkit.crypto.signature import SigningKey


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Holder:
    """The user key, what it seals with, and the signing key that was found under it."""

    vault_id: UUID
    user_id: UUID
    user_key: bytes
    own: SealingKey
    signing: SigningKey

    def seal(self, plaintext: bytes, what: str, *place: Field) -> bytes:
        """Seal something of one's own under the user key, for one place only."""
        return self.own.seal(plaintext, own_place(self.vault_id, self.user_id, what, *place))

    def open(self, sealed: bytes, what: str, *place: Field) -> bytes:
        """Open what `seal` made for this place.

        Raises:
            crypto.seal.NotOpened: another key or place, or changed bytes.
        """
        return self.own.open(sealed, own_place(self.vault_id, self.user_id, what, *place))

    def fingerprint(self) -> bytes:
        """What colleagues will compare: user, vault and public keys. The second, for receiving, is absent."""
        return sha256(
            enc("hash/fingerprint", self.vault_id, self.user_id, self.signing.public_key, None)
        ).digest()


def own_key(user_key: bytes) -> SealingKey:
    """What the user key seals with."""
    return SealingKey(user_key, hedge_label="user-hedge", key_label="user-key")


def own_place(vault_id: UUID, user_id: UUID, what: str, *place: Field) -> bytes:
    """The context of a thing sealed under a user key."""
    return enc("user-seal", vault_id, SUITE, user_id, what, *place)
