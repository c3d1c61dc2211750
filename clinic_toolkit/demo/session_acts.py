"""The acts of one session of the demo, from planning it to signing its note.

Each act calls a function of `record` with the time at which a clinician would have done it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import msgspec

from clinic_toolkit.demo import content, plan_acts, questionnaire_acts, worksheet_acts
from clinic_toolkit.demo.acts import DemoState, Step
from clinic_toolkit.demo.schedule import TimeSpan
from clinic_toolkit.instruments import catalogue
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.psychometrics.score_change import MIN_BASELINE_ROUNDS
from clinic_toolkit.record.outcomes import repeat_agreements
from clinic_toolkit.record.people import relationships, therapy_sessions, watched_questions
from clinic_toolkit.record.people.relationship_record import Relationship
from clinic_toolkit.record.people.therapy_session_record import Attendance, TherapySession, TherapySessionKind
from clinic_toolkit.record.questionnaires import administrations, reflections
from clinic_toolkit.record.questionnaires.administration_record import AdministrationMode
from clinic_toolkit.record.writing import note_prefill, note_record, notes, signature_facts
from clinic_toolkit.record.writing.note_formats import DEFAULT_FORMAT

PLANNED_AHEAD = timedelta(days=6)
_CHECK_IN_EARLIER = timedelta(minutes=10)
_REVIEW_EARLIER = timedelta(minutes=5)


@dataclass(kw_only=True)
class SessionScript:
    """The acts of one session; `case` and `client_names` are file names."""

    spec: content.Session
    usual: content.UsualSchedule
    case: str
    client_names: tuple[str, ...]
    relationship_specs: dict[str, content.Relationship]
    span: TimeSpan
    record: RecordVersion[TherapySession] = field(init=False)
    note: RecordVersion[note_record.ClinicalNote] = field(init=False)

    @property
    def planned_at(self) -> datetime:
        """When the session is entered: days before, or afterwards for a call or a message."""
        if self.spec.kind in (TherapySessionKind.CALL, TherapySessionKind.MESSAGE) and self.spec.is_past:
            return self.span.end + timedelta(minutes=2)
        return self.span.start - PLANNED_AHEAD

    def steps(self) -> Iterator[Step]:
        """Every act of this session, in order."""
        start, end = self.span.start, self.span.end
        yield Step(at=self.planned_at, act=self._plan_session)
        if not self.spec.is_past:
            return
        if self.spec.attendance == Attendance.CANCELLED:
            yield Step(at=start - timedelta(hours=19), act=self._record_absence)
        elif self.spec.attendance == Attendance.NO_SHOW:
            yield Step(at=start + timedelta(minutes=20), act=self._record_absence)
        elif self.planned_at <= start:
            yield Step(at=start + timedelta(minutes=self.spec.minutes_late), act=self._open_session)
            yield from self._steps_during(start + timedelta(minutes=12))
            yield Step(at=end, act=self._close_session)
            if self.spec.treatment_plan:
                plan = self.spec.treatment_plan
                yield Step(at=end + timedelta(minutes=1), act=partial(self._write_plan, plan))
        if self.spec.note:
            yield Step(at=end + timedelta(minutes=3), act=partial(self._begin_note, self.spec.note))
            yield Step(at=end + timedelta(minutes=7), act=partial(self._write_note, self.spec.note))
            if self.spec.note.state == "signed":
                yield Step(at=end + timedelta(minutes=9), act=self._sign_note)

    def _steps_during(self, at: datetime) -> Iterator[Step]:
        for reviewed in self.spec.reviewed:
            yield Step(at=at - _REVIEW_EARLIER, act=partial(self._review_worksheet, reviewed))
        for questionnaire in self.spec.questionnaires:
            if questionnaire.instrument == catalogue.load_check_in().id:
                yield Step(at=at - _CHECK_IN_EARLIER, act=partial(self._give_questionnaire, questionnaire))
                continue
            yield Step(at=at, act=partial(self._give_questionnaire, questionnaire))
            at += timedelta(minutes=6)
        before_end = self.span.end - timedelta(minutes=6)
        for sheet in self.spec.sheets:
            yield Step(at=before_end, act=partial(self._give_worksheet, sheet))
        if self.spec.agreed:
            yield Step(at=self.span.end - timedelta(minutes=2), act=self._record_agreement)

    def _plan_session(self, state: DemoState, now: datetime) -> None:
        spec, usual, case = self.spec, self.usual, state.cases[self.case]
        afterwards = self.planned_at > self.span.start
        session = TherapySession(
            case_id_bytes=case.id.bytes,
            kind=spec.kind,
            on=self.span.start.date(),
            start=self.span.start.time(),
            end=self.span.end.time(),
            setting=spec.setting or usual.setting,
            place=usual.place if spec.place is None else spec.place,
            call_back=usual.call_back if spec.call_back is None else spec.call_back,
            present=tuple(state.clients[name].id.bytes for name in spec.present or self.client_names),
            others_present=spec.others_present,
            attendance=spec.attendance or (Attendance.CAME if afterwards else Attendance.PLANNED),
            agreed_for_next=spec.agreed if afterwards else "",
        )
        if not afterwards:
            session = msgspec.structs.replace(session, attendance=Attendance.PLANNED)
        self.record = therapy_sessions.create_therapy_session(state.db, state.vault, case, session, now=now)

    def _record_absence(self, state: DemoState, now: datetime) -> None:
        attendance = self.spec.attendance or self.record.payload.attendance
        session = msgspec.structs.replace(self.record.payload, attendance=attendance, present=())
        self.record = therapy_sessions.revise_therapy_session(
            state.db, state.vault, self.record, session, now=now
        )

    def _open_session(self, state: DemoState, now: datetime) -> None:
        if self.spec.attendance == Attendance.LATE:
            start = (self.span.start + timedelta(minutes=self.spec.minutes_late)).time()
            session = msgspec.structs.replace(self.record.payload, attendance=Attendance.LATE, start=start)
            self.record = therapy_sessions.revise_therapy_session(
                state.db, state.vault, self.record, session, now=now
            )
        self.record = therapy_sessions.open_therapy_session(state.db, state.vault, self.record, now=now)

    def _record_agreement(self, state: DemoState, now: datetime) -> None:
        self.record = therapy_sessions.record_agreement(
            state.db, state.vault, self.record, self.spec.agreed, now=now
        )

    def _close_session(self, state: DemoState, now: datetime) -> None:
        self.record = therapy_sessions.close_therapy_session(state.db, state.vault, self.record, now=now)

    def _give_questionnaire(self, spec: content.Questionnaire, state: DemoState, now: datetime) -> None:
        client_id = state.clients[self.client_names[0]].id
        relationship = self._find_or_add_relationship(state, client_id, spec.about, now)
        if relationship and spec.instrument == catalogue.load_check_in().id:
            relationship = self._set_watched_item(state, relationship, spec, now)
        administration = administrations.create_administration(
            state.db,
            state.vault,
            catalogue.load_instrument(spec.instrument, spec.version or None),
            client_id=client_id,
            relationship=relationship,
            therapy_session_id=self.record.id,
            mode=self._administration_mode(spec),
            now=now,
            answered_on=self.record.payload.on if spec.paper else None,
        )
        administration = questionnaire_acts.give_questionnaire(
            state.db, state.vault, administration, spec, now=now
        )
        if spec.again_because:
            repeat_agreements.agree_to_repeat(
                state.db,
                state.vault,
                None,
                administration.payload,
                purpose=spec.again_because,
                end_date=None,
                max_rounds=spec.again_times,
                baseline=MIN_BASELINE_ROUNDS,
                now=administration.recorded_at + timedelta(minutes=1),
            )
        if spec.risk:
            questionnaire_acts.write_risk_entry(
                state.db,
                state.vault,
                administration,
                spec.risk,
                now=administration.recorded_at + timedelta(minutes=1),
            )
        if spec.wrong or spec.own_words or spec.next_step:
            reflections.record_reflection(
                state.db,
                state.vault,
                administration,
                wrong=spec.wrong,
                own_words=spec.own_words,
                next_step=spec.next_step,
                remarks_on_client_page=(),
                expected_version=administration.version,
                now=administration.recorded_at + timedelta(minutes=2),
            )

    def _administration_mode(self, spec: content.Questionnaire) -> AdministrationMode:
        if spec.paper:
            return AdministrationMode.PAPER
        return administrations.read_aloud_mode(self.record.payload.setting, with_interpreter=False)

    def _find_or_add_relationship(
        self, state: DemoState, client_id: UUID, key: str, now: datetime
    ) -> RecordVersion[Relationship] | None:
        if not key:
            return None
        relationship_key = (self.client_names[0], key)
        if relationship_key not in state.relationships:
            spec = self.relationship_specs[key]
            state.relationships[relationship_key] = relationships.create_relationship(
                state.db, state.vault, client_id, word=spec.word, frame=spec.frame, now=now
            )
        return state.relationships[relationship_key]

    def _set_watched_item(
        self,
        state: DemoState,
        relationship: RecordVersion[Relationship],
        spec: content.Questionnaire,
        now: datetime,
    ) -> RecordVersion[Relationship]:
        instrument_id, _, item_id = spec.watched.partition(":")
        watched_question = (
            watched_questions.pin_question(
                instrument_id, item_id, catalogue.load_frame(relationship.payload.frame)
            )
            if item_id
            else None
        )
        if watched_question != relationship.payload.watched_question:
            relationship = relationships.set_watched_question(
                state.db, state.vault, relationship, watched_question, now=now
            )
            state.relationships[self.client_names[0], spec.about] = relationship
        return relationship

    def _give_worksheet(self, spec: content.GivenWorksheet, state: DemoState, now: datetime) -> None:
        client_id = state.clients[self.client_names[0]].id
        relationship = self._find_or_add_relationship(state, client_id, spec.about, now)
        worksheet_acts.give_worksheet(
            spec, state, self.record, client_id, relationship.id if relationship else None, now
        )

    def _review_worksheet(self, spec: content.ReviewedWorksheet, state: DemoState, now: datetime) -> None:
        worksheet_acts.review_worksheet(spec, state, self.record, state.clients[self.client_names[0]].id, now)

    def _write_plan(self, spec: content.Plan, state: DemoState, now: datetime) -> None:
        plan_acts.write_plan(spec, state, state.cases[self.case], self.span.start.date(), now)

    def _begin_note(self, spec: content.Note, state: DemoState, now: datetime) -> None:
        prefilled = note_prefill.list_prefilled_parts(state.db, state.vault, self.record)
        parts = [*_clinician_parts({"data": spec.data}), *prefilled]
        goal_ids = plan_acts.list_goal_ids(state, state.cases[self.case], spec.goals)
        self.note = notes.create_note(state.db, state.vault, self.record, parts, now=now, goal_ids=goal_ids)

    def _write_note(self, spec: content.Note, state: DemoState, now: datetime) -> None:
        prefilled = [
            part for part in self.note.payload.parts if part.source != note_record.PartSource.CLINICIAN
        ]
        texts = {"data": spec.data, "assessment": spec.assessment, "plan": spec.plan}
        parts = [*_clinician_parts(texts), *prefilled]
        version = self.note.version
        self.note = notes.revise_note(
            state.db, state.vault, self.note, parts, expected_version=version, now=now
        )

    def _sign_note(self, state: DemoState, now: datetime) -> None:
        self.note = notes.sign_note(
            state.db,
            state.vault,
            self.note,
            facts=signature_facts.build_note_facts(state.db, state.vault, self.record, self.note),
            expected_version=self.note.version,
            now=now,
        )


def _clinician_parts(written: dict[str, str]) -> list[note_record.NotePart]:
    return [
        note_record.NotePart(
            section=section, source=note_record.PartSource.CLINICIAN, text=written.get(section, "")
        )
        for section in DEFAULT_FORMAT.keys
    ]
