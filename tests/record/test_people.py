"""Clients, cases, relationships and sessions."""

from datetime import date, time

import pytest

from clinic_toolkit.record import daily_overview
from clinic_toolkit.record.people import cases, clients, relationships, therapy_sessions
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.record.people.therapy_session_record import Attendance, TherapySession, TherapySessionKind
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.vault.rings import RingClass
from tests.fixtures.practices import NOW, Work


@pytest.mark.parametrize(
    ("name", "initials"), [("Ana Reyes", "A. R."), ("B7", "B7"), ("Łukasz de Vries", "Ł. V."), ("", "")]
)
def test_initials(name: str, initials: str) -> None:
    assert Client(name=name).initials == initials


@pytest.mark.parametrize(
    ("born", "adult"), [(date(2008, 11, 19), True), (date(2008, 11, 20), False), (date(2008, 2, 29), True)]
)
def test_eighteen_on_the_day_and_not_before(work: Work, born: date, adult: bool) -> None:
    body = Client(name="Ana", birth_date=born)
    with writing(work.engine) as db:
        if adult:
            clients.create_client(db, work.vault, body, now=NOW)
        else:
            with pytest.raises(clients.ClientIsMinor, match="18"):
                clients.create_client(db, work.vault, body, now=NOW)


def test_a_birth_date_entered_later_is_checked_too(work: Work) -> None:
    kept = work.client()
    with writing(work.engine) as db, pytest.raises(clients.ClientIsMinor):
        clients.revise_client(db, work.vault, kept, Client(name="Ana", birth_date=date(2015, 1, 1)), now=NOW)


def test_find_needs_every_word_and_reads_archived_clients(work: Work) -> None:
    ana, ben = work.client("Ana Reyes"), work.client("Ben Adeyemi")
    with writing(work.engine) as db:
        clients.archive_client(db, work.vault, ben, now=NOW)
    with reading(work.engine) as db:
        assert [kept.id for kept in clients.search_clients(db, work.vault, "REY ana")] == [ana.id]
        assert [kept.id for kept in clients.search_clients(db, work.vault, "adeyemi")] == [ben.id]
        assert clients.search_clients(db, work.vault, "zoë") == []


def test_a_couple_has_a_ring_of_its_own(work: Work) -> None:
    ana, ben = work.client("Ana"), work.client("Ben")
    with writing(work.engine) as db:
        couple = cases.create_couple_case(db, work.vault, ana.id, ben.id, now=NOW)
        with pytest.raises(cases.SameClientTwice):
            cases.create_couple_case(db, work.vault, ana.id, ana.id, now=NOW)
        own = cases.load_single_case(db, work.vault, ana.id)
        found = cases.list_cases_of_client(db, work.vault, ana.id)
    assert couple.ring not in {own.ring, work.vault.rings.get_ring(ben.id, RingClass.RECORD)}
    assert [kept.id for kept in found] == [own.id, couple.id]


def test_relationships_keep_the_clients_word(work: Work) -> None:
    ana = work.client()
    with writing(work.engine) as db:
        mum = relationships.create_relationship(db, work.vault, ana.id, word="Mamá", frame="parent", now=NOW)
        friend = relationships.create_relationship(db, work.vault, ana.id, word="J.", frame="friend", now=NOW)
        relationships.archive_relationship(db, work.vault, mum, now=NOW)
        found = relationships.list_relationships(db, work.vault, ana.id)
    assert [(kept.payload.word, kept.state) for kept in found] == [("J.", "active"), ("Mamá", "archived")]
    assert friend.payload.client_id == ana.id


def test_a_session_cannot_end_before_it_began(work: Work) -> None:
    ana = work.client()
    with writing(work.engine) as db:
        case = cases.load_single_case(db, work.vault, ana.id)
        body = TherapySession(
            case_id_bytes=case.id.bytes,
            kind=TherapySessionKind.SESSION,
            on=date(2026, 11, 19),
            start=time(10),
            end=time(9, 59),
        )
        with pytest.raises(therapy_sessions.EndBeforeStart):
            therapy_sessions.create_therapy_session(db, work.vault, case, body, now=NOW)


def test_today_shows_initials_what_is_next_and_what_is_to_finish(work: Work) -> None:
    ana = work.client("Ana Reyes")
    with writing(work.engine) as db:
        case = cases.load_single_case(db, work.vault, ana.id)
        last = TherapySession(
            case_id_bytes=case.id.bytes,
            kind=TherapySessionKind.SESSION,
            on=date(2026, 11, 12),
            attendance=Attendance.CAME,
            agreed_for_next="one clear answer",
        )
        therapy_sessions.create_therapy_session(db, work.vault, case, last, now=NOW)
        coming = TherapySession(
            case_id_bytes=case.id.bytes,
            kind=TherapySessionKind.SESSION,
            on=date(2026, 11, 19),
            start=time(11),
        )
        therapy_sessions.create_therapy_session(db, work.vault, case, coming, now=NOW)
        day = daily_overview.build_daily_overview(db, work.vault, now=NOW)
    assert day.next_session is not None
    assert (day.next_session.who, day.next_session.agreement) == ("A. R.", "one clear answer")
    assert [line.session_date for line in day.unfinished_sessions] == [date(2026, 11, 12)]


def test_a_day_without_anyone(work: Work) -> None:
    with reading(work.engine) as db:
        day = daily_overview.build_daily_overview(db, work.vault, now=NOW)
    assert not day.has_clients
    assert day.next_session is None
