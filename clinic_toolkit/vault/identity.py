"""The vault and the clinician's identity: created once, opened with the user key."""

import secrets
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    Integer,
    LargeBinary,
    Table,
    func,
    inspect,
    select,
    table,
)

from clinic_toolkit.crypto.seal import KEY_BYTES, SUITE, DecryptionError
from clinic_toolkit.crypto.signature import SEED_BYTES, SigningKey
from clinic_toolkit.errors import ClinicError, DamagedFile
from clinic_toolkit.store.base import HIDES_INSERTION_ORDER, metadata
from clinic_toolkit.store.storage_errors import damaged_file_error
from clinic_toolkit.store.types import UuidType
from clinic_toolkit.vault import header_backup_file
from clinic_toolkit.vault.confirmed_keys import load_confirmed_keys
from clinic_toolkit.vault.ring_errors import UnknownRing
from clinic_toolkit.vault.rings import OpenRings, RingClass
from clinic_toolkit.vault.user_keys import (
    UnlockedKeys,
    UserKeys,
    signing_seal_context,
    user_seal_context,
    user_sealing_key,
)
from clinic_toolkit.vault.vault import Vault

# 1 was a draft, in which the private part lay where the public one is now.
_IDENTITY_VERSION = b"\x02"

vault_table = Table(
    "vault",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("suite", Integer, nullable=False),
    Column("vault", UuidType, nullable=False),
    Column("incarnation", UuidType, nullable=False),
    CheckConstraint("id = 1", name="only_one"),
    CheckConstraint("length(vault) = 16 AND length(incarnation) = 16", name="ids"),
)

identity_table = Table(
    "identity",
    metadata,
    Column("user", UuidType, primary_key=True),
    # The public part is sealed under the user key, the private one under the signing seal key.
    Column("sealed", LargeBinary(106), nullable=False),
    Column("sealed_signing", LargeBinary(106), nullable=False),
    CheckConstraint('length("user") = 16', name="ids"),
    CheckConstraint("length(sealed) = 106 AND length(sealed_signing) = 106", name="shape"),
    info=HIDES_INSERTION_ORDER,
)


class UnsupportedSuite(ClinicError):
    """The vault uses another cipher suite; an older one is refused too, so that none can be downgraded."""

    def __init__(self) -> None:
        super().__init__(
            "This practice was made by another version of the program. Please start that version."
        )


class AlreadySetUp(ClinicError):
    """There is a practice in this store already; it is never overwritten."""

    def __init__(self) -> None:
        super().__init__("There is a practice here already. Nothing was changed.")


def has_practice(db: Connection) -> bool:
    """Whether a practice was set up in this store.

    Raises:
        DamagedFile: the vault row is missing while other tables hold rows, and there is no header backup.
    """
    if db.scalar(select(vault_table.c.vault)) is not None:
        return True
    # The vault row is always written first, so a row in any other table means that it was lost.
    tables = map(table, inspect(db).get_table_names())
    if any(db.scalar(select(func.count()).select_from(store_table)) for store_table in tables):
        if header_backup_file.find_backup(data_folder_of(db)) is not None:
            return True
        raise damaged_store_error(db)
    return False


def create_vault(db: Connection) -> Vault:
    """Create the vault and its first clinician with their two rings, but no key slot yet.

    Raises:
        AlreadySetUp: there is a practice already.
    """
    if has_practice(db):
        raise AlreadySetUp
    vault_id, incarnation = uuid4(), uuid4()
    db.execute(vault_table.insert().values(id=1, suite=SUITE, vault=vault_id, incarnation=incarnation))
    user_keys = create_identity(db, vault_id)
    vault = Vault(user_keys, incarnation, OpenRings(user_keys))
    vault.rings.create_ring(db, owner=vault_id, ring_class=RingClass.PRACTICE)
    # Created now and not on first use: if two copies of a folder each made one later, nobody could tell
    # which of them is right.
    vault.rings.create_ring(db, owner=user_keys.user_id, ring_class=RingClass.OWN)
    vault.key_directory.publish_own_key(db)
    vault.key_directory.load_rows(db)
    return vault


def create_identity(db: Connection, vault_id: UUID, user_id: UUID | None = None) -> UserKeys:
    """Create the keys of a clinician, and store both parts of the signing key, each under its own key.

    Args:
        user_id: whose new keys these are; None for a new clinician.
    """
    user_id = user_id or uuid4()
    user_key, signing_seal_key = secrets.token_bytes(KEY_BYTES), secrets.token_bytes(KEY_BYTES)
    seed = secrets.token_bytes(SEED_BYTES)
    signing_key = SigningKey(seed)
    user_keys = UserKeys(
        vault_id=vault_id,
        user_id=user_id,
        unlocked_keys=UnlockedKeys(user_key=user_key, signing_seal_key=signing_seal_key),
        sealing_key=user_sealing_key(user_key),
        public_key=signing_key.public_key,
        signer=signing_key,
    )
    sealed_signing = user_sealing_key(signing_seal_key).seal(
        _IDENTITY_VERSION + seed, signing_seal_context(vault_id, user_id, "identity")
    )
    db.execute(
        identity_table.insert().values(
            user=user_id,
            sealed=user_keys.seal_under_user_key(_IDENTITY_VERSION + signing_key.public_key, "identity"),
            sealed_signing=sealed_signing,
        )
    )
    return user_keys


def load_vault_ids(db: Connection) -> tuple[UUID, UUID]:
    """Return the ids of the vault and of its current incarnation.

    Raises:
        DamagedFile: there is no vault row.
        UnsupportedSuite: it uses another cipher suite.
    """
    row = db.execute(select(vault_table)).first()
    if row is None:
        raise damaged_store_error(db)
    if row.suite != SUITE:
        raise UnsupportedSuite
    return row.vault, row.incarnation


def open_vault(db: Connection, user_id: UUID, unlocked_keys: UnlockedKeys) -> Vault:
    """Open the identity and the ring grants; without a signing seal key the vault reads and cannot sign.

    Raises:
        DamagedFile: the identity is missing or was not sealed with this key, or the practice's own ring
            does not open: without it no entry of the audit log can be read or written.
        UnsupportedSuite: the vault or the identity has another version.
    """
    vault_id, incarnation = load_vault_ids(db)
    user_keys = open_user_keys(db, vault_id, user_id, unlocked_keys)
    rings = OpenRings(user_keys)
    rings.key_directory.load_rows(db)
    rings.load_grants(db)
    vault = Vault(user_keys, incarnation, rings)
    if load_confirmed_keys(db, vault):
        rings.reload_grants(db)
    try:
        rings.get_key(rings.get_ring(vault_id, RingClass.PRACTICE))
    except (DecryptionError, UnknownRing):
        raise damaged_store_error(db) from None
    return vault


def open_user_keys(db: Connection, vault_id: UUID, user_id: UUID, unlocked_keys: UnlockedKeys) -> UserKeys:
    """Open the identity of a clinician.

    Raises:
        DamagedFile: it is missing, or was not sealed with these keys.
        UnsupportedSuite: it has another version.
    """
    sealing_key = user_sealing_key(unlocked_keys.user_key)
    row = db.execute(select(identity_table).where(identity_table.c.user == user_id)).first()
    if row is None:
        raise damaged_store_error(db)
    try:
        public_key = _identity_part(
            sealing_key.open(row.sealed, user_seal_context(vault_id, user_id, "identity"))
        )
        signer = None
        if unlocked_keys.signing_seal_key is not None:
            signing_context = signing_seal_context(vault_id, user_id, "identity")
            signing_sealing_key = user_sealing_key(unlocked_keys.signing_seal_key)
            signer = SigningKey(_identity_part(signing_sealing_key.open(row.sealed_signing, signing_context)))
    except (DecryptionError, TypeError):  # TypeError where a damaged column holds no bytes
        raise damaged_store_error(db) from None
    if signer is not None and signer.public_key != public_key:
        raise damaged_store_error(db)
    return UserKeys(
        vault_id=vault_id,
        user_id=user_id,
        unlocked_keys=unlocked_keys,
        sealing_key=sealing_key,
        public_key=public_key,
        signer=signer,
    )


def _identity_part(plaintext: bytes) -> bytes:
    """The seed, or the public key: 32 bytes after the version."""
    if plaintext[:1] != _IDENTITY_VERSION or len(plaintext) != 1 + SEED_BYTES:
        raise UnsupportedSuite
    return plaintext[1:]


def damaged_store_error(db: Connection) -> DamagedFile:
    """Build the error that names this database file."""
    return damaged_file_error(Path(db.engine.url.database or ""))


def data_folder_of(db: Connection) -> Path:
    """The folder of this database file."""
    return Path(db.engine.url.database or "").parent
