"""The fields of a signed note, labelled from docs/format.md and nothing else."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from clinic_toolkit.record import notes
from clinic_toolkit.record.notes import Part
from clinic_toolkit.store.engine import writing
from tests.architecture.tree import CHECKOUT
from tests.fixtures.practices import NOW, at_work, signed

from . import independent_reader

FORMAT = (CHECKOUT / "docs" / "format.md").read_text(encoding="utf-8")


def listed(what: str) -> list[str]:
    """The names of an array, as the page lists them: "what = [one, two]"."""
    found = re.search(rf"(?m)^ +{what} += \[([^\]]+)\]", FORMAT)
    assert found, what
    return [name.strip() for name in found[1].split(",")]


def labelled(what: str, values: list[Any]) -> dict[str, Any]:
    return dict(zip(listed(what), values, strict=True))


def test_the_page_names_every_field_of_a_signed_note(tmp_path: Path) -> None:
    work = at_work(tmp_path)
    hour = work.hour(work.client("Ana Reyes"))
    with writing(work.engine) as db:
        part = Part(section="data", source="clinician", text="Came on time.")
        kept = signed(db, work.vault, hour, notes.begin(db, work.vault, hour, [part], now=NOW))
    work.engine.dispose()
    reader = independent_reader.Reader(tmp_path / "data", sheet=" ".join(work.groups))
    [line] = [each for each in reader.records() if each["table"] == "clinical_note"]
    assert line["signed"] == "sig/note"
    _, body = independent_reader.decoded(line["raw"])
    note = labelled("note", body)
    assert note["session"] == hour.id.bytes and note["format"] == "DAP"
    assert labelled("part", note["parts"][0])["text"] == "Came on time."
    facts = labelled("facts", note["facts"])
    assert (facts["people"], facts["practice"], facts["clinician"]) == (
        ["Ana Reyes"],
        "Harbour Practice",
        "Nora Whelan",
    )
    assert (facts["on"], facts["attendance"], facts["open"]) == ("2026-11-19", "Came", False)
    versions = labelled("versions", facts["versions"])
    assert versions == {"hour": 1, "practice": 1, "people": [1], "forms": []}
    assert kept.body.signed_at and note["signed at"] == round(NOW.timestamp() * 10**6)


def test_the_reader_knows_every_length_of_a_time() -> None:
    for moment in (NOW, NOW.replace(microsecond=123456), NOW.replace(year=2600), NOW.replace(year=1960)):
        said = independent_reader.decoded(msgspec.msgpack.encode([moment, "end"]))
        assert said == [(moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1), "end"]
