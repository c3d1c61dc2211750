"""A release as data: JSON, tables, and one archive of all its files.

`docs/exports.md` describes the files for whoever reads them.
"""

import hashlib
import json
from collections.abc import Mapping
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from clinic_toolkit.dates import format_date
from clinic_toolkit.exports.tables import write_table

if TYPE_CHECKING:
    from clinic_toolkit.record.values.release_values import Release

FORMAT = "clinic-toolkit release 1"
# A time inside an archive would be another fact about when; each file has the same, so bytes repeat.
_NO_TIME = (1980, 1, 1, 0, 0, 0)
_JSON, _ENTRIES, _TEXTS, _PAPER, _README = (
    "record.json",
    "entries.csv",
    "texts.csv",
    "record.pdf",
    "README.txt",
)


def write_json(release: "Release") -> bytes:
    """Write a release as JSON: UTF-8, the same release gives the same bytes."""
    content = {
        "format": FORMAT,
        "scope": str(release.scope),
        "made_at": release.made_at.isoformat(),
        "practice": release.letterhead.practice_name,
        "clinician": release.letterhead.clinician_name,
        "client": dict_of_pairs(release.client_facts),
        "from": release.from_day.isoformat() if release.from_day else None,
        "to": release.to_day.isoformat() if release.to_day else None,
        "purpose": release.purpose,
        "recipient": release.recipient,
        "entries": [
            {
                "id": str(entry.id),
                "kind": str(entry.kind),
                "date": entry.on.isoformat(),
                "title": entry.title,
                "joint": entry.is_joint,
                "facts": dict_of_pairs(entry.facts),
                "texts": [{"label": text.label, "text": text.text} for text in entry.texts],
            }
            for entry in release.entries
        ],
        "left_out": [{"reason": str(left.reason), "count": left.count} for left in release.told_left_out],
    }
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()


def dict_of_pairs(pairs: tuple[tuple[str, str], ...]) -> list[Mapping[str, str]]:
    """Pairs as JSON has them: a list, since a label may stand twice."""
    return [{"label": label, "value": value} for label, value in pairs]


def digest_release(release: "Release") -> bytes:
    """Return the SHA-256 of the JSON of a release."""
    return hashlib.sha256(write_json(release)).digest()


def write_tables(release: "Release") -> dict[str, bytes]:
    """Write the two tables: one row for each fact of an entry, one for each text."""
    facts = [
        (str(entry.id), entry.on.isoformat(), str(entry.kind), entry.title, label, value)
        for entry in release.entries
        for label, value in (entry.facts or (("", ""),))
    ]
    texts = [
        (str(entry.id), entry.on.isoformat(), str(entry.kind), entry.title, text.label, text.text)
        for entry in release.entries
        for text in entry.texts
    ]
    head = ("entry", "date", "kind", "title", "label")
    return {
        _ENTRIES: write_table((*head, "value"), facts),
        _TEXTS: write_table((*head, "text"), texts),
    }


def pack_release(release: "Release", paper: bytes, left_out_lines: tuple[str, ...]) -> bytes:
    """Pack everything into one ZIP file: the paper, the JSON, the tables, and a page that explains them.

    Args:
        paper: the release as PDF.
        left_out_lines: what was left out, in sentences.
    """
    files = {
        _README: _explain(release, left_out_lines).encode(),
        _PAPER: paper,
        _JSON: write_json(release),
        **write_tables(release),
    }
    buffer = BytesIO()
    with ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            entry = ZipInfo(name, _NO_TIME)
            entry.compress_type = ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            archive.writestr(entry, data)
    return buffer.getvalue()


def _explain(release: "Release", left_out_lines: tuple[str, ...]) -> str:
    lines = (
        "This folder holds a part of a health record, or all of it. It can be read by anybody",
        "who has it: nothing here is locked. Keep it where only those look who should.",
        "",
        f"It was put together on {format_date(release.made_at.astimezone().date())}.",
        "",
        f"{_PAPER}    to read and to print",
        f'{_JSON}   the same for a program; its form is described by the line "format"',
        f"{_ENTRIES}  one row for each fact, for a spreadsheet program",
        f"{_TEXTS}    one row for each text",
        "",
        "In the tables an apostrophe before a sign such as = keeps a program from computing a text.",
        "",
        "Not in it:",
        *(f"- {line}" for line in left_out_lines),
    )
    return "\r\n".join(lines) + "\r\n"
