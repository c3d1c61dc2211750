"""The two tables of the key slots: the slots, and the list with the clinician's MAC over them."""

from enum import IntEnum

from sqlalchemy import CheckConstraint, Column, Integer, LargeBinary, Table, UniqueConstraint

from clinic_toolkit.store.base import metadata
from clinic_toolkit.store.types import UuidType


class KeySlotKind(IntEnum):
    """What opens a slot. That of an executor is opened by two printed halves together, by neither alone."""

    PASSPHRASE = 1
    RECOVERY_SHEET = 2
    EXECUTOR = 3


# Each of the three keys is sealed by itself, from the one root of the slot. The identity's private part is
# sealed under the signing seal key, so whoever opens a slot without it can read and cannot sign.
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
    Column("sealed", LargeBinary(80), nullable=False),
    Column("sealed_signing", LargeBinary(80), nullable=True),
    Column("sealed_psychotherapy", LargeBinary(80), nullable=True),
    UniqueConstraint("user", "kind"),
    CheckConstraint('length(slot) = 16 AND length("user") = 16 AND length(salt) = 16', name="ids"),
    CheckConstraint(
        "(memory_kib IS NULL) = (passes IS NULL) AND (passes IS NULL) = (lanes IS NULL)", name="cost"
    ),
    CheckConstraint("(kind = 1) = (lanes IS NOT NULL)", name="stretched"),
    # An executor reads and never signs; everyone else does both.
    CheckConstraint("(kind = 3) = (sealed_signing IS NULL)", name="signs"),
    CheckConstraint("length(sealed) = 80", name="sealed"),
    CheckConstraint("length(sealed_signing) = 80", name="sealed_signing"),
    CheckConstraint("length(sealed_psychotherapy) = 80", name="sealed_psychotherapy"),
)

slot_list_table = Table(
    "slot_list",
    metadata,
    Column("user", UuidType, primary_key=True),
    Column("generation", Integer, nullable=False),
    Column("mac", LargeBinary(32), nullable=False),
    CheckConstraint('length("user") = 16 AND length(mac) = 32 AND generation >= 1', name="shape"),
)
