"""Plans for hard moments: one for each client, in the client's own words, every save kept as a version.

No rule of `ways_out` or of a hold applies to it: whatever else stays in the room, this may be taken along.
"""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal import records, version_history
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import clients, joined_entries
from clinic_toolkit.record.people.client_record import record_ring
from clinic_toolkit.record.safety.hard_moments_record import (
    HARD_MOMENTS_PLAN,
    HardMomentsEvent,
    HardMomentsPlan,
    HardMomentsState,
)
from clinic_toolkit.vault.vault import Vault


class HardMomentsPlanIsEmpty(ClinicError):
    """Nothing is written in the plan."""

    def __init__(self) -> None:
        super().__init__("There is nothing in this plan yet. One line under any of the headings is enough.")


def create_hard_moments_plan(
    db: Connection, vault: Vault, plan: HardMomentsPlan, *, now: datetime, idempotency_key: UUID | None = None
) -> RecordVersion[HardMomentsPlan]:
    """Write the plan of a client who has none yet.

    Args:
        idempotency_key: the random number of the form; it becomes the plan's id.

    Raises:
        StaleVersion: the client has a plan already.
        HardMomentsPlanIsEmpty: nothing is written in it.
    """
    if plan.is_empty:
        raise HardMomentsPlanIsEmpty
    if list_hard_moments_plans(db, vault, plan.client_id):
        raise records.StaleVersion
    return records.create_record(
        db,
        vault,
        HARD_MOMENTS_PLAN,
        plan,
        ring=record_ring(vault, plan.client_id),
        state=HardMomentsState.WRITTEN,
        event=HardMomentsEvent.WRITTEN,
        now=now,
        final=True,
        record_id=idempotency_key,
    )


def revise_hard_moments_plan(
    db: Connection,
    vault: Vault,
    current: RecordVersion[HardMomentsPlan],
    plan: HardMomentsPlan,
    *,
    now: datetime,
) -> RecordVersion[HardMomentsPlan]:
    """Save the next version of a plan; the same words make none.

    Args:
        current: the version that the author had on screen, as `load_hard_moments_plan` returns it.

    Raises:
        StaleVersion: it was saved elsewhere since then.
        HardMomentsPlanIsEmpty: nothing is written in it.
    """
    if plan.is_empty:
        raise HardMomentsPlanIsEmpty
    # The owner stays who it was, also where the plan is shown under the primary of two joined entries.
    plan = msgspec.structs.replace(
        plan, client=current.payload.client, therapy_session=current.payload.therapy_session
    )
    if plan == current.payload:
        return current
    return records.append_version(
        db,
        vault,
        HARD_MOMENTS_PLAN,
        current,
        plan,
        state=HardMomentsState.WRITTEN,
        event=HardMomentsEvent.REVISED,
        now=now,
    )


def load_hard_moments_plan(db: Connection, vault: Vault, plan_id: UUID) -> RecordVersion[HardMomentsPlan]:
    """Load one plan.

    Raises:
        RecordNotFound: there is none that this clinician may see.
    """
    return records.load_record(db, vault, HARD_MOMENTS_PLAN, plan_id)


def list_hard_moments_plans(
    db: Connection, vault: Vault, client_id: UUID
) -> list[RecordVersion[HardMomentsPlan]]:
    """The plans of a client, the newest first; more than one only of joined entries.

    Never to be saved (see `joined_entries`).
    """
    primary_id = clients.primary_client_id(db, vault, client_id)
    rings = clients.list_record_rings(db, vault, primary_id)
    plans = records.list_records_in_rings(db, vault, HARD_MOMENTS_PLAN, rings)
    plans = joined_entries.load_joined_entries(db, vault).under_primary(plans)
    return sorted(plans, key=lambda plan: plan.recorded_at, reverse=True)


def list_plan_versions(
    db: Connection, vault: Vault, plan: RecordVersion[HardMomentsPlan]
) -> list[RecordVersion[HardMomentsPlan]]:
    """Every version of a plan that can be read, the newest first."""
    return version_history.list_versions(db, vault, HARD_MOMENTS_PLAN, plan.id)[::-1]
