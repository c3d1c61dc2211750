"""Every shape that records ever had, pinned by the schema version that names it.

A program that does not know a field drops it when it saves. So content with one more field, or one more code
in a list of codes, in whatever part of it, needs a higher schema version: an older program then says that a
newer one saved it, and saves nothing over it. `shapes.json` holds the fields of each version; from the first
release on, what stands there is never changed, only added to.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import inspect

from clinic_toolkit.journal import audit_log, record_versions
from clinic_toolkit.journal.record_kind import RecordKind
from clinic_toolkit.record.handovers import answer_log
from clinic_toolkit.record.people.client_record import CLIENT, Client
from clinic_toolkit.record.record_kinds import ALL_KINDS
from clinic_toolkit.record.writing.note_record import CLINICAL_NOTE, ClinicalNote, NotePart
from clinic_toolkit.vault import header_rows

Shapes = Mapping[str, Mapping[str, list[str]]]
SHAPES: Shapes = json.loads((Path(__file__).parent / "shapes.json").read_text(encoding="utf-8"))

# What is stored outside the content of a record has no schema version: another shape is another store format.
UNVERSIONED: dict[str, type[msgspec.Struct]] = {
    "stamp": record_versions.VersionHeader,
    "line": answer_log.HandoverRow,
    "audit_line": audit_log.EntryPayload,
    "head": header_rows.VaultHeader,
}


def shape_of(payload_type: type[Any]) -> list[str]:
    """Every field in its order, with the kind of its value; those of a part under the name of the part."""
    return list(_fields(inspect.type_info(payload_type), ""))


def _fields(info: inspect.Type, prefix: str) -> Iterator[str]:
    if isinstance(info, inspect.StructType):
        for field in info.fields:
            name = f"{prefix}{field.encode_name}"
            yield f"{name}: {' or '.join(sorted(_kinds(field.type)))}"
            yield from _fields(field.type, f"{name}.")
    else:
        for inner in _inner(info):
            yield from _fields(inner, prefix)


def _inner(info: inspect.Type) -> tuple[inspect.Type, ...]:
    if isinstance(info, inspect.UnionType):
        return info.types
    if isinstance(info, inspect.TupleType):
        return info.item_types
    if isinstance(info, inspect.DictType):
        return (info.key_type, info.value_type)
    if isinstance(info, inspect.VarTupleType | inspect.ListType | inspect.SetType | inspect.FrozenSetType):
        return (info.item_type,)
    return ()


def _kinds(info: inspect.Type) -> set[str]:
    if isinstance(info, inspect.UnionType):
        return set().union(*map(_kinds, info.types))
    if isinstance(info, inspect.EnumType):
        # A program that does not know one of them would call the content damaged.
        return {f"one of {', '.join(sorted(info.cls))}"}
    return {type(info).__name__.removesuffix("Type").lower()}


def complaints(kind: RecordKind[Any], shapes: Shapes) -> list[str]:
    """What is wrong with the shape of a kind, or with the schema version that it has."""
    pinned = shapes.get(kind.name, {})
    if list(pinned) != [str(version) for version in range(1, kind.schema_version + 1)]:
        return [f"{kind.name}: shapes.json must hold the versions 1 to {kind.schema_version}"]
    if pinned[str(kind.schema_version)] != shape_of(kind.payload_type):
        return [f"{kind.name}: its fields changed, and its schema version did not"]
    return []


@pytest.mark.parametrize("kind", ALL_KINDS, ids=lambda kind: kind.name)
def test_a_kind_has_the_shape_of_its_schema_version(kind: RecordKind[Any]) -> None:
    assert complaints(kind, SHAPES) == []


@pytest.mark.parametrize("name", UNVERSIONED)
def test_what_has_no_schema_version_keeps_its_shape(name: str) -> None:
    assert SHAPES[name] == {"1": shape_of(UNVERSIONED[name])}


def test_no_shape_is_pinned_for_what_there_is_not() -> None:
    assert set(SHAPES) == {kind.name for kind in ALL_KINDS} | set(UNVERSIONED)


class ClientWithNickname(Client, array_like=True, frozen=True, kw_only=True):
    """A client with a field that a later version adds at the end."""

    nickname: str = ""


class PartWithPlace(NotePart, array_like=True, frozen=True, kw_only=True):
    """A part of a note with a field that a later version adds at the end."""

    place: int = 0


class NoteWithPlaces(ClinicalNote, array_like=True, frozen=True, kw_only=True):
    """A note whose own fields are the same, and whose parts have one more."""

    parts: tuple[PartWithPlace, ...] = ()


@pytest.mark.parametrize(
    ("kind", "later"), [(CLIENT, ClientWithNickname), (CLINICAL_NOTE, NoteWithPlaces)], ids=["field", "part"]
)
def test_an_appended_field_needs_another_schema_version_and_a_pin(
    kind: RecordKind[Any], later: type[Any]
) -> None:
    appended = replace(kind, payload_type=later)
    assert complaints(appended, SHAPES) == [
        f"{kind.name}: its fields changed, and its schema version did not"
    ]
    last = kind.schema_version
    raised = replace(appended, schema_version=last + 1, upcasts={**kind.upcasts, last: list})
    assert complaints(raised, SHAPES) == [f"{kind.name}: shapes.json must hold the versions 1 to {last + 1}"]
    pinned = {**SHAPES, kind.name: {**SHAPES[kind.name], str(last + 1): shape_of(later)}}
    assert complaints(raised, pinned) == []
