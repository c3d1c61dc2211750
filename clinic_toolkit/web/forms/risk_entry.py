"""What is typed into a risk entry: three choices first, a few lines if there is time for them."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from wtforms import Form, StringField
from wtforms.validators import ValidationError

from clinic_toolkit.record.kept import Kept
from clinic_toolkit.record.relationships import Relationship, words
from clinic_toolkit.record.risk_entries import (
    AT_HOME,
    HOW,
    IN_THE_ROOM,
    NOT_TODAY,
    CheckTooLate,
    NoReason,
    NothingWritten,
    RiskEntry,
    latest_check,
)
from clinic_toolkit.record.to_ask import ToAsk
from clinic_toolkit.web.forms import fields
from clinic_toolkit.web.forms.days import day

NOBODY = "nobody"
NOT_ASKED = "no"
FEAR = [
    (NOT_ASKED, "Not noted now: sheets stay as they are"),
    (AT_HOME, "Asked; sheets may go home"),
    (IN_THE_ROOM, "Asked; sheets stay in the room"),
]
LINES = ("asked", "protects", "did", "consulted")
REASON_ALONE = (
    "You wrote why not today, but “Not today” is not chosen. Choose it, or move these words to another line."
)


class FearForm(Form):
    """Whether fear was asked about in private, today, and where sheets may be worked with."""

    fear = fields.choice("Fear of this person, asked in private today", FEAR)

    @property
    def where(self) -> str:
        """Where sheets may be worked with; empty if it was not asked."""
        return self.fear.data if self.fear.data in (AT_HOME, IN_THE_ROOM) else ""


class RiskForm(FearForm):
    """One entry. With a prompt to close, one of the three choices is needed; without, anything at all."""

    about = fields.choice("About whom", ())
    how = fields.choice("What was done", HOW.items(), needed="Choose one of the three.")
    because = fields.line("Why not today", limit=300)
    asked = fields.text("What was asked, and answered")
    protects = fields.text("What protects")
    did = fields.text("What I did")
    consulted = fields.text("Whom I consulted")
    next_check = day("Next check on", back=None, ahead=2)
    seen = StringField("Seen")

    def __init__(
        self,
        typed: Any,
        *,
        prompts: Sequence[ToAsk],
        people: Sequence[Kept[Relationship]],
        today: date,
        **values: Any,
    ) -> None:
        super().__init__(typed, data={"fear": NOT_ASKED, "about": NOBODY} | values)
        self.prompts, self.today = prompts, today
        self.about.choices = [(NOBODY, "Nobody in particular")]
        self.about.choices += [(id.hex, word) for id, word in words(list(people)).items()]
        if not prompts:
            self.how.choices = [("", "None of these; only what is written above"), *HOW.items()]
            self.how.validators = []

    @property
    def shown(self) -> str:
        """Which answers the page shows prompts for, so that one that came later is not closed unseen."""
        return " ".join(
            f"{(raised.administration or b'').hex()}:{raised.item}"
            f":{raised.status}:{raised.value}:{raised.talk:d}"
            for prompt in self.prompts
            for raised in prompt.raised
        )

    @property
    def is_of_now(self) -> bool:
        """Whether it closes exactly what the page showed."""
        return (self.seen.data or "") == self.shown

    def says(self, body: RiskEntry) -> bool:
        """Whether this is the form that this entry was written from."""
        about = body.relationship_id
        return (
            self.about.data == (about.hex if about else NOBODY)
            and (self.how.data or "", self.because.data, self.where) == (body.how, body.because, body.fear)
            and all(getattr(self, name).data == getattr(body, name) for name in LINES)
            and (self.next_check.data == body.next_check or self._leaves_the_check_open)
        )

    @property
    def _leaves_the_check_open(self) -> bool:
        """Whether the day of the next check is chosen as the entry is written (`risk_entries.write`)."""
        return self.how.data == NOT_TODAY and not any(self.next_check.raw_data or ())

    @property
    def has_lines(self) -> bool:
        """Whether anything stands in the lines, so that they are not folded away."""
        return any(getattr(self, name).data for name in LINES) or any(self.next_check.raw_data or ())

    def validate_because(self, field: Any) -> None:
        """ "Not today" needs its reason, and with another choice a reason would be lost."""
        if self.how.data == NOT_TODAY and not field.data:
            raise ValidationError(NoReason().sentence)
        if self.how.data != NOT_TODAY and field.data:
            raise ValidationError(REASON_ALONE)

    def validate_next_check(self, field: Any) -> None:
        """A check lies ahead."""
        if field.data and field.data < self.today:
            raise ValidationError("This day is past. A next check is today or later.")
        if field.data and self.how.data == NOT_TODAY and field.data > latest_check(self.today):
            raise ValidationError(CheckTooLate().sentence)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields; without a prompt the entry has to say something."""
        if not super().validate(extra_validators):
            return False
        says = [self.how.data, self.where, self.next_check.data, *(getattr(self, n).data for n in LINES)]
        if not self.prompts and not any(says):
            self.how.errors = [NothingWritten().sentence]
            return False
        return True
