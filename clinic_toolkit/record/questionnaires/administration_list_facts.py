"""What lists need to know of questionnaires: which sessions have one that was not finished."""

from collections.abc import Sequence
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.journal import records
from clinic_toolkit.journal.list_facts import FactsKind, register_facts
from clinic_toolkit.record.questionnaires.administration_record import ADMINISTRATION, AdministrationState
from clinic_toolkit.vault.vault import Vault


class RingAdministrations(msgspec.Struct, frozen=True, array_like=True):
    """The ids of the sessions with a questionnaire of this ring that is in progress, or was stopped."""

    sessions_in_progress: tuple[bytes, ...]
    sessions_stopped: tuple[bytes, ...]


def _compute_form_facts(db: Connection, vault: Vault, rings: Sequence[UUID]) -> RingAdministrations:
    forms = records.list_records_in_rings(db, vault, ADMINISTRATION, rings)
    sessions = {
        state: {form.payload.therapy_session for form in forms if form.state == state} - {None}
        for state in (AdministrationState.IN_PROGRESS, AdministrationState.STOPPED)
    }
    return RingAdministrations(*(tuple(sorted(filter(None, ids))) for ids in sessions.values()))


RING_ADMINISTRATIONS = register_facts(
    FactsKind(
        name="forms", kinds=(ADMINISTRATION,), facts_type=RingAdministrations, compute=_compute_form_facts
    )
)
