"""The form for joining an entry to another entry of the same person."""

from collections.abc import Sequence
from typing import Any

from wtforms import Form

from clinic_toolkit.web.forms import fields


class JoinForm(Form):
    """The entry under which this one is to be shown."""

    other = fields.choice_field("Show this entry under", (), needed="Choose the other entry.")

    @classmethod
    def for_choices(cls, others: Sequence[tuple[str, str]], typed: Any) -> "JoinForm":
        """Make the form for these entries, which are pairs of id and words."""
        form = cls(typed)
        form.other.choices = [("", "Choose"), *others]
        return form
