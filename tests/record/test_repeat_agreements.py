"""Repeating: a purpose and an end, two declines or three unchanged rounds, and the client's wish."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.outcomes import repeat_agreements, repeat_status
from clinic_toolkit.record.outcomes.repeat_agreement_record import RepeatAgreement
from clinic_toolkit.record.outcomes.repeat_status import RepeatStatus
from clinic_toolkit.record.questionnaires import administrations
from clinic_toolkit.record.questionnaires.administration_record import Administration
from clinic_toolkit.store.transactions import reading, writing
from tests.fixtures.editions import earlier
from tests.fixtures.over_time import Values, given, named, weekly
from tests.fixtures.practices import NOW, Work

DAY = timedelta(days=1)
AGREED: dict[str, Any] = {"purpose": "To see what helps.", "end_date": None, "max_rounds": 9, "baseline": 3}


def seen(work: Work, kept: RecordVersion[Administration]) -> RecordVersion[RepeatAgreement] | None:
    with reading(work.engine) as db:
        known = repeat_agreements.list_agreements(db, work.vault, kept.payload.client_id)
    return known.get((kept.payload.relationship_id, kept.payload.instrument_id))


def agree(
    work: Work, kept: RecordVersion[Administration], now: datetime = NOW, **more: Any
) -> RecordVersion[RepeatAgreement]:
    with writing(work.engine) as db:
        told = AGREED | more
        return repeat_agreements.agree_to_repeat(
            db, work.vault, seen(work, kept), kept.payload, **told, now=now
        )


def do(
    work: Work,
    kept: RecordVersion[Administration],
    verb: Callable[..., RecordVersion[RepeatAgreement]],
    now: datetime = NOW,
    **more: object,
) -> RecordVersion[RepeatAgreement]:
    before = seen(work, kept)
    with writing(work.engine) as db:
        return verb(db, work.vault, before, kept.payload, now=now, **more)


def stands(work: Work, kept: RecordVersion[Administration], now: datetime = NOW) -> RepeatStatus:
    with reading(work.engine) as db:
        everything = administrations.list_administrations(db, work.vault, kept.payload.client_id)
        known = repeat_agreements.list_agreements(db, work.vault, kept.payload.client_id)
    found = repeat_status.list_repeat_statuses(work.vault, everything, known, now=now)
    return next(
        each
        for each in found
        if each.series_key == (kept.payload.relationship_id, kept.payload.instrument_id)
    )


def course(work: Work, rounds: list[Values]) -> list[RecordVersion[Administration]]:
    client = work.client()
    return weekly(work, client, named(work, client), rounds)


def test_what_was_agreed_is_kept_and_told(work: Work) -> None:
    (kept,) = course(work, [3])
    assert stands(work, kept).status_sentence == ""
    agree(work, kept, end_date=date(2027, 3, 1), max_rounds=6)
    told = stands(work, kept)
    assert (
        told.status_sentence == "Repeated: To see what helps. Agreed until 1 March 2027 and six times in all."
    )
    assert told.state == "on" and not told.stop_reason and told.round_count == 1


def test_a_rhythm_is_of_one_relationship_and_one_questionnaire(work: Work) -> None:
    client = work.client()
    mother, friend = named(work, client), named(work, client, "K.", "friend")
    first, second = given(work, client, mother, 3), given(work, client, friend, 3)
    agree(work, first)
    assert seen(work, second) is None
    assert stands(work, second).status_sentence == ""


def test_two_windows_do_not_overwrite_one_another(work: Work) -> None:
    (kept,) = course(work, [3])
    old = agree(work, kept)
    agree(work, kept, purpose="Another reason.")
    with writing(work.engine) as db, pytest.raises(records.StaleVersion):
        repeat_agreements.agree_to_repeat(db, work.vault, old, kept.payload, **AGREED, now=NOW)


@pytest.mark.parametrize(("declines", "proposed"), [(0, False), (1, False), (2, True), (3, True)])
def test_two_declines_propose_to_stop_and_one_does_not(work: Work, declines: int, proposed: bool) -> None:
    (kept,) = course(work, [3])
    for number in range(declines):
        do(work, kept, repeat_agreements.record_decline, NOW + number * DAY)
    told = stands(work, kept)
    assert bool(told.stop_reason) is proposed
    if proposed:
        assert told.stop_reason.startswith("the client declined it ")
    assert told.state == "open"


def test_one_day_counts_once_however_often_it_is_tapped(work: Work) -> None:
    (kept,) = course(work, [3])
    first = do(work, kept, repeat_agreements.record_decline)
    again = do(work, kept, repeat_agreements.record_decline, NOW + timedelta(hours=1))
    assert again.version == first.version and again.payload.declined_on == (NOW.date(),)
    assert not stands(work, kept).stop_reason


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
    assert told.stop_reason == (words if proposed else "")


def test_rounds_of_another_version_do_not_count(work: Work) -> None:
    client = work.client()
    mother = named(work, client)
    given(work, client, mother, 3, at=NOW - 9 * DAY, instrument=earlier())
    last = weekly(work, client, mother, [3, 3, 3], until=NOW + 20 * DAY)[-1]
    assert not stands(work, last).stop_reason
    more = given(work, client, mother, 3, at=NOW + 30 * DAY)
    assert stands(work, more).stop_reason


def test_going_on_counts_anew(work: Work) -> None:
    kept = course(work, [3, 3, 3, 3])[-1]
    do(work, kept, repeat_agreements.record_decline)
    do(work, kept, repeat_agreements.record_decline, NOW + DAY)
    assert stands(work, kept).stop_reason.count(" and ") == 1
    going = do(work, kept, repeat_agreements.continue_repeating, NOW + 2 * DAY, reason="She asked for it.")
    assert going.state == "on" and going.payload.continued_because == "She asked for it."
    assert not stands(work, kept).stop_reason
    do(work, kept, repeat_agreements.record_decline, NOW + 3 * DAY)
    assert not stands(work, kept).stop_reason
    do(work, kept, repeat_agreements.record_decline, NOW + 4 * DAY)
    assert "declined it twice" in stands(work, kept).stop_reason


def test_going_on_needs_three_new_rounds_before_it_is_proposed_again(work: Work) -> None:
    client = work.client()
    mother = named(work, client)
    last = weekly(work, client, mother, [3, 3, 3, 3])[-1]
    do(work, last, repeat_agreements.continue_repeating, reason="Once more.")
    for number in (1, 2):
        last = given(work, client, mother, 3, at=NOW + number * DAY)
        assert not stands(work, last).stop_reason, number
    last = given(work, client, mother, 3, at=NOW + 3 * DAY)
    assert stands(work, last).stop_reason


def test_the_clients_wish_ends_it_at_once_and_is_shown_later(work: Work) -> None:
    kept = course(work, [3, 3, 3, 3])[-1]
    agree(work, kept)
    do(work, kept, repeat_agreements.record_wish_to_stop)
    told = stands(work, kept, NOW + 90 * DAY)
    assert told.state == "wished" and not told.is_due and not told.stop_reason
    assert told.status_sentence == "On 19 November 2026 the client wished to stop this."
    agree(work, kept, NOW + 100 * DAY)
    told = stands(work, kept, NOW + 100 * DAY)
    assert told.state == "on" and not told.stop_reason
    assert "On 19 November 2026 the client had wished to stop this." in told.status_sentence


def test_going_on_from_an_old_page_does_not_overrule_the_clients_wish(work: Work) -> None:
    kept = course(work, [3, 3, 3, 3])[-1]
    do(work, kept, repeat_agreements.record_wish_to_stop)
    with pytest.raises(records.StaleVersion):
        do(work, kept, repeat_agreements.continue_repeating, reason="Typed before.")
    assert stands(work, kept).state == "wished"


def test_the_wish_needs_no_agreement_and_counts_once(work: Work) -> None:
    (kept,) = course(work, [3])
    first = do(work, kept, repeat_agreements.record_wish_to_stop)
    again = do(work, kept, repeat_agreements.record_wish_to_stop, NOW + DAY)
    assert first.state == "wished" and again.version == first.version
    assert again.payload.wished_to_stop_on == NOW.date()


def test_stopping_is_kept(work: Work) -> None:
    kept = course(work, [3, 3, 3, 3])[-1]
    stopped = do(work, kept, repeat_agreements.stop_repeating)
    assert do(work, kept, repeat_agreements.stop_repeating).version == stopped.version
    told = stands(work, kept)
    assert told.status_sentence == "No longer repeated." and not told.stop_reason and not told.is_due


@pytest.mark.parametrize(("days", "due"), [(27, False), (28, True)])
def test_it_may_be_time_after_four_weeks_and_never_without_an_agreement(
    work: Work, days: int, due: bool
) -> None:
    (kept,) = course(work, [3])
    assert not stands(work, kept, NOW + days * DAY).is_due
    agree(work, kept)
    assert stands(work, kept, NOW + days * DAY).is_due is due


def test_it_is_not_time_on_a_day_on_which_the_client_declined(work: Work) -> None:
    (kept,) = course(work, [3])
    agree(work, kept)
    do(work, kept, repeat_agreements.record_decline, NOW + 30 * DAY)
    assert not stands(work, kept, NOW + 30 * DAY).is_due
    assert stands(work, kept, NOW + 31 * DAY).is_due


def test_it_ends_on_the_day_or_after_the_times_that_were_agreed(work: Work) -> None:
    kept = course(work, [3, 0])[-1]
    agree(work, kept, max_rounds=2)
    told = stands(work, kept, NOW + 60 * DAY)
    assert not told.is_due and "that many have been done" in told.status_sentence
    agree(work, kept, max_rounds=None, end_date=(NOW + 60 * DAY).date())
    assert stands(work, kept, NOW + 60 * DAY).is_due
    told = stands(work, kept, NOW + 61 * DAY)
    assert not told.is_due and "that day has passed" in told.status_sentence


def test_what_was_never_given_is_not_repeated(work: Work) -> None:
    client = work.client()
    begun = work.begun(client, administrations.instrument_of(course(work, [3])[0].payload))
    assert repeat_status.list_repeat_statuses(work.vault, [begun], {}, now=NOW) == ()
