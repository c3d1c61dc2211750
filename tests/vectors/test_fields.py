"""`docs/fields.md` names every field that the program writes, and no other."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from clinic_toolkit.journal import record_versions
from clinic_toolkit.journal.record_kind import RecordKind
from clinic_toolkit.journal.tombstone_record import ErasedRecords
from clinic_toolkit.record.handovers import answer_log
from clinic_toolkit.record.people import watched_questions
from clinic_toolkit.record.people.client_record import Carer, Client
from clinic_toolkit.record.questionnaires import answers, corrections, typed_values
from clinic_toolkit.record.record_kinds import ALL_KINDS
from clinic_toolkit.record.release.disclosure_record import DisclosedRecord, PartnerConsent
from clinic_toolkit.record.retention.retention_record import BroughtBack, ErasureRequest
from clinic_toolkit.record.safety.risk_entry_record import RaisingAnswer
from clinic_toolkit.record.values.release_values import LeftOut
from clinic_toolkit.record.writing import note_facts, notes
from clinic_toolkit.record.writing.handout_record import HandoutReview
from clinic_toolkit.record.writing.note_addition_record import FactChange
from clinic_toolkit.record.writing.note_record import NotePart, PartSource
from clinic_toolkit.record.writing.own_note_format_record import OwnSection
from clinic_toolkit.record.writing.treatment_plan_record import Goal
from clinic_toolkit.store.base import metadata
from clinic_toolkit.store.transactions import writing
from tests.fixtures.practices import NOW, at_work, signed

from . import independent_fields, independent_msgpack, independent_reader
from .independent_fields import FIELDS, field_tables, labelled

# What lies inside a record beside its own fields, by the name that the page gives it.
PARTS: dict[str, type[msgspec.Struct]] = {
    "stamp": record_versions.VersionHeader,
    "carer": Carer,
    "sent_version": DisclosedRecord,
    "left_line": LeftOut,
    "partner_consent": PartnerConsent,
    "watched": watched_questions.WatchedQuestion,
    "correction": corrections.Correction,
    "answers": answers.Answers,
    "typed": typed_values.TypedValue,
    "line": answer_log.HandoverRow,
    "raised": RaisingAnswer,
    "part": NotePart,
    "fact_change": FactChange,
    "section": OwnSection,
    "facts": note_facts.NoteFacts,
    "noted_goal": note_facts.NotedGoal,
    "versions": note_facts.FactVersions,
    "goal": Goal,
    "review": HandoutReview,
    "erased": ErasedRecords,
    "erasure": ErasureRequest,
    "brought_back": BroughtBack,
}
KINDS = PARTS | {kind.name: kind.payload_type for kind in ALL_KINDS}


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_names_the_fields_in_their_order(kind: str) -> None:
    told = [name for name, _ in field_tables()[kind]]
    assert told == [field.encode_name for field in msgspec.structs.fields(KINDS[kind])]


def test_the_page_leaves_no_kind_out_and_invents_none() -> None:
    sealed = {name for name, table in metadata.tables.items() if {"record", "sealed"} <= set(table.c.keys())}
    assert set(field_tables()) == set(KINDS) and sealed <= set(KINDS)


@pytest.mark.parametrize("kind", ALL_KINDS, ids=lambda kind: kind.name)
def test_the_page_names_every_state_of_a_kind(kind: RecordKind[Any]) -> None:
    page = FIELDS.read_text(encoding="utf-8")
    section = page.partition(f"\n## {kind.name}\n")[2].partition("\n| field")[0]
    assert re.findall(r"`(\w+)`", section.partition("State")[2].partition(". ")[0]) == list(kind.states)
    assert "present schema version of a kind is 1 unless its section names another" in page
    named = re.search(r"Schema version (\d+);", section)
    assert kind.schema_version == (int(named[1]) if named else 1)


def test_a_page_with_two_fields_exchanged_is_found_out(tmp_path: Path) -> None:
    page = FIELDS.read_text(encoding="utf-8")
    exchanged = page.replace("| phone | text |", "| emial | text |")
    assert exchanged != page
    (tmp_path / "fields.md").write_text(exchanged, encoding="utf-8")
    told = [name for name, _ in field_tables(tmp_path / "fields.md")["client"]]
    assert told != [field.encode_name for field in msgspec.structs.fields(Client)]


@pytest.fixture
def folder(tmp_path: Path) -> tuple[Path, str]:
    """A practice with a client and a signed note, and its recovery sheet."""
    work = at_work(tmp_path)
    session = work.session(work.client("Ana Reyes"))
    with writing(work.engine) as db:
        part = NotePart(section="data", source=PartSource.CLINICIAN, text="Came on time.")
        signed(db, work.vault, session, notes.create_note(db, work.vault, session, [part], now=NOW))
    work.engine.dispose()
    return tmp_path / "data", " ".join(work.groups)


def test_the_parts_of_a_signed_note_are_told_apart(folder: tuple[Path, str]) -> None:
    reader = independent_reader.Reader(folder[0], sheet=folder[1])
    [line] = [each for each in reader.records() if each["table"] == "clinical_note"]
    reader.db.close()
    assert line["signed"] == "sig/note"
    note: Any = labelled("clinical_note", independent_reader.decoded(line["raw"])[1], field_tables())
    assert (note["parts"][0]["section"], note["parts"][0]["text"]) == ("data", "Came on time.")
    assert (note["facts"]["client_names"], note["facts"]["clinician_name"]) == (["Ana Reyes"], "Nora Whelan")
    assert (note["facts"]["attendance"], note["facts"]["versions"]["clients"]) == ("Came", [1])
    assert note["signed_at"] == round(NOW.timestamp() * 10**6)


def test_two_pages_and_the_sheet_are_enough(folder: tuple[Path, str], tmp_path: Path) -> None:
    """The reader and the page in a folder of their own, with nothing of the program beside them."""
    place = tmp_path / "elsewhere" / "tests" / "vectors"
    place.mkdir(parents=True)
    (tmp_path / "elsewhere" / "docs").mkdir()
    for page in (independent_reader, independent_msgpack, independent_fields):
        shutil.copy(str(page.__file__), place)
    shutil.copy(FIELDS, tmp_path / "elsewhere" / "docs")
    done = subprocess.run(
        [sys.executable, "-I", str(place / "independent_reader.py"), str(folder[0]), "sheet"],
        input=folder[1],
        capture_output=True,
        text=True,
        check=True,
    )
    found = [json.loads(line) for line in done.stdout.splitlines()]
    clients_found = [line["body"]["name"] for line in found if line.get("table") == "client"]
    assert clients_found == ["Ana Reyes"]
