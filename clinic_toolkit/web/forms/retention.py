"""Forms for how long a record is kept, and for erasing a client."""

from collections.abc import Sequence
from typing import Any, Self

from wtforms import Form, StringField
from wtforms.validators import ValidationError

from clinic_toolkit.names.folding import fold_name
from clinic_toolkit.record.retention import retentions
from clinic_toolkit.record.retention.client_erasure import ReasonMissing
from clinic_toolkit.record.retention.retention_record import REASON_LABELS
from clinic_toolkit.record.retention.retentions import YearsOutOfRange
from clinic_toolkit.web.forms import fields
from clinic_toolkit.web.forms.date_fields import date_field

MAX_REASON = 200
COUPLE_PREFIX = "couple-"
KEEP_COUPLE, ERASE_COUPLE = "keep", "erase"
RETURN_COUPLE, LEAVE_COUPLE = "return", "leave"
_RETURN_CHOICES = (RETURN_COUPLE, LEAVE_COUPLE)
COUPLE_CHOICES = [
    (KEEP_COUPLE, "Keep it for the other", "It goes on naming both in what was written."),
    (ERASE_COUPLE, "Erase it too", "Then the other loses it as well."),
]


class RetentionRuleForm(Form):
    """How many years after the last session a record is kept."""

    years = StringField("Years after the last session", filters=[fields.clean_line])

    def validate_years(self, field: StringField) -> None:
        """Require whole years within the range of a rule."""
        if not retentions.MIN_YEARS <= fields.parse_whole_number(field.data) <= retentions.MAX_YEARS:
            raise ValidationError(YearsOutOfRange().sentence)


class HoldForm(Form):
    """Why nothing of a client's record may be erased."""

    hold_reason = fields.line_field(
        "Why nothing may be erased", limit=MAX_REASON, needed="Write why nothing may be erased."
    )


class KeepLongerForm(Form):
    """Until when a record is kept beyond the rule, and why."""

    keep_until = date_field("Keep until", years_back=0, years_ahead=50, needed="Choose the day.")
    keep_reason = fields.line_field("Why", limit=MAX_REASON, needed="Write why it is kept longer.")


class EraseForm(Form):
    """Why a client is erased, the client's code, and what becomes of the joint records of a couple."""

    reason = fields.choice_field("Why", list(REASON_LABELS.items()), needed="Choose why.")
    words = fields.line_field("The reason in a few words", limit=MAX_REASON)
    typed_initials = StringField("The client’s initials or code", filters=[fields.clean_line])
    joint = StringField("Joint records")
    initials: str
    couples: Sequence[str]
    must_give_words: bool
    typed: Any

    @classmethod
    def for_client(cls, typed: Any, *, initials: str, couples: Sequence[str], must_give_words: bool) -> Self:
        """Make the form for one client.

        Args:
            initials: what has to be typed.
            couples: the ids, in hexadecimal digits, of the couples that are asked about.
            must_give_words: the record is still to be kept.
        """
        form = cls(typed)
        form.initials, form.couples, form.must_give_words = initials, couples, must_give_words
        form.typed = typed or {}
        return form

    def validate_words(self, field: StringField) -> None:
        """Require words while the record is still to be kept."""
        if self.must_give_words and not field.data:
            raise ValidationError(ReasonMissing().sentence)

    def validate_typed_initials(self, field: StringField) -> None:
        """Require what stands for the client's name, in capital or small letters, with or without dots."""
        if _letters_of(field.data or "") != _letters_of(self.initials):
            raise ValidationError("Type the initials or the code of this client, as they are shown here.")

    def validate_joint(self, field: StringField) -> None:
        """Require a choice for each couple, and a second confirmation where a joint record is erased."""
        choices = [self.choice_of(couple) for couple in self.couples]
        if any(choice not in (KEEP_COUPLE, ERASE_COUPLE) for choice in choices):
            raise ValidationError("Choose what becomes of the joint record.")
        if ERASE_COUPLE in choices and field.data != "yes":
            raise ValidationError(
                "The joint record is the other client’s too: tick that it is gone for both."
            )

    def choice_of(self, couple: str) -> str:
        """What was chosen for a couple; "" if nothing was."""
        return str(self.typed.get(COUPLE_PREFIX + couple, ""))

    def erased_couples(self) -> list[str]:
        """The couples whose joint records are erased too."""
        return [couple for couple in self.couples if self.choice_of(couple) == ERASE_COUPLE]

    def page_values(self) -> dict[str, Any]:
        """The fields as the template shows them, with the choice for each couple."""
        return self.data | {COUPLE_PREFIX + couple: self.choice_of(couple) for couple in self.couples}


class ReturnForm(Form):
    """Why an erased client is brought back, and what becomes of the joint records of a couple."""

    reason = fields.line_field("Why", limit=MAX_REASON, needed="Write why this client is brought back.")
    couples: Sequence[str]
    typed: Any

    @classmethod
    def for_couples(cls, typed: Any, couples: Sequence[str]) -> Self:
        """Make the form for one client; `couples` are those that are asked about, in hexadecimal digits."""
        form = cls(typed)
        form.couples, form.typed = couples, typed or {}
        return form

    def find_errors(self) -> dict[str, Any]:
        """What is missing, by field."""
        self.validate()
        unanswered = [couple for couple in self.couples if self._choice_of(couple) not in _RETURN_CHOICES]
        # In the order of the page.
        return {
            COUPLE_PREFIX + couple: ["Choose what becomes of the joint record."] for couple in unanswered
        } | self.errors

    def wanted_couples(self) -> list[str]:
        """The couples whose joint record comes too, or is joined again."""
        return [couple for couple in self.couples if self._choice_of(couple) == RETURN_COUPLE]

    def page_values(self) -> dict[str, Any]:
        """The fields as the template shows them, with the choice for each couple."""
        return self.data | {COUPLE_PREFIX + couple: self._choice_of(couple) for couple in self.couples}

    def _choice_of(self, couple: str) -> str:
        return str(self.typed.get(COUPLE_PREFIX + couple, ""))


def _letters_of(code: str) -> str:
    return "".join(ch for ch in fold_name(code) if ch.isalnum())
