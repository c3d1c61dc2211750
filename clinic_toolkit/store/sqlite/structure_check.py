"""What is wrong with the structure of a file: its list of tables, its ids, and what SQLite finds in it."""

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, MetaData, text

from clinic_toolkit.errors import DamagedFile
from clinic_toolkit.store.sqlite import schema


def find_problems(db: Connection, metadata: MetaData, file: Path) -> Iterator[str]:
    """Yield one sentence for each problem.

    Raises:
        DatabaseError: the file cannot be read as far as that.
    """
    try:
        schema.check_schema(db, metadata, file)
        for name in schema.tables_with_invalid_ids(db, metadata):
            yield f"The table {name} has a row that this program did not write."
    except DamagedFile as error:
        yield error.sentence
    report_lines = db.scalars(text("PRAGMA integrity_check(20)")).all()
    if report_lines != ["ok"]:
        yield (
            f"SQLite finds {len(report_lines)} faults in the structure of the file: "
            f"{'; '.join(report_lines)[:400]}."
        )
