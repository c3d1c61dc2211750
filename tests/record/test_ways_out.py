"""One hold for every way of a given sheet out of the room, asked at the moment it is used."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import relationships
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.record.safety import fear_holds
from clinic_toolkit.record.safety.risk_entry_record import SheetPlace
from clinic_toolkit.record.safety.ways_out import WaysOut, load_ways_out
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.worksheets import catalogue
from tests.fixtures.practices import NOW, Work

PLAIN = catalogue.load_worksheet("receiving-ladder")
ACTING = replace(PLAIN, needs_fear_asked=True)
FOR_THE_ROOM = replace(PLAIN, is_room_only=True)


@pytest.fixture
def client(work: Work) -> RecordVersion[Client]:
    return work.client("Mirza Holm")


@pytest.fixture
def person(work: Work, client: RecordVersion[Client]) -> UUID:
    with writing(work.engine) as db:
        return relationships.create_relationship(
            db, work.vault, client.id, word="Vesna", frame="friend", now=NOW
        ).id


def ask(work: Work, client: UUID, person: UUID, place: SheetPlace) -> None:
    with writing(work.engine) as db:
        fear_holds.record_fear_inquiry(
            db, work.vault, client, person, sheet_place=place, therapy_session_id=None, now=NOW
        )


def ways(
    work: Work, client: UUID, person: UUID, *, days: int = 0, also: tuple[UUID, ...] = ()
) -> dict[str, WaysOut]:
    """What may be done with each of the three sheets."""
    later = NOW + timedelta(days=days)
    with reading(work.engine) as db:
        return {
            name: load_ways_out(db, work.vault, (client, *also), sheet, client, person, now=later)
            for name, sheet in (("plain", PLAIN), ("acting", ACTING), ("room", FOR_THE_ROOM))
        }


NOTHING = WaysOut(may_print=False, may_leave=False)
PAPER = WaysOut(may_print=True, may_leave=False)
ALL = WaysOut(may_print=True, may_leave=True)


def test_before_it_was_asked_a_sheet_is_paper_and_one_that_acts_is_nothing(
    work: Work, client: RecordVersion[Client], person: UUID
) -> None:
    never = ways(work, client.id, person)
    assert never == {"plain": PAPER, "acting": NOTHING, "room": PAPER}
    ask(work, client.id, person, SheetPlace.HOME)
    assert ways(work, client.id, person) == {"plain": ALL, "acting": ALL, "room": PAPER}
    assert ways(work, client.id, person, days=90)["acting"] == ALL
    assert ways(work, client.id, person, days=91) == never


def test_a_hold_is_refused_like_a_person_never_asked_about(
    work: Work, client: RecordVersion[Client], person: UUID
) -> None:
    never = ways(work, client.id, person)
    ask(work, client.id, person, SheetPlace.ROOM)
    assert ways(work, client.id, person) == never
    ask(work, client.id, person, SheetPlace.HOME)
    assert ways(work, client.id, person) != never, "the control: an entry lifts it"


def test_the_holds_of_a_client_are_computed_once_for_a_sheet(
    work: Work, client: RecordVersion[Client], person: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(work, client.id, person, SheetPlace.HOME)
    computed: list[UUID] = []
    compute = fear_holds.load_fear_holds

    def counting(db: Any, vault: Any, client_id: UUID) -> fear_holds.FearHolds:
        computed.append(client_id)
        return compute(db, vault, client_id)

    monkeypatch.setattr(fear_holds, "load_fear_holds", counting)
    with reading(work.engine) as db:
        assert load_ways_out(db, work.vault, (client.id,), PLAIN, client.id, person, now=NOW) == ALL
    assert computed == [client.id], "it reads every form of the client"


def test_nothing_of_a_couples_session_leaves_the_room(
    work: Work, client: RecordVersion[Client], person: UUID
) -> None:
    ask(work, client.id, person, SheetPlace.HOME)
    assert ways(work, client.id, person)["plain"] == ALL
    other = work.client("Pavo Lind")
    assert ways(work, client.id, person, also=(other.id,)) == {
        "plain": PAPER,
        "acting": NOTHING,
        "room": PAPER,
    }
