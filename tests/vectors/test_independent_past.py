"""The independent reader opens a practice whose keys were replaced, and reads its old trail as it was."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature

from clinic_toolkit.journal import incarnations
from clinic_toolkit.record.people import practice_access
from clinic_toolkit.store import successor
from clinic_toolkit.store.transactions import reading, writing
from tests.fixtures.practices import NOW
from tests.fixtures.rekeyed import (
    FIRST,
    Practice,
    damage,
    inspected,
    new_secrets,
    open_practice,
    replace_keys,
    unlocked,
)

from . import independent_header, independent_past, independent_reader, independent_trail

OLD_KINDS = {"practice.created", "client.added", "note.signed", "unlock.failed"}


@pytest.fixture
def practice(tmp_path: Path) -> Iterator[Practice]:
    with open_practice(tmp_path / "data") as made:
        yield made


@pytest.mark.parametrize("restored", [False, True])
def test_it_reads_everything_by_the_new_sheet(practice: Practice, restored: bool) -> None:
    if restored:
        with writing(practice.engine) as db:
            incarnations.begin_incarnation(db, practice.vault, backup_made_at=5, now=NOW)
        # The second copy of the head is put right by one unlock, and the next one finds nothing wrong.
        for _ in range(2):
            with writing(practice.engine) as db:
                practice.vault = practice_access.unlock_with_passphrase(db, FIRST, now=NOW)
    practice.engine.dispose()
    reader = independent_reader.Reader(practice.place, sheet=practice.sheet)
    before = {(line["table"], line["record"], line["version"], line["raw"]) for line in reader.records()}
    told = independent_trail.told(reader)
    with pytest.raises(IndexError):
        independent_past.past_texts(reader)
    reader.db.close()
    new = new_secrets()
    replace_keys(practice, new)
    practice.engine.dispose()
    successor.finish_exchange(practice.place)
    with pytest.raises(ValueError, match="commitment"):
        independent_reader.Reader(practice.place, sheet=practice.sheet)
    reader = independent_reader.Reader(practice.place, sheet=" ".join(new.sheet_groups))
    found = list(reader.records())
    after = {(line["table"], line["record"], line["version"], line["raw"]) for line in found}
    assert before < after and len(after - before) == 2
    assert {line["signed"] for line in found} == {"", "sig/note"} and len(reader.keys) == 2
    assert independent_trail.unnamed(reader) == []
    # What began an incarnation said so in bytes of its own, and says it as an event now.
    assert [text for text in independent_past.past_texts(reader) if "restored" not in text[0]] == [
        text for text in told if not isinstance(text, bytes)
    ]
    assert {text[0].split(" ")[0] for text in independent_past.past_texts(reader)} >= OLD_KINDS
    # With the present key alone, what was signed before does not verify: it is the old one that signed it.
    reader.keys = [reader.public]
    with pytest.raises(InvalidSignature):
        list(reader.records())
    reader.db.close()
    assert independent_header.head(practice.place)[0] == 5


@pytest.mark.parametrize("ring_is_lost", [False, True])
def test_it_finds_what_did_not_open_before(practice: Practice, ring_is_lost: bool) -> None:
    damage(practice, "UPDATE clinical_note SET sealed = CAST(sealed || x'00' AS BLOB) WHERE final")
    if ring_is_lost:
        damage(practice, "DELETE FROM ring_grant WHERE ring = (SELECT ring FROM clinical_note LIMIT 1)")
    practice.vault.inventory = None
    said = [finding.sentence for finding in inspected(practice, unlocked(practice))]
    query = "SELECT record, key_id, sealed FROM clinical_note WHERE final"
    with reading(practice.engine) as db:
        [(record, key_id, sealed)] = db.exec_driver_sql(query).all()
    new = new_secrets()
    replace_keys(practice, new, accepted_damage=said)
    practice.engine.dispose()
    successor.finish_exchange(practice.place)
    reader = independent_reader.Reader(practice.place, sheet=" ".join(new.sheet_groups))
    [row] = reader.db.execute("SELECT * FROM clinical_note WHERE final").fetchall()
    assert row["record"] == record and row["key_id"] != key_id
    assert independent_past.kept_bytes(reader, "clinical_note", row) == (key_id, sealed)
    with pytest.raises(ValueError, match="can be read"):
        [first, *_] = reader.db.execute("SELECT * FROM practice").fetchall()
        independent_past.kept_bytes(reader, "practice", first)
    count = 9 if ring_is_lost else 1
    assert [f"practice.damage_kept {count}"] == [
        text[0] for text in independent_trail.told(reader) if "damage_kept" in str(text[0])
    ]
    assert len(independent_past.past_texts(reader)) > 20
    reader.db.close()


def test_it_reads_the_old_trail_past_a_line_that_nobody_believes(practice: Practice) -> None:
    damage(practice, "UPDATE audit_line SET body = zeroblob(400) WHERE seq = 7")
    damage(practice, "DELETE FROM audit_line WHERE seq = 12")
    practice.vault.inventory = None
    said = [finding.sentence for finding in inspected(practice, unlocked(practice))]
    new = new_secrets()
    replace_keys(practice, new, accepted_damage=said)
    practice.engine.dispose()
    successor.finish_exchange(practice.place)
    reader = independent_reader.Reader(practice.place, sheet=" ".join(new.sheet_groups))
    texts = independent_past.past_texts(reader)
    # The line after a missing one does not fit it, so nobody believes that one either.
    assert [seq for seq, text in enumerate(texts, start=1) if text is None] == [7, 12, 13]
    assert {text[0].split(" ")[0] for text in texts if text} >= {"practice.created", "unlock.failed"}
    reader.db.close()
