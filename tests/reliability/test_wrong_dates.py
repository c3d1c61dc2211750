"""The date is wrong by up to ten years, again and again, while a client is to be erased and backups are made.

Nobody is erased, no backup is removed for it, and the client can be brought back whatever the date is.
"""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from clinic_toolkit.backup import backup_run, backup_state
from clinic_toolkit.backup.creation import MadeBackup
from clinic_toolkit.backup.progress import report_nothing
from clinic_toolkit.journal.tombstone_record import ErasureReason
from clinic_toolkit.record import daily_overview
from clinic_toolkit.record.people import clients
from clinic_toolkit.record.people.client_record import Client, ClientState
from clinic_toolkit.record.retention import client_erasure, due_list, retentions
from clinic_toolkit.record.retention.client_erasure import ClockMoved, ErasureRefused
from clinic_toolkit.record.retention.retention_record import UNDO_TIME
from clinic_toolkit.store.transactions import reading, store_of, writing
from tests.fixtures.backups import faults_of
from tests.fixtures.practices import NOW, Work, at_work
from tests.reliability.programme import Programme

Programmes = Callable[..., Programme]
Figure = Callable[[str], None]

YEARS = timedelta(days=3653)
SHORT, LONG = 6, 300
DAY = timedelta(days=1)
# What a rule by age alone would keep of backups.
KEPT_BY_AGE = timedelta(days=366)


@pytest.fixture
def work(tmp_path: Path) -> Work:
    return at_work(tmp_path)


def back_up(work: Work, place: Path, now: datetime) -> MadeBackup:
    """One backup, made when the clock says this, and whatever the rule removes after it."""
    return backup_run.run_backup(
        store_of(work.engine),
        place / "data",
        place / "kept",
        vault=work.vault,
        now=now,
        report=report_nothing,
    )


def leaves(work: Work) -> UUID:
    """A client who is to be erased; and one who stays, whose record is over by a date that is late enough."""
    client = work.client("Bo Lindqvist")
    work.session(work.client("Carla Aho"))
    with writing(work.engine) as db:
        retentions.confirm_rule(db, work.vault, 1, now=NOW)
        client_erasure.ask_erasure(
            db, work.vault, client.id, reason=ErasureReason.ASKED_FOR, words="As agreed.", couples=(), now=NOW
        )
    return client.id


def is_refused(work: Work, client_id: UUID, now: datetime) -> bool:
    """Whether nothing is erased when somebody presses the button at this date, and has not confirmed it."""
    try:
        with writing(work.engine) as db:
            client_erasure.erase_due_client(db, work.vault, client_id, confirmed_day=None, now=now)
    except (ClockMoved, ErasureRefused):
        return True
    return False


def live_through(work: Work, place: Path, client_id: UUID, rounds: Programme) -> None:
    """At each wrong date: a day's work, *Today*, what is due, the button, and a backup."""
    chance = random.Random("wrong dates")
    made = {back_up(work, place, NOW + number * DAY).file: NOW + number * DAY for number in range(2)}
    for number in rounds:
        now = NOW + chance.uniform(-1, 1) * YEARS
        rounds.add("due by the date", now >= NOW + UNDO_TIME)
        rounds.add("erased", not is_refused(work, client_id, now))
        with reading(work.engine) as db:
            overview = daily_overview.build_daily_overview(db, work.vault, now=now)
            past = due_list.list_past_dates(db, work.vault, today=now.date())
            leaving = clients.load_client(db, work.vault, client_id)
            [other] = [each for each in clients.list_clients(db, work.vault) if each.id != client_id]
        rounds.add("erased", leaving.state != ClientState.LEAVING)
        rounds.add("named too early", bool(overview.erasures_due) and now < NOW + UNDO_TIME)
        rounds.add("past its date", len(past))
        with writing(work.engine) as db:
            clients.revise_client(db, work.vault, other, Client(name="Carla Aho", phone=f"{number}"), now=now)
        backup_run.is_due(backup_state.load_state(place / "data"), store_of(work.engine), now=now)
        rounds.add("expired by age", sum(now - moment > KEPT_BY_AGE for moment in made.values()))
        made[back_up(work, place, now).file] = now
        gone = [file for file in made if not file.exists()]
        rounds.add("expired", len(gone))
        assert not gone, f"at {now}, in round {number}: {gone}"


def judge(work: Work, client_id: UUID, rounds: Programme, figure: Figure) -> None:
    """Say what was found; then bring the client back at a wrong date, and look at everything."""
    figure(
        f"{rounds.rounds} wrong dates, {rounds.of('due by the date')} of them after the undo time: "
        f"{rounds.of('erased')} erased, {rounds.of('expired')} of the backups expired"
    )
    assert [rounds.of(name) for name in ("erased", "expired", "named too early")] == [0, 0, 0], rounds.tally
    # The control: by the date alone somebody would have been erased, and backups removed.
    assert rounds.of("due by the date") and rounds.of("past its date") and rounds.of("expired by age")
    with writing(work.engine) as db:
        client_erasure.take_back(db, work.vault, client_id, now=NOW - YEARS)
    with reading(work.engine) as db:
        assert clients.load_client(db, work.vault, client_id).state == ClientState.ACTIVE
    assert faults_of(work) == ()
    # Once more the control: what is asked for, due and confirmed is erased.
    with writing(work.engine) as db:
        client_erasure.ask_erasure(
            db, work.vault, client_id, reason=ErasureReason.ASKED_FOR, words="As agreed.", couples=(), now=NOW
        )
    later = NOW + UNDO_TIME
    with writing(work.engine) as db:
        day = later.astimezone().date()
        client_erasure.erase_due_client(db, work.vault, client_id, confirmed_day=day, now=later)
    with reading(work.engine) as db:
        assert [client.payload.name for client in clients.list_clients(db, work.vault)] == ["Carla Aho"]


def test_a_wrong_date_erases_nobody_and_expires_nothing(
    work: Work, tmp_path: Path, programme: Programmes, figure: Figure
) -> None:
    client_id, rounds = leaves(work), programme(short=SHORT, long=SHORT)
    (tmp_path / "kept").mkdir()
    live_through(work, tmp_path, client_id, rounds)
    judge(work, client_id, rounds, figure)


@pytest.mark.reliability
def test_hundreds_of_wrong_dates_erase_nobody_and_expire_nothing(
    work: Work, tmp_path: Path, programme: Programmes, figure: Figure
) -> None:
    client_id, rounds = leaves(work), programme(short=SHORT, long=LONG)
    (tmp_path / "kept").mkdir()
    live_through(work, tmp_path, client_id, rounds)
    judge(work, client_id, rounds, figure)
