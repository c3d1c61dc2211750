"""Frozen known answers, good and bad. They were made once by other code and must never be remade:
a change here means that stores written before can no longer be read."""

import json
import secrets
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from clinic_toolkit.crypto import passphrase_kdf
from clinic_toolkit.crypto.encoding import encode_fields
from clinic_toolkit.crypto.seal import (
    DecryptionError,
    SealingKey,
    decrypt_once,
    derive_keying_material,
    hkdf_extract,
)
from clinic_toolkit.crypto.signature import SigningKey, verify_signature
from clinic_toolkit.vault import recovery_sheet
from clinic_toolkit.vault.key_directory import fingerprint_words
from clinic_toolkit.vault.plain_content import PlainContent, pack_content, padded_length, unpack_content
from clinic_toolkit.vault.ring_keys import CLASS_NUMBERS, build_ring_key
from clinic_toolkit.vault.ring_statements import parse_members
from clinic_toolkit.vault.user_keys import key_fingerprint

from . import independent_reader


def load(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((Path(__file__).parent / name).read_text(encoding="utf-8"))
    return found


ENCODING, SEALS, SLOTS, RECORDS = (load(f"{name}.json") for name in ("encoding", "seals", "slots", "records"))


def fields(listed: list[dict[str, Any] | None]) -> list[bytes | int | str | None]:
    def one(value: dict[str, Any] | None) -> bytes | int | str | None:
        if value is None:
            return None
        ((kind, held),) = value.items()
        found: bytes | int | str = bytes.fromhex(held) if kind == "bytes" else held
        return found

    return [one(value) for value in listed]


def place(case: dict[str, Any]) -> bytes:
    return encode_fields(case["place"]["label"], *fields(case["place"]["fields"]))


def key(case: dict[str, Any]) -> SealingKey:
    return SealingKey(
        bytes.fromhex(case["key"]), hedge_label=case["hedge_label"], key_label=case["key_label"]
    )


@pytest.mark.parametrize("case", ENCODING["good"])
def test_encodings(case: dict[str, Any]) -> None:
    listed = fields(case["fields"])
    assert encode_fields(case["label"], *listed).hex() == case["encoded"]
    assert independent_reader.enc(case["label"], *listed).hex() == case["encoded"]


@pytest.mark.parametrize("case", ENCODING["bad"], ids=lambda case: case["why"])
def test_refused_encodings(case: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"label|integer"):
        encode_fields(case["label"], *fields(case["fields"]))


@pytest.mark.parametrize("case", SEALS["good"], ids=lambda case: case["name"])
def test_seals(case: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    assert key(case).open(bytes.fromhex(case["blob"]), place(case)).hex() == case["plaintext"]
    monkeypatch.setattr(secrets, "token_bytes", lambda size: bytes.fromhex(case["fresh"])[:size])
    assert key(case).seal(bytes.fromhex(case["plaintext"]), place(case)).hex() == case["blob"]


@pytest.mark.parametrize("case", SEALS["bad"], ids=lambda case: case["why"])
def test_refused_seals(case: dict[str, Any]) -> None:
    blob, aad = bytes.fromhex(case["blob"]), place(case)
    with pytest.raises(DecryptionError):
        key(case).open(blob, aad)
    with pytest.raises(Exception):  # noqa: B017
        independent_reader.unseal_hedged(bytes.fromhex(case["key"]), case["key_label"], blob, aad)


def test_one_ciphertext_under_two_keys() -> None:
    case = SEALS["two_keys"]
    aad, salt, blob = (bytes.fromhex(case[name]) for name in ("aad", "salt", "blob_of_first"))
    ring_keys = [
        SealingKey(bytes.fromhex(held), hedge_label="ring-hedge", key_label="rec-key")
        for held in case["keys"]
    ]
    for ring_key, text in zip(ring_keys, case["plaintexts"], strict=True):
        derived = ring_key._derive_keying_material(salt, independent_reader.sha256(aad))
        bare = AESGCM(derived.key).decrypt(derived.nonce, bytes.fromhex(case["ciphertext"]), aad)
        assert bare.hex() == text
    assert ring_keys[0].open(blob, aad).hex() == case["plaintexts"][0]
    with pytest.raises(DecryptionError):
        ring_keys[1].open(blob, aad)


def cost(case: dict[str, Any]) -> passphrase_kdf.KdfCost:
    return passphrase_kdf.KdfCost(memory_kib=case["memory_kib"], passes=case["passes"], lanes=case["lanes"])


def header(case: dict[str, Any]) -> bytes:
    ids = [bytes.fromhex(case[name]) for name in ("vault", "user", "slot")]
    costs = [case.get(name) for name in ("memory_kib", "passes", "lanes")]
    return encode_fields("slot", ids[0], 1, ids[1], ids[2], case["kind"], bytes.fromhex(case["salt"]), *costs)


@pytest.mark.parametrize("case", SLOTS["good"])
def test_a_passphrase_slot(case: dict[str, Any]) -> None:
    root = passphrase_kdf.derive_key(case["passphrase"], bytes.fromhex(case["salt"]), cost(case))
    assert root.hex() == case["root"]
    assert opened(case, root) == case["user_key"]


@pytest.mark.parametrize("case", SLOTS["bad"], ids=lambda case: case["why"])
def test_a_weak_slot_is_refused_although_it_would_open(case: dict[str, Any]) -> None:
    assert opened(case, bytes.fromhex(case["root"])) == case["user_key"]
    with pytest.raises(passphrase_kdf.CostOutOfRange):
        passphrase_kdf.derive_key(case["passphrase"], bytes.fromhex(case["salt"]), cost(case))


def test_a_sheet_slot() -> None:
    case = SLOTS["sheet"]
    secret = bytes.fromhex(case["secret"])
    assert recovery_sheet.encode_groups(secret) == tuple(case["groups"])
    assert recovery_sheet.decode_groups(" ".join(case["groups"])) == secret
    root = hkdf_extract(bytes.fromhex(case["salt"]), secret)
    assert root.hex() == case["root"]
    assert opened(case, root) == case["user_key"]


def opened(case: dict[str, Any], root: bytes) -> str:
    return decrypt_once(
        derive_keying_material(root, header(case)), bytes.fromhex(case["sealed"]), header(case)
    ).hex()


def test_a_ring_and_a_signed_record() -> None:
    case = RECORDS["ring"]
    numbers = ("signed_as", "version", "class")
    raw = {name: bytes.fromhex(case[name]) for name in case if name not in numbers}
    assert SigningKey(raw["seed"]).public_key == raw["public_key"]
    ids = {name: UUID(bytes=raw[name]) for name in ("vault", "user", "ring", "owner")}
    ring_class = next(each for each, number in CLASS_NUMBERS.items() if number == case["class"])
    key = build_ring_key(ids["ring"], ids["owner"], ring_class, 7, raw["fingerprint"], raw["cdk"])
    assert key.key_id == raw["key_id"]
    members = parse_members(raw["members"])
    assert list(members) == [raw["user"]] and members[raw["user"]].fingerprint == raw["fingerprint"]
    assert members[raw["user"]].sealed_hash == independent_reader.sha256(raw["grant"])
    assert verify_signature(
        raw["public_key"], "sig/ring", raw["vault"], raw["ring"], 1, raw["key_id"], raw["members"], None,
        raw["user"], signature=raw["statement_signature"],
    )  # fmt: skip
    plain = PlainContent(
        content=raw["body"],
        content_salt=raw["content_random"],
        signature_label=case["signed_as"],
        signature=raw["signature"],
    )
    assert plain.content_id == raw["content_id"]
    assert unpack_content(raw["envelope"]) == plain
    assert pack_content(plain) == raw["envelope"]
    assert verify_signature(
        raw["public_key"], "sig/note", raw["vault"], raw["record"], case["version"], raw["content_id"],
        signature=raw["signature"],
    )  # fmt: skip


def test_a_row_of_the_directory_and_the_words_of_its_key() -> None:
    ring, row = RECORDS["ring"], RECORDS["directory"]
    vault, user, key = (bytes.fromhex(ring[name]) for name in ("vault", "user", "public_key"))
    assert verify_signature(
        key, "sig/directory", vault, user, key, None, signature=bytes.fromhex(row["signature"])
    )
    fingerprint = key_fingerprint(UUID(bytes=vault), UUID(bytes=user), key)
    assert fingerprint.hex() == ring["fingerprint"]
    assert list(fingerprint_words(fingerprint)) == row["words"]


@pytest.mark.parametrize(("length", "padded"), RECORDS["padded"])
def test_padded_lengths(length: int, padded: int) -> None:
    assert padded_length(length) == padded
