"""The return code: it seals a login's keys, which the keeper holds in memory and never on the disk."""

import secrets
from uuid import UUID

from sqlalchemy import Connection

from clinic_toolkit.crypto.encoding import encode_fields
from clinic_toolkit.crypto.passphrase_kdf import KDF_SALT_BYTES, MIN_COST, derive_key
from clinic_toolkit.crypto.seal import (
    KEY_BYTES,
    SUITE,
    DecryptionError,
    decrypt_once,
    derive_keying_material,
    encrypt_once,
)
from clinic_toolkit.vault import identity
from clinic_toolkit.vault.crockford_base32 import normalize_code
from clinic_toolkit.vault.key_slots import WrongSecret, unlock_with_keys
from clinic_toolkit.vault.user_keys import UnlockedKeys
from clinic_toolkit.vault.vault import Vault


def wrap_unlocked_keys(vault: Vault, code: str) -> bytes:
    """Seal the keys of a login under the short return code, for the keeper's memory and never for the disk.

    The user key for psychotherapy notes is not among them.

    Whoever copies that memory can guess a short code. It protects against a person at the keyboard, whose
    attempts the keeper limits.

    Raises:
        SigningKeyNotOpen: this vault was opened by an executor, who has no return code.
    """
    keys = vault.unlocked_keys()
    both_keys = keys.user_key + keys.require_signing_seal_key()
    salt = secrets.token_bytes(KDF_SALT_BYTES)
    context = _return_context(vault.vault_id, vault.user_id, salt)
    material = derive_keying_material(derive_key(normalize_return_code(code), salt, MIN_COST), context)
    sealed = encrypt_once(material, both_keys, context)
    return vault.vault_id.bytes + vault.user_id.bytes + salt + sealed


def unlock_with_return_code(db: Connection, blob: bytes, code: str) -> Vault:
    """Unlock with the short return code.

    Args:
        blob: what `wrap_unlocked_keys` returned.

    Raises:
        WrongSecret: it is not the code, or the blob belongs to another practice.
    """
    vault_id, user_id, salt, sealed = UUID(bytes=blob[:16]), UUID(bytes=blob[16:32]), blob[32:48], blob[48:]
    context = _return_context(vault_id, user_id, salt)
    try:
        opened = decrypt_once(
            derive_keying_material(derive_key(normalize_return_code(code), salt, MIN_COST), context),
            sealed,
            context,
        )
    except (DecryptionError, ValueError):
        raise WrongSecret("That is not your return code.") from None
    if identity.load_vault_ids(db)[0] != vault_id:
        raise WrongSecret("That code belongs to another practice.")
    keys = UnlockedKeys(user_key=opened[:KEY_BYTES], signing_seal_key=opened[KEY_BYTES:])
    return unlock_with_keys(db, user_id, keys)


def user_of_blob(blob: bytes) -> UUID | None:
    """The clinician whose keys the blob holds; None if it is not what `wrap_unlocked_keys` returns."""
    return UUID(bytes=blob[16:32]) if len(blob) > 32 else None


def normalize_return_code(text: str) -> str:
    """Normalize a typed return code: case, spaces, dashes and look-alikes do not matter."""
    return normalize_code(text)


def _return_context(vault_id: UUID, user_id: UUID, salt: bytes) -> bytes:
    return encode_fields(
        "return", vault_id, SUITE, user_id, salt, MIN_COST.memory_kib, MIN_COST.passes, MIN_COST.lanes
    )
