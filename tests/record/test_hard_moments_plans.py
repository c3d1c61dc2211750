"""Plans for hard moments: one for each client, every version kept, in the ring of the client's record."""

import msgspec
import pytest

from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import clients
from clinic_toolkit.record.people.client_record import Client, record_ring
from clinic_toolkit.record.safety import hard_moments_plans
from clinic_toolkit.record.safety.hard_moments_record import HEADINGS, HardMomentsPlan
from clinic_toolkit.store.transactions import reading, writing
from tests.fixtures.practices import NOW, Work


def write(
    work: Work, client: RecordVersion[Client], signs: str = "I hide."
) -> RecordVersion[HardMomentsPlan]:
    plan = HardMomentsPlan(client=client.id.bytes, therapy_session=None, signs=signs)
    with writing(work.engine) as db:
        return hard_moments_plans.create_hard_moments_plan(db, work.vault, plan, now=NOW)


def test_a_client_has_one_plan_and_every_version_of_it_stays(work: Work) -> None:
    client = work.client("Ilse Varga")
    plan = write(work, client)
    assert plan.ring == record_ring(work.vault, client.id) and plan.final
    with pytest.raises(records.StaleVersion):
        write(work, client)
    changed = msgspec.structs.replace(plan.payload, signs="", alone="To the river.")
    with writing(work.engine) as db:
        second = hard_moments_plans.revise_hard_moments_plan(db, work.vault, plan, changed, now=NOW)
        same = hard_moments_plans.revise_hard_moments_plan(db, work.vault, second, changed, now=NOW)
        assert same is second
    with pytest.raises(records.StaleVersion), writing(work.engine) as db:
        other = msgspec.structs.replace(plan.payload, signs="Written over.")
        hard_moments_plans.revise_hard_moments_plan(db, work.vault, plan, other, now=NOW)
    with reading(work.engine) as db:
        versions = hard_moments_plans.list_plan_versions(db, work.vault, second)
        assert [each.payload.signs for each in versions] == ["", "I hide."]
        assert hard_moments_plans.list_hard_moments_plans(db, work.vault, client.id) == [second]


def test_an_empty_plan_is_refused_and_one_line_is_enough(work: Work) -> None:
    client = work.client("Ilse Varga")
    with pytest.raises(hard_moments_plans.HardMomentsPlanIsEmpty):
        write(work, client, " ")
    plan = write(work, client)
    blank = HardMomentsPlan(client=client.id.bytes, therapy_session=None)
    with pytest.raises(hard_moments_plans.HardMomentsPlanIsEmpty), writing(work.engine) as db:
        hard_moments_plans.revise_hard_moments_plan(db, work.vault, plan, blank, now=NOW)


def test_every_heading_has_a_field_and_what_is_empty_is_left_out() -> None:
    plan = HardMomentsPlan(client=b"", therapy_session=None, **{name: name for name in HEADINGS})
    assert plan.sections == tuple((heading, name) for name, heading in HEADINGS.items())
    only_card = HardMomentsPlan(client=b"", therapy_session=None, card="The river.")
    assert only_card.sections == () and not only_card.is_empty


def test_joined_entries_show_the_plan_saved_last_and_it_stays_its_owners(work: Work) -> None:
    first, second = work.client("Cy Dahl"), work.client("Cy D.")
    plan = write(work, second)
    with writing(work.engine) as db:
        current = clients.load_client(db, work.vault, second.id)
        clients.join_client(db, work.vault, current, first.id, now=NOW)
    with reading(work.engine) as db:
        for each in (first, second):
            (shown,) = hard_moments_plans.list_hard_moments_plans(db, work.vault, each.id)
            assert (shown.id, shown.payload.client_id) == (plan.id, first.id)
    with writing(work.engine) as db:
        typed = HardMomentsPlan(client=first.id.bytes, therapy_session=None, signs="I sleep.")
        saved = hard_moments_plans.revise_hard_moments_plan(db, work.vault, plan, typed, now=NOW)
    assert saved.payload.client_id == second.id and saved.ring == plan.ring
