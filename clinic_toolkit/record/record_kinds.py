"""Every table of the store; creating a store needs all of them, whichever modules are imported."""

import msgspec
from sqlalchemy import Table

from clinic_toolkit.journal import audit_log, inventory_snapshot
from clinic_toolkit.record.handovers import answer_log, client_side
from clinic_toolkit.record.outcomes import repeat_agreements
from clinic_toolkit.record.people import cases, clients, practice, relationships, therapy_sessions
from clinic_toolkit.record.people.clients import Client
from clinic_toolkit.record.people.relationships import Relationship
from clinic_toolkit.record.people.therapy_sessions import TherapySession
from clinic_toolkit.record.questionnaires import administrations, own_questionnaires
from clinic_toolkit.record.questionnaires.administrations import Administration
from clinic_toolkit.record.safety import risk_entries
from clinic_toolkit.record.safety.risk_entries import RiskEntry
from clinic_toolkit.record.writing import form_drafts, handouts, notes
from clinic_toolkit.record.writing.handouts import Handout
from clinic_toolkit.vault import identity, key_slot_tables, rings

ALL_TABLES = (
    administrations.administration_table,
    audit_log.audit_log_table,
    cases.case_table,
    clients.client_table,
    form_drafts.form_draft_table,
    handouts.handout_table,
    client_side.handover_table,
    answer_log.handover_row_table,
    identity.identity_table,
    identity.vault_table,
    inventory_snapshot.inventory_snapshot_table,
    notes.note_table,
    own_questionnaires.own_questionnaire_table,
    practice.practice_table,
    relationships.relationship_table,
    repeat_agreements.repeat_agreement_table,
    rings.ring_table,
    rings.ring_grant_table,
    risk_entries.risk_entry_table,
    therapy_sessions.therapy_session_table,
    key_slot_tables.slot_table,
    key_slot_tables.slot_list_table,
)

# The tables of the records that a form creates and finds again by its idempotency key.
TABLES_BY_PAYLOAD: dict[type[msgspec.Struct], Table] = {
    Administration: administrations.administration_table,
    Client: clients.client_table,
    Handout: handouts.handout_table,
    Relationship: relationships.relationship_table,
    RiskEntry: risk_entries.risk_entry_table,
    TherapySession: therapy_sessions.therapy_session_table,
}
