"""What a store holds, as plain JSON, in one order: read by the page about the format, and by the program."""

from typing import Any

import msgspec
from sqlalchemy import Connection, select

from clinic_toolkit.journal import audit_log, audit_reader, record_versions
from clinic_toolkit.journal.integrity_reasons import IntegrityReason
from clinic_toolkit.journal.record_kind import RecordKind
from clinic_toolkit.record.record_kinds import ALL_KINDS
from clinic_toolkit.store.types import to_microseconds
from clinic_toolkit.vault.ring_keys import CLASS_NUMBERS
from clinic_toolkit.vault.vault import Vault

from . import independent_erasures, independent_handovers, independent_reader
from .independent_msgpack import decoded

LISTS = ("records", "audit_lines", "handover_rows", "erased_rings")
Contents = dict[str, list[dict[str, Any]]]


def plain(value: Any) -> Any:
    """A decoded value with its bytes as `{"hex": "…"}`."""
    if isinstance(value, bytes):
        return {"hex": value.hex()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value


def read_independently(reader: independent_reader.Reader) -> Contents:
    """Everything that a reader of its own opens: records, audit lines, forms that are out, erased rings."""
    return {
        "records": _ordered(
            {name: value for name, value in line.items() if name != "raw"}
            | {"body": plain(decoded(line["raw"]))}
            for line in reader.records()
        ),
        "audit_lines": [
            {"seq": line["seq"], "signed": line["signed"], "text": plain(decoded(line["raw"]))}
            for line in reader.audit_lines()
        ],
        "handover_rows": plain_rows(independent_handovers.rows(reader)),
        "erased_rings": [{"ring": ring.hex()} for ring in sorted(independent_erasures.erased_rings(reader))],
    }


def plain_rows(rows: Any) -> list[dict[str, Any]]:
    """The same rows with plain bodies."""
    return [row | {"body": plain(row["body"])} for row in rows]


def read_records(db: Connection, vault: Vault) -> list[dict[str, Any]]:
    """Every version of every record, as the program opens it; each must be of the shape of its kind."""
    return _ordered(line for kind in ALL_KINDS for line in _versions_of(db, vault, kind))


def _versions_of(db: Connection, vault: Vault, kind: RecordKind[Any]) -> list[dict[str, Any]]:
    rows = db.execute(select(kind.table)).all()
    found = []
    opened = record_versions.open_versions(vault, kind, rows)
    for row, inside, version in zip(rows, vault.open_rows(kind.name, rows), opened, strict=True):
        assert inside is not None and not isinstance(version, IntegrityReason), (kind.name, version)
        ring = vault.rings.get_key(row.ring)
        body = decoded(inside.content)
        if body[0][0] == kind.schema_version:
            again = decoded(msgspec.msgpack.encode(version.payload))
            assert again[: len(body[1])] == body[1], kind.name
        found.append(
            {
                "table": kind.name,
                "record": row.record.hex,
                "version": row.version,
                "owner": ring.owner.hex,
                "class": CLASS_NUMBERS[ring.ring_class],
                "content": version.content_id.hex(),
                "signed": inside.signature_label or "",
                "body": plain(body),
            }
        )
    return found


def read_audit_lines(db: Connection, vault: Vault) -> list[tuple[int, bool, str, int]]:
    """Number, whether it is signed, event and time of each line; each must fit and be readable."""
    lines = []
    for entry in audit_reader.iter_checked_entries(db, vault):
        assert entry.fault is None and entry.recorded_at, entry.seq
        lines.append((entry.seq, entry.has_signature, entry.event, to_microseconds(entry.recorded_at)))
    assert len(lines) == audit_log.last_position(db)[0]
    return lines


def _ordered(lines: Any) -> list[dict[str, Any]]:
    return sorted(lines, key=lambda line: (line["table"], line["record"], line["version"]))
