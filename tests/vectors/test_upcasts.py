"""The hook of every kind of record turns what older programs wrote into the shape of a later one.

The payloads are those of the frozen stores. Where a kind has one schema version so far, the test gives it a
second, as a later program would: then what is frozen is what an older program wrote.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from sqlalchemy import Connection, Row, select

from clinic_toolkit.journal import record_versions
from clinic_toolkit.journal.integrity_reasons import IntegrityReason
from clinic_toolkit.journal.record_kind import RecordKind
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.record_kinds import ALL_KINDS
from clinic_toolkit.store.opening import open_read_only
from clinic_toolkit.store.rows import SealedRow
from clinic_toolkit.vault.vault import Vault
from tests.fixtures.practices import NOW

from .test_frozen_stores import FROZEN, Frozen, unpacked

Rows = list[Row[Any] | SealedRow]


@pytest.fixture(scope="module", params=FROZEN, ids=lambda file: file.name.partition(".")[0])
def frozen(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Frozen:
    return unpacked(request.param, tmp_path_factory.mktemp("frozen"))


@pytest.fixture(scope="module")
def opened(frozen: Frozen) -> Iterator[tuple[Connection, Vault]]:
    with open_read_only(frozen.folder) as view:
        yield view.db, frozen.opening("sheet")(view.db)


@pytest.fixture(params=ALL_KINDS, ids=lambda kind: kind.name)
def kind(frozen: Frozen, request: pytest.FixtureRequest) -> RecordKind[Any]:
    """Each kind of record of which there is a frozen payload; of the present format that is every one."""
    found: RecordKind[Any] = request.param
    if found.name not in frozen.tables and not frozen.is_present:
        pytest.skip("this kind came later")
    return found


def later(kind: RecordKind[Any], calls: list[int]) -> RecordKind[Any]:
    """The kind of a later program: one more field at the end, filled by the hook of the version before."""
    payload_type = msgspec.defstruct(
        f"Later{kind.payload_type.__name__}",
        [("from_version", int, 0)],
        bases=(kind.payload_type,),
        array_like=True,
        frozen=True,
        kw_only=True,
    )

    def turn(content: list[Any]) -> list[Any]:
        calls.append(len(content))
        return [*content, kind.schema_version]

    upcasts = {**kind.upcasts, kind.schema_version: turn}
    return replace(kind, payload_type=payload_type, schema_version=kind.schema_version + 1, upcasts=upcasts)


def versions(vault: Vault, kind: RecordKind[Any], rows: Rows) -> list[Any]:
    return record_versions.open_versions(vault, kind, rows)


def rows_of(db: Connection, kind: RecordKind[Any]) -> Rows:
    found: Rows = list(db.execute(select(kind.table)))
    assert found, f"no frozen payload of {kind.name}"
    return found


def test_the_hook_of_every_kind_turns_each_frozen_payload(
    opened: tuple[Connection, Vault], kind: RecordKind[Any]
) -> None:
    db, vault = opened
    calls: list[int] = []
    rows = rows_of(db, kind)
    today, turned = versions(vault, kind, rows), versions(vault, later(kind, calls), rows)
    assert len(calls) == len(rows) == len(turned)
    for before, after in zip(today, turned, strict=True):
        assert isinstance(after, RecordVersion)
        fields = msgspec.structs.asdict(after.payload)
        assert fields.pop("from_version") == kind.schema_version
        assert fields == msgspec.structs.asdict(before.payload)
        assert msgspec.structs.replace(after, payload=before.payload) == before


def test_a_hook_that_gives_another_shape_shows_nothing(
    opened: tuple[Connection, Vault], kind: RecordKind[Any]
) -> None:
    """The control: what the hook returns is what is read, and it is compared with the shape."""
    db, vault = opened
    made = later(kind, [])
    wrong = replace(made, upcasts={**made.upcasts, kind.schema_version: lambda content: [*content, "one"]})
    assert set(versions(vault, wrong, rows_of(db, kind))) == {IntegrityReason.DAMAGED}


def test_two_steps_are_taken_one_after_the_other(
    opened: tuple[Connection, Vault], kind: RecordKind[Any]
) -> None:
    db, vault = opened
    first: list[int] = []
    second: list[int] = []

    def take_second(content: list[Any]) -> list[Any]:
        second.append(len(content))
        return content

    middle = later(kind, first)
    last = replace(
        middle,
        schema_version=middle.schema_version + 1,
        upcasts={**middle.upcasts, middle.schema_version: take_second},
    )
    rows = rows_of(db, kind)
    assert all(isinstance(each, RecordVersion) for each in versions(vault, last, rows))
    assert len(first) == len(second) == len(rows)


def test_what_a_later_program_saved_is_named_and_its_neighbours_are_read(
    opened: tuple[Connection, Vault], kind: RecordKind[Any]
) -> None:
    db, vault = opened
    made = later(kind, [])
    rows = rows_of(db, kind)[:2]
    [known] = versions(vault, made, rows[:1])
    pending = record_versions.PendingVersion(
        id=known.id, version=known.version + 1, ring=known.ring, state=known.state, final=known.final,
        previous_content_id=known.content_id,
    )  # fmt: skip
    _, values = record_versions.seal_version(vault, made, known.payload, pending, now=NOW)
    among = [*rows, SealedRow(**{"id": 1} | values), *rows]
    found = versions(vault, kind, among)
    assert found[len(rows)] == IntegrityReason.NEWER
    assert found[: len(rows)] == found[len(rows) + 1 :] == versions(vault, kind, rows)
    # The control: the program that saved it reads it.
    assert isinstance(versions(vault, made, among)[len(rows)], RecordVersion)
