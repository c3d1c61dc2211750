"""The form for what is written down while a result is looked at together."""

from hashlib import sha256
from typing import Any

from wtforms import SelectMultipleField

from clinic_toolkit.record.questionnaires.administration_record import Administration
from clinic_toolkit.record.questionnaires.corrections import Correction
from clinic_toolkit.record.values.page_values import JointReview
from clinic_toolkit.web.forms import fields


class ReflectionForm(fields.VersionedForm):
    """Where the result is wrong, what the client says about it, one next step.

    `correctable_lines` pairs the name of a field with the line that may be corrected in it;
    `other_corrections` are corrections of lines that are not shown any more because an answer was changed.
    """

    wrong = fields.text_field("Where is this wrong?")
    own_words = fields.text_field("In your own words")
    taken = SelectMultipleField("What you said along the way", coerce=int)
    next_step = fields.line_field("One next step", limit=200)

    correctable_lines: tuple[tuple[str, str], ...] = ()
    other_corrections: tuple[Correction, ...] = ()

    @classmethod
    def for_result(cls, together: JointReview, body: Administration, typed: Any) -> "ReflectionForm":
        """Make the form with a field to correct each shown line, filled in with what is stored."""
        lines = {_field_name(line.text): line for line in together.statements}
        form_class = type(
            cls.__name__, (cls,), {name: fields.line_field(line.text) for name, line in lines.items()}
        )
        form: ReflectionForm = form_class(
            typed,
            obj=body,
            data={"taken": body.remarks_on_client_page}
            | {name: line.correction for name, line in lines.items()},
        )
        form.correctable_lines = tuple((name, line.text) for name, line in lines.items())
        form.other_corrections = tuple(
            correction for correction in body.corrections if _field_name(correction.original) not in lines
        )
        form.taken.choices = [(line.index, line.text) for line in together.remarks]
        return form

    @property
    def chosen_places(self) -> tuple[int, ...]:
        """The places whose text goes on the client page."""
        return tuple(sorted(self.taken.data or ()))

    @property
    def corrections(self) -> tuple[Correction, ...]:
        """The lines that the client corrected."""
        typed = ((line, self[name].data) for name, line in self.correctable_lines)
        return (
            *self.other_corrections,
            *(
                Correction(original=line, replacement=replacement)
                for line, replacement in typed
                if replacement
            ),
        )

    def has_changes(self, body: Administration) -> bool:
        """Whether anything typed is not stored yet."""
        typed = (
            self.wrong.data,
            self.own_words.data,
            self.next_step.data,
            self.chosen_places,
            set(self.corrections),
        )
        return typed != (
            body.wrong,
            body.own_words,
            body.next_step,
            body.remarks_on_client_page,
            set(body.corrections),
        )


def _field_name(line: str) -> str:
    # Named by the line's text, not its position, so that a correction stays with the line it was typed for.
    return f"right_{sha256(line.encode()).hexdigest()[:12]}"
