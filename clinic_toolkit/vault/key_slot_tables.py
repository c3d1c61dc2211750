"""The two tables of the key slots: the slots, and the list with the clinician's MAC over them."""

from enum import IntEnum

from sqlalchemy import CheckConstraint, Column, Integer, LargeBinary, Table, UniqueConstraint

from clinic_toolkit.store.base import metadata
from clinic_toolkit.store.types import UuidType


class KeySlotKind(IntEnum):
    """What opens a slot. 3 and 4 are reserved for the two halves of an executor's key slot."""

    PASSPHRASE = 1
    RECOVERY_SHEET = 2


slot_table = Table(
    "slot",
    metadata,
    Column("slot", UuidType, primary_key=True),
    Column("user", UuidType, nullable=False),
    Column("kind", Integer, nullable=False),
    Column("salt", LargeBinary(16), nullable=False),
    Column("memory_kib", Integer, nullable=True),
    Column("passes", Integer, nullable=True),
    Column("lanes", Integer, nullable=True),
    Column("sealed", LargeBinary, nullable=False),
    UniqueConstraint("user", "kind"),
    CheckConstraint('length(slot) = 16 AND length("user") = 16 AND length(salt) = 16', name="ids"),
    CheckConstraint(
        "(memory_kib IS NULL) = (passes IS NULL) AND (passes IS NULL) = (lanes IS NULL)", name="cost"
    ),
    CheckConstraint("kind <> 1 OR lanes IS NOT NULL", name="stretched"),
)

slot_list_table = Table(
    "slot_list",
    metadata,
    Column("user", UuidType, primary_key=True),
    Column("generation", Integer, nullable=False),
    Column("mac", LargeBinary(32), nullable=False),
    CheckConstraint('length("user") = 16 AND length(mac) = 32 AND generation >= 1', name="shape"),
)
