"""The three statements that every save and every opening of a record needs.

Built once for each table: putting a statement together costs more than running it.
"""

from functools import cache
from typing import Any

from sqlalchemy import Insert, Select, Table, Update, bindparam, select

COLUMNS = ("record", "version", "ring", "kid", "final", "sealed")


@cache
def newest(table: Table) -> Select[Any]:
    """The newest version of the record `seen_id`."""
    return (
        select(table).where(table.c.record == bindparam("seen_id")).order_by(table.c.version.desc()).limit(1)
    )


@cache
def insert(table: Table) -> Insert:
    """A new row; its values by column."""
    return table.insert().values({name: bindparam(name) for name in COLUMNS})


@cache
def replace(table: Table) -> Update:
    """The draft `seen_id`, if it is still at `seen_version`, by its next version."""
    seen = (table.c.record == bindparam("seen_id"), table.c.version == bindparam("seen_version"))
    return table.update().where(*seen, table.c.final == 0).values({name: bindparam(name) for name in COLUMNS})
