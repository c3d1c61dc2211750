"""Two entries of one client, or of one person: joined they are read as one, and nothing of either is lost.

Until then a fear hold covers every relationship of that kind.
"""

from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from clinic_toolkit.journal import records, version_history
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record import daily_overview
from clinic_toolkit.record.outcomes import courses
from clinic_toolkit.record.people import (
    cases,
    clients,
    display_names,
    joined_entries,
    relationships,
    therapy_session_timeline,
    therapy_sessions,
)
from clinic_toolkit.record.people.client_record import Client, ClientState
from clinic_toolkit.record.people.relationship_record import RELATIONSHIP, Relationship
from clinic_toolkit.record.people.therapy_session_record import TherapySession, TherapySessionKind
from clinic_toolkit.record.questionnaires import administrations
from clinic_toolkit.record.safety import fear_holds, open_prompt_groups, risk_entries, safety_summary
from clinic_toolkit.record.safety.risk_entry_record import RiskEntry, SheetPlace
from clinic_toolkit.record.writing import notes
from clinic_toolkit.record.writing.note_record import CLINICAL_NOTE, NotePart, PartSource, note_table
from clinic_toolkit.store.transactions import reading, writing
from tests.fixtures import filled, lists_from_records
from tests.fixtures.filled import said
from tests.fixtures.practices import NOW, Work, signed
from tests.record.test_open_prompt_groups import asking_about

DAY = timedelta(days=1)


def named(work: Work, client: RecordVersion[Client], word: str, frame: str) -> RecordVersion[Relationship]:
    with writing(work.engine) as db:
        return relationships.create_relationship(db, work.vault, client.id, word=word, frame=frame, now=NOW)


def afraid_of(
    work: Work, client: RecordVersion[Client], about: RecordVersion[Relationship] | None, day: int = 0
) -> UUID:
    form = asking_about("fear")
    place = next(at for at, item in enumerate(form.items) if item.safety_flag == "fear")
    return filled.filled(work, client, form, about, {place: said(2)}, now=NOW + day * DAY).id


def written(
    work: Work,
    client: RecordVersion[Client],
    about: RecordVersion[Relationship],
    where: SheetPlace,
    day: int = 0,
) -> UUID:
    now = NOW + day * DAY
    body = RiskEntry(
        client=client.id.bytes,
        therapy_session=None,
        entry_date=now.date(),
        relationship=about.id.bytes,
        sheet_place=where,
        asked_text="Asked.",
    )
    with writing(work.engine) as db:
        return risk_entries.create_risk_entry(db, work.vault, body, now=now).id


def join(
    work: Work, one: RecordVersion[Relationship], other: RecordVersion[Relationship]
) -> RecordVersion[Relationship]:
    with writing(work.engine) as db:
        seen = relationships.load_relationship(db, work.vault, one.id)
        return relationships.join_relationship(db, work.vault, seen, other.id, now=NOW)


def join_clients(
    work: Work, one: RecordVersion[Client], other: RecordVersion[Client]
) -> RecordVersion[Client]:
    with writing(work.engine) as db:
        return clients.join_client(
            db, work.vault, clients.load_client(db, work.vault, one.id), other.id, now=NOW
        )


def known(work: Work, client: RecordVersion[Client]) -> fear_holds.FearHolds:
    with reading(work.engine) as db:
        return fear_holds.load_fear_holds(db, work.vault, client.id)


def test_fear_of_one_holds_every_relationship_of_that_kind_and_no_other(work: Work) -> None:
    ana = work.client()
    one, again = named(work, ana, "P.", "partner"), named(work, ana, "my husband", "partner")
    mother = named(work, ana, "Mum", "parent")
    afraid_of(work, ana, one)
    found = known(work, ana)
    assert [found.is_room_only(each.id) for each in (one, again, mother)] == [True, True, False]
    assert found.held_alongside(again.id) == (one.id,) and found.held_alongside(one.id) == ()


def test_the_hold_ends_for_all_when_it_ends_for_the_one(work: Work) -> None:
    ana = work.client()
    one, again = named(work, ana, "P.", "partner"), named(work, ana, "my husband", "partner")
    written(work, ana, one, SheetPlace.ROOM)
    # A word about the other lifts nothing: it may be somebody else.
    written(work, ana, again, SheetPlace.HOME, day=1)
    assert known(work, ana).is_room_only(again.id) and known(work, ana).is_room_only(one.id)
    written(work, ana, one, SheetPlace.HOME, day=2)
    assert not known(work, ana).is_room_only(again.id) and not known(work, ana).is_room_only(one.id)


def test_where_the_kind_of_the_held_one_cannot_be_read_all_are_held(work: Work) -> None:
    found = fear_holds.FearHolds(
        asked_on_by_person={},
        held_relationships=frozenset({UUID(int=1)}),
        frame_by_relationship={UUID(int=2): "parent"},
        joined_entries=joined_entries.JoinedEntries(primary_by_id={}),
    )
    assert found.is_room_only(UUID(int=2))


def test_the_clinician_is_told_because_of_whom(work: Work) -> None:
    ana = work.client()
    one, again = named(work, ana, "P.", "partner"), named(work, ana, "my husband", "partner")
    afraid_of(work, ana, one)
    with reading(work.engine) as db:
        matters = safety_summary.load_safety_summary(db, work.vault, ana.id, now=NOW)
    told = {each.relationship_id: (each.is_room_only, each.held_alongside) for each in matters.fear_statuses}
    assert told == {one.id: (True, ()), again.id: (True, ((one.id, "P."),))}


def test_two_entries_of_one_person_count_as_one_after_they_were_joined(work: Work) -> None:
    ana = work.client()
    one, again = named(work, ana, "P.", "partner"), named(work, ana, "my husband", "partner")
    first, second = afraid_of(work, ana, one), afraid_of(work, ana, again, day=1)
    with reading(work.engine) as db:
        assert len(open_prompt_groups.list_prompt_groups(db, work.vault, ana.id)) == 2
    join(work, again, one)
    with reading(work.engine) as db:
        (asked,) = open_prompt_groups.list_prompt_groups(db, work.vault, ana.id)
        assert {kept.id for kept in asked.questionnaires} == {first, second}
        assert len(lists_from_records.list_all_prompt_groups(db, work.vault)) == 1
        assert [kept.id for kept in relationships.list_relationships(db, work.vault, ana.id)] == [one.id]
        (course,) = courses.list_courses(db, work.vault, ana.id, one.id)
        assert [each.id for each in course.rounds] == [first, second]
        kept = administrations.load_administration(db, work.vault, second)
        assert courses.find_course(db, work.vault, kept, baselines={}) == course
        # As it was written: what is read as one was not changed.
        assert kept.payload.relationship == again.id.bytes
    # One word about where sheets may go answers for both.
    written(work, ana, again, SheetPlace.HOME, day=2)
    with reading(work.engine) as db:
        assert known(work, ana).asked_on_by_person == {one.id: (NOW + 2 * DAY).date()}


def test_a_join_of_two_entries_can_be_taken_apart_and_both_stand_in_the_trail(work: Work) -> None:
    ana = work.client()
    one, again = named(work, ana, "P.", "partner"), named(work, ana, "my husband", "partner")
    afraid_of(work, ana, again)
    kept = join(work, again, one)
    with reading(work.engine) as db:
        assert [each.id for each in relationships.list_joined_entries(db, work.vault, one)] == [again.id]
    with writing(work.engine) as db:
        relationships.separate_relationship(db, work.vault, kept, now=NOW)
    with reading(work.engine) as db:
        found = relationships.list_relationships(db, work.vault, ana.id)
        assert [each.payload.word for each in found] == ["P.", "my husband"]
        assert len(version_history.list_versions(db, work.vault, RELATIONSHIP, again.id)) == 3
    assert known(work, ana).held_relationships == {again.id}
    assert events(work)[-2:] == ["relationship.joined", "relationship.taken_apart"]


def events(work: Work) -> list[str]:
    from clinic_toolkit.journal import audit_reader

    with reading(work.engine) as db:
        found = audit_reader.read_audit_page(
            db, work.vault, before_number=None, matches=lambda line: True
        ).entries
    return [line.event for line in reversed(found) if line.event]


def test_only_two_of_one_client_are_joined_and_never_round(work: Work) -> None:
    ana, ben = work.client("Ana"), work.client("Ben")
    one, again, third = (named(work, ana, word, "partner") for word in ("P.", "Paul", "Pal"))
    stranger = named(work, ben, "P.", "partner")
    for other in (one, stranger):
        with pytest.raises(relationships.CannotJoinRelationships):
            join(work, one, other)
    join(work, again, one)
    with pytest.raises(relationships.CannotJoinRelationships):
        join(work, one, again)
    # What is joined to a joined one is shown under the last of the row.
    join(work, one, third)
    with reading(work.engine) as db:
        assert relationships.load_relationship_joins(db, work.vault) == {one.id: third.id, again.id: third.id}


@pytest.fixture
def twice(work: Work) -> tuple[RecordVersion[Client], RecordVersion[Client]]:
    """One person taken in twice, each time with a session, a signed note and a matter of fear."""
    both = work.client("Ana Reyes"), work.client("Anna Reyes")
    for number, client in enumerate(both):
        partner = named(work, client, f"P{number}", "partner")
        afraid_of(work, client, partner, day=number)
        session = work.session(client, date(2026, 11, 10 + number))
        with writing(work.engine) as db:
            parts = (NotePart(section="data", source=PartSource.CLINICIAN, text=f"Came, {number}."),)
            draft = notes.create_note(db, work.vault, session, parts, now=NOW)
            signed(db, work.vault, session, draft)
    return both


def test_everything_of_the_one_client_is_shown_under_the_other(
    work: Work, twice: tuple[RecordVersion[Client], RecordVersion[Client]]
) -> None:
    one, other = twice
    table = note_table
    with reading(work.engine) as db:
        before = db.execute(select(table).order_by(table.c.record)).all()
    join_clients(work, other, one)
    with reading(work.engine) as db:
        assert db.execute(select(table).order_by(table.c.record)).all() == before
        for id in (one.id, other.id):
            assert clients.list_joined_client_ids(db, work.vault, id) == (one.id, other.id)
            assert len(administrations.list_administrations(db, work.vault, id)) == 2
            assert len(relationships.list_relationships(db, work.vault, id)) == 2
            assert (
                len(
                    therapy_session_timeline.list_therapy_sessions_of_cases(
                        db, work.vault, joined_entries.list_cases_of_person(db, work.vault, id)
                    )
                )
                == 2
            )
            assert len(open_prompt_groups.list_prompt_groups(db, work.vault, id)) == 2
            assert len(fear_holds.load_fear_holds(db, work.vault, id).held_relationships) == 2
        for note in records.list_all_records(db, work.vault, CLINICAL_NOTE):
            assert notes.has_valid_signature(work.vault, note)
        assert display_names.load_display_names(db, work.vault).full_by_id == {
            one.id: "Ana Reyes",
            other.id: "Ana Reyes",
        }
        assert {
            line.who for line in daily_overview.build_daily_overview(db, work.vault, now=NOW).ask_lines
        } == {"A. R."}
        found = clients.search_clients(db, work.vault, "anna")
        assert [kept.id for kept in found] == [one.id]
    assert events(work)[-1] == "client.joined"


def test_the_people_of_two_joined_clients_can_be_joined_too(
    work: Work, twice: tuple[RecordVersion[Client], RecordVersion[Client]]
) -> None:
    one, other = twice
    join_clients(work, other, one)
    with reading(work.engine) as db:
        first, second = relationships.list_relationships(db, work.vault, one.id)
    join(work, second, first)
    with reading(work.engine) as db:
        (asked,) = open_prompt_groups.list_prompt_groups(db, work.vault, one.id)
        assert len(asked.questionnaires) == 2
        (line,) = daily_overview.build_daily_overview(db, work.vault, now=NOW).ask_lines
        assert line.questionnaire_count == 2
        assert fear_holds.load_fear_holds(db, work.vault, one.id).held_relationships == {first.id}


def test_clients_are_taken_apart_again(
    work: Work, twice: tuple[RecordVersion[Client], RecordVersion[Client]]
) -> None:
    one, other = twice
    kept = join_clients(work, other, one)
    with writing(work.engine) as db:
        clients.separate_client(db, work.vault, kept, now=NOW)
    with reading(work.engine) as db:
        assert clients.list_joined_client_ids(db, work.vault, one.id) == (one.id,)
        assert len(open_prompt_groups.list_prompt_groups(db, work.vault, other.id)) == 1
        assert clients.load_client(db, work.vault, other.id).state == ClientState.ACTIVE
    assert events(work)[-1] == "client.taken_apart"


def test_a_client_is_not_joined_with_itself_round_or_with_a_partner(work: Work) -> None:
    ana, ben, cy = work.client("Ana"), work.client("Ben"), work.client("Cy")
    with writing(work.engine) as db:
        cases.create_couple_case(db, work.vault, ana.id, ben.id, now=NOW)
    for other in (ana, ben):
        with pytest.raises(clients.CannotJoinClients):
            join_clients(work, ana, other)
    join_clients(work, cy, ana)
    for one, other in ((ana, cy), (ben, cy), (cy, ben)):
        with pytest.raises(clients.CannotJoinClients):
            join_clients(work, one, other)


def test_the_next_check_looks_at_the_sessions_of_both(
    work: Work, twice: tuple[RecordVersion[Client], RecordVersion[Client]]
) -> None:
    one, other = twice
    join_clients(work, other, one)
    with writing(work.engine) as db:
        case = cases.load_single_case(db, work.vault, other.id)
        soon = TherapySession(
            case_id_bytes=case.id.bytes, kind=TherapySessionKind.SESSION, on=date(2026, 11, 21)
        )
        therapy_sessions.create_therapy_session(db, work.vault, case, soon, now=NOW)
        assert risk_entries.next_check_date(db, work.vault, one.id, today=NOW.date()) == date(2026, 11, 21)
