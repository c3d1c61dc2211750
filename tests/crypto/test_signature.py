"""Signatures: one purpose each."""

import pickle

import pytest

from clinic_toolkit.crypto.encoding import LABELS
from clinic_toolkit.crypto.signature import SigningKey, verify_signature

SIGNING = sorted(label for label in LABELS if label.startswith("sig/"))
KEY = SigningKey(bytes(range(32)))


@pytest.mark.parametrize("label", SIGNING)
def test_a_signature_of_one_kind_is_refused_as_every_other(label: str) -> None:
    signature = KEY.sign(label, b"text", 3)
    accepted = [
        each for each in SIGNING if verify_signature(KEY.public_key, each, b"text", 3, signature=signature)
    ]
    assert accepted == [label]


def test_other_fields_other_key_other_bytes_are_refused() -> None:
    signature = KEY.sign("sig/note", b"text")
    other = SigningKey(bytes(32)).public_key
    assert verify_signature(KEY.public_key, "sig/note", b"text", signature=signature)
    assert not verify_signature(other, "sig/note", b"text", signature=signature)
    assert not verify_signature(KEY.public_key, "sig/note", b"text!", signature=signature)
    assert not verify_signature(KEY.public_key, "sig/note", b"text", None, signature=signature)
    for at in range(64):
        flipped = bytearray(signature)
        flipped[at] ^= 1
        assert not verify_signature(KEY.public_key, "sig/note", b"text", signature=bytes(flipped))
    for bad in (b"", signature[:-1], signature + b"\0"):
        assert not verify_signature(KEY.public_key, "sig/note", b"text", signature=bad)
    assert not verify_signature(b"short", "sig/note", b"text", signature=signature)


@pytest.mark.parametrize("label", sorted(LABELS - set(SIGNING)))
def test_nothing_else_is_ever_signed(label: str) -> None:
    with pytest.raises(ValueError):
        KEY.sign(label, b"text")
    with pytest.raises(ValueError):
        verify_signature(KEY.public_key, label, b"text", signature=bytes(64))


def test_a_key_neither_prints_nor_travels() -> None:
    assert repr(KEY) == "<SigningKey>"
    with pytest.raises(TypeError):
        pickle.dumps(KEY)
