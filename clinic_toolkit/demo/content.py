"""The content of the demo practice: what its TOML files may say."""

from datetime import date, time
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from clinic_toolkit.record.people.client_record import LeaveMessage, MayContact
from clinic_toolkit.record.people.consent_record import ConsentSubject, CouplePolicy
from clinic_toolkit.record.people.therapy_session_record import (
    HELD_ATTENDANCE,
    Attendance,
    TherapySessionKind,
    TherapySessionSetting,
)
from clinic_toolkit.record.questionnaires.administration_record import AdministrationState
from clinic_toolkit.record.safety.risk_entry_record import RiskAction, SheetPlace
from clinic_toolkit.record.writing.handout_record import Barrier, ReviewOutcome

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "today"]
TodaySlot = Literal["earlier", "next", "later", "last"]


class ContentModel(BaseModel):
    """What every part of the content has in common: no unknown field, no converted value."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Practice(ContentModel):
    """The practice, with its clinician's passphrase and return code, which are not secret."""

    country: str
    practice_name: str
    clinician_name: str
    crisis_text: str
    limits_text: str
    passphrase: str
    return_code: str


class Risk(ContentModel):
    """The risk entry that closes a questionnaire's prompts; `fear` says where worksheets may be used."""

    how: Literal[RiskAction.ASKED, RiskAction.IN_HAND, RiskAction.NOT_TODAY] = RiskAction.ASKED
    because: str = ""
    asked: str = ""
    protects: str = ""
    did: str = ""
    consulted: str = ""
    fear: SheetPlace = Field(default=SheetPlace.NOT_ASKED, strict=False)


class Questionnaire(ContentModel):
    """One administration of a questionnaire.

    `answers` holds one mark an item: a value, "d" declined, "n" did not come up, "." not reached; a star
    after it stands for "let's talk about this". `said` holds the remarks by item number. From item `alone` on
    the client answers on the device; 0 means never. An empty `version` is the newest. `again_because` is the
    purpose of repeating it, `again_times` in all. `paper`: answered on paper, and entered in the session. A
    check-in may have a `watched` question ("questionnaire:question") and an open line.
    """

    instrument: str
    version: str = ""
    about: str = ""
    answers: str
    said: dict[str, str] = Field(default_factory=dict)
    alone: int = Field(default=0, ge=0, le=12)
    paper: bool = False
    state: Literal[AdministrationState.COMPLETED, AdministrationState.STOPPED] = AdministrationState.COMPLETED
    watched: str = ""
    open_line: str = ""
    wrong: str = ""
    own_words: str = ""
    next_step: str = ""
    again_because: str = ""
    again_times: int = 0
    risk: Risk | None = None


class GivenWorksheet(ContentModel):
    """A worksheet given in a session; `fear`: fear of this person was asked about in private just before."""

    sheet: str
    about: str = ""
    fear: SheetPlace = Field(default=SheetPlace.NOT_ASKED, strict=False)
    sentence: str = ""
    agreed: str = ""
    sure: int | None = None


class ReviewedWorksheet(ContentModel):
    """How it went with a worksheet that was given in an earlier session."""

    sheet: str
    outcome: ReviewOutcome = Field(strict=False)
    barriers: list[Annotated[Barrier, Field(strict=False)]] = Field(default_factory=list)
    said: str = ""
    smaller: str = ""


class PlanGoal(ContentModel):
    """A goal of a treatment plan, with the questionnaires and worksheets that serve it."""

    words: str
    means: str = ""
    questionnaires: list[str] = Field(default_factory=list)
    worksheets: list[str] = Field(default_factory=list)


class Plan(ContentModel):
    """The treatment plan of a case, written after a session; `review_in_weeks` counts from that session."""

    problems: str
    goals: list[PlanGoal]
    review_in_weeks: int


class Note(ContentModel):
    """The note of a session; `goals` are the numbers of those of the plan that it worked on, from 1."""

    state: Literal["signed", "draft"] = "signed"
    data: str
    assessment: str = ""
    plan: str = ""
    goals: list[int] = Field(default_factory=list)


class Session(ContentModel):
    """One therapy session.

    `weeks` counts back from today (1: the last such weekday before today) or, if negative, ahead; `today` is
    a slot of today instead. Without `attendance` a past session took place; without `present` every client of
    its case was there.
    """

    weeks: int | None = None
    today: TodaySlot | None = None
    weekday: Weekday | None = None
    at: time | None = None
    minutes: int | None = None
    kind: TherapySessionKind = Field(default=TherapySessionKind.SESSION, strict=False)
    setting: TherapySessionSetting | None = Field(default=None, strict=False)
    place: str | None = None
    call_back: str | None = None
    others_present: str = ""
    attendance: Attendance | None = Field(default=None, strict=False)
    minutes_late: int = 0
    present: list[str] | None = None
    agreed: str = ""
    note: Note | None = None
    treatment_plan: Plan | None = None
    questionnaires: list[Questionnaire] = Field(default_factory=list)
    sheets: list[GivenWorksheet] = Field(default_factory=list)
    reviewed: list[ReviewedWorksheet] = Field(default_factory=list)

    @property
    def is_past(self) -> bool:
        """Whether the session is over."""
        return self.today == "earlier" if self.weeks is None else self.weeks > 0

    @property
    def took_place(self) -> bool:
        """Whether anyone was met or spoken to."""
        return self.is_past and self.attendance in (None, *HELD_ATTENDANCE)

    @model_validator(mode="after")
    def _check_session(self) -> Self:
        if (self.weeks is None) == (self.today is None) or self.weeks == 0:
            raise ValueError("needs either weeks, which is never 0, or today")
        if self.attendance == Attendance.PLANNED:
            raise ValueError("needs no attendance while it is only planned")
        if not self.took_place and (self.note or self.questionnaires or self.sheets):
            raise ValueError("holds something although it did not take place")
        return self


class UsualSchedule(ContentModel):
    """Time and place of sessions that do not set their own."""

    weekday: Weekday
    at: time
    minutes: int = 50
    setting: TherapySessionSetting = Field(default=TherapySessionSetting.ROOM, strict=False)
    place: str = ""
    call_back: str = ""


class Relationship(ContentModel):
    """A relationship in the client's word; questionnaires name it by `key`."""

    key: str
    word: str
    frame: str


class Carer(ContentModel):
    """The GP or somebody else who cares for a client."""

    who: str
    role: str = ""
    phone: str = ""
    may_contact: MayContact = Field(default=MayContact.ASK, strict=False)


class Client(ContentModel):
    """A client, their relationships, and their own sessions, oldest first.

    `agrees_to` and `declines` are the questions of consent that were answered at the beginning.
    """

    name: str
    preferred_name: str = ""
    pronouns: str = ""
    language: str = ""
    referrer: str = ""
    carers: list[Carer] = Field(default_factory=list)
    birth_date: date | None = None
    phone: str = ""
    email: str = ""
    address: str = ""
    reach_note: str = ""
    leave_message: LeaveMessage = Field(default=LeaveMessage.ASK, strict=False)
    emergency_name: str = ""
    emergency_phone: str = ""
    emergency_relation: str = ""
    archived_after_days: int | None = None
    agrees_to: list[Annotated[ConsentSubject, Field(strict=False)]] = Field(default_factory=list)
    declines: list[Annotated[ConsentSubject, Field(strict=False)]] = Field(default_factory=list)
    usual: UsualSchedule
    relationships: list[Relationship] = Field(default_factory=list)
    sessions: list[Session] = Field(default_factory=list)


class Couple(ContentModel):
    """A couple: the file names of its two clients, their joint sessions, oldest first, and their policy."""

    partners: tuple[str, str] = Field(strict=False)
    policy: CouplePolicy = Field(default=CouplePolicy.NOT_CHOSEN, strict=False)
    usual: UsualSchedule
    sessions: list[Session]


class Content(ContentModel):
    """The whole content; clients and couples by file name."""

    practice: Practice
    clients: dict[str, Client]
    couples: dict[str, Couple]
