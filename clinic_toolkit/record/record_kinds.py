"""Every kind of record, and every table of the store.

Creating a store needs all tables, and a check of the whole file all kinds, whichever modules are imported.
"""

from clinic_toolkit.journal import audit_log, inventory_snapshot
from clinic_toolkit.journal.set_aside_record import SET_ASIDE
from clinic_toolkit.journal.tombstone_record import TOMBSTONE
from clinic_toolkit.record.calendars.calendar_link_record import CALENDAR_LINK
from clinic_toolkit.record.handovers import answer_log
from clinic_toolkit.record.handovers.handover_record import HANDOVER
from clinic_toolkit.record.outcomes.repeat_agreement_record import REPEAT_AGREEMENT
from clinic_toolkit.record.people.case_record import CASE
from clinic_toolkit.record.people.client_record import CLIENT
from clinic_toolkit.record.people.clinician_record import CLINICIAN
from clinic_toolkit.record.people.consent_record import CONSENT
from clinic_toolkit.record.people.known_key_record import KNOWN_KEY
from clinic_toolkit.record.people.logo_record import PRACTICE_LOGO
from clinic_toolkit.record.people.practice_record import PRACTICE
from clinic_toolkit.record.people.relationship_record import RELATIONSHIP
from clinic_toolkit.record.people.therapy_session_record import THERAPY_SESSION
from clinic_toolkit.record.questionnaires.administration_record import ADMINISTRATION
from clinic_toolkit.record.questionnaires.own_questionnaire_record import OWN_QUESTIONNAIRE
from clinic_toolkit.record.release.disclosure_record import DISCLOSURE
from clinic_toolkit.record.release.note_copy_record import NOTE_COPY
from clinic_toolkit.record.retention.retention_record import RETENTION
from clinic_toolkit.record.retention.retention_rule_record import RETENTION_RULE
from clinic_toolkit.record.safety.hard_moments_record import HARD_MOMENTS_PLAN
from clinic_toolkit.record.safety.risk_entry_record import RISK_ENTRY
from clinic_toolkit.record.scheduling.closure_record import PRACTICE_CLOSURE
from clinic_toolkit.record.scheduling.series_record import SESSION_SERIES
from clinic_toolkit.record.writing.client_request_record import CLIENT_REQUEST
from clinic_toolkit.record.writing.cosignature_record import COSIGNATURE
from clinic_toolkit.record.writing.filled_sheet_record import FILLED_SHEET
from clinic_toolkit.record.writing.form_draft_record import FORM_DRAFT
from clinic_toolkit.record.writing.handout_record import HANDOUT
from clinic_toolkit.record.writing.note_addition_record import NOTE_ADDITION
from clinic_toolkit.record.writing.note_record import CLINICAL_NOTE
from clinic_toolkit.record.writing.own_note_format_record import OWN_NOTE_FORMAT
from clinic_toolkit.record.writing.own_worksheet_record import OWN_WORKSHEET
from clinic_toolkit.record.writing.phrase_record import PHRASE
from clinic_toolkit.record.writing.psychotherapy_note_record import PSYCHOTHERAPY_NOTE
from clinic_toolkit.record.writing.treatment_plan_record import TREATMENT_PLAN
from clinic_toolkit.vault import identity, key_directory, key_slot_tables, ring_tables

ALL_KINDS = (
    PRACTICE,
    CLINICIAN,
    KNOWN_KEY,
    CLIENT,
    CASE,
    CONSENT,
    RELATIONSHIP,
    THERAPY_SESSION,
    SESSION_SERIES,
    PRACTICE_CLOSURE,
    PRACTICE_LOGO,
    CALENDAR_LINK,
    ADMINISTRATION,
    OWN_QUESTIONNAIRE,
    REPEAT_AGREEMENT,
    OWN_WORKSHEET,
    HANDOUT,
    FILLED_SHEET,
    HANDOVER,
    RISK_ENTRY,
    HARD_MOMENTS_PLAN,
    TREATMENT_PLAN,
    CLINICAL_NOTE,
    PSYCHOTHERAPY_NOTE,
    NOTE_ADDITION,
    COSIGNATURE,
    CLIENT_REQUEST,
    FORM_DRAFT,
    OWN_NOTE_FORMAT,
    PHRASE,
    DISCLOSURE,
    NOTE_COPY,
    RETENTION,
    RETENTION_RULE,
    TOMBSTONE,
    SET_ASIDE,
)

ALL_TABLES = (
    *(kind.table for kind in ALL_KINDS),
    answer_log.handover_row_table,
    audit_log.audit_log_table,
    key_directory.public_key_table,
    identity.identity_table,
    identity.vault_table,
    inventory_snapshot.inventory_snapshot_table,
    ring_tables.ring_table,
    ring_tables.ring_grant_table,
    key_slot_tables.slot_table,
    key_slot_tables.slot_list_table,
)
