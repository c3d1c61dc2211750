"""The inventory: what the trail says is there, and taking a line out again that did not reach the disk."""

from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from clinic_toolkit.vault.inventory import GENESIS_HASH, Inventory


class Named(NamedTuple):
    table: str
    ring: bytes
    record: bytes
    version: int
    content_id: bytes


_named = st.builds(
    Named,
    st.sampled_from(["note", "client"]),
    st.sampled_from([b"r1", b"r2"]),
    st.sampled_from([b"a", b"b", b"c"]),
    st.integers(1, 5),
    st.sampled_from([b"x", b"y"]),
)


def _state(inventory: Inventory) -> object:
    listed = [(place, version) for place, versions in inventory.iter_places() for version in versions]
    assert sorted(version for _, version in listed) == sorted(inventory.items()), "each record once"
    assert all(place == (newest.table, newest.ring) for place, (_, newest) in listed)
    return (
        inventory.seq,
        inventory.tip_hash,
        sorted(inventory.items()),
        {
            (table, ring): inventory.record_ids(table, [ring])
            for table in ("note", "client")
            for ring in (b"r1", b"r2")
        },
    )


def test_the_newest_version_is_the_known_one() -> None:
    held = Inventory()
    held.apply_entry(1, b"1", [Named("note", b"r1", b"a", 1, b"x")])
    held.apply_entry(2, b"2", [Named("note", b"r1", b"a", 3, b"z"), Named("note", b"r2", b"b", 1, b"y")])
    held.apply_entry(3, b"3", [Named("note", b"r1", b"a", 2, b"y")])
    known = held.find_newest(b"a")
    assert known is not None
    assert (known.version, known.content_id, known.seq, known.first_seq) == (3, b"z", 2, 1)
    assert held.record_ids("note", [b"r1"]) == {b"a"}
    assert held.record_ids("note", None) == {b"a", b"b"}
    assert held.record_ids("client", None) == set()
    assert (held.seq, held.tip_hash) == (3, b"3")


def test_nothing_is_known_of_an_empty_practice() -> None:
    held = Inventory()
    assert held.find_newest(b"a") is None
    assert (held.seq, held.tip_hash, len(held)) == (0, GENESIS_HASH, 0)


@given(st.lists(st.lists(_named, max_size=4), max_size=4), st.lists(_named, max_size=5))
def test_what_was_taken_out_again_was_never_there(before: list[list[Named]], line: list[Named]) -> None:
    held = Inventory()
    for seq, entries in enumerate(before, 1):
        held.apply_entry(seq, bytes([seq]), entries)
    as_it_was = _state(held)
    take_out = held.apply_entry(99, b"99", line)
    take_out()
    assert _state(held) == as_it_was
