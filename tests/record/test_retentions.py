"""How long a record is kept: the rule, the last session, later dates; and the proposals by country."""

from datetime import date
from uuid import UUID

import pytest

from clinic_toolkit.journal.tombstone_record import ErasureReason
from clinic_toolkit.record.retention import (
    client_erasure,
    due_list,
    last_sessions,
    retention_periods,
    retentions,
)
from clinic_toolkit.record.retention.retention_rule_record import RetentionRule
from clinic_toolkit.record.retention.retentions import YearsOutOfRange
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.web.forms.countries import COUNTRIES
from tests.fixtures.practices import NOW, Work


def test_the_rule_is_kept_and_confirmed_once(work: Work) -> None:
    with reading(work.engine) as db:
        assert retentions.load_rule(db, work.vault) is None
    for years in (7, 7, 10):
        with writing(work.engine) as db:
            retentions.confirm_rule(db, work.vault, years, now=NOW)
    with reading(work.engine) as db:
        rule = retentions.load_rule(db, work.vault)
    assert rule is not None and (rule.payload.years, rule.version) == (10, 2)


@pytest.mark.parametrize("years", [0, -1, 51])
def test_a_rule_of_no_sense_is_refused(work: Work, years: int) -> None:
    with pytest.raises(YearsOutOfRange), writing(work.engine) as db:
        retentions.confirm_rule(db, work.vault, years, now=NOW)


def test_the_last_session_counts_and_before_one_the_day_of_the_entry(work: Work) -> None:
    client = work.client("Ana Reyes")
    with reading(work.engine) as db:
        assert last_sessions.last_seen_on(db, work.vault, client.id) == NOW.date()
    work.session(client, date(2026, 12, 24))
    work.session(client, date(2026, 12, 3))
    with reading(work.engine) as db:
        assert last_sessions.last_seen_on(db, work.vault, client.id) == date(2026, 12, 24)


@pytest.mark.parametrize(
    ("years", "own_date", "until"),
    [
        (None, None, None),
        (7, None, date(2033, 11, 19)),
        (7, date(2040, 1, 1), date(2040, 1, 1)),
        (7, date(2030, 1, 1), date(2033, 11, 19)),
        (None, date(2030, 1, 1), date(2030, 1, 1)),
    ],
)
def test_the_later_of_both_dates_counts(years: int | None, own_date: date | None, until: date | None) -> None:
    rule = RetentionRule(years=years) if years else None
    assert retentions.keep_until(date(2026, 11, 19), rule, own_date) == until


def test_years_are_added_to_any_day() -> None:
    assert retentions.add_years(date(2024, 2, 29), 1) == date(2025, 3, 1)
    assert retentions.add_years(date(2024, 2, 29), 4) == date(2028, 2, 29)
    assert retentions.add_years(date(9990, 5, 1), 50) == date.max


def test_a_hold_and_a_later_date_are_kept_beside_each_other(work: Work) -> None:
    client = work.client("Ana Reyes")
    for _ in range(2):
        with writing(work.engine) as db:
            retentions.set_hold(db, work.vault, client.id, "A court asked for it", now=NOW)
            retentions.keep_longer(db, work.vault, client.id, date(2040, 1, 1), "Study", now=NOW)
    with reading(work.engine) as db:
        found = retentions.load_retention(db, work.vault, client.id)
    assert found is not None and found.version == 2
    assert (found.payload.hold_reason, found.payload.keep_reason) == ("A court asked for it", "Study")
    assert found.state == "held"


def test_every_proposal_is_of_a_country_and_has_a_source() -> None:
    assert set(retention_periods.PROPOSED_PERIODS) <= set(COUNTRIES)
    for proposal in retention_periods.PROPOSED_PERIODS.values():
        assert retentions.MIN_YEARS <= proposal.years <= retentions.MAX_YEARS
        assert len(proposal.source) > 20 and proposal.read_in
        # What is not checked says what was not found.
        assert proposal.checked_on or "not" in proposal.scope
    assert {code for code, one in retention_periods.PROPOSED_PERIODS.items() if not one.checked_on} == {
        "AT", "CA", "IT"
    }  # fmt: skip
    assert retention_periods.find_proposal("XX") is None


def test_whoever_is_past_the_date_is_listed_and_nobody_else(work: Work) -> None:
    past, held, kept, seen, leaving = (
        work.client(name) for name in ("Ana Reyes", "Bo Lindqvist", "Carla Aho", "Dan Osei", "Eve Okafor")
    )
    work.session(past, date(2026, 11, 2))
    work.session(seen, date(2030, 1, 7))
    with reading(work.engine) as db:
        assert due_list.list_past_dates(db, work.vault, today=date(2099, 1, 1)) == []
    with writing(work.engine) as db:
        retentions.confirm_rule(db, work.vault, 7, now=NOW)
        retentions.set_hold(db, work.vault, held.id, "A court asked for it", now=NOW)
        retentions.keep_longer(db, work.vault, kept.id, date(2034, 6, 1), "Study", now=NOW)
        client_erasure.ask_erasure(
            db, work.vault, leaving.id, reason=ErasureReason.MISTAKE, words="Twice", couples=(), now=NOW
        )

    def listed(today: date) -> list[UUID]:
        with reading(work.engine) as db:
            return [one.client_id for one in due_list.list_past_dates(db, work.vault, today=today)]

    assert listed(date(2033, 11, 2)) == []
    assert listed(date(2033, 11, 3)) == [past.id]
    assert listed(date(2034, 6, 2)) == [past.id, kept.id]
    assert listed(date(2037, 1, 8)) == [past.id, kept.id, seen.id]
    assert listed(date(2016, 1, 8)) == []
