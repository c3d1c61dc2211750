"""The primitives as this installation has them, against the documents that define them."""

import json
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from clinic_toolkit.crypto import seal
from clinic_toolkit.crypto.signature import SigningKey

KNOWN: dict[str, Any] = json.loads(
    (Path(__file__).parent.parent / "vectors" / "primitives.json").read_text(encoding="utf-8")
)


def raw(case: dict[str, Any]) -> dict[str, Any]:
    return {
        name: bytes.fromhex(value) if isinstance(value, str) and name != "source" else value
        for name, value in case.items()
    }


def test_aes_gcm() -> None:
    case = raw(KNOWN["aes_256_gcm"])
    assert AESGCM(case["key"]).encrypt(case["nonce"], case["plaintext"], case["aad"]) == case["sealed"]
    material = seal.KeyingMaterial(case["key"], case["nonce"], bytes(32))
    assert seal.encrypt_once(material, case["plaintext"], case["aad"]) == bytes(32) + case["sealed"]


def test_hkdf() -> None:
    case = raw(KNOWN["hkdf_sha256"])
    root = seal.hkdf_extract(case["salt"], case["secret"])
    assert root == case["root"]
    assert seal.hkdf_expand(root, case["info"], 42) == case["output"]


def test_argon2id() -> None:
    case = raw(KNOWN["argon2id"])
    derived = Argon2id(
        salt=case["salt"], length=32, iterations=case["passes"], lanes=case["lanes"],
        memory_cost=case["memory_kib"], ad=case["associated"], secret=case["secret"],
    ).derive(case["password"])  # fmt: skip
    assert derived == case["output"]


def test_ed25519() -> None:
    case = raw(KNOWN["ed25519"])
    key = SigningKey(case["seed"])
    assert key.public_key == case["public_key"]
    assert key._key.sign(case["message"]) == case["signature"]
