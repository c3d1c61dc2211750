"""Repeating: a purpose and an end, two declines or three unchanged rounds, and the client's wish."""

from datetime import date, datetime, timedelta

import pytest

from clinic_toolkit.record import administrations, repeats, rhythms, rows
from clinic_toolkit.record.administrations import Administration
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.record.repeats import Repeat
from clinic_toolkit.record.rhythms import Rhythm
from clinic_toolkit.store.engine import reading, writing
from tests.fixtures.editions import earlier
from tests.fixtures.over_time import Values, given, named, weekly
from tests.fixtures.practices import NOW, Work

DAY = timedelta(days=1)
AGREED = {"why": "To see what helps.", "until": None, "times": 9, "baseline": 3}


def seen(work: Work, kept: Kept[Administration]) -> Kept[Rhythm] | None:
    with reading(work.engine) as db:
        known = rhythms.of_client(db, work.vault, kept.body.client_id)
    return known.get((kept.body.relationship_id, kept.body.instrument))


def agree(work: Work, kept: Kept[Administration], now: datetime = NOW, **more: object) -> Kept[Rhythm]:
    with writing(work.engine) as db:
        told = AGREED | more
        return rhythms.agree(db, work.vault, seen(work, kept), kept.body, **told, now=now)  # type: ignore[arg-type]


def do(
    work: Work, kept: Kept[Administration], verb: object, now: datetime = NOW, **more: object
) -> Kept[Rhythm]:
    before = seen(work, kept)
    with writing(work.engine) as db:
        return verb(db, work.vault, before, kept.body, now=now, **more)  # type: ignore[operator, no-any-return]


def stands(work: Work, kept: Kept[Administration], now: datetime = NOW) -> Repeat:
    with reading(work.engine) as db:
        everything = administrations.of_client(db, work.vault, kept.body.client_id)
        known = rhythms.of_client(db, work.vault, kept.body.client_id)
    found = repeats.of_client(everything, known, now=now)
    return next(each for each in found if each.theme == (kept.body.relationship_id, kept.body.instrument))


def course(work: Work, rounds: list[Values]) -> list[Kept[Administration]]:
    client = work.client()
    return weekly(work, client, named(work, client), rounds)


def test_what_was_agreed_is_kept_and_told(work: Work) -> None:
    (kept,) = course(work, [3])
    assert stands(work, kept).standing == ""
    agree(work, kept, until=date(2027, 3, 1), times=6)
    told = stands(work, kept)
    assert told.standing == "Repeated: To see what helps. Agreed until 1 March 2027 and six times in all."
    assert told.state == "on" and not told.proposal and told.given == 1


def test_a_rhythm_is_of_one_relationship_and_one_questionnaire(work: Work) -> None:
    client = work.client()
    mother, friend = named(work, client), named(work, client, "K.", "friend")
    first, second = given(work, client, mother, 3), given(work, client, friend, 3)
    agree(work, first)
    assert seen(work, second) is None
    assert stands(work, second).standing == ""


def test_two_windows_do_not_overwrite_one_another(work: Work) -> None:
    (kept,) = course(work, [3])
    old = agree(work, kept)
    agree(work, kept, why="Another reason.")
    with writing(work.engine) as db, pytest.raises(rows.Stale):
        rhythms.agree(db, work.vault, old, kept.body, **AGREED, now=NOW)  # type: ignore[arg-type]


@pytest.mark.parametrize(("declines", "proposed"), [(0, False), (1, False), (2, True), (3, True)])
def test_two_declines_propose_to_stop_and_one_does_not(work: Work, declines: int, proposed: bool) -> None:
    (kept,) = course(work, [3])
    for number in range(declines):
        do(work, kept, rhythms.not_today, NOW + number * DAY)
    told = stands(work, kept)
    assert bool(told.proposal) is proposed
    if proposed:
        assert told.proposal.startswith("the client declined it ")
    assert told.state == "open"


def test_one_day_counts_once_however_often_it_is_tapped(work: Work) -> None:
    (kept,) = course(work, [3])
    first = do(work, kept, rhythms.not_today)
    again = do(work, kept, rhythms.not_today, NOW + timedelta(hours=1))
    assert again.version == first.version and again.body.declined == (NOW.date(),)
    assert not stands(work, kept).proposal


@pytest.mark.parametrize(
    ("rounds", "proposed"),
    [
        ([3, 3, 3], False),
        ([3, 3, 3, 3], True),
        ([0, 3, 3, 3], False),
        ([0, 3, 3, 3, 3], True),
        ([3, 3, 3, 3, 0], False),
        ([3, 3, 3, [None] * 12], False),
    ],
)
def test_three_unchanged_rounds_propose_to_stop_and_two_do_not(
    work: Work, rounds: list[Values], proposed: bool
) -> None:
    told = stands(work, course(work, rounds)[-1])
    words = "the last three rounds were about the same as the one before them"
    assert told.proposal == (words if proposed else "")


def test_rounds_of_another_version_do_not_count(work: Work) -> None:
    client = work.client()
    mother = named(work, client)
    given(work, client, mother, 3, at=NOW - 9 * DAY, instrument=earlier())
    last = weekly(work, client, mother, [3, 3, 3], until=NOW + 20 * DAY)[-1]
    assert not stands(work, last).proposal
    more = given(work, client, mother, 3, at=NOW + 30 * DAY)
    assert stands(work, more).proposal


def test_going_on_counts_anew(work: Work) -> None:
    kept = course(work, [3, 3, 3, 3])[-1]
    do(work, kept, rhythms.not_today)
    do(work, kept, rhythms.not_today, NOW + DAY)
    assert stands(work, kept).proposal.count(" and ") == 1
    going = do(work, kept, rhythms.go_on, NOW + 2 * DAY, because="She asked for it.")
    assert going.state == "on" and going.body.because == "She asked for it."
    assert not stands(work, kept).proposal
    do(work, kept, rhythms.not_today, NOW + 3 * DAY)
    assert not stands(work, kept).proposal
    do(work, kept, rhythms.not_today, NOW + 4 * DAY)
    assert "declined it twice" in stands(work, kept).proposal


def test_going_on_needs_three_new_rounds_before_it_is_proposed_again(work: Work) -> None:
    client = work.client()
    mother = named(work, client)
    last = weekly(work, client, mother, [3, 3, 3, 3])[-1]
    do(work, last, rhythms.go_on, because="Once more.")
    for number in (1, 2):
        last = given(work, client, mother, 3, at=NOW + number * DAY)
        assert not stands(work, last).proposal, number
    last = given(work, client, mother, 3, at=NOW + 3 * DAY)
    assert stands(work, last).proposal


def test_the_clients_wish_ends_it_at_once_and_is_shown_later(work: Work) -> None:
    kept = course(work, [3, 3, 3, 3])[-1]
    agree(work, kept)
    do(work, kept, rhythms.wish_to_stop)
    told = stands(work, kept, NOW + 90 * DAY)
    assert told.state == "wished" and not told.due and not told.proposal
    assert told.standing == "On 19 November 2026 the client wished to stop this."
    agree(work, kept, NOW + 100 * DAY)
    told = stands(work, kept, NOW + 100 * DAY)
    assert told.state == "on" and not told.proposal
    assert "On 19 November 2026 the client had wished to stop this." in told.standing


def test_going_on_from_an_old_page_does_not_overrule_the_clients_wish(work: Work) -> None:
    kept = course(work, [3, 3, 3, 3])[-1]
    do(work, kept, rhythms.wish_to_stop)
    with pytest.raises(rows.Stale):
        do(work, kept, rhythms.go_on, because="Typed before.")
    assert stands(work, kept).state == "wished"


def test_the_wish_needs_no_agreement_and_counts_once(work: Work) -> None:
    (kept,) = course(work, [3])
    first = do(work, kept, rhythms.wish_to_stop)
    again = do(work, kept, rhythms.wish_to_stop, NOW + DAY)
    assert first.state == "wished" and again.version == first.version
    assert again.body.wished == NOW.date()


def test_stopping_is_kept(work: Work) -> None:
    kept = course(work, [3, 3, 3, 3])[-1]
    stopped = do(work, kept, rhythms.stop)
    assert do(work, kept, rhythms.stop).version == stopped.version
    told = stands(work, kept)
    assert told.standing == "No longer repeated." and not told.proposal and not told.due


@pytest.mark.parametrize(("days", "due"), [(27, False), (28, True)])
def test_it_may_be_time_after_four_weeks_and_never_without_an_agreement(
    work: Work, days: int, due: bool
) -> None:
    (kept,) = course(work, [3])
    assert not stands(work, kept, NOW + days * DAY).due
    agree(work, kept)
    assert stands(work, kept, NOW + days * DAY).due is due


def test_it_is_not_time_on_a_day_on_which_the_client_declined(work: Work) -> None:
    (kept,) = course(work, [3])
    agree(work, kept)
    do(work, kept, rhythms.not_today, NOW + 30 * DAY)
    assert not stands(work, kept, NOW + 30 * DAY).due
    assert stands(work, kept, NOW + 31 * DAY).due


def test_it_ends_on_the_day_or_after_the_times_that_were_agreed(work: Work) -> None:
    kept = course(work, [3, 0])[-1]
    agree(work, kept, times=2)
    told = stands(work, kept, NOW + 60 * DAY)
    assert not told.due and "that many have been done" in told.standing
    agree(work, kept, times=None, until=(NOW + 60 * DAY).date())
    assert stands(work, kept, NOW + 60 * DAY).due
    told = stands(work, kept, NOW + 61 * DAY)
    assert not told.due and "that day has passed" in told.standing


def test_what_was_never_given_is_not_repeated(work: Work) -> None:
    client = work.client()
    begun = work.begun(client, administrations.instrument_of(course(work, [3])[0].body))
    assert repeats.of_client([begun], {}, now=NOW) == ()
