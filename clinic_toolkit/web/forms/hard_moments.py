"""The form for a plan for hard moments: a field for each heading, and words for a small card."""

from typing import Any
from uuid import UUID

from wtforms import Form, StringField

from clinic_toolkit.record.safety.hard_moments_plans import HardMomentsPlanIsEmpty
from clinic_toolkit.record.safety.hard_moments_record import HEADINGS, TEXT_NAMES, HardMomentsPlan
from clinic_toolkit.web.forms import fields

MAX_SECTION, MAX_CARD = 1200, 300
HINTS = {
    "surroundings": "What is out of reach, or kept by somebody else; and what is close at hand.",
    "signs": "Thoughts, feelings, or things I do or leave.",
    "alone": "What has helped before, even a little.",
    "around": "Nothing needs to be said there about how it is.",
    "telling": "A name, and how to reach them.",
    "calling": "Names, numbers, and when they are there.",
    "reminder": "A line to myself.",
}


class HardMomentsForm(Form):
    """One plan; any field may be empty, but not all of them."""

    surroundings = fields.text_field(HEADINGS["surroundings"], limit=MAX_SECTION)
    signs = fields.text_field(HEADINGS["signs"], limit=MAX_SECTION)
    alone = fields.text_field(HEADINGS["alone"], limit=MAX_SECTION)
    around = fields.text_field(HEADINGS["around"], limit=MAX_SECTION)
    telling = fields.text_field(HEADINGS["telling"], limit=MAX_SECTION)
    calling = fields.text_field(HEADINGS["calling"], limit=MAX_SECTION)
    reminder = fields.text_field(HEADINGS["reminder"], limit=MAX_SECTION)
    card = fields.text_field("For a small card", limit=MAX_CARD)
    version = StringField("Version", default="0")

    def build_plan(self, client_id: UUID) -> HardMomentsPlan:
        """The plan as typed."""
        typed = {name: self[name].data for name in TEXT_NAMES}
        return HardMomentsPlan(client=client_id.bytes, therapy_session=None, **typed)

    def matches_record(self, plan: HardMomentsPlan) -> bool:
        """Whether the plan says exactly what is typed."""
        return all((self[name].data or "") == getattr(plan, name) for name in TEXT_NAMES)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the lengths, and that something is written."""
        if not super().validate(extra_validators):
            return False
        if not any(self[name].data for name in TEXT_NAMES):
            self.surroundings.errors = [HardMomentsPlanIsEmpty().sentence]
            return False
        return True
