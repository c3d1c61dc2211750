"""What later versions will store, as sketches: it fits, and the bytes of today stay as they are."""

from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import MetaData

from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_kind import RecordKind, RecordNouns
from clinic_toolkit.note_formats.model import FormatSection, NoteFormat
from clinic_toolkit.record.people.client_record import CLIENT, Client
from clinic_toolkit.record.questionnaires.typed_values import TypedValue, encode_value
from clinic_toolkit.record.writing import note_rendering, notes
from clinic_toolkit.record.writing.note_record import NotePart, PartSource
from clinic_toolkit.store.base import sealed_table
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.vault.rings import RingClass
from tests.fixtures import practices
from tests.fixtures.practices import NOW, Work


@pytest.fixture
def work(tmp_path: Path) -> Work:
    return practices.at_work(tmp_path)


class ClientWithNickname(Client, array_like=True, frozen=True, kw_only=True):
    """A client with a field that a later version adds at the end."""

    nickname: str = ""


def test_a_field_is_added_by_another_schema_version_and_an_older_program_drops_nothing(work: Work) -> None:
    later = RecordKind(
        table=CLIENT.table,
        payload_type=ClientWithNickname,
        states=CLIENT.states,
        events=CLIENT.events,
        nouns=CLIENT.nouns,
        # What an older version wrote lacks the field, which then has its default.
        schema_version=CLIENT.schema_version + 1,
        upcasts={**CLIENT.upcasts, CLIENT.schema_version: list},
    )
    kept = work.client("Ana Reyes")
    with writing(work.engine) as db:
        found = records.load_record(db, work.vault, later, kept.id)
        assert (found.payload.name, found.payload.nickname) == ("Ana Reyes", "")
        body = msgspec.structs.replace(found.payload, nickname="Annie")
        records.append_version(
            db, work.vault, later, found, body, state="active", event="client.revised", now=NOW
        )
    with reading(work.engine) as db:
        assert records.load_record(db, work.vault, later, kept.id).payload.nickname == "Annie"
        today = records.load_record(db, work.vault, CLIENT, kept.id)
    # The program of today would lose the field if it saved, so it reads and saves nothing of it.
    assert today.is_substitute
    with pytest.raises(records.SavedByNewerProgram), writing(work.engine) as db:
        records.append_version(
            db,
            work.vault,
            CLIENT,
            today,
            Client(name="Ana Reyes"),
            state="active",
            event="client.revised",
            now=NOW,
        )
    with reading(work.engine) as db:
        assert records.load_record(db, work.vault, later, kept.id).payload.nickname == "Annie"


class MeasureState(StrEnum):
    """The state of a measure."""

    TAKEN = "taken"


class MeasureEvent(StrEnum):
    """What was done to a measure."""

    TAKEN = "measure.taken"


class Measure(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """A value from outside: a published questionnaire's number, a session's fee, a day, a line of text."""

    client: bytes
    name: str
    taken_at: datetime
    values: tuple[TypedValue, ...]


def test_a_kind_is_added_beside_the_others(work: Work) -> None:
    measure = RecordKind(
        table=sealed_table("measure", MetaData()),
        payload_type=Measure,
        states=MeasureState,
        events=MeasureEvent,
        nouns=RecordNouns(in_sentence="a measure", one="a measure", many="measures"),
    )
    client = work.client("Ana Reyes")
    body = Measure(
        client=client.id.bytes,
        name="PHQ-9",
        taken_at=datetime(2026, 11, 30, 9, tzinfo=UTC),
        values=(
            encode_value(11),
            encode_value(Decimal("2.50")),
            encode_value(date(2026, 11, 30)),
            encode_value("as told"),
        ),
    )
    with writing(work.engine) as db:
        measure.table.create(db)
        kept = records.create_record(
            db,
            work.vault,
            measure,
            body,
            ring=work.vault.rings.get_ring(client.id, RingClass.RECORD),
            state=MeasureState.TAKEN,
            event=MeasureEvent.TAKEN,
            now=NOW,
            final=True,
        )
    with reading(work.engine) as db:
        assert records.load_record(db, work.vault, measure, kept.id).payload == body


def test_a_note_in_a_format_that_is_not_known_yet_can_be_read_whole(work: Work) -> None:
    session = work.session(work.client("Ana Reyes"))
    written = {
        "subjective": "Slept badly.",
        "objective": "On time.",
        "assessment": "Calmer.",
        "plan": "Walk.",
    }
    later = NoteFormat(
        id="LATER",
        name="Later",
        sections=tuple(FormatSection(key=key, heading=key.capitalize()) for key in written),
    )
    parts = [NotePart(section=key, source=PartSource.CLINICIAN, text=text) for key, text in written.items()]
    with writing(work.engine) as db:
        draft = notes.create_note(db, work.vault, session, parts, now=NOW, note_format=later)
    with reading(work.engine) as db:
        note = notes.load_note(db, work.vault, draft.id).payload
    assert note.format == "LATER"
    sections = note_rendering.build_sections(note, ())
    assert [section.heading for section in sections] == ["Subjective", "Objective", "Assessment", "Plan"]
    assert all(text in repr(sections) for text in written.values())
