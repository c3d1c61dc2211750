"""The form for a risk entry: three choices first, then optional lines of text."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from wtforms import Form, StringField
from wtforms.validators import ValidationError

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people.relationship_record import Relationship
from clinic_toolkit.record.people.relationships import numbered_words
from clinic_toolkit.record.safety.open_prompt_groups import PromptGroup
from clinic_toolkit.record.safety.risk_entries import (
    CheckTooLate,
    DeferralReasonMissing,
    EmptyRiskEntry,
    SheetPlaceWithoutAsking,
    latest_check_date,
)
from clinic_toolkit.record.safety.risk_entry_record import (
    ACTION_LABELS,
    SHEET_PLACE_LABELS,
    RaisingAnswer,
    RiskAction,
    RiskEntry,
    SheetPlace,
)
from clinic_toolkit.web.forms import fields
from clinic_toolkit.web.forms.date_fields import date_field

NOBODY_IN_PARTICULAR = "nobody"
NOT_ASKED = "no"
FEAR_CHOICES = [
    (NOT_ASKED, "Not noted now: sheets stay as they are"),
    (SheetPlace.HOME, "Asked; sheets may go home"),
    (SheetPlace.ROOM, "Asked; sheets stay in the room"),
]
TEXT_FIELDS = ("asked", "answered", "protects", "did", "consulted")
REASON_ALONE = (
    "You wrote why not today, but “Not today” is not chosen. Choose it, or move these words to another line."
)


class FearForm(Form):
    """Whether fear was asked about in private today, and where worksheets may be used."""

    fear = fields.choice_field("Fear of this person, asked in private today", FEAR_CHOICES)

    @property
    def sheet_place(self) -> SheetPlace:
        """Where worksheets may be used, if fear was asked about."""
        is_place = self.fear.data in SHEET_PLACE_LABELS
        return SheetPlace(self.fear.data) if is_place else SheetPlace.NOT_ASKED


class RiskForm(FearForm):
    """One entry. With a prompt to close it needs one of the three choices; without, any field at all."""

    about = fields.choice_field("About whom", ())
    how = fields.choice_field("What was done", ACTION_LABELS.items(), needed="Choose one of the three.")
    because = fields.line_field("Why not today", limit=300)
    asked = fields.text_field("What was asked")
    answered = fields.text_field("What was answered")
    protects = fields.text_field("What protects")
    did = fields.text_field("What I did")
    consulted = fields.text_field("Whom I consulted")
    next_check = date_field("Next check on", years_back=None, years_ahead=2)
    seen = StringField("Seen")

    def __init__(
        self,
        typed: Any,
        *,
        prompts: Sequence[PromptGroup],
        people: Sequence[RecordVersion[Relationship]],
        today: date,
        **values: Any,
    ) -> None:
        super().__init__(typed, data={"fear": NOT_ASKED, "about": NOBODY_IN_PARTICULAR} | values)
        self.prompts, self.today = prompts, today
        # Without a prompt to close: the open prompts that the filled-in entry covers, once they were shown.
        self.covered_prompts: Sequence[PromptGroup] = ()
        self.about.choices = [(NOBODY_IN_PARTICULAR, "Nobody in particular")]
        self.about.choices += [(id.hex, word) for id, word in numbered_words(list(people)).items()]
        if not prompts:
            self.how.choices = [
                (RiskAction.NONE, "None of these; only what is written above"),
                *ACTION_LABELS.items(),
            ]
            self.how.validators = []

    @property
    def prompts_digest(self) -> str:
        """The answers whose prompts the page shows, so that a later prompt is not closed unseen."""
        return " ".join(
            f"{(answer.administration_id_bytes or b'').hex()}:{answer.item_id}"
            f":{answer.status}:{answer.value}:{answer.wants_to_talk:d}"
            for answer in self._shown_answers
        )

    @property
    def _shown_answers(self) -> tuple[RaisingAnswer, ...]:
        shown = (*self.prompts, *self.covered_prompts)
        return tuple(answer for prompt in shown for answer in prompt.raised_by)

    def build_entry(
        self,
        client_id: UUID,
        *,
        session_id: UUID | None,
        relationship_id: UUID | None,
        source_id: UUID | None,
        follows_id: UUID | None,
    ) -> RiskEntry:
        """Build the entry of today; it names every answer whose prompt the page showed.

        Args:
            source_id: the questionnaire from whose page it is written.
            follows_id: the earlier entry that it follows.
        """
        return RiskEntry(
            client=client_id.bytes,
            therapy_session=session_id.bytes if session_id else None,
            entry_date=self.today,
            relationship=relationship_id.bytes if relationship_id else None,
            administration=source_id.bytes if source_id else None,
            named_answers=self._shown_answers,
            action=RiskAction(self.how.data or ""),
            deferral_reason=self.because.data,
            asked_text=self.asked.data,
            answered_text=self.answered.data,
            protective_factors=self.protects.data,
            action_taken=self.did.data,
            consultation=self.consulted.data,
            next_check_date=self.next_check.data,
            sheet_place=self.sheet_place,
            follows_id_bytes=follows_id.bytes if follows_id else None,
        )

    @property
    def is_current(self) -> bool:
        """Whether the open prompts are exactly those that the page showed."""
        return (self.seen.data or "") == self.prompts_digest

    def matches_record(self, body: RiskEntry) -> bool:
        """Whether the entry was created from exactly these fields."""
        relationship_id = body.relationship_id
        return (
            self.about.data == (relationship_id.hex if relationship_id else NOBODY_IN_PARTICULAR)
            and (self.how.data or "", self.because.data, self.sheet_place)
            == (body.action, body.deferral_reason, body.sheet_place)
            and tuple(getattr(self, name).data for name in TEXT_FIELDS)
            == (
                body.asked_text,
                body.answered_text or "",
                body.protective_factors,
                body.action_taken,
                body.consultation,
            )
            and (self.next_check.data == body.next_check_date or self._uses_default_check_day)
        )

    @property
    def _uses_default_check_day(self) -> bool:
        """Whether `create_risk_entry` chooses the date of the next check."""
        return self.how.data == RiskAction.NOT_TODAY and not any(self.next_check.raw_data or ())

    @property
    def has_text(self) -> bool:
        """Whether any optional line is filled in, so that the lines are not folded away."""
        return any(getattr(self, name).data for name in TEXT_FIELDS) or any(self.next_check.raw_data or ())

    def validate_fear(self, _field: Any) -> None:
        """Refuse a choice about sheets with "not today": it says that fear was not asked about."""
        if self.how.data == RiskAction.NOT_TODAY and self.sheet_place:
            raise ValidationError(SheetPlaceWithoutAsking().sentence)

    def validate_because(self, field: Any) -> None:
        """Require a reason for "not today", and refuse one with another choice, where it would be lost."""
        if self.how.data == RiskAction.NOT_TODAY and not field.data:
            raise ValidationError(DeferralReasonMissing().sentence)
        if self.how.data != RiskAction.NOT_TODAY and field.data:
            raise ValidationError(REASON_ALONE)

    def validate_next_check(self, field: Any) -> None:
        """Refuse a next check that is past."""
        if field.data and field.data < self.today:
            raise ValidationError("This day is past. A next check is today or later.")
        if (
            field.data
            and self.how.data == RiskAction.NOT_TODAY
            and field.data > latest_check_date(self.today)
        ):
            raise ValidationError(CheckTooLate().sentence)

    def validate(self, extra_validators: Any = None) -> bool:
        """Validate the fields; without a prompt at least one must be filled in."""
        if not super().validate(extra_validators):
            return False
        values = [
            self.how.data,
            self.sheet_place,
            self.next_check.data,
            *(getattr(self, name).data for name in TEXT_FIELDS),
        ]
        if not self.prompts and not any(values):
            self.how.errors = [EmptyRiskEntry().sentence]
            return False
        return True
