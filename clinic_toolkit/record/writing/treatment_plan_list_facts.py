"""What lists need to know of treatment plans: when each is to be looked at again."""

from collections.abc import Mapping, Sequence, Set
from datetime import date
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.journal import records
from clinic_toolkit.journal.list_facts import FactsKind, FactsReader, register_facts
from clinic_toolkit.record.people import case_list_facts, client_list_facts
from clinic_toolkit.record.people.client_record import ClientState
from clinic_toolkit.record.writing.treatment_plan_record import TREATMENT_PLAN
from clinic_toolkit.vault.vault import Vault


class ReviewFacts(msgspec.Struct, frozen=True, array_like=True):
    """The plan with this id, its case, and the day on which it is to be looked at again."""

    plan: bytes
    case: bytes
    review_date: date


class RingPlans(msgspec.Struct, frozen=True, array_like=True):
    """The plans of one ring that have such a day."""

    reviews: tuple[ReviewFacts, ...]


def _compute_plan_facts(db: Connection, vault: Vault, rings: Sequence[UUID]) -> RingPlans:
    return RingPlans(
        tuple(
            ReviewFacts(plan.id.bytes, plan.payload.case, plan.payload.review_date)
            for plan in records.list_records_in_rings(db, vault, TREATMENT_PLAN, rings)
            if plan.payload.review_date
        )
    )


RING_PLANS = register_facts(
    FactsKind(name="plans", kinds=(TREATMENT_PLAN,), facts_type=RingPlans, compute=_compute_plan_facts)
)


class DueReview(msgspec.Struct, frozen=True, kw_only=True):
    """A plan that is to be looked at again: its id, whose it is in initials, and since which day."""

    plan_id: UUID
    who: str
    due_on: date


def list_due_reviews(
    vault: Vault, reader: FactsReader, initials_by_id: Mapping[UUID, str], *, leaving: Set[UUID], today: date
) -> tuple[DueReview, ...]:
    """The plans whose day has come, the oldest day first; those of archived clients wait until they are back.

    Args:
        leaving: the owners of rings that are to be erased; what is theirs is left out.
    """
    due = [
        (ring, review)
        for ring, facts in reader.load_of_rings(RING_PLANS)
        for review in facts.reviews
        if review.review_date <= today
    ]
    if not due:
        return ()
    away = {
        client.id
        for client in client_list_facts.list_client_facts(reader)
        if client.state == ClientState.ARCHIVED
    }
    clients_by_case = {case.id_bytes: case.client_ids for case in case_list_facts.list_case_facts(reader)}
    found = []
    for ring, review in due:
        client_ids = clients_by_case.get(review.case, ())
        if vault.rings.find_owner(ring) in leaving or (client_ids and away.issuperset(client_ids)):
            continue
        who = " and ".join(initials_by_id[id] for id in client_ids if id in initials_by_id)
        found.append(DueReview(plan_id=UUID(bytes=review.plan), who=who, due_on=review.review_date))
    return tuple(sorted(found, key=lambda one: (one.due_on, one.who)))
