"""The seal: only the key that sealed, at the place it sealed for, and never the same key twice."""

import pickle
import secrets
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from clinic_toolkit.crypto import seal as sealing
from clinic_toolkit.crypto.seal import (
    DecryptionError,
    KeyingMaterial,
    SealingKey,
    decrypt_once,
    derive_keying_material,
    encrypt_once,
)

from .gcm import two_key_ciphertext


def ring_key(ring_secret: bytes = bytes(range(32))) -> SealingKey:
    return SealingKey(ring_secret, hedge_label="ring-hedge", key_label="rec-key")


@given(st.binary(max_size=2000), st.binary(max_size=80))
def test_what_was_sealed_can_be_opened(plaintext: bytes, aad: bytes) -> None:
    key = ring_key()
    sealed = key.seal(plaintext, aad)
    assert len(sealed) == len(plaintext) + 73
    assert key.open(sealed, aad) == plaintext


def test_every_bit_of_every_byte_counts() -> None:
    key = ring_key()
    sealed = key.seal(b"a short text", b"place")
    for at in range(len(sealed)):
        for bit in range(8):
            flipped = bytearray(sealed)
            flipped[at] ^= 1 << bit
            with pytest.raises(DecryptionError):
                key.open(bytes(flipped), b"place")


def test_cut_and_lengthened_ones_are_refused() -> None:
    key = ring_key()
    sealed = key.seal(b"a short text", b"place")
    for wrong in [sealed[:length] for length in range(len(sealed))] + [sealed + b"\0"]:
        with pytest.raises(DecryptionError):
            key.open(wrong, b"place")


def test_another_place_key_or_family_is_refused() -> None:
    sealed = ring_key().seal(b"a short text", b"place")
    user_key = SealingKey(bytes(range(32)), hedge_label="user-hedge", key_label="user-key")
    for key, aad in ((ring_key(), b"elsewhere"), (ring_key(bytes(32)), b"place"), (user_key, b"place")):
        with pytest.raises(DecryptionError):
            key.open(sealed, aad)


def test_one_ciphertext_under_two_keys_is_refused() -> None:
    one, two = derive_keying_material(bytes(32), b"one"), derive_keying_material(bytes(32), b"two")
    aad = b"sixteen byte aad"
    ciphertext = two_key_ciphertext((one.key, one.nonce), (two.key, two.nonce), aad)
    # The control: the bare cipher accepts it under both keys, with two different texts.
    first = AESGCM(one.key).decrypt(one.nonce, ciphertext, aad)
    second = AESGCM(two.key).decrypt(two.nonce, ciphertext, aad)
    assert first != second
    assert decrypt_once(one, one.commitment + ciphertext, aad) == first
    with pytest.raises(DecryptionError):
        decrypt_once(two, one.commitment + ciphertext, aad)


def test_a_frozen_random_generator_repeats_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "token_bytes", lambda size=32: bytes(size))
    used: list[KeyingMaterial] = []
    real = sealing.encrypt_once

    def watched(material: KeyingMaterial, plaintext: bytes, aad: bytes) -> bytes:
        used.append(material)
        return real(material, plaintext, aad)

    monkeypatch.setattr(sealing, "encrypt_once", watched)
    texts = [str(number).encode() for number in range(40)]
    for text in texts:
        ring_key().seal(text, b"one place")
        ring_key().seal(b"one text", text)
    assert len(set(used)) == len(used) == 80
    # The control: all the same, and only then, gives the same.
    ring_key().seal(texts[0], b"one place")
    assert used[-1] == used[0]


def test_the_commitment_is_compared_before_the_cipher_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = derive_keying_material(bytes(32), b"one"), derive_keying_material(bytes(32), b"two")
    sealed = encrypt_once(one, b"text", b"aad")

    def never(*_: Any) -> None:
        raise AssertionError("the cipher ran")

    monkeypatch.setattr(sealing, "AESGCM", never)
    with pytest.raises(DecryptionError):
        decrypt_once(two, sealed, b"aad")
    with pytest.raises(AssertionError):
        decrypt_once(one, sealed, b"aad")


def test_a_key_neither_prints_nor_travels() -> None:
    assert repr(ring_key()) == "<SealingKey>"
    material = derive_keying_material(bytes(32), b"one")
    assert repr(material) == f"{material}" == "<KeyingMaterial>"
    with pytest.raises(TypeError):
        pickle.dumps(material)
    with pytest.raises(TypeError):
        pickle.dumps(ring_key())
    with pytest.raises(ValueError):
        ring_key(b"short")
