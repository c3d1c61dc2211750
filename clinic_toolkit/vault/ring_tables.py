"""The two tables of the rings: the signed statements, and the grants."""

from sqlalchemy import CheckConstraint, Column, Integer, LargeBinary, Table

from clinic_toolkit.store.base import HIDES_INSERTION_ORDER, metadata
from clinic_toolkit.store.types import UuidType

# The order of the rows would reveal which two rings were created together, and so belong to one client.
ring_table = Table(
    "ring",
    metadata,
    Column("ring", UuidType, primary_key=True),
    Column("generation", Integer, primary_key=True),
    Column("key_id", LargeBinary(16), nullable=False),
    Column("members", LargeBinary, nullable=False),
    Column("previous", LargeBinary(32), nullable=True),
    Column("grantor", UuidType, nullable=False),
    Column("signature", LargeBinary(64), nullable=False),
    CheckConstraint("length(ring) = 16 AND length(key_id) = 16 AND length(grantor) = 16", name="ids"),
    CheckConstraint("generation >= 1", name="generation"),
    CheckConstraint("length(members) % 81 = 0 AND length(signature) = 64", name="statement"),
    info=HIDES_INSERTION_ORDER,
)

ring_grant_table = Table(
    "ring_grant",
    metadata,
    Column("ring", UuidType, primary_key=True),
    Column("generation", Integer, primary_key=True),
    Column("user", UuidType, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    CheckConstraint('length(ring) = 16 AND length("user") = 16', name="ids"),
    info=HIDES_INSERTION_ORDER,
)
