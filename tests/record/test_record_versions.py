"""The sealed row: versions, races, hints, and what the tables themselves refuse."""

from pathlib import Path

import msgspec
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from clinic_toolkit.journal import records, version_history
from clinic_toolkit.journal.integrity import UnreadableRecord
from clinic_toolkit.psychometrics.item_response import ResponseStatus
from clinic_toolkit.record.people import clients
from clinic_toolkit.record.people.client_record import CLIENT, Client
from clinic_toolkit.record.questionnaires import progress
from clinic_toolkit.record.questionnaires.answers import Response
from clinic_toolkit.record.writing import notes
from clinic_toolkit.record.writing.note_record import NotePart, PartSource, note_table
from clinic_toolkit.store.transactions import reading, writing
from tests.fixtures.practices import NOW, Work, giving


def test_the_newest_version_is_read_and_the_older_one_stays(work: Work) -> None:
    kept = work.client("Ana")
    with writing(work.engine) as db:
        clients.revise_client(db, work.vault, kept, Client(name="Ana Reyes"), now=NOW)
    with reading(work.engine) as db:
        assert clients.load_client(db, work.vault, kept.id).payload.name == "Ana Reyes"
        found = version_history.list_versions(db, work.vault, CLIENT, kept.id)
    assert [each.payload.name for each in found] == ["Ana", "Ana Reyes"]


def test_two_writers_who_saw_the_same_version_do_not_overwrite_one_another(work: Work) -> None:
    kept = work.client("Ana")
    with writing(work.engine) as db:
        clients.revise_client(db, work.vault, kept, Client(name="first"), now=NOW)
    with pytest.raises(records.StaleVersion), writing(work.engine) as db:
        clients.revise_client(db, work.vault, kept, Client(name="second"), now=NOW)
    with reading(work.engine) as db:
        assert clients.load_client(db, work.vault, kept.id).payload.name == "first"


def test_a_final_version_is_kept_by_the_table_itself(work: Work) -> None:
    kept = work.client("Ana")
    for statement in (
        "UPDATE client SET version = 9",
        "DELETE FROM client",
        "UPDATE audit_line SET seq = 99",
    ):
        with pytest.raises(IntegrityError), writing(work.engine) as db:
            db.execute(text(statement))
    with reading(work.engine) as db:
        assert clients.load_client(db, work.vault, kept.id).version == 1


def test_a_draft_can_be_changed_so_the_refusal_above_is_not_of_everything(work: Work) -> None:
    session = work.session(work.client())
    with writing(work.engine) as db:
        draft = notes.create_note(
            db,
            work.vault,
            session,
            [NotePart(section="data", source=PartSource.CLINICIAN, text="a")],
            now=NOW,
        )
        assert db.execute(text("UPDATE clinical_note SET final = 0")).rowcount == 1
        assert draft.version == 1


@pytest.mark.parametrize("column", ["final", "version", "ring", "key_id", "sealed"])
def test_a_plain_hint_that_was_changed_is_noticed(work: Work, column: str) -> None:
    session = work.session(work.client())
    other = work.session(work.client("Ben"))
    with writing(work.engine) as db:
        note = notes.create_note(
            db,
            work.vault,
            session,
            [NotePart(section="data", source=PartSource.CLINICIAN, text="a")],
            now=NOW,
        )
        table = note_table
        changed = {
            "final": 1,
            "version": 7,
            "ring": other.ring,
            "key_id": bytes(16),
            "sealed": bytes(400),
        }[column]
        db.execute(table.update().values({column: changed}))
    with pytest.raises(UnreadableRecord), reading(work.engine) as db:
        notes.load_note(db, work.vault, note.id)


def test_an_unknown_id_and_one_without_a_key_are_answered_alike(work: Work, tmp_path: Path) -> None:
    from uuid import uuid4

    from tests.fixtures.practices import founded

    stranger = founded(tmp_path / "other").vault
    kept = work.client()
    said = []
    with reading(work.engine) as db:
        for vault, id in ((work.vault, uuid4()), (stranger, kept.id)):
            with pytest.raises(records.RecordNotFound) as caught:
                clients.load_client(db, vault, id)
            said.append(caught.value.sentence)
    assert said[0] == said[1]


def test_bodies_are_compact(work: Work) -> None:
    assert len(msgspec.msgpack.encode(Client(name="Ana"))) < 40


def test_a_draft_is_replaced_in_its_own_ring_only(work: Work) -> None:
    form, other = (work.begun(work.client(name), giving()) for name in ("Ana", "Ben"))
    answer = Response(status=ResponseStatus.ANSWERED, value=1, wants_to_talk=False, remark="")
    with pytest.raises(records.StaleVersion), writing(work.engine) as db:
        elsewhere = msgspec.structs.replace(form, ring=other.ring)
        progress.record_response(db, work.vault, elsewhere, 0, answer, now=NOW)
    with writing(work.engine) as db:
        progress.record_response(db, work.vault, form, 0, answer, now=NOW)
