"""Forms about a sheet that was given: what was agreed, a smaller step, how it went, whether it was wanted."""

from typing import Any

from wtforms import Form, SelectMultipleField, StringField

from clinic_toolkit.record.writing.handout_record import (
    Barrier,
    Handout,
    PaperChoice,
    ReviewOutcome,
    WantedAnswer,
)
from clinic_toolkit.record.writing.handout_words import OUTCOME_LABELS, WANTED_LABELS
from clinic_toolkit.web.forms import fields

LINE_LIMIT = 200
# What a form sends for a question that was not asked: an empty value would read as one left out.
NOT_ASKED = "not-asked"
PAPER_CHOICES = [
    (PaperChoice.PRINTED.value, "Printed, to take along"),
    (PaperChoice.NOT_PRINTED.value, "Not printed: from the screen, in a notebook of their own, or by heart"),
    (NOT_ASKED, "Not asked"),
]
SURENESS_CHOICES = [(NOT_ASKED, "Not asked"), *((str(number), str(number)) for number in range(11))]


class AgreementForm(Form):
    """What the client will do and when, how sure they are, and whether the sheet is printed."""

    agreement = fields.line_field("What, and when, in your client’s words", limit=LINE_LIMIT)
    sureness = fields.choice_field("How sure, from 0 to 10", SURENESS_CHOICES)
    paper = fields.choice_field("On paper, or not", PAPER_CHOICES)
    version = StringField("Version", default="0")

    @classmethod
    def for_handout(cls, typed: Any, handout: Handout) -> "AgreementForm":
        """Make the form, filled in with what is agreed now."""
        values = {
            "agreement": handout.agreement,
            "sureness": NOT_ASKED if handout.sureness is None else str(handout.sureness),
            "paper": handout.paper.value or NOT_ASKED,
        }
        return cls(typed, data=values)

    @property
    def sureness_number(self) -> int | None:
        """How sure the client is, or None if it was not asked; only after the form was found valid."""
        return None if self.sureness.data == NOT_ASKED else int(self.sureness.data)

    @property
    def paper_chosen(self) -> PaperChoice:
        """Whether the sheet is printed; only after the form was found valid."""
        return PaperChoice.NOT_ASKED if self.paper.data == NOT_ASKED else PaperChoice(self.paper.data)

    def matches_record(self, handout: Handout) -> bool:
        """Whether this is agreed already."""
        return (self.agreement.data, self.sureness_number, self.paper_chosen) == (
            handout.agreement,
            handout.sureness,
            handout.paper,
        )


class SmallerForm(Form):
    """A smaller step with the same sheet."""

    smaller = fields.line_field(
        "The smaller step, in your client’s words", limit=LINE_LIMIT, needed="Write the smaller step."
    )
    version = StringField("Version", default="0")


class ReviewForm(Form):
    """How it went, what was in the way, a line of what the client said, and a smaller step."""

    outcome = fields.choice_field("How it went", OUTCOME_LABELS.items(), needed="Choose how it went.")
    barriers = SelectMultipleField("What was in the way", choices=[], validate_choice=False)
    said = fields.line_field("What your client says of it, in one line", limit=LINE_LIMIT)
    smaller = fields.line_field("A smaller step, in your client’s words", limit=LINE_LIMIT)
    version = StringField("Version", default="0")

    @property
    def outcome_chosen(self) -> ReviewOutcome:
        """How it went; only after the form was found valid."""
        return ReviewOutcome(self.outcome.data)

    @property
    def barriers_chosen(self) -> tuple[Barrier, ...]:
        """What was in the way, in the order of the page."""
        return tuple(barrier for barrier in Barrier if barrier in (self.barriers.data or ()))


class WantedForm(Form):
    """Whether a sheet that came back was wanted."""

    wanted = fields.choice_field(
        "Was it wanted?", WANTED_LABELS.items(), needed="Choose one, or go on without."
    )
    version = StringField("Version", default="0")

    @property
    def answer(self) -> WantedAnswer:
        """What the client said; only after the form was found valid."""
        return WantedAnswer(self.wanted.data)
