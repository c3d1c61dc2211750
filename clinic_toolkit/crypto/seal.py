"""Authenticated encryption: AES-256-GCM with a single-use key and a key commitment.

Key, nonce and commitment are always derived together by HKDF from a secret and the full context. Key slots,
identities, grants and records differ only in which secret and which context they use.
"""

import hmac
import secrets
from functools import cache
from hashlib import sha256
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand

from clinic_toolkit.crypto.encoding import EncodingTemplate, Placeholder, encode_fields

SUITE = 1
KEY_BYTES = 32
SEAL_SALT_BYTES = 24
_NONCE_BYTES = 12
_COMMITMENT_BYTES = 32
_TAG_BYTES = 16


class DecryptionError(Exception):
    """The bytes were not sealed with this key for this context. Callers turn it into a message for people."""


def hkdf_expand(secret: bytes, info: bytes, length: int = KEY_BYTES) -> bytes:
    """HKDF-Expand with SHA-256; also used as the keyed hash (MAC)."""
    return HKDFExpand(hashes.SHA256(), length, info).derive(secret)


def hkdf_extract(salt: bytes, secret: bytes) -> bytes:
    """HKDF-Extract: a uniform 32-byte key from a high-entropy secret that is shorter than a key."""
    return HKDF.extract(hashes.SHA256(), salt, secret)


class KeyingMaterial(NamedTuple):
    """HKDF's output keying material for one seal: key (32 bytes), nonce (12) and commitment (32)."""

    key: bytes
    nonce: bytes
    commitment: bytes

    def __repr__(self) -> str:
        return "<KeyingMaterial>"

    def __reduce__(self) -> str:
        raise TypeError("a key is never pickled")


def derive_keying_material(secret: bytes, info: bytes) -> KeyingMaterial:
    """Derive key, nonce and commitment together, so that they are never mixed up."""
    okm = hkdf_expand(secret, info, KEY_BYTES + _NONCE_BYTES + _COMMITMENT_BYTES)
    nonce_end = KEY_BYTES + _NONCE_BYTES
    return KeyingMaterial(okm[:KEY_BYTES], okm[KEY_BYTES:nonce_end], okm[nonce_end:])


def encrypt_once(material: KeyingMaterial, plaintext: bytes, aad: bytes) -> bytes:
    """Encrypt; returns commitment and ciphertext. One key never seals two different plaintexts."""
    return material.commitment + AESGCM(material.key).encrypt(material.nonce, plaintext, aad)


def decrypt_once(material: KeyingMaterial, sealed: bytes | memoryview, aad: bytes) -> bytes:
    """Verify the commitment and decrypt; returns the plaintext.

    AES-GCM does not commit to its key: an attacker can build one ciphertext that decrypts under two keys,
    to two plaintexts. So the commitment, a PRF output of the same derivation, is compared first and in
    constant time; only the key that sealed the bytes is ever used to decrypt them.

    Raises:
        DecryptionError: another key, another context, or changed bytes.
    """
    if len(sealed) < _COMMITMENT_BYTES + _TAG_BYTES or not hmac.compare_digest(
        sealed[:_COMMITMENT_BYTES], material.commitment
    ):
        raise DecryptionError
    try:
        return AESGCM(material.key).decrypt(material.nonce, sealed[_COMMITMENT_BYTES:], aad)
    except InvalidTag:
        raise DecryptionError from None


class SealingKey:
    """A long-lived 32-byte key that seals many plaintexts, each under a key, nonce and commitment of its own.

    Salts are hedged: each is a keyed hash of fresh randomness, context and plaintext. If the random
    generator repeats itself (a cloned virtual machine, a folder that is copied and used twice), different
    plaintexts or contexts still get different salts, and so different keys and nonces.
    """

    __slots__ = ("_hedge_key", "_hedge_label", "_info_template", "_root")

    def __init__(self, root: bytes, *, hedge_label: str, key_label: str) -> None:
        if len(root) != KEY_BYTES:
            raise ValueError("a sealing key has 32 bytes")
        self._root = root
        self._hedge_label = hedge_label
        self._info_template = _info_template_of(key_label)
        self._hedge_key = b""

    def __repr__(self) -> str:
        return "<SealingKey>"

    def __reduce__(self) -> str:
        raise TypeError("a key is never pickled")

    def seal(self, plaintext: bytes, aad: bytes) -> bytes:
        """Encrypt; returns suite, salt, commitment and ciphertext, 73 bytes more than the plaintext."""
        context_digest = sha256(aad).digest()
        if not self._hedge_key:
            self._hedge_key = hkdf_expand(self._root, encode_fields(self._hedge_label))
        random_bytes = secrets.token_bytes(32)
        keyed_hash = hmac.digest(self._hedge_key, random_bytes + context_digest + plaintext, "sha256")
        salt = keyed_hash[:SEAL_SALT_BYTES]
        material = self._derive_keying_material(salt, context_digest)
        return bytes([SUITE]) + salt + encrypt_once(material, plaintext, aad)

    def open(self, sealed: bytes, aad: bytes) -> bytes:
        """Decrypt what `seal` returned for the same context; returns the plaintext.

        Raises:
            DecryptionError: another suite, key or context, or changed bytes.
        """
        if len(sealed) < 1 + SEAL_SALT_BYTES + _COMMITMENT_BYTES + _TAG_BYTES or sealed[0] != SUITE:
            raise DecryptionError
        salt = sealed[1 : 1 + SEAL_SALT_BYTES]
        # A view, because a copy of the whole inventory would be felt.
        rest = memoryview(sealed)[1 + SEAL_SALT_BYTES :]
        return decrypt_once(self._derive_keying_material(salt, sha256(aad).digest()), rest, aad)

    def _derive_keying_material(self, salt: bytes, context_digest: bytes) -> KeyingMaterial:
        return derive_keying_material(self._root, self._info_template.fill(salt, context_digest))


@cache
def _info_template_of(key_label: str) -> EncodingTemplate:
    return EncodingTemplate(key_label, Placeholder(SEAL_SALT_BYTES), Placeholder(sha256().digest_size))
