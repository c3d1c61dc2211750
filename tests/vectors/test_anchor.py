"""The anchor's bytes, frozen and read by code that knows only `docs/format.md`."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from clinic_toolkit.store.chain import MAX_NUMBER, ChainEntry
from clinic_toolkit.store.sqlite import anchor_slot
from clinic_toolkit.store.sqlite.anchor_slot import SLOT_BYTES, AnchorSlot
from clinic_toolkit.store.verdict import SavedRecord
from tests.store import chains

from . import independent_anchor

VECTORS: dict[str, Any] = json.loads((Path(__file__).parent / "anchor.json").read_text(encoding="utf-8"))
READER = Path(independent_anchor.__file__)


def frozen(case: dict[str, Any]) -> bytes:
    return bytes.fromhex(case["beginning"]).ljust(SLOT_BYTES - 32, b"\0") + bytes.fromhex(case["sum"])


@pytest.mark.parametrize("case", VECTORS["good"])
def test_a_slot_is_read_and_written_as_ever(case: dict[str, Any]) -> None:
    raw = frozen(case)
    found = anchor_slot.decode_slot(raw)
    assert found
    assert (found.write_count, found.incarnation.hex, found.seq) == (
        case["count"],
        case["incarnation"],
        case["seq"],
    )
    assert found.tip_hash.hex() == case["head"]
    assert [as_listed(entry) for entry in found.saved_records()] == case["entries"]
    assert anchor_slot.encode_slot(found) == raw
    judged = independent_anchor.slot(raw)
    assert judged is not None and judged == {key: case[key] for key in judged}


def as_listed(entry: SavedRecord) -> dict[str, object]:
    return {
        "seq": entry.seq,
        "at": entry.at,
        "link": entry.hash_prefix.hex(),
        "table": entry.table,
        "ring": entry.ring.hex,
        "record": entry.record.hex,
    }


@pytest.mark.parametrize("case", VECTORS["bad"], ids=lambda case: case["why"])
def test_what_is_no_slot_is_refused(case: dict[str, Any]) -> None:
    body = bytearray(frozen(VECTORS["good"][0])[: SLOT_BYTES - 32])
    to = bytes.fromhex(case["to"])
    body[case["at"] : case["at"] + len(to)] = to
    assert anchor_slot.decode_slot(bytes(body) + hashlib.sha256(body).digest()) is None


def test_every_flipped_bit_is_seen() -> None:
    raw = bytearray(frozen(VECTORS["good"][0]))
    for at in range(SLOT_BYTES):
        raw[at] ^= 1 << at % 8
        assert anchor_slot.decode_slot(bytes(raw)) is None
        raw[at] ^= 1 << at % 8
    assert anchor_slot.decode_slot(bytes(raw))
    assert anchor_slot.decode_slot(bytes(raw[:-1])) is None


records = st.tuples(
    st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=20),
    st.binary(min_size=16, max_size=16),
    st.binary(min_size=16, max_size=16),
)
u64 = st.integers(0, 2**64 - 1)
lines = st.builds(
    ChainEntry,
    incarnation=st.uuids(),
    seq=st.integers(0, MAX_NUMBER),
    entry_hash=st.binary(min_size=32, max_size=32),
    at=u64,
    records=st.lists(records, max_size=60).map(tuple),
)


@given(st.lists(lines, min_size=1, max_size=5))
def test_what_is_written_is_read(given_lines: list[ChainEntry]) -> None:
    slot = anchor_slot.next_slot(None, given_lines)
    assert anchor_slot.decode_slot(anchor_slot.encode_slot(slot)) == slot
    assert len(slot.saved_records()) <= anchor_slot.MAX_RECORDS
    named = [entry for line in given_lines for entry in line.records[-48:] or [("", bytes(16), bytes(16))]]
    wanted = [(table, UUID(bytes=ring), UUID(bytes=record)) for table, ring, record in named[-48:]]
    assert [(entry.table, entry.ring, entry.record) for entry in slot.saved_records()] == wanted


@given(lines, st.integers(MAX_NUMBER + 1, 2**64 - 1), st.sampled_from(["write_count", "seq"]))
def test_a_number_without_a_next_one_is_read_by_nobody(line: ChainEntry, beyond: int, which: str) -> None:
    raw = anchor_slot.encode_slot(replace(anchor_slot.next_slot(None, [line]), **{which: beyond}))
    assert anchor_slot.decode_slot(raw) is None
    assert independent_anchor.slot(raw) is None


def test_a_new_slot_counts_on() -> None:
    first = AnchorSlot(write_count=8, incarnation=UUID(int=1), seq=100, tip_hash=bytes(32))
    lower = ChainEntry(incarnation=UUID(int=1), seq=4, entry_hash=bytes(32), at=0)
    assert anchor_slot.next_slot(first, [lower]).write_count == 9, (
        "the count orders slots, even when the chain was cut"
    )


def test_the_independent_reader_judges_alike(tmp_path: Path) -> None:
    place = tmp_path / "data"
    engine = chains.opened(place)
    for _ in range(3):
        chains.save(engine)
    engine.dispose()
    source = READER.read_text(encoding="utf-8")
    assert len(source.splitlines()) < 250
    assert "clinic_toolkit" not in source
    assert independent_anchor.told(place) == "whole"
    newest = independent_anchor.newest(place)
    assert newest is not None and newest["seq"] == 3
    done = subprocess.run(
        [sys.executable, "-I", str(READER), str(place)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0 and done.stdout.endswith("whole\n"), done.stderr
    chains.shortened(place, 2)
    assert independent_anchor.told(place) == "missing"
    (place / "clinic.anchor").write_bytes(bytes(2 * SLOT_BYTES))
    assert independent_anchor.told(place) == "absent"
