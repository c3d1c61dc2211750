"""The migrations: what turns the tables that an earlier release wrote into those of the next one.

A migration changes tables only. What is sealed is not opened: older content is turned when it is read, by the
`upcasts` of its kind. Its statements are written out in full and never change again, since the definitions of
tables in the code are always those of today.
"""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, MetaData, text

from clinic_toolkit.errors import DamagedFile
from clinic_toolkit.store import format_number
from clinic_toolkit.store.sqlite import schema


@dataclass(frozen=True, kw_only=True)
class Migration:
    """The step from one format to the next.

    `from_format` is its number; `schema_digest` is that of its schema (`schema.digest_schema`), as the
    description of its frozen store has it; `statements` are run in order.
    """

    from_format: int
    schema_digest: str
    statements: tuple[str, ...]


# Format 9 has two tables more: worksheets of a practice's own, and worksheets as files and their answers.
_FROM_8 = Migration(
    from_format=8,
    schema_digest="d6f56504aac42c0c0864c6ed480213a7ed743f078704c2fa4d2174cc0185d037",
    statements=(
        "CREATE TABLE own_worksheet (\n"
        "\tid INTEGER NOT NULL, \n"
        "\trecord BLOB NOT NULL, \n"
        "\tversion INTEGER NOT NULL, \n"
        "\tring BLOB NOT NULL, \n"
        "\tkey_id BLOB NOT NULL, \n"
        "\tfinal INTEGER NOT NULL, \n"
        "\tsealed BLOB NOT NULL, \n"
        "\tCONSTRAINT pk_own_worksheet PRIMARY KEY (id), \n"
        "\tCONSTRAINT uq_own_worksheet_record_version UNIQUE (record, version), \n"
        "\tCONSTRAINT ck_own_worksheet_ids "
        "CHECK (length(record) = 16 AND length(ring) = 16 AND length(key_id) = 16), \n"
        "\tCONSTRAINT ck_own_worksheet_version CHECK (version >= 1), \n"
        "\tCONSTRAINT ck_own_worksheet_final CHECK (final IN (0, 1))\n"
        ")\n STRICT\n\n",
        "CREATE INDEX ix_own_worksheet_ring ON own_worksheet (ring)",
        "CREATE TRIGGER no_update_own_worksheet BEFORE UPDATE ON own_worksheet WHEN OLD.final = 1 "
        "BEGIN SELECT RAISE(ABORT, 'a final version stays as it is'); END",
        "CREATE TRIGGER no_delete_own_worksheet BEFORE DELETE ON own_worksheet WHEN OLD.final = 1 "
        "BEGIN SELECT RAISE(ABORT, 'a final version stays as it is'); END",
        "CREATE TABLE filled_sheet (\n"
        "\tid INTEGER NOT NULL, \n"
        "\trecord BLOB NOT NULL, \n"
        "\tversion INTEGER NOT NULL, \n"
        "\tring BLOB NOT NULL, \n"
        "\tkey_id BLOB NOT NULL, \n"
        "\tfinal INTEGER NOT NULL, \n"
        "\tsealed BLOB NOT NULL, \n"
        "\tCONSTRAINT pk_filled_sheet PRIMARY KEY (id), \n"
        "\tCONSTRAINT uq_filled_sheet_record_version UNIQUE (record, version), \n"
        "\tCONSTRAINT ck_filled_sheet_ids "
        "CHECK (length(record) = 16 AND length(ring) = 16 AND length(key_id) = 16), \n"
        "\tCONSTRAINT ck_filled_sheet_version CHECK (version >= 1), \n"
        "\tCONSTRAINT ck_filled_sheet_final CHECK (final IN (0, 1))\n"
        ")\n STRICT\n\n",
        "CREATE INDEX ix_filled_sheet_ring ON filled_sheet (ring)",
        "CREATE TRIGGER no_update_filled_sheet BEFORE UPDATE ON filled_sheet WHEN OLD.final = 1 "
        "BEGIN SELECT RAISE(ABORT, 'a final version stays as it is'); END",
        "CREATE TRIGGER no_delete_filled_sheet BEFORE DELETE ON filled_sheet WHEN OLD.final = 1 "
        "BEGIN SELECT RAISE(ABORT, 'a final version stays as it is'); END",
    ),
)

# One for each released format before the present one, oldest first.
MIGRATIONS: tuple[Migration, ...] = (_FROM_8,)


def find_path(version: int) -> tuple[Migration, ...]:
    """The migrations from this format to the present one; empty if there is no way."""
    steps = {migration.from_format: migration for migration in MIGRATIONS}
    path: list[Migration] = []
    # The number comes from the file, which may be damaged, so it is not counted from there to here.
    while version in steps:
        path.append(steps[version])
        version += 1
    return tuple(path) if version == format_number.FORMAT_VERSION else ()


def apply_migrations(db: Connection, metadata: MetaData, file: Path, version: int) -> None:
    """Run every migration from this format on, in the transaction of the connection.

    Args:
        file: is named in errors.

    Raises:
        DamagedFile: the schema is not exactly that of its format, before a step or at the end. Nothing of
            the file has run then, such as a trigger that somebody built in, and nothing may be committed.
    """
    for migration in find_path(version):
        check_beginning(db, file, migration.from_format)
        for statement in migration.statements:
            db.exec_driver_sql(statement)
        db.execute(text(f"PRAGMA user_version = {migration.from_format + 1}"))
    schema.check_schema(db, metadata, file)


def check_beginning(db: Connection, file: Path, version: int) -> None:
    """Refuse a file whose schema is not exactly that of this earlier format.

    Raises:
        DamagedFile: it is not.
    """
    if schema.digest_schema(schema.read_schema(db)) != find_path(version)[0].schema_digest:
        raise DamagedFile(
            f"The data file {file} cannot be brought up to date: its tables are not those of format "
            f"{version}, which it says it has. Nothing was changed. Copy the whole folder to another disk; "
            "then start the version that wrote it, or restore a backup."
        )
