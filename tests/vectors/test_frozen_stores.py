"""The frozen store of each format opens with each of its secrets, and holds what was written down then."""

import json
import lzma
import re
import sqlite3
import unicodedata
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from clinic_toolkit.backup import upgrade, verification
from clinic_toolkit.backup.progress import report_nothing
from clinic_toolkit.backup.restoration import restore_backup
from clinic_toolkit.journal import inspection
from clinic_toolkit.record.people import clients, practice_access
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.record.record_kinds import ALL_KINDS
from clinic_toolkit.store.base import metadata
from clinic_toolkit.store.format_number import FORMAT_VERSION
from clinic_toolkit.store.opening import open_read_only, open_store
from clinic_toolkit.store.sqlite import schema
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.vault import key_slots
from clinic_toolkit.vault.vault import Vault
from tests.fixtures.backups import LATER
from tests.fixtures.cheap_derivations import quickly
from tests.fixtures.write_protected import write_protected

from . import (
    frozen_contents,
    independent_anchor,
    independent_backup,
    independent_erasures,
    independent_header,
    independent_past,
    independent_reader,
    independent_trail,
)
from .make_frozen_store import FOLDER, RELEASED, StaysAsItIs, digest_of, load_released, make_frozen_store

FROZEN = sorted(FOLDER.glob("format-*.tar.xz"))
WAYS = ("passphrase", "sheet", "halves")


@dataclass(kw_only=True)
class Frozen:
    """One frozen store: its backup, what it unpacks to, and what was written down beside it."""

    backup: Path
    folder: Path
    described: dict[str, Any]

    @property
    def contents(self) -> frozen_contents.Contents:
        return {name: self.described[name] for name in frozen_contents.LISTS}

    @property
    def is_present(self) -> bool:
        """Whether it is of the present format: an earlier one may lack what was added later."""
        return bool(self.described["format"] == FORMAT_VERSION)

    @property
    def tables(self) -> set[str]:
        """The tables of the records in it."""
        return {record["table"] for record in self.described["records"]}

    def reader(self, way: str) -> independent_reader.Reader:
        secret = self.described[way]
        return independent_reader.Reader(
            self.folder, **{way: " ".join(secret) if way == "halves" else secret}
        )

    def opening(self, way: str) -> Callable[[Connection], Vault]:
        """What opens it in the program, psychotherapy notes and all."""
        secret = self.described[way]

        def open_vault(db: Connection) -> Vault:
            if way == "halves":
                vault, keys = key_slots.unlock_with_executor_halves(db, *secret)
            elif way == "sheet":
                vault = key_slots.unlock_with_recovery_sheet(db, secret)
                keys = key_slots.open_keys_with_recovery_sheet(db, vault.user_id, secret)
            else:
                vault = key_slots.unlock_with_passphrase(db, secret)
                keys = key_slots.open_keys_with_passphrase(db, vault.user_id, secret)
            assert keys.psychotherapy_key
            vault.open_psychotherapy_notes(db, keys.psychotherapy_key)
            return vault

        return open_vault


@pytest.fixture(scope="module", params=FROZEN, ids=lambda file: file.name.partition(".")[0])
def frozen(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Frozen:
    return unpacked(request.param, tmp_path_factory.mktemp("frozen"))


def unpacked(file: Path, place: Path) -> Frozen:
    described = json.loads(file.with_name(file.name.replace(".tar.xz", ".json")).read_text(encoding="utf-8"))
    (place / "backup.tar").write_bytes(lzma.decompress(file.read_bytes()))
    said, parts = independent_backup.read_backup(
        (place / "backup.tar").read_bytes(), independent_reader.decoded
    )
    assert {name: frozen_contents.plain(value) for name, value in said.items()} == described["manifest"]
    (place / "unpacked").mkdir()
    for name, part in parts.items():
        (place / "unpacked" / name).write_bytes(part)
    return Frozen(backup=place / "backup.tar", folder=place / "unpacked", described=described)


def test_the_present_format_has_a_frozen_store_of_its_own_schema() -> None:
    """Where this fails before a release: `python -m tests.vectors.make_frozen_store --again`."""
    described = json.loads((FOLDER / f"format-{FORMAT_VERSION}.json").read_text(encoding="utf-8"))
    assert described["format"] == FORMAT_VERSION
    assert described["schema"] == schema.digest_schema(schema.expected_schema(metadata))


def test_the_page_about_the_format_names_the_present_number() -> None:
    page = (Path(__file__).parents[2] / "docs" / "format.md").read_text(encoding="utf-8")
    assert re.findall(r"`user_version` (\d+)", page) == [str(FORMAT_VERSION)]


def test_what_belongs_to_a_release_stays_as_it_is() -> None:
    assert [
        name for name, digest in load_released(FOLDER).items() if digest_of(FOLDER / name) != digest
    ] == []


def test_it_holds_every_kind_of_record_in_more_than_one_version(frozen: Frozen) -> None:
    versions: dict[str, set[int]] = {}
    for record in frozen.described["records"]:
        versions.setdefault(record["table"], set()).add(record["version"])
    known = {kind.name for kind in ALL_KINDS}
    assert set(versions) == known if frozen.is_present else set(versions) <= known
    assert {name for name, numbers in versions.items() if max(numbers) > 1} >= {
        "administration", "client", "clinical_note", "clinician", "draft", "handover", "practice",
        "relationship", "therapy_session",
    }  # fmt: skip
    assert {record["class"] for record in frozen.described["records"]} == {1, 2, 3, 4, 5}
    purposes = {"", "sig/note", "sig/tombstone"} | (
        {"sig/note-addition", "sig/set-aside", "sig/cosign"} if frozen.is_present else set()
    )
    assert {record["signed"] for record in frozen.described["records"]} == purposes
    assert frozen.described["erased_rings"] and frozen.described["handover_rows"]


def test_its_past_holds_a_restore_and_new_keys_and_someone_who_came_back(frozen: Frozen) -> None:
    events = [line["text"][0] for line in frozen.described["audit_lines"]]
    assert [event.partition(" ")[0] for event in events].count("practice.restored") == 1
    assert [event.partition(" ")[0] for event in events].count("practice.keys_replaced") == 1
    states = [
        record["body"][0][3] for record in frozen.described["records"] if record["table"] == "tombstone"
    ]
    assert sorted(states) == ["erased", "erased", "erased", "lifted", "lifted"]
    assert "client.joined" in events and events[-1] == "unlock.failed"


@pytest.mark.parametrize("way", WAYS)
def test_a_reader_of_its_own_finds_what_was_written_down(frozen: Frozen, way: str) -> None:
    reader = frozen.reader(way)
    assert frozen_contents.read_independently(reader) == frozen.contents
    assert independent_past.past_texts(reader)
    reader.db.close()


def test_nothing_in_it_is_unnamed_or_missing(frozen: Frozen) -> None:
    reader = frozen.reader("sheet")
    assert independent_trail.unnamed(reader) == [] == independent_erasures.missing(reader)
    reader.db.close()


def test_the_files_beside_it_say_what_is_in_it(frozen: Frozen) -> None:
    manifest, newest = frozen.described["manifest"], independent_anchor.newest(frozen.folder)
    assert newest and independent_anchor.told(frozen.folder) == "whole"
    assert (newest["seq"], newest["head"]) == (manifest["last_line"], manifest["last_hash"]["hex"])
    generation, tables = independent_header.head(frozen.folder)
    reader = frozen.reader("sheet")
    assert reader.db.execute("SELECT generation FROM slot_list").fetchone()[0] == generation
    for name, rows in tables.items():
        stored = [list(row) for row in reader.db.execute(f"SELECT * FROM {name}")]
        assert rows and all(row in stored for row in rows), name
    statement, signature = independent_backup.statement_of((frozen.folder / "manifest").read_bytes())
    signed = independent_reader.enc("sig/backup", independent_reader.sha256(statement))
    reader.public.verify(signature, signed)
    reader.db.close()


def test_the_passphrase_opens_in_either_way_of_writing_its_letters(frozen: Frozen) -> None:
    decomposed = unicodedata.normalize("NFD", frozen.described["passphrase"])
    assert decomposed != frozen.described["passphrase"]
    independent_reader.Reader(frozen.folder, passphrase=decomposed).db.close()
    with open_read_only(frozen.folder) as view:
        assert key_slots.unlock_with_passphrase(view.db, decomposed).can_sign


@pytest.mark.parametrize("way", WAYS)
def test_the_program_finds_it_whole_and_as_it_was_written_down(
    frozen: Frozen, way: str, tmp_path: Path
) -> None:
    found = verification.verify_backup(
        frozen.backup, tmp_path, open_vault=frozen.opening(way), report=report_nothing
    )
    assert found.faults == () and found.with_keys
    with open_read_only(frozen.folder) as view:
        vault = frozen.opening(way)(view.db)
        assert frozen_contents.read_records(view.db, vault) == frozen.described["records"]
        lines = frozen_contents.read_audit_lines(view.db, vault)
    assert lines == [
        (line["seq"], line["signed"], *line["text"][:2]) for line in frozen.described["audit_lines"]
    ]


def test_it_is_restored_and_gone_on_with(frozen: Frozen, tmp_path: Path) -> None:
    restore_backup(frozen.backup, tmp_path / "data", replace=False, report=report_nothing)
    kept = upgrade.bring_up_to_date(tmp_path / "data", now=LATER, report=report_nothing)
    assert (kept is None) == frozen.is_present
    engine = open_store(tmp_path / "data")
    with writing(engine) as db:
        vault = practice_access.unlock_with_recovery_sheet(db, frozen.described["sheet"], now=LATER)
        clients.create_client(db, vault, Client(name="Femi Adeyemi"), now=LATER)
    with reading(engine) as db:
        assert [client.payload.name for client in clients.list_clients(db, vault)][-1] == "Femi Adeyemi"
        assert inspection.inspect_all(db, vault, report_nothing).findings == ()
    engine.dispose()


def test_it_is_read_on_a_write_protected_disk_right_after_a_restore(frozen: Frozen, tmp_path: Path) -> None:
    restore_backup(frozen.backup, tmp_path / "data", replace=False, report=report_nothing)
    with write_protected(tmp_path / "data"):
        engine = open_store(tmp_path / "data")
        with reading(engine) as db:
            vault = practice_access.unlock_with_recovery_sheet(db, frozen.described["sheet"], now=LATER)
            assert (
                clients.list_clients(db, vault)
                and vault.incarnation.bytes.hex() == (frozen.described["manifest"]["incarnation"]["hex"])
            ), "nothing is begun where nothing can be written"
            assert inspection.inspect_all(db, vault, report_nothing).findings == ()
        engine.dispose()


def test_its_rows_are_read_in_any_order(frozen: Frozen, tmp_path: Path) -> None:
    """A row's number says nothing, so rows that were put back in another order are the same record."""
    (tmp_path / "clinic.db").write_bytes((frozen.folder / "clinic.db").read_bytes())
    with closing(sqlite3.connect(tmp_path / "clinic.db")) as db, db:
        for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            db.execute(f"DROP TRIGGER {name}")
        for name in frozen.tables:
            db.execute(f"UPDATE {name} SET id = -id")
        assert db.execute("SELECT count(*) FROM client WHERE id > 0").fetchone() == (0,)
    other = Frozen(backup=frozen.backup, folder=tmp_path, described=frozen.described)
    for way in WAYS:
        reader = other.reader(way)
        assert frozen_contents.read_independently(reader) == frozen.contents
        reader.db.close()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("UPDATE client SET sealed = zeroblob(length(sealed)) WHERE version = 2", "suite"),
        ("UPDATE clinical_note SET ring = (SELECT ring FROM practice)", "generation"),
        ("UPDATE audit_line SET signature = NULL WHERE seq = 3; DELETE FROM audit_line WHERE seq = 4", "fit"),
        ("UPDATE handover_row SET item = item + 1", "commitment"),
        ("DELETE FROM handover_row WHERE seq = 1", "does not follow"),
    ],
)
def test_a_damaged_one_is_noticed(frozen: Frozen, tmp_path: Path, change: str, told: str) -> None:
    (tmp_path / "clinic.db").write_bytes((frozen.folder / "clinic.db").read_bytes())
    with closing(sqlite3.connect(tmp_path / "clinic.db")) as db, db:
        for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            db.execute(f"DROP TRIGGER {name}")
        for statement in change.split("; "):
            assert db.execute(statement).rowcount > 0
    reader = Frozen(backup=frozen.backup, folder=tmp_path, described=frozen.described).reader("sheet")
    with pytest.raises(ValueError, match=told):
        frozen_contents.read_independently(reader)
    reader.db.close()


def test_the_command_replaces_nothing_of_a_release(tmp_path: Path) -> None:
    store, other = tmp_path / f"format-{FORMAT_VERSION}.tar.xz", tmp_path / "format-1.json"
    for file in (store, other):
        file.write_bytes(b"made before")
    with pytest.raises(StaysAsItIs, match="--again"):
        make_frozen_store(tmp_path)
    (tmp_path / RELEASED).write_text(json.dumps({store.name: digest_of(store)}), encoding="utf-8")
    with pytest.raises(StaysAsItIs, match="was released"):
        make_frozen_store(tmp_path, again=True)
    assert store.read_bytes() == other.read_bytes() == b"made before"
    (tmp_path / RELEASED).unlink()
    with quickly():
        assert make_frozen_store(tmp_path, again=True) == store
    assert not other.exists() and lzma.decompress(store.read_bytes())
