"""The fields of a draft, labelled from docs/fields.md and read without the program."""

from pathlib import Path

from clinic_toolkit.record.writing import form_drafts
from clinic_toolkit.record.writing.form_draft_record import FormDraft
from clinic_toolkit.store.transactions import writing
from clinic_toolkit.store.types import to_microseconds
from clinic_toolkit.vault.own_ring import ensure_own_ring
from clinic_toolkit.vault.rings import RingClass
from tests.fixtures.practices import NOW, at_work

from . import independent_reader
from .independent_fields import field_tables, labelled


def test_the_page_names_every_field_of_a_draft_in_either_ring(tmp_path: Path) -> None:
    work = at_work(tmp_path)
    client = work.client("Ana Reyes")
    fields = (("asked", "Said that nobody would miss him."),)
    with writing(work.engine) as db:
        own = ensure_own_ring(db, work.vault)
        for ring in (own, work.vault.rings.get_ring(client.id, RingClass.RECORD)):
            body = FormDraft(
                form_name="risk_entry", subject_id=client.id.bytes, path="/x", begun_at=NOW, fields=fields
            )
            form_drafts.save_form_draft(db, work.vault, None, body, ring=ring, now=NOW)
    work.engine.dispose()
    reader = independent_reader.Reader(tmp_path / "data", sheet=" ".join(work.groups))
    found = [line for line in reader.records() if line["table"] == "draft"]
    assert {reader.rings[own.bytes]["class"], 2} == {5, 2} and len(found) == 2
    for line in found:
        _, body = independent_reader.decoded(line["raw"])
        draft = labelled("draft", body, field_tables())
        assert draft["form_name"] == "risk_entry" and draft["subject_id"] == client.id.bytes
        assert draft["fields"] == [list(each) for each in fields] and draft["path"] == "/x"
        assert draft["begun_at"] == to_microseconds(NOW)
