"""Frozen slots with all their keys, and what is sealed under these; made once by other code, never remade."""

from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from clinic_toolkit.crypto import passphrase_kdf
from clinic_toolkit.crypto.encoding import encode_fields
from clinic_toolkit.crypto.seal import DecryptionError, hkdf_expand, hkdf_extract
from clinic_toolkit.crypto.signature import SigningKey
from clinic_toolkit.vault import executor_halves, key_slot_contents, key_slot_list_store, recovery_sheet
from clinic_toolkit.vault.ring_grants import ClosedRing, open_grant
from clinic_toolkit.vault.ring_keys import CLASS_NUMBERS
from clinic_toolkit.vault.user_keys import (
    UnlockedKeys,
    UserKeys,
    signing_seal_context,
    user_seal_context,
    user_sealing_key,
)

from .independent_reader import both_halves, sheet_secret
from .test_frozen import SLOTS

WHOLE: list[dict[str, Any]] = SLOTS["whole"]
KEYS = {name: bytes.fromhex(key) for name, key in SLOTS["keys"].items()}
SEALED = ("sealed", "sealed_signing", "sealed_psychotherapy")
VAULT_ID, USER_ID = (UUID(hex=WHOLE[0][name]) for name in ("vault", "user"))


def row_of(case: dict[str, Any], **changed: Any) -> Any:
    """The case as a row of the table."""
    ids = {name: UUID(hex=case[name]) for name in ("slot", "user")}
    raw = {name: bytes.fromhex(case[name]) if case[name] else None for name in ("salt", *SEALED)}
    plain = {name: case[name] for name in ("kind", "memory_kib", "passes", "lanes")}
    return SimpleNamespace(**(ids | raw | plain | changed))


def root_of(case: dict[str, Any]) -> bytes:
    """The root from the secret of the case."""
    salt = bytes.fromhex(case["salt"])
    if "passphrase" in case:
        cost = passphrase_kdf.KdfCost(**{name: case[name] for name in ("memory_kib", "passes", "lanes")})
        return passphrase_kdf.derive_key(case["passphrase"], salt, cost)
    if "groups" in case:
        assert sheet_secret(" ".join(case["groups"])) == recovery_sheet.decode_groups(
            " ".join(case["groups"])
        )
        return hkdf_extract(salt, recovery_sheet.decode_groups(" ".join(case["groups"])))
    first, second = " ".join(case["first"]), " ".join(case["second"])
    assert both_halves(f"{first} {second}") == executor_halves.join_halves(first, second)
    return hkdf_extract(salt, executor_halves.join_halves(first, second))


@pytest.mark.parametrize("case", WHOLE, ids=lambda case: case["name"])
def test_a_slot_and_every_key_in_it(case: dict[str, Any]) -> None:
    root = root_of(case)
    assert root.hex() == case["root"]
    held = key_slot_contents.open_whole_slot(VAULT_ID, row_of(case), root)
    signs, psychotherapy = case["kind"] != 3, case["sealed_psychotherapy"] is not None
    assert held.unlocked_keys.user_key == KEYS["user_key"]
    assert held.unlocked_keys.signing_seal_key == (KEYS["signing_seal_key"] if signs else None)
    assert held.psychotherapy_key == (KEYS["psychotherapy_key"] if psychotherapy else None)
    assert key_slot_list_store._hash_slot(VAULT_ID, row_of(case)).hex() == case["print"]


def test_the_list_of_three_slots() -> None:
    case = SLOTS["list"]
    prints = sorted(bytes.fromhex(WHOLE[number]["print"]) for number in case["of"])
    place = encode_fields("slot-list", VAULT_ID, USER_ID, case["generation"], *prints)
    assert hkdf_expand(KEYS["signing_seal_key"], place).hex() == case["mac"]
    assert hkdf_expand(KEYS["user_key"], place).hex() != case["mac"]


@pytest.mark.parametrize("case", WHOLE, ids=lambda case: case["name"])
def test_a_slot_under_another_kind_or_with_parts_exchanged(case: dict[str, Any]) -> None:
    root = bytes.fromhex(case["root"])
    for kind in {1, 2, 3} - {case["kind"]}:
        with pytest.raises(DecryptionError):
            key_slot_contents.open_whole_slot(VAULT_ID, row_of(case, kind=kind), root)
    row = row_of(case)
    for column in SEALED[1:]:
        if (sealed := getattr(row, column)) is not None:
            with pytest.raises(DecryptionError):
                key_slot_contents.open_slot(VAULT_ID, row_of(case, sealed=sealed), root)
            # A part in the place of another is damage, since the user key opens.
            with pytest.raises((key_slot_contents.SlotPartDamaged, DecryptionError)):
                key_slot_contents.open_whole_slot(VAULT_ID, row_of(case, **{column: row.sealed}), root)


def user_keys(*, psychotherapy: bool) -> UserKeys:
    case = SLOTS["identity"]
    sealing_key, signing_seal_key = (
        user_sealing_key(KEYS[name]) for name in ("user_key", "signing_seal_key")
    )
    public = sealing_key.open(bytes.fromhex(case["sealed"]), user_seal_context(VAULT_ID, USER_ID, "identity"))
    context = signing_seal_context(VAULT_ID, USER_ID, "identity")
    private = signing_seal_key.open(bytes.fromhex(case["sealed_signing"]), context)
    assert (public.hex(), private.hex()) == ("02" + case["public_key"], "02" + case["seed"])
    return UserKeys(
        vault_id=VAULT_ID,
        user_id=USER_ID,
        unlocked_keys=UnlockedKeys(user_key=KEYS["user_key"], signing_seal_key=KEYS["signing_seal_key"]),
        sealing_key=sealing_key,
        public_key=public[1:],
        signer=SigningKey(private[1:]),
        psychotherapy_key=user_sealing_key(KEYS["psychotherapy_key"]) if psychotherapy else None,
    )


@pytest.mark.parametrize("case", SLOTS["grants"], ids=lambda case: case["name"])
def test_the_identity_and_a_grant_of_either_key(case: dict[str, Any]) -> None:
    place = (UUID(hex=case["ring"]), case["generation"], bytes.fromhex(case["sealed"]))
    keys = user_keys(psychotherapy=True)
    assert keys.signing_key.public_key == keys.public_key
    key = open_grant(keys, *place)
    assert (key.key_id.hex(), key.owner.hex, key.creation_order) == (
        case["key_id"],
        case["owner"],
        case["order"],
    )
    assert (CLASS_NUMBERS[key.ring_class], key.key._root.hex()) == (case["class"], case["cdk"])
    if case["class"] == 3:
        with pytest.raises(ClosedRing):
            open_grant(user_keys(psychotherapy=False), *place)
