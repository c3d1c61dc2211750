"""Everything that a store tells through the verbs of the record, so that two stores can be compared."""

import hashlib
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Connection, select

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal import audit_reader, inventory_snapshot, records, version_history
from clinic_toolkit.journal.record_kind import RecordKind, no_fallback
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.journal.set_aside_record import SET_ASIDE
from clinic_toolkit.journal.tombstone_record import TOMBSTONE
from clinic_toolkit.record.calendars.calendar_link_record import CALENDAR_LINK
from clinic_toolkit.record.handovers import answer_log, clinician_side
from clinic_toolkit.record.handovers.answer_log import HandoverTrouble
from clinic_toolkit.record.outcomes import repeat_agreements
from clinic_toolkit.record.outcomes.repeat_agreement_record import RepeatAgreement
from clinic_toolkit.record.people import (
    cases,
    clients,
    clinician,
    confirmed_colleagues,
    practice,
    relationships,
)
from clinic_toolkit.record.people.consent_record import CONSENT
from clinic_toolkit.record.people.logo_record import PRACTICE_LOGO
from clinic_toolkit.record.people.therapy_session_record import THERAPY_SESSION
from clinic_toolkit.record.questionnaires import administrations, own_questionnaires
from clinic_toolkit.record.record_kinds import ALL_KINDS
from clinic_toolkit.record.release import disclosures
from clinic_toolkit.record.release.note_copy_record import NOTE_COPY
from clinic_toolkit.record.retention.retention_record import RETENTION
from clinic_toolkit.record.retention.retention_rule_record import RETENTION_RULE
from clinic_toolkit.record.safety import hard_moments_plans, risk_entries
from clinic_toolkit.record.scheduling.closure_record import PRACTICE_CLOSURE
from clinic_toolkit.record.scheduling.series_record import SESSION_SERIES
from clinic_toolkit.record.writing import filled_sheets, handouts, own_note_formats, own_worksheets, phrases
from clinic_toolkit.record.writing.client_request_record import CLIENT_REQUEST
from clinic_toolkit.record.writing.cosignature_record import COSIGNATURE
from clinic_toolkit.record.writing.form_draft_record import FORM_DRAFT
from clinic_toolkit.record.writing.note_addition_record import NOTE_ADDITION
from clinic_toolkit.record.writing.note_record import CLINICAL_NOTE
from clinic_toolkit.record.writing.psychotherapy_note_record import PSYCHOTHERAPY_NOTE
from clinic_toolkit.record.writing.treatment_plan_record import TREATMENT_PLAN
from clinic_toolkit.store.base import metadata
from clinic_toolkit.vault.vault import Vault

# Every kind of record but the drafts of forms, which are no part of it, and psychotherapy notes, whose key
# stays closed in the ordinary unlock of the small practice.
KINDS: dict[str, RecordKind[Any]] = {
    kind.name: kind for kind in ALL_KINDS if kind not in (FORM_DRAFT, PSYCHOTHERAPY_NOTE)
}

Place = tuple[str, UUID]


@dataclass(kw_only=True)
class Told:
    """What was told.

    `newest` is the version that lists and single pages show, `versions` the content of each that stands,
    `hurt` the records named as hurt at any moment, `refused` the sentences that were raised.
    """

    tip: int
    newest: dict[Place, set[int]] = field(default_factory=dict)
    versions: dict[tuple[str, UUID, int], str] = field(default_factory=dict)
    rings: dict[Place, UUID] = field(default_factory=dict)
    lines: dict[int, str] = field(default_factory=dict)
    answers: tuple[str, ...] = ()
    hurt: set[Place] = field(default_factory=set)
    stand_ins: set[Place] = field(default_factory=set)
    gaps: list[int] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    troubles: tuple[HandoverTrouble, ...] = ()
    contradictions: list[str] = field(default_factory=list)


def told(db: Connection, vault: Vault, beside: Iterable[Place] = ()) -> Told:
    """Ask every verb that reads.

    Args:
        beside: records to ask for by their address, as a page does whose link was kept.
    """
    return _Asking(db, vault).everything(set(beside))


def _list_all(kind: RecordKind[Any], db: Connection, vault: Vault) -> list[RecordVersion[Any]]:
    return records.list_all_records(db, vault, kind)


def _rhythms_of(db: Connection, vault: Vault, client_id: UUID) -> list[RecordVersion[RepeatAgreement]]:
    return list(repeat_agreements.list_agreements(db, vault, client_id).values())


class _Asking:
    def __init__(self, db: Connection, vault: Vault) -> None:
        self.db, self.vault = db, vault
        self.told = Told(tip=audit_reader.last_entry_number(db))

    def everything(self, beside: set[Place]) -> Told:
        db, vault = self.db, self.vault
        self.note("practice", self.heard(practice.load_practice_settings))
        self.note("clinician", self.heard(clinician.load_clinician))
        for kept in self.heard(clients.list_clients) or []:
            self.note("client", kept)
            of_client: tuple[tuple[str, Callable[..., Any]], ...] = (
                ("clinical_case", cases.list_cases_of_client),
                ("relationship", relationships.list_relationships),
                ("administration", administrations.list_administrations),
                ("handout", handouts.list_handouts),
                ("filled_sheet", filled_sheets.list_filled_sheets),
                ("own_worksheet", own_worksheets.list_versions),
                ("rhythm", _rhythms_of),
                ("risk_entry", risk_entries.list_risk_entries_of_client),
                ("disclosure", disclosures.list_disclosures),
                ("hard_moments_plan", hard_moments_plans.list_hard_moments_plans),
            )
            for table, verb in of_client:
                for one in self.heard(verb, kept.id) or []:
                    self.note(table, one)
        for table, whole in (
            ("clinical_case", cases.list_cases),
            ("consent", partial(_list_all, CONSENT)),
            ("therapy_session", partial(_list_all, THERAPY_SESSION)),
            ("session_series", partial(_list_all, SESSION_SERIES)),
            ("practice_logo", partial(_list_all, PRACTICE_LOGO)),
            ("practice_closure", partial(_list_all, PRACTICE_CLOSURE)),
            ("calendar_link", partial(_list_all, CALENDAR_LINK)),
            ("clinical_note", partial(_list_all, CLINICAL_NOTE)),
            ("treatment_plan", partial(_list_all, TREATMENT_PLAN)),
            ("note_addition", partial(_list_all, NOTE_ADDITION)),
            ("set_aside", partial(_list_all, SET_ASIDE)),
            ("client_request", partial(_list_all, CLIENT_REQUEST)),
            ("cosignature", partial(_list_all, COSIGNATURE)),
            ("handover", clinician_side.list_open_handovers),
            ("own_questionnaire", own_questionnaires.list_questionnaire_versions),
            ("own_worksheet", own_worksheets.list_versions),
            ("note_format", own_note_formats.list_own_formats),
            ("phrase", phrases.list_phrases),
            ("contact", confirmed_colleagues.list_known_keys),
            ("retention_rule", partial(_list_all, RETENTION_RULE)),
            ("retention", partial(_list_all, RETENTION)),
            ("note_copy", partial(_list_all, NOTE_COPY)),
            ("tombstone", partial(_list_all, TOMBSTONE)),
        ):
            for one in self.heard(whole) or []:
                self.note(table, one)
        for table, id in beside | set(self.told.newest):
            one = self.heard(records.load_record, KINDS[table], id, no_fallback)
            self.note(table, one)
            if records.is_set_aside(db, vault, KINDS[table], id):
                continue
            for version in self.heard(version_history.list_versions, KINDS[table], id) or []:
                self.keep(table, version)
        for line in audit_reader.iter_checked_entries(db, vault):
            self.told.lines[line.seq] = line.fault or repr(line)
        self.told.gaps = list(inventory_snapshot.load_inventory(db, vault).gaps)
        return self.told

    def heard(self, verb: Callable[..., Any], *more: object) -> Any:
        """What a verb says. A refusal in our own words is an answer; anything else is a traceback."""
        try:
            return verb(self.db, self.vault, *more)
        except ClinicError as refusal:
            self.told.refused.append(refusal.sentence)
            return None
        finally:
            self.told.hurt |= {(each.table, each.record) for each in self.vault.integrity_failures.values()}

    def note(self, table: str, kept: RecordVersion[Any] | None) -> None:
        """Something is shown as the newest version."""
        if kept is None:
            return
        if kept.is_substitute:
            self.told.stand_ins.add((table, kept.id))
            return
        self.told.newest.setdefault((table, kept.id), set()).add(kept.version)
        self.told.rings[table, kept.id] = kept.ring
        self.keep(table, kept)
        if table == "handover" and kept.payload.handover_key:
            found = answer_log.read_answer_rows(
                self.db, kept.payload.handover_key, self.vault.vault_id, kept.id
            )
            self.told.answers = tuple(map(_answer, found.rows))
            counted = answer_log.highest_logged_row(self.db, kept.id, after_entry=kept.payload.after_entry)
            self.told.troubles = found.troubles + (
                (HandoverTrouble.MISSING,) if found.last_row != counted else ()
            )

    def keep(self, table: str, kept: RecordVersion[Any]) -> None:
        place = (table, kept.id, kept.version)
        shown = (
            f"{kept.state} {kept.final} {kept.author_id} {kept.recorded_at} {kept.content_id.hex()} "
            f"{_body(kept.payload)}"
        )
        if self.told.versions.setdefault(place, shown) != shown:
            self.told.contradictions.append(f"{place} reads in two ways")


def _body(body: Any) -> str:
    # Keys and answers are kept out of `repr` by the product itself.
    return repr([getattr(body, name) for name in body.__struct_fields__ if name != "rows"])


def _answer(line: Any) -> str:
    return repr([getattr(line, name) for name in line.__struct_fields__])


def stands(db: Connection) -> set[Place]:
    """Every record that has a row."""
    return {
        (name, id) for name in KINDS for id in db.scalars(select(metadata.tables[name].c.record).distinct())
    }


def bytes_of(db: Connection) -> bytes:
    """A print of every row of every table, and nothing if SQLite finds a page or an index that does not fit.

    Where it is the same, every verb reads the same: the record is told from nothing else.
    """
    driver = cast(sqlite3.Connection, db.connection.driver_connection)
    if driver.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
        return b""
    seen = hashlib.sha256()
    for name in sorted(metadata.tables):
        for row in driver.execute(f"SELECT * FROM {name}"):
            seen.update(repr(row).encode())
    return seen.digest()
