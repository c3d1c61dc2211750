"""Ed25519 over the canonical encoding. The label is signed too, so no signature fits another purpose."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from clinic_toolkit.crypto.encoding import Field, encode_fields

SEED_BYTES = 32
SIGNATURE_BYTES = 64


class SigningKey:
    """A clinician's signing key. It can sign and show its public half, and does not print."""

    __slots__ = ("_key", "public_key")

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public_key = self._key.public_key().public_bytes_raw()

    def __repr__(self) -> str:
        return "<SigningKey>"

    def __reduce__(self) -> str:
        raise TypeError("a key is never pickled")

    def sign(self, label: str, *fields: Field) -> bytes:
        """The 64-byte signature over `enc(label, *fields)`; the label must be one of the "sig/" ones.

        Raises:
            ValueError: the label is not for signatures.
        """
        return self._key.sign(_signed_message(label, fields))


def verify_signature(public_key: bytes, label: str, *fields: Field, signature: bytes) -> bool:
    """Whether the owner of this public key signed exactly this, for exactly this purpose."""
    message = _signed_message(label, fields)
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _signed_message(label: str, fields: tuple[Field, ...]) -> bytes:
    # Without this a caller could have any sealed context signed as if it were a statement.
    if not label.startswith("sig/"):
        raise ValueError("not a label for signatures")
    return encode_fields(label, *fields)
