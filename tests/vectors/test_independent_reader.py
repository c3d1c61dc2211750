"""A reader written from docs/format.md alone opens what the toolkit wrote, by passphrase and by sheet."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import Engine, text

from clinic_toolkit.crypto import passphrase_kdf
from clinic_toolkit.crypto.passphrase_kdf import KdfCost
from clinic_toolkit.record.people import practice_access
from clinic_toolkit.record.people.clinician_record import Clinician
from clinic_toolkit.record.people.practice_record import PracticeSettings, RecordRole
from clinic_toolkit.store.opening import open_store
from clinic_toolkit.store.transactions import writing
from clinic_toolkit.vault import executor_halves, key_slot_changes, key_slots, recovery_sheet
from clinic_toolkit.vault.rings import RingClass
from tests.fixtures import vaults
from tests.fixtures.practices import CLINICIAN, SETTINGS

from . import independent_fields, independent_header, independent_msgpack, independent_reader

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
READER = Path(independent_reader.__file__)
BODIES: list[Any] = [
    [
        1,
        b"\x00\xff",
        "Grüße 🌿",
        None,
        True,
        False,
        -1,
        -33,
        127,
        128,
        255,
        256,
        65535,
        65536,
        1 << 40,
        -(1 << 40),
    ],
    {"a": [1.5, {"b": []}], "long": "x" * 5000, "raw": bytes(70000)},
    list(range(40)),
    "",
]


@pytest.fixture(autouse=True)
def _at_the_floor(monkeypatch: pytest.MonkeyPatch) -> None:
    """However quick this machine is: nothing is measured, and the least cost is chosen."""
    monkeypatch.setattr(key_slot_changes, "calibrate_cost", lambda: passphrase_kdf.MIN_COST)


@pytest.fixture
def low_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cost that the reader would refuse, for tests in which it opens by the sheet."""
    monkeypatch.setattr(passphrase_kdf, "MIN_COST", KdfCost(memory_kib=64, passes=1, lanes=1))


@pytest.fixture
def written(tmp_path: Path) -> tuple[Path, tuple[str, ...], list[str]]:
    engine: Engine = vaults.new_store(tmp_path)
    with writing(engine) as db:
        vault, groups = key_slot_changes.create_vault_with_slots(
            db, vaults.PASSPHRASE, cost=passphrase_kdf.MIN_COST
        )
    owners = []
    for body, sign in zip(BODIES, (None, "sig/note", None, "sig/cosign"), strict=True):
        owner, ring = vaults.new_owner(engine, vault, RingClass.RECORD)
        owners.append(owner.hex)
        vaults.write_sample(engine, vault, ring, msgspec.msgpack.encode(body), sign)
    engine.dispose()
    return tmp_path / "data", groups, owners


@contextmanager
def reading_of(folder: Path, **way: str) -> Iterator[Any]:
    reader = independent_reader.Reader(folder, **way)
    yield reader
    reader.db.close()


def test_both_ways_in(written: tuple[Path, tuple[str, ...], list[str]]) -> None:
    folder, groups, owners = written
    for way in ({"passphrase": vaults.PASSPHRASE}, {"sheet": "-".join(groups).lower()}):
        with reading_of(folder, **way) as reader:
            found = list(reader.records())
        assert [independent_reader.decoded(line["raw"]) for line in found] == BODIES
        assert [line["owner"] for line in found] == owners
        assert [line["signed"] for line in found] == ["", "sig/note", "", "sig/cosign"]


@pytest.mark.parametrize("opted_in", [False, True])
def test_both_halves_of_an_executor(written: tuple[Path, tuple[str, ...], list[str]], opted_in: bool) -> None:
    """They open the record, and psychotherapy notes only if that was chosen; never the signing key."""
    folder, groups, _ = written
    engine = vaults.new_store_at(folder)
    with writing(engine) as db:
        vault = key_slots.unlock_with_passphrase(db, vaults.PASSPHRASE)
        held = key_slots.open_keys_with_recovery_sheet(db, vault.user_id, " ".join(groups))
        assert held.psychotherapy_key
        vault.open_psychotherapy_notes(db, held.psychotherapy_key)
        first, second = executor_halves.generate_halves()
        key = held.psychotherapy_key if opted_in else None
        slot = key_slot_changes.prepare_executor_halves(vault, first, second, psychotherapy_key=key)
        key_slot_changes.store_slot(db, vault, slot)
    owner, ring = vaults.new_owner(engine, vault, RingClass.PSYCHOTHERAPY)
    vaults.write_sample(engine, vault, ring, msgspec.msgpack.encode("closed words"))
    engine.dispose()
    with reading_of(folder, halves=" ".join([*first, *second])) as reader:
        assert reader.signing_seal_key is None
        found = list(reader.records())
    assert len(found) == len(BODIES) + opted_in
    assert (owner.hex in {line["owner"] for line in found}) is opted_in
    with reading_of(folder, passphrase=vaults.PASSPHRASE) as reader:
        [notes] = [line for line in reader.records() if line["class"] == 3]
    assert independent_reader.decoded(notes["raw"]) == "closed words"
    for wrong, told in (
        ([*second, *first], "group 1"),
        ([*first, *first], "group 1"),
        ([*groups, *second], "group 1"),
        ([*first, *executor_halves.generate_halves()[1]], "commitment"),
    ):
        with pytest.raises(ValueError, match=told):
            independent_reader.Reader(folder, halves=" ".join(wrong))


def test_wrong_secrets_open_nothing(written: tuple[Path, tuple[str, ...], list[str]]) -> None:
    folder, groups, _ = written
    for way in ({"passphrase": "wrong"}, {"sheet": " ".join(recovery_sheet.encode_groups(bytes(20)))}):
        with pytest.raises(ValueError, match="commitment"):
            independent_reader.Reader(folder, **way)
    with pytest.raises(ValueError, match="group 2"):
        independent_reader.Reader(folder, sheet=" ".join([groups[0], groups[0], *groups[2:]]))


def test_it_notices_what_was_changed(
    low_cost: None, written: tuple[Path, tuple[str, ...], list[str]]
) -> None:
    folder, groups, _ = written
    changes = {
        "UPDATE sample SET version = 2 WHERE id = 2": "commitment",
        "UPDATE ring SET members = zeroblob(81)": "statement",
        "DELETE FROM slot WHERE kind = 1": "ways in",
        "UPDATE slot SET sealed_signing = zeroblob(80) WHERE kind = 1": "ways in",
        "UPDATE slot SET sealed_psychotherapy = zeroblob(80) WHERE kind = 1": "ways in",
        "UPDATE slot SET sealed_psychotherapy = NULL WHERE kind = 1": "ways in",
        "UPDATE slot SET sealed_psychotherapy = NULL WHERE kind = 2": "ways in",
    }
    for number, (change, told) in enumerate(changes.items()):
        copy = folder.with_name(f"copy{number}")
        shutil.copytree(folder, copy)
        engine = vaults.new_store_at(copy)
        with writing(engine) as db:
            db.execute(text(change))
        engine.dispose()
        with pytest.raises(ValueError, match=told):
            list(independent_reader.Reader(copy, sheet=" ".join(groups)).records())


def test_it_stands_alone(
    low_cost: None, written: tuple[Path, tuple[str, ...], list[str]], tmp_path: Path
) -> None:
    source = READER.read_text(encoding="utf-8")
    assert len(source.splitlines()) < 300
    assert "clinic_toolkit" not in source
    folder, groups, _ = written
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for page in (independent_reader, independent_msgpack, independent_fields):
        shutil.copy(str(page.__file__), elsewhere)
    done = subprocess.run(
        [sys.executable, "-I", str(elsewhere / READER.name), str(folder), "sheet"],
        input=" ".join(groups), capture_output=True, text=True, encoding="utf-8", cwd=elsewhere, check=False,
        env={"PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(lines) == len(BODIES), done.stderr
    assert lines[0]["body"][2] == "Grüße 🌿"
    # This store was made without an audit trail.
    assert "no such table: audit_line" in done.stderr


def test_a_whole_practice_with_its_audit_trail(tmp_path: Path) -> None:
    engine = open_store(tmp_path / "data")
    settings = PracticeSettings(
        country="AT",
        record_role=RecordRole.FULL,
        practice_name="Lindenhof",
        crisis_text="142",
    )
    with writing(engine) as db:
        _, groups = practice_access.create_practice(
            db, settings, Clinician(name="A. Weide"), passphrase=vaults.PASSPHRASE, now=NOW
        )
    with writing(engine) as db:
        practice_access.unlock_with_recovery_sheet(db, " ".join(groups), now=NOW)
    engine.dispose()
    with reading_of(tmp_path / "data", passphrase=vaults.PASSPHRASE) as reader:
        kept, clinician = sorted(reader.records(), key=lambda record: record["table"], reverse=True)
        lines = list(reader.audit_lines())
    assert (kept["table"], clinician["table"], clinician["class"]) == ("practice", "clinician", 5)
    assert "A. Weide" in str(independent_reader.decoded(clinician["raw"]))
    assert "Lindenhof" in str(independent_reader.decoded(kept["raw"]))
    assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))
    assert all(line["signed"] for line in lines)
    events = [independent_reader.decoded(line["raw"])[0] for line in lines]
    assert events[0].startswith("practice.created slots-")
    assert {"practice.saved", "practice.unlocked_with_sheet"} <= set(events)
    # What the trail says was written is what lies there, content id and all.
    saved = independent_reader.decoded(lines[events.index("practice.saved")]["raw"])
    assert saved[3][0][4].hex() == kept["content"]


def test_the_second_copy_opens_what_the_store_does_not_any_more(low_cost: None, tmp_path: Path) -> None:
    """By the sheet, after the identity and the practice's own ring were taken out of the store."""
    folder = tmp_path / "data"
    engine = open_store(folder)
    settings = PracticeSettings(
        country="AT",
        record_role=RecordRole.FULL,
        practice_name="Lindenhof",
        crisis_text="142",
    )
    with writing(engine) as db:
        vault, groups = practice_access.create_practice(
            db, settings, Clinician(name="A. Weide"), passphrase=vaults.PASSPHRASE, now=NOW
        )
    with writing(engine) as db:
        db.execute(text("UPDATE identity SET sealed = zeroblob(106)"))
        practice_ring = {"ring": vault.practice_ring.bytes}
        db.execute(text("DELETE FROM ring_grant WHERE ring = :ring"), practice_ring)
    engine.dispose()
    with pytest.raises((ValueError, TypeError)):
        independent_reader.Reader(folder, sheet=" ".join(groups))
    generation = independent_header.put_back(folder, tmp_path / "back")
    assert generation == vault.slot_generation
    with reading_of(tmp_path / "back", sheet=" ".join(groups)) as reader:
        (kept,) = (record for record in reader.records() if record["table"] == "practice")
        lines = [independent_reader.decoded(line["raw"])[0] for line in reader.audit_lines()]
    assert "Lindenhof" in str(independent_reader.decoded(kept["raw"]))
    assert lines[0] == f"practice.created slots-{generation}"
    # It stands alone, and is no longer than it must be.
    source = Path(independent_header.__file__).read_text(encoding="utf-8")
    assert "clinic_toolkit" not in source and len(source.splitlines()) < 80


def test_a_bit_in_the_second_copy_is_noticed(low_cost: None, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    engine = open_store(folder)
    with writing(engine) as db:
        practice_access.create_practice(db, SETTINGS, CLINICIAN, passphrase=vaults.PASSPHRASE, now=NOW)
    engine.dispose()
    whole = (folder / "clinic.head").read_bytes()
    assert independent_header.head(folder)[0] == 2
    for at in range(0, len(whole), 37):
        (folder / "clinic.head").write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(ValueError):
            independent_header.head(folder)


def test_the_reader_knows_every_length_of_a_time() -> None:
    for moment in (NOW, NOW.replace(microsecond=123456), NOW.replace(year=2600), NOW.replace(year=1960)):
        said = independent_reader.decoded(msgspec.msgpack.encode([moment, "end"]))
        assert said == [(moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1), "end"]
