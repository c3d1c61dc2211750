"""What is stored about a risk entry."""

from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

from clinic_toolkit.dates import format_date
from clinic_toolkit.instruments.closed_sets import SafetyFlag
from clinic_toolkit.journal.record_kind import RecordKind, RecordNouns, register_kind
from clinic_toolkit.psychometrics.item_response import ResponseStatus
from clinic_toolkit.record.people.client_scoped import ClientScoped
from clinic_toolkit.store.base import sealed_table

risk_entry_table = sealed_table("risk_entry")


class RiskAction(StrEnum):
    """What was done about a prompt; an entry without a prompt may have none."""

    NONE = ""
    ASKED = "asked"
    IN_HAND = "in_hand"
    NOT_TODAY = "not_today"


ACTION_LABELS = {
    RiskAction.ASKED: "Asked today",
    RiskAction.IN_HAND: "Already in hand",
    RiskAction.NOT_TODAY: "Not today, because",
}


class SheetPlace(StrEnum):
    """Where sheets about a person may be worked with, as decided when fear of them was asked about."""

    NOT_ASKED = ""
    HOME = "home"
    ROOM = "room"


SHEET_PLACE_LABELS = {
    SheetPlace.HOME: "sheets may go home",
    SheetPlace.ROOM: "sheets stay in the room",
}


class RaisingAnswer(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """The exact answer that raised a prompt; another answer to the same question raises a prompt of its own.

    `administration_id_bytes` is the questionnaire it was given in. Older entries have None there; their
    answers belong to the questionnaire of the entry.
    """

    item_id: str
    flag: SafetyFlag
    status: ResponseStatus
    value: int | None
    wants_to_talk: bool
    administration_id_bytes: bytes | None = None


class RiskEntryState(StrEnum):
    """The state of a risk entry."""

    WRITTEN = "written"


class RiskEntryEvent(StrEnum):
    """What the audit log says was done to a risk entry."""

    WRITTEN = "risk.written"


class RiskEntry(ClientScoped, array_like=True, frozen=True, kw_only=True):
    """What was done, on which day.

    `sheet_place` is where sheets about this person may be worked with, if fear of them was asked about in
    private on that day. The client's reply is recorded only in the lines that the clinician chose to write.
    `named_answers` are the answers whose prompts were open before the clinician; they are closed unless the
    entry says "not today", which defers them. `relationship_word` is the client's word for the relationship
    at that time.
    """

    entry_date: date
    relationship: bytes | None = None
    administration: bytes | None = None
    named_answers: tuple[RaisingAnswer, ...] = msgspec.field(default=(), name="closed_answers")
    action: RiskAction = RiskAction.NONE
    deferral_reason: str = ""
    asked_text: str = ""
    protective_factors: str = ""
    action_taken: str = ""
    consultation: str = ""
    next_check_date: date | None = None
    sheet_place: SheetPlace = SheetPlace.NOT_ASKED
    follows_id_bytes: bytes | None = None
    relationship_word: str = ""
    answered_text: str | None = None

    @property
    def relationship_id(self) -> UUID | None:
        """Whom it is about; None is nobody in particular."""
        return UUID(bytes=self.relationship) if self.relationship else None

    @property
    def administration_id(self) -> UUID | None:
        """The questionnaire from which it was written, if any; it may close prompts of others as well."""
        return UUID(bytes=self.administration) if self.administration else None

    @property
    def answers(self) -> tuple[RaisingAnswer, ...]:
        """The answers that the entry names, each with its questionnaire."""
        return tuple(
            msgspec.structs.replace(
                answer, administration_id_bytes=answer.administration_id_bytes or self.administration
            )
            for answer in self.named_answers
        )

    @property
    def follows_id(self) -> UUID | None:
        """The earlier entry that this one follows, if any."""
        return UUID(bytes=self.follows_id_bytes) if self.follows_id_bytes else None

    @property
    def is_deferral(self) -> bool:
        """Whether it was not asked today: the entry closes nothing, and says why and until when."""
        return self.action == RiskAction.NOT_TODAY

    @property
    def says_fear_was_asked(self) -> bool:
        """Whether fear of this person was asked about in private; only then does `sheet_place` count."""
        return self.sheet_place != SheetPlace.NOT_ASKED and not self.is_deferral

    @property
    def labelled_lines(self) -> tuple[tuple[str, str], ...]:
        """The lines that were written, as pairs of label and text; empty ones are left out."""
        lines = (
            ("Asked, and answered" if self.answered_text is None else "Asked", self.asked_text),
            ("Answered", self.answered_text or ""),
            ("What protects", self.protective_factors),
            ("What I did", self.action_taken),
            ("Whom I consulted", self.consultation),
            ("Next check", format_date(self.next_check_date) if self.next_check_date else ""),
        )
        return tuple((label, text) for label, text in lines if text)

    @property
    def action_label(self) -> str:
        """The action in one line; empty if there is none."""
        if self.is_deferral:
            return f"Not today, because: {self.deferral_reason}"
        return ACTION_LABELS.get(self.action, "")

    @property
    def first_line(self) -> str:
        """What stands for the entry in a list: the action, else the first line that was written."""
        lines = self.labelled_lines
        return self.action_label or (lines[0][1] if lines else "Fear asked about in private")

    @property
    def deferral_sentence(self) -> str:
        """Why it was not asked yet and when the next check is; empty unless the entry says "not today"."""
        if not self.is_deferral:
            return ""
        reason = (
            self.deferral_reason
            if self.deferral_reason.endswith((".", "?", "!"))
            else f"{self.deferral_reason}."
        )
        return f"Not asked yet, because: {reason}{self._next_check_sentence()}"

    @property
    def deferral_note(self) -> str:
        """The same without the reason, whose words may name people: for a list that others may see."""
        if not self.is_deferral:
            return ""
        return f"Not asked yet.{self._next_check_sentence()}"

    def _next_check_sentence(self) -> str:
        return f" Next check on {format_date(self.next_check_date)}." if self.next_check_date else ""


def _add_answer(content: list[Any]) -> list[Any]:
    return [*content, None]


RISK_ENTRY = register_kind(
    RecordKind(
        table=risk_entry_table,
        payload_type=RiskEntry,
        states=RiskEntryState,
        events=RiskEntryEvent,
        nouns=RecordNouns(in_sentence="a risk entry", one="a risk entry", many="risk entries"),
        may_be_set_aside=True,
        schema_version=2,
        upcasts={1: _add_answer},
    )
)
