"""The short code to come back with: the user key is sealed under it, for the memory of the keeper alone."""

import secrets
from uuid import UUID

from sqlalchemy import Connection

from clinic_toolkit.crypto.encoding import enc
from clinic_toolkit.crypto.passphrase import FLOOR, SALT_BYTES, stretch
from clinic_toolkit.crypto.seal import SUITE, NotOpened, okm, open_seal, seal
from clinic_toolkit.vault import identity
from clinic_toolkit.vault.alphabet import tidy
from clinic_toolkit.vault.slots import WrongSecret, open_with_user_key
from clinic_toolkit.vault.vault import Vault


def wrap_for_return(vault: Vault, code: str) -> bytes:
    """The user key, sealed under the short return code, for the keeper's memory and never for the disk.

    A short code can be guessed by whoever copies that memory; it guards against a person at the
    keyboard, whose tries the keeper counts.
    """
    salt = secrets.token_bytes(SALT_BYTES)
    head = _return_head(vault.vault_id, vault.user_id, salt)
    key = okm(stretch(tidy_code(code), salt, FLOOR), head)
    return vault.vault_id.bytes + vault.user_id.bytes + salt + seal(key, vault.user_key(), head)


def open_return(db: Connection, blob: bytes, code: str) -> Vault:
    """Come back with the short return code.

    Raises:
        WrongSecret: it is not the code, or the blob is another practice's.
    """
    vault_id, user_id, salt, sealed = UUID(bytes=blob[:16]), UUID(bytes=blob[16:32]), blob[32:48], blob[48:]
    head = _return_head(vault_id, user_id, salt)
    try:
        user_key = open_seal(okm(stretch(tidy_code(code), salt, FLOOR), head), sealed, head)
    except (NotOpened, ValueError):
        raise WrongSecret("That is not your return code.") from None
    if identity.head(db)[0] != vault_id:
        raise WrongSecret("That code belongs to another practice.")
    return open_with_user_key(db, user_id, user_key)


def tidy_code(text: str) -> str:
    """A return code as meant: case, spaces, dashes and look-alikes do not count."""
    return tidy(text)


def _return_head(vault_id: UUID, user_id: UUID, salt: bytes) -> bytes:
    return enc("return", vault_id, SUITE, user_id, salt, FLOOR.memory_kib, FLOOR.passes, FLOOR.lanes)
