"""What a clinician looks at before one hour: the last plan, the task, what was marked, what is open.

Of a couple it holds only what belongs to the couple: nothing that one partner answered or was given alone.
"""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection

from clinic_toolkit.instruments.closed_sets import SafetyFlag
from clinic_toolkit.journal.list_facts import FactsReader
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.outcomes import hour_list_facts
from clinic_toolkit.record.outcomes.hour_list_facts import DueForm
from clinic_toolkit.record.people import (
    cases,
    display_names,
    joined_entries,
    therapy_session_timeline,
)
from clinic_toolkit.record.people.case_record import Case
from clinic_toolkit.record.people.therapy_session_record import TherapySession
from clinic_toolkit.record.questionnaires import administrations, answered_items
from clinic_toolkit.record.questionnaires.administration_record import ENDED_STATES, Administration
from clinic_toolkit.record.safety import ask_lines, safety_list_facts
from clinic_toolkit.record.safety.ask_lines import AskLine
from clinic_toolkit.record.values.note_values import NoteSection
from clinic_toolkit.record.writing import handouts, note_rendering, notes, treatment_plans
from clinic_toolkit.record.writing.handout_record import Handout
from clinic_toolkit.record.writing.note_record import ClinicalNote
from clinic_toolkit.record.writing.treatment_plan_record import TreatmentPlan
from clinic_toolkit.vault.vault import Vault

PLAN_SECTION = "plan"


class MarkedForm(Struct, frozen=True, kw_only=True):
    """A questionnaire with questions that the client marked to talk about, in their order.

    A marked question about fear is counted in `unnamed_count` and not named: others may see the page.
    """

    administration: RecordVersion[Administration]
    title: str
    about: str
    texts: tuple[str, ...]
    unnamed_count: int


class SessionPreparation(Struct, frozen=True, kw_only=True):
    """What is shown before one session.

    `agreed_in` is the session in which something was last agreed. `last_note` is the newest note of an
    earlier session of the case, with its sections; `plan` is that section of it. `ask_lines` say that there
    is something to ask about and since when, never what. `treatment_plan` is that of the case, if it has one.
    """

    session: RecordVersion[TherapySession]
    case: RecordVersion[Case]
    initials: str
    names: str
    agreed_in: TherapySession | None
    last_note: RecordVersion[ClinicalNote] | None
    last_note_day: date | None
    last_note_sections: tuple[NoteSection, ...]
    plan: str
    sheets_out: tuple[RecordVersion[Handout], ...]
    marked_forms: tuple[MarkedForm, ...]
    due_forms: tuple[DueForm, ...]
    begins_with_check_in: bool
    ask_lines: tuple[AskLine, ...]
    treatment_plan: RecordVersion[TreatmentPlan] | None


def build_preparation(
    db: Connection, vault: Vault, session: RecordVersion[TherapySession], *, now: datetime
) -> SessionPreparation:
    """Build what is shown before this session.

    Raises:
        RecordNotFound: its case is none that this clinician may see.
    """
    case = cases.load_case(db, vault, session.payload.case_id)
    client_id = case.payload.single_client_id
    shown_cases = joined_entries.list_cases_as_one(db, vault, case)
    sessions = therapy_session_timeline.list_therapy_sessions_of_cases(db, vault, shown_cases)
    earlier = therapy_session_timeline.list_earlier(sessions, session)
    last_held = next((each for each in earlier if each.payload.took_place), None)
    note, note_day = _find_last_note(db, vault, earlier)
    names = display_names.load_display_names(db, vault)
    marked: tuple[MarkedForm, ...] = ()
    due: tuple[DueForm, ...] = ()
    asks: tuple[AskLine, ...] = ()
    if client_id is not None:
        facts = hour_list_facts.load_person_hour(db, vault, FactsReader(db, vault), client_id)
        due = hour_list_facts.list_due_forms(db, vault, facts, now=now)
        marked = _list_marked_forms(db, vault, client_id, last_held.payload.on if last_held else None)
        asks = ask_lines.build_ask_lines(
            db,
            vault,
            [safety_list_facts.load_person_safety(db, vault, client_id)],
            names.short_by_id,
            today=now.astimezone().date(),
        ).to_ask
    return SessionPreparation(
        session=session,
        case=case,
        initials=_join(names.short_by_id.get(id, "") for id in case.payload.client_ids),
        names=_join(names.called_by_id.get(id, "") for id in case.payload.client_ids),
        agreed_in=therapy_session_timeline.find_last_agreement(sessions, session),
        last_note=note,
        last_note_day=note_day,
        last_note_sections=note_rendering.build_sections(note.payload, ()) if note else (),
        plan=note_rendering.render_section(note.payload, PLAN_SECTION) if note else "",
        sheets_out=tuple(handouts.list_handouts_out(db, vault, case, session)),
        marked_forms=marked,
        due_forms=due,
        begins_with_check_in=client_id is not None and last_held is not None,
        ask_lines=asks,
        treatment_plan=treatment_plans.find_plan(db, vault, case),
    )


def _join(names: Iterable[str]) -> str:
    return " and ".join(filter(None, names))


def _find_last_note(
    db: Connection, vault: Vault, earlier: list[RecordVersion[TherapySession]]
) -> tuple[RecordVersion[ClinicalNote] | None, date | None]:
    note_by_session = notes.list_notes_by_session(db, vault, earlier)
    for session in earlier:
        if note := note_by_session.get(session.id):
            return note, session.payload.on
    return None, None


def _list_marked_forms(
    db: Connection, vault: Vault, client_id: UUID, since: date | None
) -> tuple[MarkedForm, ...]:
    found = []
    for form in administrations.list_administrations(db, vault, client_id):
        is_shown = form.state in ENDED_STATES and (since is None or form.payload.answered_on >= since)
        if not is_shown or not any(form.payload.answers.wants_to_talk):
            continue
        flags = {item.id: item.safety_flag for item in administrations.instrument_of(form.payload).items}
        marked = [item for item in answered_items.list_answered_items(form.payload) if item.wants_to_talk]
        named = [item.text for item in marked if flags[item.item_id] != SafetyFlag.FEAR]
        found.append(
            MarkedForm(
                administration=form,
                title=administrations.title_of(form.payload),
                about=answered_items.relationship_label(db, vault, form.payload),
                texts=tuple(named),
                unnamed_count=len(marked) - len(named),
            )
        )
    return tuple(found)
