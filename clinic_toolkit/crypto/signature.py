"""Ed25519 signatures over the canonical encoding; the label is signed too, so none fits another purpose."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from clinic_toolkit.crypto.encoding import Field, encode_fields

SEED_BYTES = 32
SIGNATURE_BYTES = 64


class SigningKey:
    """A clinician's private signing key and its public key; it never shows in a repr or a pickle."""

    __slots__ = ("_key", "public_key")

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public_key = self._key.public_key().public_bytes_raw()

    def __repr__(self) -> str:
        return "<SigningKey>"

    def __reduce__(self) -> str:
        raise TypeError("a key is never pickled")

    def sign(self, label: str, *fields: Field) -> bytes:
        """Sign `encode_fields(label, *fields)`; returns 64 bytes. The label must start with "sig/".

        Raises:
            ValueError: the label is not for signatures.
        """
        return self._key.sign(_signed_message(label, fields))


def verify_signature(public_key: bytes, label: str, *fields: Field, signature: bytes) -> bool:
    """Whether the owner of this public key signed exactly these fields under exactly this label."""
    message = _signed_message(label, fields)
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _signed_message(label: str, fields: tuple[Field, ...]) -> bytes:
    # Otherwise a caller could get a signature over the encoding of something else, such as a seal context.
    if not label.startswith("sig/"):
        raise ValueError("not a label for signatures")
    return encode_fields(label, *fields)
