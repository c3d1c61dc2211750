"""Files cut short, exchanged, put back and written into by another hand: named, never shown as the record.

Each act is done to a copy of a small practice; then everything is read, by the passphrase or the sheet.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from pathlib import Path
from unittest.mock import patch

import pytest
from sqlalchemy import Integer

from clinic_toolkit.journal import inspection, integrity
from clinic_toolkit.record.people import practice_access
from clinic_toolkit.store import base
from clinic_toolkit.store.folder import ANCHOR_FILE, DATABASE_FILE, HEADER_BACKUP_FILE
from clinic_toolkit.store.opening import open_store
from clinic_toolkit.store.transactions import store_of, writing
from tests.fixtures import passphrase_checks
from tests.reliability.judging import HARMLESS, NOTICED, REFUSED, Failed, Judge, Look, many_openings, room
from tests.reliability.small_practice import LATER, PASSPHRASE, Small, small_practice
from tests.reliability.store_contents import KINDS

pytestmark = pytest.mark.slow

WAL = f"{DATABASE_FILE}-wal"
Harm = Callable[[sqlite3.Connection], object]


@pytest.fixture(scope="module")
def openings() -> Iterator[None]:
    with many_openings():
        yield


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, openings: None) -> Small:
    """The practice, with all of it folded into the file."""
    small = small_practice(tmp_path_factory.mktemp("small") / "data")
    folded = tmp_path_factory.mktemp("folded")
    Judge(small, folded).lay_out({})
    with closing(sqlite3.connect(folded / DATABASE_FILE)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    small.files = {**small.files, DATABASE_FILE: (folded / DATABASE_FILE).read_bytes(), WAL: b""}
    return small


@pytest.fixture
def judge(made: Small, tmp_path: Path) -> Iterator[Judge]:
    with room(tmp_path) as place:
        yield Judge(made, place / "data")


def execute(statement: str, raw: sqlite3.Connection) -> object:
    return raw.execute(statement)


def harmed(judge: Judge, act: Harm, *, with_triggers: bool = True) -> Look:
    """The look after someone did this to the file with a program of their own."""
    judge.lay_out({})
    with closing(sqlite3.connect(judge.place / DATABASE_FILE)) as raw:
        triggers = raw.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            raw.execute(f"DROP TRIGGER {name}")
        act(raw)
        if with_triggers:
            for _, statement in triggers:
                raw.execute(statement)
        raw.commit()
    return judge.look(thorough=True)


def noticed(look: Look, *, hurt: int | None = None) -> Look:
    assert look.end == NOTICED, look
    if hurt is not None:
        assert look.told
        assert len(look.told.hurt) == hurt, look.told.hurt
    return look


def refused(look: Look) -> str:
    assert look.end == REFUSED, look
    return look.why[1]


def test_the_small_practice_is_whole(judge: Judge, made: Small) -> None:
    look = judge.after({}, thorough=True)
    assert look.end == HARMLESS
    assert look.told
    assert {table for table, _ in look.told.newest} == set(KINDS)
    assert set(made.told_at[made.last].answers) == set(look.told.answers) != set()


@pytest.mark.parametrize("name", [DATABASE_FILE, ANCHOR_FILE])
def test_a_file_that_was_cut_short(judge: Judge, made: Small, name: str) -> None:
    raw = made.files[name]
    lengths = {0, 1, 15, 16, 99, 100, 4095, 4096, 4097, len(raw) // 2, len(raw) - 4096, len(raw) - 1}
    for length in sorted(length for length in lengths if length < len(raw)):
        look = judge.after({name: raw[:length]}, thorough=True)
        if name == DATABASE_FILE and length == len(raw) - 1:
            # SQLite takes the last byte for zero, whatever it belongs to.
            assert look.end in (NOTICED, HARMLESS)
        elif name == DATABASE_FILE:
            assert DATABASE_FILE in refused(look), length
        else:
            # One whole slot is enough to tell; with none of them a person is asked to look.
            assert look.end in (NOTICED, HARMLESS)
            assert look.end == (NOTICED if length < 4096 else HARMLESS), length


def test_a_log_that_was_cut_short(judge: Judge, made: Small, tmp_path: Path) -> None:
    crashed = small_practice(tmp_path / "made")
    judge = Judge(crashed, judge.place)
    raw = crashed.files[WAL]
    frames = range(32, len(raw), 24 + 4096)
    cuts = sorted(
        {0, 31, 32, *frames, *(at + 24 for at in frames), *(at + 3000 for at in frames), len(raw) - 1}
    )
    ends = [judge.after({WAL: raw[:length]}).end for length in cuts if length < len(raw)]
    assert set(ends) == {NOTICED}, ends


@pytest.mark.parametrize("name", [DATABASE_FILE, ANCHOR_FILE, WAL])
def test_a_file_with_the_bytes_of_another(judge: Judge, made: Small, name: str) -> None:
    for other in (DATABASE_FILE, ANCHOR_FILE, "READ ME FIRST.txt"):
        if other == name:
            continue
        look = judge.after({name: made.files[other]}, thorough=True)
        # A log that is none is put aside by SQLite, and nothing is missing without it.
        assert look.end == {DATABASE_FILE: REFUSED, ANCHOR_FILE: NOTICED, WAL: HARMLESS}[name]


@pytest.mark.parametrize("table", sorted(KINDS))
def test_the_last_version_is_gone(judge: Judge, table: str) -> None:
    look = harmed(
        judge,
        lambda raw: raw.execute(
            f"DELETE FROM {table} WHERE id = (SELECT max(id) FROM {table} WHERE version = "
            f"(SELECT max(version) FROM {table}))"
        ),
    )
    noticed(look, hurt=1)


@pytest.mark.parametrize("table", sorted(KINDS))
def test_all_records_of_a_kind_are_gone(judge: Judge, table: str) -> None:
    look = noticed(harmed(judge, lambda raw: raw.execute(f"DELETE FROM {table}")))
    assert look.told
    assert {name for name, _ in look.told.hurt} == {table}


@pytest.fixture
def alone(judge: Judge, made: Small) -> Judge:
    """The same without the second copy of the head: what tampering with the store alone would come to."""
    files = {name: raw for name, raw in made.files.items() if name != HEADER_BACKUP_FILE}
    return Judge(replace(made, files=files), judge.place)


# Of the practice, of its clinician, of three clients with two each, and of a couple.
RINGS = 9


@pytest.mark.parametrize("table", ["ring", "ring_grant"])
def test_keys_are_gone(judge: Judge, alone: Judge, table: str) -> None:
    """Each ring in turn. The practice's own is put back from its second copy; without that nothing opens."""
    ends: dict[Judge, list[str]] = {judge: [], alone: []}
    for each, number in product(ends, range(RINGS)):
        one = f"SELECT ring FROM {table} ORDER BY ring LIMIT 1 OFFSET {number}"
        look = harmed(each, partial(execute, f"DELETE FROM {table} WHERE ring = ({one})"))
        ends[each].append(look.end)
        assert look.end == NOTICED or DATABASE_FILE in refused(look)
    assert ends[judge] == [NOTICED] * RINGS
    assert sorted(ends[alone]) == [NOTICED] * (RINGS - 1) + [REFUSED]


def test_ways_in_are_gone(judge: Judge, alone: Judge) -> None:
    gone: Harm = lambda raw: raw.execute("DELETE FROM slot WHERE kind = 1")  # noqa: E731
    assert "head" in noticed(harmed(judge, gone), hurt=0).why
    assert {"passphrase", "ways in"} <= set(noticed(harmed(alone, gone), hurt=0).why)
    # The passphrase opens, so the store's own head is used: the list of ways to unlock is shown as changed.
    for gone in (
        lambda raw: raw.execute("DELETE FROM slot WHERE kind = 2"),
        lambda raw: raw.execute("DELETE FROM slot_list"),
    ):
        assert "ways in" in noticed(harmed(judge, gone), hurt=0).why


@pytest.mark.parametrize("table", ["vault", "identity"])
def test_the_head_of_the_practice_is_gone(judge: Judge, alone: Judge, table: str) -> None:
    gone: Harm = lambda raw: raw.execute(f"DELETE FROM {table}")  # noqa: E731
    assert "head" in noticed(harmed(judge, gone), hurt=0).why
    assert DATABASE_FILE in refused(harmed(alone, gone))


@pytest.mark.parametrize("which", ["seq > 20", "seq = 28", "seq = 10", "seq BETWEEN 5 AND 9", "seq = 1", "1"])
def test_lines_of_the_trail_are_gone(judge: Judge, which: str) -> None:
    look = harmed(judge, lambda raw: raw.execute(f"DELETE FROM audit_line WHERE {which}"))
    if which == "1":
        assert DATABASE_FILE in refused(look)
    else:
        noticed(look)


def test_the_ledger_is_gone(judge: Judge) -> None:
    assert harmed(judge, lambda raw: raw.execute("DELETE FROM ledger")).end == HARMLESS


def test_answers_of_a_hand_over_are_gone(judge: Judge) -> None:
    for which in ("seq = 1", "seq = 2", "1"):
        look = harmed(judge, partial(execute, f"DELETE FROM handover_row WHERE {which}"))
        assert "hand-over" in noticed(look).why


@pytest.mark.parametrize(
    "planted",
    [
        "CREATE TRIGGER kind AFTER INSERT ON client BEGIN DELETE FROM client WHERE version = 1; END",
        "CREATE VIEW everyone AS SELECT * FROM client",
        "CREATE TABLE more (text)",
        "CREATE INDEX quicker ON client (key_id)",
        "DROP INDEX ix_client_ring",
        "ALTER TABLE client ADD COLUMN more INTEGER",
    ],
)
def test_something_is_built_in(judge: Judge, planted: str) -> None:
    assert "built" in noticed(harmed(judge, lambda raw: raw.execute(planted)), hurt=0).why


def test_the_triggers_are_gone(judge: Judge) -> None:
    assert "built" in noticed(harmed(judge, lambda raw: None, with_triggers=False), hurt=0).why


@dataclass(frozen=True)
class Move:
    """A row of a table gets a column, or several, from another row of the same or another table."""

    what: str
    statement: str
    hurt: int


MOVES = [
    Move("a note into another note’s place", "UPDATE clinical_note SET sealed = (SELECT sealed FROM "
         "clinical_note AS other WHERE other.id <> clinical_note.id LIMIT 1) WHERE id = 1", 1),
    Move("another ring", "UPDATE clinical_note SET ring = (SELECT ring FROM clinical_note ORDER BY id DESC "
         "LIMIT 1) WHERE id = 1", 1),
    Move("another ring and its key", "UPDATE clinical_note SET (ring, key_id) = (SELECT ring, key_id FROM "
         "clinical_note ORDER BY id DESC LIMIT 1) WHERE id = 1", 1),
    Move("another version", "UPDATE therapy_session SET version = 2 WHERE id = 1", 1),
    Move("another table", "INSERT INTO handout (record, version, ring, key_id, final, sealed) SELECT record, "
         "version, ring, key_id, final, sealed FROM relationship", 1),
    Move("a copy as another record", "INSERT INTO handout (record, version, ring, key_id, final, sealed) "
         "SELECT CAST('another record 7' AS BLOB), version, ring, key_id, final, sealed FROM handout", 1),
    Move("a copy as a later version", "INSERT INTO client (record, version, ring, key_id, final, sealed) "
         "SELECT record, 9, ring, key_id, final, sealed FROM client WHERE version = 2", 1),
    Move("final made open", "UPDATE therapy_session SET final = 0 WHERE id = 1", 1),
    Move("a draft made final", "UPDATE clinical_note SET final = 1 WHERE final = 0", 1),
    Move("an older version as the newest", "UPDATE client SET (version, sealed) = (SELECT 3, sealed FROM "
         "client AS other WHERE other.version = 1 AND other.record = client.record) WHERE version = 2", 1),
]  # fmt: skip


@pytest.mark.parametrize("move", MOVES, ids=lambda move: move.what)
def test_rows_are_moved(judge: Judge, move: Move) -> None:
    noticed(harmed(judge, lambda raw: raw.execute(move.statement)), hurt=move.hurt)


WHOLE_NUMBERS = [
    (table.name, column.name)
    for table in base.metadata.sorted_tables
    for column in table.columns
    # The sealed tables are alike; one stands for all.
    if isinstance(column.type, Integer) and (table.name not in KINDS or table.name == "client")
]


@pytest.mark.parametrize(("table", "column"), WHOLE_NUMBERS)
def test_a_number_that_none_of_ours_can_be(judge: Judge, table: str, column: str) -> None:
    """A bit in the disk turns a small number into one below nothing, which no encoding has a place for."""
    for number in (f"-1 - {column}", f"{column} + (1 << 62)", f"{column} | (-1 << 63)", str(2**63 - 1)):

        def turn(raw: sqlite3.Connection, number: str = number) -> None:
            raw.execute("PRAGMA ignore_check_constraints = ON")
            wanted = f"{column} = (SELECT max({column}) FROM {table})"
            raw.execute(f"UPDATE OR IGNORE {table} SET {column} = {number} WHERE {wanted}")

        assert harmed(judge, turn).end in (REFUSED, NOTICED, HARMLESS)


def test_a_slot_below_the_floor(judge: Judge, alone: Judge) -> None:
    """A cost that is too low is not even tried; the second copy opens, or the sheet, and either is told."""
    for column, value in (("memory_kib", 8), ("passes", 1), ("lanes", 1), ("memory_kib", 2**40)):

        def lower(raw: sqlite3.Connection, column: str = column, value: int = value) -> None:
            raw.execute(f"UPDATE slot SET {column} = {value} WHERE kind = 1")

        assert "head" in noticed(harmed(judge, lower), hurt=0).why
        assert {"passphrase", "ways in"} <= set(noticed(harmed(alone, lower), hurt=0).why)


def test_an_old_way_in_is_put_back_with_its_own_list(judge: Judge, made: Small) -> None:
    """Both fit each other, so only the trail knows that they are not the newest."""
    judge.lay_out({})
    store = open_store(judge.place)
    with writing(store) as db:
        vault = practice_access.unlock_with_passphrase(db, PASSPHRASE, now=LATER)
        passphrase_checks.change_passphrase(db, vault, PASSPHRASE, "another one of six words", now=LATER)
    store_of(store).checkpoint()
    with closing(sqlite3.connect(judge.place / DATABASE_FILE)) as raw:
        before = judge.place.parent / "before.db"
        before.write_bytes(made.files[DATABASE_FILE])
        raw.execute("ATTACH ? AS old", [str(before)])
        for table in ("slot", "slot_list"):
            raw.execute(f"DELETE FROM main.{table}")
            raw.execute(f"INSERT INTO main.{table} SELECT * FROM old.{table}")
        raw.commit()
    with writing(store) as db:
        vault = practice_access.unlock_with_passphrase(db, PASSPHRASE, now=LATER)
        assert not vault.slots_intact
        found = inspection.inspect_all(db, vault, lambda *_: None).findings
        assert ["list of ways to unlock" in each.sentence for each in found] == [True]
        # One new way in does not make the other one genuine; two do.
        passphrase_checks.change_passphrase(db, vault, PASSPHRASE, PASSPHRASE, now=LATER)
        assert not vault.slots_intact
        passphrase_checks.replace_sheet(db, vault, PASSPHRASE, now=LATER)
        assert vault.slots_intact
    with writing(store) as db:
        assert practice_access.unlock_with_passphrase(db, PASSPHRASE, now=LATER).slots_intact
    store.dispose()


def test_an_older_file_is_put_back_under_a_newer_anchor(judge: Judge, tmp_path: Path) -> None:
    """Its last lines are missing, and named; and an older anchor under a newer file says nothing wrong."""
    crashed = small_practice(tmp_path / "made")
    newer = Judge(crashed, judge.place)
    assert newer.after({WAL: b""}, thorough=True).why[0] == "missing"
    assert newer.after({ANCHOR_FILE: judge.made.files[ANCHOR_FILE]}, thorough=True).why[0] == "other"
    older = crashed.files[ANCHOR_FILE]
    slots = sorted([older[:4096], older[4096:]], key=lambda raw: raw[10:18])
    assert newer.after({ANCHOR_FILE: slots[0] + bytes(4096)}, thorough=True).end == HARMLESS


def test_without_the_comparison_with_the_trail_losses_pass(judge: Judge) -> None:
    """The control: a build that believes every row that opens."""
    gone: Harm = lambda raw: raw.execute("DELETE FROM client WHERE version = 2")  # noqa: E731
    with (
        patch.object(integrity, "check_against_audit_log", lambda *_: ""),
        pytest.raises(Failed, match="is shown as"),
    ):
        harmed(judge, gone)
    nothing = patch.multiple(
        integrity, find_missing_records=lambda *_: [], find_missing_record=lambda *_: None
    )
    with nothing, pytest.raises(Failed, match="is gone"):
        harmed(judge, lambda raw: raw.execute("DELETE FROM handout"))
