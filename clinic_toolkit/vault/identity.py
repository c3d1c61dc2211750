"""The practice's vault and the clinician's identity: made once, opened under the user key."""

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

from clinic_toolkit.crypto.seal import KEY_BYTES, SUITE, NotOpened
from clinic_toolkit.crypto.signature import SEED_BYTES, SigningKey
from clinic_toolkit.errors import ClinicError, DamagedFile
from clinic_toolkit.store.base import metadata
from clinic_toolkit.store.trouble import damaged
from clinic_toolkit.store.types import Id
from clinic_toolkit.vault import head_file
from clinic_toolkit.vault.holder import Holder, own_key, own_place
from clinic_toolkit.vault.rings import RingDirectory, UnknownRing
from clinic_toolkit.vault.vault import Vault

_VERSION = b"\x01"

vault = Table(
    "vault",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("suite", Integer, nullable=False),
    Column("vault", Id, nullable=False),
    Column("incarnation", Id, nullable=False),
    CheckConstraint("id = 1", name="only_one"),
    CheckConstraint("length(vault) = 16 AND length(incarnation) = 16", name="ids"),
    sqlite_strict=True,
)

identity = Table(
    "identity",
    metadata,
    Column("user", Id, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    CheckConstraint("length(user) = 16", name="ids"),
    sqlite_with_rowid=False,
    sqlite_strict=True,
)


class SuiteUnknown(ClinicError):
    """The vault was made with other ciphers. Nothing is negotiated: a lower suite is refused too."""

    def __init__(self) -> None:
        super().__init__(
            "This practice was made by another version of the program. Please start that version."
        )


class AlreadySetUp(ClinicError):
    """A practice lies here; a second one is never laid over it."""

    def __init__(self) -> None:
        super().__init__("There is a practice here already. Nothing was changed.")


def exists(db: Connection) -> bool:
    """Whether a practice was set up in this store.

    Raises:
        DamagedFile: the head of the vault is missing while other parts of it are there, and its second
            copy is missing as well.
    """
    if db.scalar(select(vault.c.vault)) is not None:
        return True
    # Every other table is filled only after this row: any row elsewhere means that it was taken out.
    tables = map(table, inspect(db).get_table_names())
    if any(db.scalar(select(func.count()).select_from(each)) for each in tables):
        if head_file.read(place(db)) is not None:
            return True
        raise broken(db)
    return False


def found(db: Connection) -> Vault:
    """Make a new vault and its first clinician, with the practice's ring but no way in yet.

    Raises:
        AlreadySetUp: there is one.
    """
    if exists(db):
        raise AlreadySetUp
    vault_id, user_id, incarnation = uuid4(), uuid4(), uuid4()
    user_key, seed = secrets.token_bytes(KEY_BYTES), secrets.token_bytes(SEED_BYTES)
    me = Holder(
        vault_id=vault_id, user_id=user_id, user_key=user_key, own=own_key(user_key), signing=SigningKey(seed)
    )
    db.execute(vault.insert().values(id=1, suite=SUITE, vault=vault_id, incarnation=incarnation))
    db.execute(identity.insert().values(user=user_id, sealed=me.seal(_VERSION + seed, "identity")))
    opened = Vault(me, incarnation, RingDirectory(me))
    opened.new_ring(db, owner=vault_id, ring_class="practice")
    # Now, and not when it is first needed: of two that were made later in two copies of a folder nobody
    # could tell which one is right.
    opened.new_ring(db, owner=user_id, ring_class="own")
    return opened


def head(db: Connection) -> tuple[UUID, UUID]:
    """The vault and its present incarnation.

    Raises:
        DamagedFile: there is no vault.
        SuiteUnknown: it was made with other ciphers.
    """
    row = db.execute(select(vault)).first()
    if row is None:
        raise broken(db)
    if row.suite != SUITE:
        raise SuiteUnknown
    return row.vault, row.incarnation


def unlock(db: Connection, user_id: UUID, user_key: bytes) -> Vault:
    """Open the identity and the grants under a user key.

    Raises:
        DamagedFile: the identity is missing or was not sealed by this key, or the practice's own ring
            does not open: without it no line of the audit trail could be read or written.
    """
    vault_id, incarnation = head(db)
    own = own_key(user_key)
    sealed = db.scalar(select(identity.c.sealed).where(identity.c.user == user_id))
    try:
        plain = own.open(sealed or b"", own_place(vault_id, user_id, "identity"))
    except NotOpened:
        raise broken(db) from None
    if plain[:1] != _VERSION or len(plain) != 1 + SEED_BYTES:
        raise SuiteUnknown
    me = Holder(vault_id=vault_id, user_id=user_id, user_key=user_key, own=own, signing=SigningKey(plain[1:]))
    rings = RingDirectory(me)
    rings.load(db)
    try:
        rings.key(rings.of(vault_id, "practice"))
    except (NotOpened, UnknownRing):
        raise broken(db) from None
    return Vault(me, incarnation, rings)


def broken(db: Connection) -> DamagedFile:
    """The error that names this store's file."""
    return damaged(Path(db.engine.url.database or ""))


def place(db: Connection) -> Path:
    """The data folder of this store."""
    return Path(db.engine.url.database or "").parent
