"""Record kinds: all are registered, every event has words, and content of other schema versions is read."""

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from clinic_toolkit.journal import integrity, record_kind, records, version_history
from clinic_toolkit.journal.integrity_reasons import IntegrityReason
from clinic_toolkit.journal.record_kind import KindRegisteredTwice, RecordKind, UpcastMissing
from clinic_toolkit.record import record_kinds
from clinic_toolkit.record.people import clients
from clinic_toolkit.record.people.client_record import CLIENT, UNREADABLE_NAME, Client
from clinic_toolkit.record.people.therapy_session_record import THERAPY_SESSION
from clinic_toolkit.record.writing import notes
from clinic_toolkit.record.writing.note_record import CLINICAL_NOTE, ClinicalNote, NotePart, PartSource
from clinic_toolkit.store.base import metadata
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.web.content import audit_texts
from tests.fixtures.practices import NOW, Work


def test_every_sealed_table_belongs_to_a_registered_kind() -> None:
    sealed = {
        name
        for name, table in metadata.tables.items()
        if {"key_id", "final", "sealed"} <= set(table.c.keys())
    }
    registered = {kind.name for kind in record_kind.list_kinds()}
    assert registered & sealed == sealed == {kind.name for kind in record_kinds.ALL_KINDS}


def test_every_event_of_every_kind_has_words() -> None:
    events = [event for kind in record_kinds.ALL_KINDS for event in kind.events]
    assert len(events) > 40 and set(events) <= set(audit_texts.EVENT_TEXTS)
    assert len(set(events)) == len(events)


def test_a_table_has_one_kind() -> None:
    with pytest.raises(KindRegisteredTwice):
        record_kind.register_kind(replace(CLIENT))


def test_a_table_of_no_kind_has_neutral_words() -> None:
    assert record_kind.nouns_of("client").one == "a client"
    assert record_kind.nouns_of("of_another_program").one == "an entry"


def of_version(kind: RecordKind[Any], version: int) -> RecordKind[Any]:
    """The kind as a program writes it whose content has this schema version."""
    return replace(kind, schema_version=version, upcasts=dict.fromkeys(range(1, version), list))


def test_a_step_is_needed_for_every_earlier_version() -> None:
    with pytest.raises(UpcastMissing):
        replace(CLIENT, schema_version=3, upcasts={1: list})
    assert of_version(CLIENT, 3).schema_version == 3


class ClientOfTwoNames(msgspec.Struct, array_like=True, frozen=True):
    """A client as an invented later version stores one."""

    first_name: str
    last_name: str


def split_name(fields: list[Any]) -> list[Any]:
    """From one name to two."""
    return list(fields[0].split(" ", 1))


LATER = RecordKind(
    table=CLIENT.table,
    payload_type=ClientOfTwoNames,
    states=CLIENT.states,
    events=CLIENT.events,
    nouns=CLIENT.nouns,
    schema_version=CLIENT.schema_version + 1,
    upcasts={**dict.fromkeys(range(1, CLIENT.schema_version), list), CLIENT.schema_version: split_name},
)


def test_content_of_an_earlier_version_is_read_in_the_shape_of_today(work: Work) -> None:
    kept = work.client("Ana Reyes")
    with reading(work.engine) as db:
        found = records.load_record(db, work.vault, LATER, kept.id)
        listed = records.list_all_records(db, work.vault, LATER)
        (version,) = version_history.list_versions(db, work.vault, LATER, kept.id)
    assert found.payload == ClientOfTwoNames("Ana", "Reyes") == listed[0].payload == version.payload


def test_what_is_saved_after_it_has_the_present_version_and_both_are_read(work: Work) -> None:
    kept = work.client("Ana Reyes")
    with writing(work.engine) as db:
        found = records.load_record(db, work.vault, LATER, kept.id)
        records.append_version(
            db, work.vault, LATER, found, ClientOfTwoNames("Anna", "R."), state="active", event="e.e", now=NOW
        )
    with reading(work.engine) as db:
        versions = version_history.list_versions(db, work.vault, LATER, kept.id)
    assert [each.payload for each in versions] == [
        ClientOfTwoNames("Ana", "Reyes"),
        ClientOfTwoNames("Anna", "R."),
    ]


def save_as_newer(work: Work, kept: Any) -> None:
    """A later program saves this client in a shape of its own."""
    with writing(work.engine) as db:
        records.append_version(
            db,
            work.vault,
            LATER,
            kept,
            ClientOfTwoNames("Ana", "Reyes"),
            state="active",
            event="e.e",
            now=NOW,
        )


def test_content_of_a_newer_version_is_named_and_the_rest_can_be_read(work: Work) -> None:
    ana, ben = work.client("Ana Reyes"), work.client("Ben Okoro")
    work.session(ana)
    save_as_newer(work, ana)
    with reading(work.engine) as db:
        assert [each.payload.name for each in clients.list_clients(db, work.vault)] == [
            UNREADABLE_NAME,
            "Ben Okoro",
        ]
        assert clients.load_client(db, work.vault, ben.id).payload.name == "Ben Okoro"
        assert len(records.list_all_records(db, work.vault, THERAPY_SESSION)) == 1
    (failure,) = work.vault.integrity_failures.values()
    assert failure.record == ana.id and failure.reason == IntegrityReason.NEWER
    sentence = integrity.UnreadableRecord(failure).sentence
    assert "newer version of this program" in sentence and "is not damaged" in sentence


def test_nothing_is_saved_over_content_of_a_newer_version(work: Work) -> None:
    ana = work.client("Ana Reyes")
    save_as_newer(work, ana)
    with pytest.raises(records.SavedByNewerProgram), writing(work.engine) as db:
        found = clients.load_client(db, work.vault, ana.id)
        assert found.is_substitute
        clients.revise_client(db, work.vault, found, Client(name="Ana Reyes"), now=NOW)
    with reading(work.engine) as db:
        assert records.load_record(db, work.vault, LATER, ana.id).payload.first_name == "Ana"


def test_a_newer_note_is_named_and_not_shown(work: Work) -> None:
    session = work.session(work.client("Ana Reyes"))
    part = NotePart(section="data", source=PartSource.CLINICIAN, text="Came on time.")
    with writing(work.engine) as db:
        body = ClinicalNote(therapy_session=session.id.bytes, format="DAP", parts=(part,))
        note = records.create_record(
            db,
            work.vault,
            of_version(CLINICAL_NOTE, CLINICAL_NOTE.schema_version + 1),
            body,
            ring=session.ring,
            state="draft",
            event="note.begun",
            now=NOW,
        )
    with reading(work.engine) as db:
        assert notes.find_note_of_session(db, work.vault, session) is None
        with pytest.raises(integrity.UnreadableRecord, match="newer version"):
            notes.load_note(db, work.vault, note.id)


def test_content_that_fits_no_version_is_damage(work: Work) -> None:
    kept = work.client("Ana")
    wrong: Any = msgspec.defstruct("Wrong", [("name", int)], array_like=True)
    with writing(work.engine) as db:
        records.append_version(db, work.vault, CLIENT, kept, wrong(7), state="active", event="e.e", now=NOW)
    with reading(work.engine) as db:
        clients.list_clients(db, work.vault)
    assert [each.reason for each in work.vault.integrity_failures.values()] == [IntegrityReason.DAMAGED]
