"""The migrations: what turns the tables that an earlier release wrote into those of the next one.

A migration changes tables only. What is sealed is not opened: older content is turned when it is read, by the
`upcasts` of its kind. Its statements never change again, since the definitions of tables in the code are
always those of today.
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


def _create_sealed_table(name: str) -> tuple[str, ...]:
    """The statements for a table of records, as formats 8 to 10 have them; they never change."""
    return (
        f"CREATE TABLE {name} (\n"
        "\tid INTEGER NOT NULL, \n"
        "\trecord BLOB NOT NULL, \n"
        "\tversion INTEGER NOT NULL, \n"
        "\tring BLOB NOT NULL, \n"
        "\tkey_id BLOB NOT NULL, \n"
        "\tfinal INTEGER NOT NULL, \n"
        "\tsealed BLOB NOT NULL, \n"
        f"\tCONSTRAINT pk_{name} PRIMARY KEY (id), \n"
        f"\tCONSTRAINT uq_{name}_record_version UNIQUE (record, version), \n"
        f"\tCONSTRAINT ck_{name}_ids "
        "CHECK (length(record) = 16 AND length(ring) = 16 AND length(key_id) = 16), \n"
        f"\tCONSTRAINT ck_{name}_version CHECK (version >= 1), \n"
        f"\tCONSTRAINT ck_{name}_final CHECK (final IN (0, 1))\n"
        ")\n STRICT\n\n",
        f"CREATE INDEX ix_{name}_ring ON {name} (ring)",
        f"CREATE TRIGGER no_update_{name} BEFORE UPDATE ON {name} WHEN OLD.final = 1 "
        "BEGIN SELECT RAISE(ABORT, 'a final version stays as it is'); END",
        f"CREATE TRIGGER no_delete_{name} BEFORE DELETE ON {name} WHEN OLD.final = 1 "
        "BEGIN SELECT RAISE(ABORT, 'a final version stays as it is'); END",
    )


# Format 9 has two tables more: worksheets of a practice's own, and worksheets as files and their answers.
_FROM_8 = Migration(
    from_format=8,
    schema_digest="d6f56504aac42c0c0864c6ed480213a7ed743f078704c2fa4d2174cc0185d037",
    statements=(*_create_sealed_table("own_worksheet"), *_create_sealed_table("filled_sheet")),
)

# Format 10 has the tables of notes and of the time between sessions.
_TABLES_OF_10: tuple[str, ...] = (
    "psychotherapy_note",
    "treatment_plan",
    "hard_moments_plan",
    "consent",
    "note_addition",
    "session_series",
    "practice_closure",
    "practice_logo",
    "note_format",
    "phrase",
    "set_aside",
    "client_request",
    "cosignature",
    "disclosure",
    "note_copy",
    "calendar_link",
)
_FROM_9 = Migration(
    from_format=9,
    schema_digest="10ef9a893d28d09c3a23a821bd30f815e7cbebfca026c3c430ba5b52c65aa15c",
    statements=tuple(statement for name in _TABLES_OF_10 for statement in _create_sealed_table(name)),
)

# One for each released format before the present one, oldest first.
MIGRATIONS: tuple[Migration, ...] = (_FROM_8, _FROM_9)


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
