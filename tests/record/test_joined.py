"""Two entries of one client, or of one person: joined they are read as one, and nothing of either is lost.

Until then a fear hold covers every relationship of that kind.
"""

from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from clinic_toolkit.record import (
    administrations,
    cases,
    clients,
    courses,
    fear,
    joined,
    notes,
    open_matters,
    relationships,
    risk_entries,
    rows,
    sessions,
    to_ask,
    today,
    told_apart,
)
from clinic_toolkit.record.clients import Client
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.record.notes import Part
from clinic_toolkit.record.relationships import Relationship
from clinic_toolkit.record.risk_entries import AT_HOME, IN_THE_ROOM, RiskEntry
from clinic_toolkit.store.engine import reading, writing
from tests.fixtures import filled
from tests.fixtures.filled import said
from tests.fixtures.practices import NOW, Work, signed
from tests.record.test_asked_again import asking_about

DAY = timedelta(days=1)


def named(work: Work, client: Kept[Client], word: str, frame: str) -> Kept[Relationship]:
    with writing(work.engine) as db:
        return relationships.add(db, work.vault, client.id, word=word, frame=frame, now=NOW)


def afraid_of(work: Work, client: Kept[Client], about: Kept[Relationship] | None, day: int = 0) -> UUID:
    form = asking_about("fear")
    place = next(at for at, item in enumerate(form.items) if item.safety_flag == "fear")
    return filled.filled(work, client, form, about, {place: said(2)}, now=NOW + day * DAY).id


def written(work: Work, client: Kept[Client], about: Kept[Relationship], where: str, day: int = 0) -> UUID:
    now = NOW + day * DAY
    body = RiskEntry(
        client=client.id.bytes,
        session=None,
        on=now.date(),
        relationship=about.id.bytes,
        fear=where,
        asked="Asked.",
    )
    with writing(work.engine) as db:
        return risk_entries.write(db, work.vault, body, now=now).id


def join(work: Work, one: Kept[Relationship], other: Kept[Relationship]) -> Kept[Relationship]:
    with writing(work.engine) as db:
        seen = relationships.get(db, work.vault, one.id)
        return relationships.join(db, work.vault, seen, other.id, now=NOW)


def join_clients(work: Work, one: Kept[Client], other: Kept[Client]) -> Kept[Client]:
    with writing(work.engine) as db:
        return clients.join(db, work.vault, clients.get(db, work.vault, one.id), other.id, now=NOW)


def known(work: Work, client: Kept[Client]) -> fear.Known:
    with reading(work.engine) as db:
        return fear.known(db, work.vault, client.id)


def test_fear_of_one_holds_every_relationship_of_that_kind_and_no_other(work: Work) -> None:
    ana = work.client()
    one, again = named(work, ana, "P.", "partner"), named(work, ana, "my husband", "partner")
    mother = named(work, ana, "Mum", "parent")
    afraid_of(work, ana, one)
    found = known(work, ana)
    assert [found.room_only(each.id) for each in (one, again, mother)] == [True, True, False]
    assert found.held_beside(again.id) == (one.id,) and found.held_beside(one.id) == ()


def test_the_hold_ends_for_all_when_it_ends_for_the_one(work: Work) -> None:
    ana = work.client()
    one, again = named(work, ana, "P.", "partner"), named(work, ana, "my husband", "partner")
    written(work, ana, one, IN_THE_ROOM)
    # A word about the other lifts nothing: it may be somebody else.
    written(work, ana, again, AT_HOME, day=1)
    assert known(work, ana).room_only(again.id) and known(work, ana).room_only(one.id)
    written(work, ana, one, AT_HOME, day=2)
    assert not known(work, ana).room_only(again.id) and not known(work, ana).room_only(one.id)


def test_where_the_kind_of_the_held_one_cannot_be_read_all_are_held(work: Work) -> None:
    found = fear.Known(
        asked_on={}, held=frozenset({UUID(int=1)}), kinds={UUID(int=2): "parent"}, into=joined.Joined(into={})
    )
    assert found.room_only(UUID(int=2))


def test_the_clinician_is_told_because_of_whom(work: Work) -> None:
    ana = work.client()
    one, again = named(work, ana, "P.", "partner"), named(work, ana, "my husband", "partner")
    afraid_of(work, ana, one)
    with reading(work.engine) as db:
        matters = open_matters.of_client(db, work.vault, ana.id, now=NOW)
    told = {each.about: (each.room_only, each.beside) for each in matters.feared}
    assert told == {one.id: (True, ()), again.id: (True, ((one.id, "P."),))}


def test_two_entries_of_one_person_count_as_one_after_they_were_joined(work: Work) -> None:
    ana = work.client()
    one, again = named(work, ana, "P.", "partner"), named(work, ana, "my husband", "partner")
    first, second = afraid_of(work, ana, one), afraid_of(work, ana, again, day=1)
    with reading(work.engine) as db:
        assert len(to_ask.of_client(db, work.vault, ana.id)) == 2
    join(work, again, one)
    with reading(work.engine) as db:
        (asked,) = to_ask.of_client(db, work.vault, ana.id)
        assert {kept.id for kept in asked.questionnaires} == {first, second}
        assert len(to_ask.everywhere(db, work.vault)) == 1
        assert [kept.id for kept in relationships.of_client(db, work.vault, ana.id)] == [one.id]
        (course,) = courses.about_one(db, work.vault, ana.id, one.id)
        assert [each.id for each in course.rounds] == [first, second]
        kept = administrations.get(db, work.vault, second)
        assert courses.of(db, work.vault, kept, baselines={}) == course
        # As it was written: what is read as one was not changed.
        assert kept.body.relationship == again.id.bytes
    # One word about where sheets may go answers for both.
    written(work, ana, again, AT_HOME, day=2)
    with reading(work.engine) as db:
        assert known(work, ana).asked_on == {one.id: (NOW + 2 * DAY).date()}


def test_a_join_of_two_entries_can_be_taken_apart_and_both_stand_in_the_trail(work: Work) -> None:
    ana = work.client()
    one, again = named(work, ana, "P.", "partner"), named(work, ana, "my husband", "partner")
    afraid_of(work, ana, again)
    kept = join(work, again, one)
    with reading(work.engine) as db:
        assert [each.id for each in relationships.joined_to(db, work.vault, one)] == [again.id]
    with writing(work.engine) as db:
        relationships.take_apart(db, work.vault, kept, now=NOW)
    with reading(work.engine) as db:
        found = relationships.of_client(db, work.vault, ana.id)
        assert [each.body.word for each in found] == ["P.", "my husband"]
        assert len(rows.versions(db, work.vault, relationships.relationship, again.id, Relationship)) == 3
    assert known(work, ana).held == {again.id}
    assert events(work)[-2:] == ["relationship.joined", "relationship.taken_apart"]


def events(work: Work) -> list[str]:
    from clinic_toolkit.record import trail

    with reading(work.engine) as db:
        found = trail.page(db, work.vault, before=None, wanted=lambda line: True).lines
    return [line.event for line in reversed(found) if line.event]


def test_only_two_of_one_client_are_joined_and_never_round(work: Work) -> None:
    ana, ben = work.client("Ana"), work.client("Ben")
    one, again, third = (named(work, ana, word, "partner") for word in ("P.", "Paul", "Pal"))
    stranger = named(work, ben, "P.", "partner")
    for other in (one, stranger):
        with pytest.raises(relationships.NotTheSame):
            join(work, one, other)
    join(work, again, one)
    with pytest.raises(relationships.NotTheSame):
        join(work, one, again)
    # What is joined to a joined one is shown under the last of the row.
    join(work, one, third)
    with reading(work.engine) as db:
        assert relationships.joined(db, work.vault) == {one.id: third.id, again.id: third.id}


@pytest.fixture
def twice(work: Work) -> tuple[Kept[Client], Kept[Client]]:
    """One person taken in twice, each time with an hour, a signed note and a matter of fear."""
    both = work.client("Ana Reyes"), work.client("Anna Reyes")
    for number, client in enumerate(both):
        partner = named(work, client, f"P{number}", "partner")
        afraid_of(work, client, partner, day=number)
        hour = work.hour(client, date(2026, 11, 10 + number))
        with writing(work.engine) as db:
            parts = (Part(section="data", source=notes.CLINICIAN, text=f"Came, {number}."),)
            draft = notes.begin(db, work.vault, hour, parts, now=NOW)
            signed(db, work.vault, hour, draft)
    return both


def test_everything_of_the_one_client_is_shown_under_the_other(
    work: Work, twice: tuple[Kept[Client], Kept[Client]]
) -> None:
    one, other = twice
    table = notes.clinical_note
    with reading(work.engine) as db:
        before = db.execute(select(table).order_by(table.c.record)).all()
    join_clients(work, other, one)
    with reading(work.engine) as db:
        assert db.execute(select(table).order_by(table.c.record)).all() == before
        for id in (one.id, other.id):
            assert clients.together(db, work.vault, id) == (one.id, other.id)
            assert len(administrations.of_client(db, work.vault, id)) == 2
            assert len(relationships.of_client(db, work.vault, id)) == 2
            assert len(sessions.of_cases(db, work.vault, joined.cases_of(db, work.vault, id))) == 2
            assert len(to_ask.of_client(db, work.vault, id)) == 2
            assert len(fear.known(db, work.vault, id).held) == 2
        assert all(notes.is_genuine(work.vault, kept) for kept in notes.everything(db, work.vault))
        assert told_apart.of(db, work.vault).full == {one.id: "Ana Reyes", other.id: "Ana Reyes"}
        assert {line.who for line in today.of(db, work.vault, now=NOW).to_ask} == {"A. R."}
        found = clients.find(db, work.vault, "anna")
        assert [kept.id for kept in found] == [one.id]
    assert events(work)[-1] == "client.joined"


def test_the_people_of_two_joined_clients_can_be_joined_too(
    work: Work, twice: tuple[Kept[Client], Kept[Client]]
) -> None:
    one, other = twice
    join_clients(work, other, one)
    with reading(work.engine) as db:
        first, second = relationships.of_client(db, work.vault, one.id)
    join(work, second, first)
    with reading(work.engine) as db:
        (asked,) = to_ask.of_client(db, work.vault, one.id)
        assert len(asked.questionnaires) == 2
        (line,) = today.of(db, work.vault, now=NOW).to_ask
        assert line.questionnaires == 2
        assert fear.known(db, work.vault, one.id).held == {first.id}


def test_clients_are_taken_apart_again(work: Work, twice: tuple[Kept[Client], Kept[Client]]) -> None:
    one, other = twice
    kept = join_clients(work, other, one)
    with writing(work.engine) as db:
        clients.take_apart(db, work.vault, kept, now=NOW)
    with reading(work.engine) as db:
        assert clients.together(db, work.vault, one.id) == (one.id,)
        assert len(to_ask.of_client(db, work.vault, other.id)) == 1
        assert clients.get(db, work.vault, other.id).state == clients.ACTIVE
    assert events(work)[-1] == "client.taken_apart"


def test_a_client_is_not_joined_with_itself_round_or_with_a_partner(work: Work) -> None:
    ana, ben, cy = work.client("Ana"), work.client("Ben"), work.client("Cy")
    with writing(work.engine) as db:
        cases.open_couple(db, work.vault, ana.id, ben.id, now=NOW)
    for other in (ana, ben):
        with pytest.raises(clients.NotTheSame):
            join_clients(work, ana, other)
    join_clients(work, cy, ana)
    for one, other in ((ana, cy), (ben, cy), (cy, ben)):
        with pytest.raises(clients.NotTheSame):
            join_clients(work, one, other)


def test_the_next_check_looks_at_the_hours_of_both(
    work: Work, twice: tuple[Kept[Client], Kept[Client]]
) -> None:
    one, other = twice
    join_clients(work, other, one)
    with writing(work.engine) as db:
        case = cases.single_of(db, work.vault, other.id)
        soon = sessions.TherapySession(case=case.id.bytes, kind="session", on=date(2026, 11, 21))
        sessions.plan(db, work.vault, case, soon, now=NOW)
        assert risk_entries.next_check(db, work.vault, one.id, today=NOW.date()) == date(2026, 11, 21)
