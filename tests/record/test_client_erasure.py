"""Erasing a client: what stands in the way, the undo time, the clock, a couple, and what is left."""

from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from clinic_toolkit.instruments import catalogue
from clinic_toolkit.journal import inspection, records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.journal.tombstone_record import ErasureReason
from clinic_toolkit.record import daily_overview
from clinic_toolkit.record.handovers import answer_log, clinician_side
from clinic_toolkit.record.people import (
    cases,
    client_lists,
    clients,
    ring_owners,
    therapy_session_loader,
    therapy_session_timeline,
)
from clinic_toolkit.record.people.case_record import Case
from clinic_toolkit.record.people.client_record import Client, ClientState
from clinic_toolkit.record.people.therapy_session_record import TherapySession
from clinic_toolkit.record.retention import client_erasure, retentions
from clinic_toolkit.record.retention.client_erasure import ClockMoved, ErasureRefused
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.vault.ring_errors import UnknownRing
from tests.fixtures import filled
from tests.fixtures.practices import NOW, Couple, Work, giving
from tests.fixtures.vaults import reopened

DUE = NOW + timedelta(days=7)
FAR = timedelta(days=3653)


def ask(
    work: Work, client: RecordVersion[Client], *, words: str = "Her wish", couples: tuple[UUID, ...] = ()
) -> None:
    with writing(work.engine) as db:
        client_erasure.ask_erasure(
            db,
            work.vault,
            client.id,
            reason=ErasureReason.ASKED_FOR,
            words=words,
            couples=couples,
            now=NOW,
        )


def erase(
    work: Work, client: RecordVersion[Client], *, now: datetime = DUE, confirmed_day: date | None = None
) -> None:
    """Erase a client; by default on the day on which it is due, confirmed by whoever does it."""
    with writing(work.engine) as db:
        client_erasure.erase_due_client(
            db, work.vault, client.id, confirmed_day=confirmed_day or DUE.astimezone().date(), now=now
        )


def faults(work: Work) -> list[str]:
    """What the full check finds after the next unlock."""
    vault = reopened(work.engine, work.vault)
    with reading(work.engine) as db:
        report = inspection.inspect_all(db, vault, lambda done, total: None)
    return [finding.sentence for finding in report.findings]


def listed(work: Work) -> list[str]:
    """Every client in a list: active ones, archived ones, those who are found."""
    with reading(work.engine) as db:
        lists = [
            client_lists.list_clients_and_couples(
                db, work.vault, archived=archived, limit=99, today=NOW.date()
            )
            for archived in (False, True)
        ]
        found = clients.search_clients(db, work.vault, "a")
    in_lists = [client for part in lists for client in part.clients]
    return sorted({client.payload.name for client in (*in_lists, *found)})


def is_there(work: Work, client: RecordVersion[Client]) -> bool:
    with reading(work.engine) as db:
        try:
            return clients.load_client(db, work.vault, client.id).payload.name == client.payload.name
        except records.RecordNotFound:
            return False


def test_it_leaves_the_lists_at_once_and_can_be_brought_back(work: Work) -> None:
    client = work.client("Ana Reyes")
    work.client("Carla Aho")
    work.session(client)
    assert listed(work) == ["Ana Reyes", "Carla Aho"]
    ask(work, client)
    assert listed(work) == ["Carla Aho"]
    with reading(work.engine) as db:
        day = daily_overview.build_daily_overview(db, work.vault, now=NOW)
    assert not day.earlier_sessions and not day.unfinished_sessions and day.erasures_due == ()
    for _ in range(2):
        with writing(work.engine) as db:
            client_erasure.take_back(db, work.vault, client.id, now=NOW)
    assert listed(work) == ["Ana Reyes", "Carla Aho"]
    with reading(work.engine) as db:
        day = daily_overview.build_daily_overview(db, work.vault, now=NOW)
    assert len(day.unfinished_sessions) == 1
    with pytest.raises(ErasureRefused, match="taken back"):
        erase(work, client)
    assert is_there(work, client)


def test_an_archived_client_goes_back_to_the_archive(work: Work) -> None:
    client = work.client("Ana Reyes")
    with writing(work.engine) as db:
        clients.archive_client(db, work.vault, client, now=NOW)
    ask(work, client)
    with writing(work.engine) as db:
        client_erasure.take_back(db, work.vault, client.id, now=NOW)
        assert clients.load_client(db, work.vault, client.id).state == ClientState.ARCHIVED


def test_when_it_is_due_today_says_so_by_initials_and_one_act_erases(work: Work) -> None:
    client = work.client("Ana Reyes")
    work.answer(work.begun(client, giving(), session=work.session(client).id), [3, None, 2])
    ask(work, client)
    with reading(work.engine) as db:
        before = daily_overview.build_daily_overview(db, work.vault, now=DUE - timedelta(seconds=1))
        due = daily_overview.build_daily_overview(db, work.vault, now=DUE)
    assert before.erasures_due == ()
    assert [(line.client_id, line.initials) for line in due.erasures_due] == [(client.id, "A. R.")]
    with pytest.raises(ErasureRefused, match="seven days are not over"):
        erase(work, client, now=DUE - timedelta(seconds=1))
    erase(work, client)
    assert not is_there(work, client) and faults(work) == []
    with reading(work.engine) as db:
        day = daily_overview.build_daily_overview(db, work.vault, now=DUE)
    assert day.erasures_due == () and not day.has_clients


def test_every_entry_of_the_person_goes(work: Work) -> None:
    client, second = work.client("Ana Reyes"), work.client("Ana R.")
    with writing(work.engine) as db:
        clients.join_client(db, work.vault, second, client.id, now=NOW)
    ask(work, second)
    erase(work, client)
    assert not is_there(work, client) and not is_there(work, second) and faults(work) == []


def test_an_entry_that_was_joined_meanwhile_is_not_erased_unseen(work: Work) -> None:
    client, second = work.client("Ana Reyes"), work.client("Ana R.")
    ask(work, client)
    with pytest.raises(clients.CannotJoinClients), writing(work.engine) as db:
        clients.join_client(db, work.vault, second, client.id, now=NOW)
    third = work.client("Ana S.")
    with writing(work.engine) as db:
        clients.join_client(db, work.vault, third, second.id, now=NOW)
    ask(work, second)
    with writing(work.engine) as db:
        clients.separate_client(db, work.vault, clients.load_client(db, work.vault, third.id), now=NOW)
    with pytest.raises(ErasureRefused, match="joined or taken apart"):
        erase(work, second)
    assert is_there(work, second) and is_there(work, third)


def test_a_legal_hold_stands_in_the_way_at_both_ends(work: Work) -> None:
    client = work.client("Ana Reyes")
    with writing(work.engine) as db:
        retentions.set_hold(db, work.vault, client.id, "A court asked for it", now=NOW)
    with pytest.raises(ErasureRefused, match="legal hold"):
        ask(work, client)
    with writing(work.engine) as db:
        retentions.set_hold(db, work.vault, client.id, "", now=NOW)
    ask(work, client)
    with writing(work.engine) as db:
        retentions.set_hold(db, work.vault, client.id, "A court asked for it", now=NOW)
    with pytest.raises(ErasureRefused, match="legal hold"):
        erase(work, client)
    assert is_there(work, client)


def test_an_open_prompt_stands_in_the_way(work: Work) -> None:
    client = work.client("Ana Reyes")
    asking = next(
        form
        for form in catalogue.list_instruments()
        if any(item.safety_flag == "fear" for item in form.items)
    )
    place = next(at for at, item in enumerate(asking.items) if item.safety_flag == "fear")
    whom = filled.person(work, client, "M.", now=NOW)
    filled.filled(work, client, asking, whom, {place: filled.said(4)}, now=NOW)
    with pytest.raises(ErasureRefused, match="still to be asked about"):
        ask(work, client)
    assert listed(work) == ["Ana Reyes"]


def test_before_the_date_it_needs_words_and_after_it_none(work: Work) -> None:
    client = work.client("Ana Reyes")
    with pytest.raises(ErasureRefused, match="write why"):
        ask(work, client, words="")
    with writing(work.engine) as db:
        retentions.confirm_rule(db, work.vault, 7, now=NOW)
    with pytest.raises(ErasureRefused, match="write why"):
        ask(work, client, words="")
    with writing(work.engine) as db:
        later = NOW.replace(year=NOW.year + 8)
        client_erasure.ask_erasure(
            db, work.vault, client.id, reason=ErasureReason.TIME_OVER, words="", couples=(), now=later
        )


@pytest.mark.parametrize("away", [FAR, -FAR], ids=["ten years ahead", "ten years behind"])
def test_a_wrong_clock_erases_nothing(work: Work, away: timedelta) -> None:
    client = work.client("Ana Reyes")
    ask(work, client)
    wrong = NOW + away
    with pytest.raises((ClockMoved, ErasureRefused)):
        erase(work, client, now=wrong)
    with reading(work.engine) as db:
        retentions_due = daily_overview.build_daily_overview(db, work.vault, now=wrong).erasures_due
    assert is_there(work, client)
    assert bool(retentions_due) == (away > timedelta(0)), "it is only named, and a person decides"
    erase(work, client)
    assert not is_there(work, client)


def test_a_clock_that_was_wrong_for_a_while_is_named_too(work: Work) -> None:
    client = work.client("Ana Reyes")
    ask(work, client)
    with writing(work.engine) as db:
        other = clients.create_client(db, work.vault, Client(name="Carla Aho"), now=NOW + FAR)
        for hour in range(1, 7 * 24):
            other = clients.revise_client(
                db, work.vault, other, other.payload, now=NOW + timedelta(hours=hour)
            )
    with pytest.raises(ClockMoved, match="went forward by 3653 days"), writing(work.engine) as db:
        client_erasure.erase_due_client(db, work.vault, client.id, confirmed_day=None, now=DUE)
    assert is_there(work, client)


def test_without_a_step_nobody_is_asked_for_the_date(work: Work) -> None:
    client, other = work.client("Ana Reyes"), work.client("Carla Aho")
    ask(work, client)
    for day in range(1, 15):
        with writing(work.engine) as db:
            now = NOW + timedelta(hours=day * 12)
            other = clients.revise_client(db, work.vault, other, other.payload, now=now)
    with writing(work.engine) as db:
        client_erasure.erase_due_client(db, work.vault, client.id, confirmed_day=None, now=DUE)
    assert not is_there(work, client)


@pytest.fixture
def couple(work: Work) -> Couple:
    """Two partners with a joint session."""
    return work.couple("Ana Reyes", "Bo Lindqvist")


def sessions_of(work: Work, case: RecordVersion[Case]) -> list[RecordVersion[TherapySession]]:
    with reading(work.engine) as db:
        return therapy_session_timeline.list_therapy_sessions_of_cases(db, work.vault, [case])


def test_a_joint_record_stays_for_the_other_partner(work: Work, couple: Couple) -> None:
    one, two, case = couple
    ask(work, one)
    erase(work, one)
    assert not is_there(work, one) and is_there(work, two) and faults(work) == []
    with reading(work.engine) as db:
        kept = cases.load_case(db, work.vault, case.id)
        assert kept.payload.client_ids == (two.id,) and kept.payload.is_couple
        [session] = sessions_of(work, case)
        partners = therapy_session_loader.list_clients_of_session(db, work.vault, session)
        assert [partner.id for partner in partners] == [two.id]
        assert ring_owners.load_ring_owners(db, work.vault).names_of_ring(case.ring) == "Bo Lindqvist"
    ask(work, two)
    erase(work, two)
    assert faults(work) == []
    with reading(work.engine) as db, pytest.raises(records.RecordNotFound):
        cases.load_case(db, work.vault, case.id)


def test_a_joint_record_goes_where_that_was_said(work: Work, couple: Couple) -> None:
    one, two, case = couple
    ask(work, one, couples=(case.id,))
    with reading(work.engine) as db:
        day = daily_overview.build_daily_overview(db, work.vault, now=NOW)
    assert not day.unfinished_sessions
    erase(work, one)
    assert is_there(work, two) and faults(work) == []
    with reading(work.engine) as db, pytest.raises(records.RecordNotFound):
        cases.load_case(db, work.vault, case.id)


def test_a_couple_of_others_is_never_erased(work: Work, couple: Couple) -> None:
    stranger = work.client("Carla Aho")
    ask(work, stranger, couples=(couple[2].id,))
    erase(work, stranger)
    assert len(sessions_of(work, couple[2])) == 1


def test_the_rows_of_a_form_that_is_out_go_with_it(work: Work) -> None:
    client = work.client("Ana Reyes")
    administration = work.begun(client, giving())
    with writing(work.engine) as db:
        clinician_side.create_handover(db, work.vault, administration, relationship_word="M.", now=NOW)
        values = {"seq": 1, "item": 1, "previous": bytes(32), "sealed": b"an answer"}
        db.execute(answer_log.handover_row_table.insert().values(handover=_handover_id(work), **values))
    ask(work, client)
    erase(work, client)
    with reading(work.engine) as db:
        assert db.execute(select(answer_log.handover_row_table)).all() == []


def _handover_id(work: Work) -> UUID:
    assert work.vault.inventory is not None
    [id] = work.vault.inventory.record_ids("handover", None)
    return UUID(bytes=id)


def test_an_erased_client_has_no_ring_any_more(work: Work) -> None:
    client = work.client("Ana Reyes")
    ask(work, client)
    erase(work, client)
    with reading(work.engine) as db, pytest.raises(UnknownRing):
        clients.list_record_rings(db, work.vault, client.id)


def test_both_partners_at_once_take_the_joint_record_with_them(work: Work, couple: Couple) -> None:
    one, two, case = couple
    ask(work, one)
    ask(work, two)
    with writing(work.engine) as db:
        for client in (one, two):
            client_erasure.erase_due_client(
                db, work.vault, client.id, confirmed_day=DUE.astimezone().date(), now=DUE
            )
    assert not is_there(work, one) and not is_there(work, two) and faults(work) == []
    with reading(work.engine) as db, pytest.raises(records.RecordNotFound):
        cases.load_case(db, work.vault, case.id)


def test_several_in_one_act_fail_together(work: Work) -> None:
    one, two = work.client("Ana Reyes"), work.client("Bo Lindqvist")
    ask(work, one)
    day = DUE.astimezone().date()
    with pytest.raises(ErasureRefused), writing(work.engine) as db:
        client_erasure.erase_due_client(db, work.vault, one.id, confirmed_day=day, now=DUE)
        client_erasure.erase_due_client(db, work.vault, two.id, confirmed_day=day, now=DUE)
    assert is_there(work, one) and is_there(work, two) and faults(work) == []
    erase(work, one)
    assert not is_there(work, one)


def test_a_legal_hold_on_the_other_partner_keeps_the_joint_record(work: Work, couple: Couple) -> None:
    one, two, case = couple
    with writing(work.engine) as db:
        retentions.set_hold(db, work.vault, two.id, "A court asked for it", now=NOW)
    with pytest.raises(ErasureRefused, match="hold on the other partner"):
        ask(work, one, couples=(case.id,))
    with writing(work.engine) as db:
        retentions.set_hold(db, work.vault, two.id, "", now=NOW)
    ask(work, one, couples=(case.id,))
    with writing(work.engine) as db:
        retentions.set_hold(db, work.vault, two.id, "A court asked for it", now=NOW)
    with pytest.raises(ErasureRefused, match="hold on the other partner"):
        erase(work, one)
    assert is_there(work, one) and len(sessions_of(work, case)) == 1
