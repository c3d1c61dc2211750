"""The page of closed days: whose hours fall on them, and which of these are left out together."""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from clinic_toolkit.journal.tombstone_record import ErasureReason
from clinic_toolkit.record.people import cases
from clinic_toolkit.record.retention import client_erasure
from clinic_toolkit.record.scheduling import closures, series
from clinic_toolkit.record.scheduling.closure_record import PracticeClosure
from clinic_toolkit.store.transactions import reading, writing
from tests.fixtures.repeating import weekly
from tests.fixtures.sites import Site
from tests.journeys import intake
from tests.journeys.person import Person

NEXT_WEEK = intake.today() + timedelta(days=7)


def begin_series(site: Site, client_id: UUID) -> UUID:
    """Begin hours of this client next week."""
    with writing(site.work.engine) as db:
        case = cases.load_single_case(db, site.work.vault, client_id)
        hours = weekly(case, first_on=NEXT_WEEK, start=time(10), zone="")
        return series.begin_series(db, site.work.vault, case, hours, now=datetime.now(UTC)).id


def test_who_is_to_be_erased_is_neither_shown_nor_changed(site: Site, me: Person) -> None:
    staying, leaving = site.work.client("Ivo Lindqvist"), site.work.client("Petra Novak")
    kept, left = begin_series(site, staying.id), begin_series(site, leaving.id)
    with writing(site.work.engine) as db:
        closed = PracticeClosure(first_on=NEXT_WEEK, last_on=NEXT_WEEK, words="a conference")
        closure = closures.plan_closure(db, site.work.vault, closed, now=datetime.now(UTC))
    page = me.open(f"/practice/closures/{closure.id}")
    assert "I. L." in page.text and "P. N." in page.text
    with writing(site.work.engine) as db:
        client_erasure.ask_erasure(
            db,
            site.work.vault,
            leaving.id,
            reason=ErasureReason.MISTAKE,
            words="Twice here.",
            couples=(),
            now=datetime.now(UTC),
        )
    page = me.open(f"/practice/closures/{closure.id}")
    assert "I. L." in page.text and "P. N." not in page.text
    me.press(page, "Leave out the one that repeats")
    with reading(site.work.engine) as db:
        skipped = {id: series.load_series(db, site.work.vault, id).payload.skipped for id in (kept, left)}
    assert skipped == {kept: (NEXT_WEEK,), left: ()}
