"""One hour of the demo as it happens: planned, held, asked, given, agreed, written up.

Each act is a verb of the record, done at the minute at which a clinician would have done it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.demo import asking, content
from clinic_toolkit.demo.weeks import Span
from clinic_toolkit.instruments import catalogue
from clinic_toolkit.psychometrics.change import LEAST_BASELINE
from clinic_toolkit.record import (
    administrations,
    fear,
    handouts,
    note_texts,
    notes,
    reflections,
    relationships,
    rhythms,
    sessions,
    signed_facts,
    watched,
)
from clinic_toolkit.record.cases import Case
from clinic_toolkit.record.clients import Client
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.record.notes import CLINICIAN, ClinicalNote, Part
from clinic_toolkit.record.relationships import Relationship
from clinic_toolkit.record.sessions import TherapySession
from clinic_toolkit.vault.vault import Vault
from clinic_toolkit.worksheets import catalogue as sheets

PLANNED_BEFORE = timedelta(days=6)
_CHECK_IN_EARLIER = timedelta(minutes=10)


@dataclass(kw_only=True)
class Desk:
    """What every act uses, and what earlier acts left behind, by file name."""

    db: Connection
    vault: Vault
    clients: dict[str, Kept[Client]] = field(default_factory=dict)
    cases: dict[str, Kept[Case]] = field(default_factory=dict)
    relationships: dict[tuple[str, str], Kept[Relationship]] = field(default_factory=dict)


Act = Callable[[Desk, datetime], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """Something done at some time."""

    at: datetime
    act: Act


@dataclass(kw_only=True)
class Hour:
    """One hour on its way through the record; `case` and `who` are file names."""

    told: content.Hour
    usual: content.Usual
    case: str
    who: tuple[str, ...]
    words: dict[str, content.Relationship]
    span: Span
    kept: Kept[TherapySession] = field(init=False)
    note: Kept[ClinicalNote] = field(init=False)

    @property
    def planned_at(self) -> datetime:
        """When it is entered: days before, or afterwards for a call or a message."""
        if self.told.kind in ("call", "message") and self.told.is_past:
            return self.span.end + timedelta(minutes=2)
        return self.span.start - PLANNED_BEFORE

    def steps(self) -> Iterator[Step]:
        """Everything that is done about this hour, in order."""
        start, end = self.span.start, self.span.end
        yield Step(at=self.planned_at, act=self._plan)
        if not self.told.is_past:
            return
        if self.told.attendance == "cancelled":
            yield Step(at=start - timedelta(hours=19), act=self._did_not_happen)
        elif self.told.attendance == "no_show":
            yield Step(at=start + timedelta(minutes=20), act=self._did_not_happen)
        elif self.planned_at <= start:
            yield Step(at=start + timedelta(minutes=self.told.minutes_late), act=self._open)
            yield from self._inside(start + timedelta(minutes=12))
            yield Step(at=end, act=self._close)
        if self.told.note:
            yield Step(at=end + timedelta(minutes=3), act=partial(self._begin_note, self.told.note))
            yield Step(at=end + timedelta(minutes=7), act=partial(self._write_note, self.told.note))
            if self.told.note.state == "signed":
                yield Step(at=end + timedelta(minutes=9), act=self._sign_note)

    def _inside(self, at: datetime) -> Iterator[Step]:
        for given in self.told.questionnaires:
            if given.instrument == catalogue.check_in().id:
                yield Step(at=at - _CHECK_IN_EARLIER, act=partial(self._ask, given))
                continue
            yield Step(at=at, act=partial(self._ask, given))
            at += timedelta(minutes=6)
        before_end = self.span.end - timedelta(minutes=6)
        for sheet in self.told.sheets:
            yield Step(at=before_end, act=partial(self._give, sheet))
        if self.told.agreed:
            yield Step(at=self.span.end - timedelta(minutes=2), act=self._agree)

    def _plan(self, desk: Desk, now: datetime) -> None:
        told, usual, case = self.told, self.usual, desk.cases[self.case]
        afterwards = self.planned_at > self.span.start
        body = TherapySession(
            case=case.id.bytes,
            kind=told.kind,
            on=self.span.start.date(),
            start=self.span.start.time(),
            end=self.span.end.time(),
            setting=told.setting or usual.setting,
            place=usual.place if told.place is None else told.place,
            call_back=usual.call_back if told.call_back is None else told.call_back,
            present=tuple(desk.clients[one].id.bytes for one in told.present or self.who),
            others_present=told.others_present,
            attendance=told.attendance or ("came" if afterwards else "planned"),
            agreed=told.agreed if afterwards else "",
        )
        if not afterwards:
            body = msgspec.structs.replace(body, attendance="planned")
        self.kept = sessions.plan(desk.db, desk.vault, case, body, now=now)

    def _did_not_happen(self, desk: Desk, now: datetime) -> None:
        attendance = self.told.attendance or self.kept.body.attendance
        body = msgspec.structs.replace(self.kept.body, attendance=attendance, present=())
        self.kept = sessions.revise(desk.db, desk.vault, self.kept, body, now=now)

    def _open(self, desk: Desk, now: datetime) -> None:
        if self.told.attendance == "late":
            began = (self.span.start + timedelta(minutes=self.told.minutes_late)).time()
            body = msgspec.structs.replace(self.kept.body, attendance="late", start=began)
            self.kept = sessions.revise(desk.db, desk.vault, self.kept, body, now=now)
        self.kept = sessions.open_now(desk.db, desk.vault, self.kept, now=now)

    def _agree(self, desk: Desk, now: datetime) -> None:
        self.kept = sessions.agree(desk.db, desk.vault, self.kept, self.told.agreed, now=now)

    def _close(self, desk: Desk, now: datetime) -> None:
        self.kept = sessions.close(desk.db, desk.vault, self.kept, now=now)

    def _ask(self, given: content.Questionnaire, desk: Desk, now: datetime) -> None:
        client_id = desk.clients[self.who[0]].id
        about = self._about(desk, client_id, given.about, now)
        if about and given.instrument == catalogue.check_in().id:
            about = self._watch(desk, about, given, now)
        kept = administrations.begin(
            desk.db,
            desk.vault,
            catalogue.instrument(given.instrument, given.version or None),
            client_id=client_id,
            about=about,
            session_id=self.kept.id,
            mode=self._mode(given),
            now=now,
            answered_on=self.kept.body.on if given.paper else None,
        )
        kept = asking.ask(desk.db, desk.vault, kept, given, now=now)
        if given.again_because:
            rhythms.agree(
                desk.db,
                desk.vault,
                None,
                kept.body,
                why=given.again_because,
                until=None,
                times=given.again_times,
                baseline=LEAST_BASELINE,
                now=kept.at + timedelta(minutes=1),
            )
        if given.risk:
            asking.close_prompts(desk.db, desk.vault, kept, given.risk, now=kept.at + timedelta(minutes=1))
        if given.wrong or given.own_words or given.next_step:
            reflections.keep(
                desk.db,
                desk.vault,
                kept,
                wrong=given.wrong,
                own_words=given.own_words,
                next_step=given.next_step,
                taken=(),
                seen_version=kept.version,
                now=kept.at + timedelta(minutes=2),
            )

    def _mode(self, given: content.Questionnaire) -> str:
        if given.paper:
            return administrations.PAPER
        return "read_aloud" if self.kept.body.setting == "room" else "telehealth"

    def _about(self, desk: Desk, client_id: UUID, key: str, now: datetime) -> Kept[Relationship] | None:
        if not key:
            return None
        name = (self.who[0], key)
        if name not in desk.relationships:
            named = self.words[key]
            desk.relationships[name] = relationships.add(
                desk.db, desk.vault, client_id, word=named.word, frame=named.frame, now=now
            )
        return desk.relationships[name]

    def _watch(
        self, desk: Desk, about: Kept[Relationship], given: content.Questionnaire, now: datetime
    ) -> Kept[Relationship]:
        of, _, item = given.watched.partition(":")
        chosen = watched.pinned(of, item, catalogue.frame(about.body.frame)) if item else None
        if chosen != about.body.watched:
            about = relationships.watch(desk.db, desk.vault, about, chosen, now=now)
            desk.relationships[self.who[0], given.about] = about
        return about

    def _give(self, told: content.Sheet, desk: Desk, now: datetime) -> None:
        db, vault, client_id = desk.db, desk.vault, desk.clients[self.who[0]].id
        known = self._about(desk, client_id, told.about, now)
        about, sheet = known.id if known else None, sheets.worksheet(told.sheet)
        if told.fear:
            fear.note_asked(db, vault, client_id, about, where=told.fear, session=self.kept.id, now=now)
        giving = fear.giving(db, vault, [client_id], sheet, client_id, about, now=now)
        handouts.give(
            db,
            vault,
            sheet,
            client_id=client_id,
            session_id=self.kept.id,
            sentence=told.sentence,
            about=about,
            room_only=giving.room_only,
            now=now,
        )

    def _begin_note(self, told: content.Note, desk: Desk, now: datetime) -> None:
        filled = note_texts.prefilled(desk.db, desk.vault, self.kept)
        parts = [*_own_parts({"data": told.data}), *filled]
        self.note = notes.begin(desk.db, desk.vault, self.kept, parts, now=now)

    def _write_note(self, told: content.Note, desk: Desk, now: datetime) -> None:
        filled = [part for part in self.note.body.parts if part.source != CLINICIAN]
        written = {"data": told.data, "assessment": told.assessment, "plan": told.plan}
        parts = [*_own_parts(written), *filled]
        version = self.note.version
        self.note = notes.revise(desk.db, desk.vault, self.note, parts, version=version, now=now)

    def _sign_note(self, desk: Desk, now: datetime) -> None:
        self.note = notes.sign(
            desk.db,
            desk.vault,
            self.note,
            facts=signed_facts.facts_of(desk.db, desk.vault, self.kept, self.note),
            version=self.note.version,
            now=now,
        )


def _own_parts(written: dict[str, str]) -> list[Part]:
    return [
        Part(section=section, source=CLINICIAN, text=written.get(section, ""))
        for section in notes.SECTIONS["DAP"]
    ]
