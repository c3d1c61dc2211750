"""Worksheets of a practice's own: versions, whose they are, whether they wait, and what was given."""

from uuid import UUID, uuid4

import pytest
from msgspec.structs import replace
from sqlalchemy import Connection

from clinic_toolkit.journal import erasure, inspection, records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.journal.tombstone_record import ErasureReason
from clinic_toolkit.record.people.client_record import record_ring
from clinic_toolkit.record.safety import fear_holds
from clinic_toolkit.record.writing import available_worksheets, handouts, own_worksheets
from clinic_toolkit.record.writing.handout_record import Handout
from clinic_toolkit.record.writing.own_worksheet_record import OwnWorksheet
from clinic_toolkit.record.writing.own_worksheets import (
    ChangedMeanwhile,
    ReleasedWithoutReason,
    TooManyWorksheets,
)
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.vault import ring_erasure
from clinic_toolkit.vault.vault import Vault
from clinic_toolkit.worksheets import catalogue
from clinic_toolkit.worksheets.catalogue import UnknownWorksheet
from clinic_toolkit.worksheets.model import Worksheet
from tests.fixtures.own_sheets import REASON, add_sheet, first_shipped
from tests.fixtures.practices import NOW, Work


def titles(work: Work, client_id: UUID | None = None) -> list[str]:
    """The titles of the practice's own sheets that are offered."""
    with reading(work.engine) as db:
        offered = available_worksheets.list_available_worksheets(db, work.vault, client_id)
    assert offered[: len(catalogue.list_worksheets())] == catalogue.list_worksheets()
    return [sheet.title for sheet in offered if sheet.own]


def test_the_newest_version_is_offered_beside_what_ships(work: Work) -> None:
    with writing(work.engine) as db:
        first = add_sheet(db, work.vault, now=NOW)
        second = add_sheet(
            db, work.vault, now=NOW, sheet_id=first.payload.sheet_id, expected=first.id, title="Plums"
        )
    assert (first.payload.version, second.payload.version) == ("1", "2")
    assert first.payload.definition_digest != second.payload.definition_digest
    assert titles(work) == ["Plums"]


def test_the_same_words_make_no_version(work: Work) -> None:
    with writing(work.engine) as db:
        first = add_sheet(db, work.vault, now=NOW)
        same = add_sheet(db, work.vault, now=NOW, sheet_id=first.payload.sheet_id, expected=first.id)
        assert same == first and len(own_worksheets.list_versions(db, work.vault)) == 1


def test_the_later_of_two_windows_is_told_and_nothing_is_lost(work: Work) -> None:
    with writing(work.engine) as db:
        first = add_sheet(db, work.vault, now=NOW)
        sheet_id = first.payload.sheet_id
        second = add_sheet(db, work.vault, now=NOW, title="Plums", sheet_id=sheet_id, expected=first.id)
        with pytest.raises(ChangedMeanwhile, match="another window"):
            add_sheet(db, work.vault, now=NOW, title="Pears", sheet_id=sheet_id, expected=first.id)
        third = add_sheet(db, work.vault, now=NOW, title="Pears", sheet_id=sheet_id, expected=second.id)
        assert third.payload.version == "3"
        assert [version.payload.title for version in own_worksheets.list_versions(db, work.vault)] == [
            first_shipped().title, "Plums", "Pears",
        ]  # fmt: skip


def test_the_newest_version_is_known_by_its_number_and_not_by_its_row(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    with writing(work.engine) as db:
        first = add_sheet(db, work.vault, now=NOW, title="Pears")
        add_sheet(db, work.vault, now=NOW, sheet_id=first.payload.sheet_id, expected=first.id, title="Plums")
    for name in ("list_records_in_rings", "list_all_records"):
        verb = getattr(records, name)
        monkeypatch.setattr(records, name, lambda *asked, verb=verb: verb(*asked)[::-1])
    assert titles(work) == ["Plums"]
    with reading(work.engine) as db:
        found = own_worksheets.find_sheet(db, work.vault, first.payload.sheet_id)
    assert found and found.payload.version == "2"


def test_a_version_that_cannot_be_read_leaves_its_number_taken(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    with writing(work.engine) as db:
        first = add_sheet(db, work.vault, now=NOW, title="Plums")
        whose = first.payload.sheet_id
        second = add_sheet(db, work.vault, now=NOW, sheet_id=whose, expected=first.id, title="Pears")
        third = add_sheet(db, work.vault, now=NOW, sheet_id=whose, expected=second.id, title="Figs")
    verb = records.list_records_in_rings
    monkeypatch.setattr(
        records,
        "list_records_in_rings",
        lambda *asked: [version for version in verb(*asked) if version.id != second.id],
    )
    with writing(work.engine) as db:
        fourth = add_sheet(db, work.vault, now=NOW, sheet_id=whose, expected=third.id, title="Quinces")
    assert fourth.payload.version == "4"


def test_a_sheet_for_one_client_is_offered_for_nobody_else(work: Work) -> None:
    ana, ben = work.client("Ana Reyes"), work.client("Ben Ash")
    with writing(work.engine) as db:
        added = add_sheet(db, work.vault, now=NOW, title="For the drive home", client_id=ana.id)
        assert added.ring == record_ring(work.vault, ana.id)
    assert titles(work, ana.id) == ["For the drive home"]
    assert titles(work) == titles(work, ben.id) == []


def test_a_retired_sheet_is_kept_and_not_offered(work: Work) -> None:
    with writing(work.engine) as db:
        added = add_sheet(db, work.vault, now=NOW, title="Plums")
    assert titles(work) == ["Plums"]
    with writing(work.engine) as db:
        retired = own_worksheets.retire_worksheet(db, work.vault, added, now=NOW)
        assert own_worksheets.retire_worksheet(db, work.vault, retired, now=NOW) == retired
    assert titles(work) == []
    with writing(work.engine) as db:
        with pytest.raises(UnknownWorksheet):
            available_worksheets.load_available_worksheet(db, work.vault, added.payload.slug)
        own_worksheets.reoffer_worksheet(db, work.vault, retired, now=NOW)
        found = available_worksheets.load_available_worksheet(db, work.vault, added.payload.slug)
    assert found.title == "Plums"


@pytest.mark.parametrize("shipped", catalogue.list_worksheets(), ids=lambda sheet: sheet.slug)
@pytest.mark.parametrize("reason", ["", REASON])
def test_every_copy_waits_unless_a_reason_is_in_it(work: Work, shipped: Worksheet, reason: str) -> None:
    client = work.client("Ana Reyes")
    with writing(work.engine) as db:
        added = add_sheet(
            db, work.vault, now=NOW, fear_reason=reason, title=shipped.title,
            needs_fear_asked=shipped.needs_fear_asked,
        )  # fmt: skip
        sheet = own_worksheets.read_definition(added.payload)
        assert sheet.needs_fear_asked == (not reason) and sheet.evidence.endswith("not tested.")
        allowed = fear_holds.load_handout_permission(
            db, work.vault, [client.id], sheet, client.id, None, now=NOW
        ).is_allowed
    assert allowed == bool(reason)
    assert reason.encode() in added.payload.definition and sheet.digest == added.payload.definition_digest


def give(db: Connection, vault: Vault, sheet: Worksheet, client_id: UUID) -> RecordVersion[Handout]:
    return handouts.create_handout(
        db, vault, sheet, client_id=client_id, therapy_session_id=None, client_sentence="", now=NOW
    )


def test_what_was_given_is_read_in_its_version_for_good(work: Work) -> None:
    client = work.client("Ana Reyes")
    with writing(work.engine) as db:
        first = add_sheet(db, work.vault, now=NOW, title="Plums")
        given = give(db, work.vault, own_worksheets.read_definition(first.payload), client.id)
        second = add_sheet(
            db, work.vault, now=NOW, sheet_id=first.payload.sheet_id, expected=first.id, title="Pears"
        )
        own_worksheets.retire_worksheet(db, work.vault, second, now=NOW)
        assert available_worksheets.load_given_worksheet(db, work.vault, given.payload).title == "Plums"
        shipped = give(db, work.vault, first_shipped(), client.id)
        assert available_worksheets.load_given_worksheet(db, work.vault, shipped.payload) == first_shipped()


def test_what_ships_is_found_without_a_look_at_the_sheets_of_ones_own(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = work.client("Ana Reyes")
    with writing(work.engine) as db:
        given = give(db, work.vault, first_shipped(), client.id)
    looked_at: list[UUID | None] = []

    def note(_db: Connection, _vault: Vault, client_id: UUID | None) -> list[RecordVersion[OwnWorksheet]]:
        looked_at.append(client_id)
        return []

    monkeypatch.setattr(own_worksheets, "list_versions", note)
    with reading(work.engine) as db:
        assert available_worksheets.load_given_worksheet(db, work.vault, given.payload) == first_shipped()
        assert looked_at == []
        own = replace(given.payload, worksheet_slug=f"own-{client.id.hex}")
        with pytest.raises(UnknownWorksheet):
            available_worksheets.load_given_worksheet(db, work.vault, own)
        assert looked_at == [client.id], "the control"


def test_what_was_made_from_a_sheet_of_the_room_stays_there_without_a_reason(work: Work) -> None:
    with writing(work.engine) as db:
        first = add_sheet(db, work.vault, now=NOW, is_room_only=True)
        whose = first.payload.sheet_id
        with pytest.raises(ReleasedWithoutReason, match="say why"):
            add_sheet(db, work.vault, now=NOW, sheet_id=whose, expected=first.id)
        second = add_sheet(db, work.vault, now=NOW, sheet_id=whose, expected=first.id, fear_reason=REASON)
        assert not own_worksheets.read_definition(second.payload).is_room_only
        with pytest.raises(ReleasedWithoutReason):
            add_sheet(db, work.vault, now=NOW, sheet_id=whose, expected=second.id)
        copy = add_sheet(db, work.vault, now=NOW)
        assert not own_worksheets.read_definition(copy.payload).is_room_only


def test_too_many_versions_are_refused_in_a_sentence(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_worksheets, "MAX_VERSIONS", 1)
    with writing(work.engine) as db:
        add_sheet(db, work.vault, now=NOW)
        with pytest.raises(TooManyWorksheets, match="no more can be added"):
            add_sheet(db, work.vault, now=NOW, sheet_id=uuid4())


def test_a_client_is_erased_with_their_own_sheets(work: Work) -> None:
    ana, ben = work.client("Ana Reyes"), work.client("Ben Ash")
    with writing(work.engine) as db:
        add_sheet(db, work.vault, now=NOW, title="For the drive home", client_id=ana.id)
        add_sheet(db, work.vault, now=NOW, title="For the ferry", client_id=ben.id)
        add_sheet(db, work.vault, now=NOW, title="Plums")
    with writing(work.engine) as db:
        rings = ring_erasure.list_owner_rings(work.vault, ana.id)
        erasure.erase_rings(db, work.vault, rings=rings, reason=ErasureReason.MISTAKE, now=NOW)
    with reading(work.engine) as db:
        found = inspection.inspect_all(db, work.vault, lambda *_: None)
    assert found.findings == ()
    assert titles(work, ben.id) == ["For the ferry", "Plums"]
    assert titles(work) == ["Plums"]
