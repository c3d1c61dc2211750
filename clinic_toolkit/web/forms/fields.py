"""Fields and validators shared by all forms: cleaned text, times, choices, length limits."""

import unicodedata
from collections.abc import Iterable
from typing import Any

from wtforms import BooleanField, Field, Form, SelectField, StringField, TimeField
from wtforms.form import BaseForm
from wtforms.validators import InputRequired, Optional, ValidationError

from clinic_toolkit import combining_marks

# Removed: direction overrides, which make "abc" read "cba" on screen and in print. Marks and isolates stay.
_DIRECTION_OVERRIDES: dict[int, str | None] = {0x202D: None, 0x202E: None}
# Line separators in pasted text; removing them like other control characters would join two words.
_LINE_BREAKS: dict[int, str | None] = dict.fromkeys([0x0B, 0x0C, 0x85, 0x2028, 0x2029], "\n")
# Bullets that word processors paste in the places of their symbol fonts, which no other font draws; and the
# mark at the beginning of a file.
_WORD_PROCESSOR: dict[int, str | None] = dict.fromkeys([0xF0A7, 0xF0B7, 0xF0D8, 0xF0FC], "•") | {0xFEFF: None}
_PASTED = _DIRECTION_OVERRIDES | _LINE_BREAKS | _WORD_PROCESSOR
MAX_LINE, MAX_PARAGRAPH, MAX_PAGE = 120, 2_000, 20_000


def clean_text(text: str | None) -> str:
    """Normalize typed text: NFC, one kind of line end, no control characters, no lone surrogates."""
    if not text:
        return ""
    text = text.encode("utf-8", "replace").decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    text = unicodedata.normalize("NFC", combining_marks.to_stream_safe(text.translate(_PASTED)))
    return "".join(ch for ch in text if ch in "\n\t" or unicodedata.category(ch) != "Cc").strip()


def clean_line(text: str | None) -> str:
    """`clean_text` on one line, with runs of white space made one space."""
    return " ".join(clean_text(text).split())


def _has_visible_text(text: str | None) -> bool:
    return any(unicodedata.category(ch) not in ("Cf", "Zs", "Zl", "Zp", "Cc") for ch in text or "")


def parse_whole_number(text: str | None) -> int:
    """Parse a posted version or count; 0, which is never a version, for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0


def too_long_message(over: int, limit: int) -> str:
    """The error message for a text that is `over` characters too long."""
    return f"This is {over} character{'' if over == 1 else 's'} too long; it can hold {limit}."


class MaxLength:
    """Validator that refuses text that is too long, and says by how much."""

    def __init__(self, limit: int) -> None:
        self.limit = limit

    def __call__(self, form: Form, field: Field) -> None:
        """Check one field."""
        excess = len(field.data or "") - self.limit
        if excess > 0:
            raise ValidationError(too_long_message(excess, self.limit))


class Required:
    """Validator that refuses an empty field with a message that says what is needed."""

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence
        self.field_flags = {"required": True}

    def __call__(self, form: Form, field: Field) -> None:
        """Check one field. Invisible text counts as empty, because nobody could click such a name."""
        if not _has_visible_text(field.data):
            raise ValidationError(self.sentence)


def first_error(*forms: Form) -> str:
    """The first error message, for the response to an autosave; "" if there is none."""
    return next(
        (str(message) for form in forms for messages in form.errors.values() for message in messages), ""
    )


def version_for_page(form: Form, version: int, *, draft: bool = False) -> str:
    """The version for the hidden field: after an error or in a draft, the one the form was opened with."""
    return str((form.data.get("version") if form.errors or draft else None) or version)


class VersionedForm(Form):
    """A form that posts the version of what its page showed, so that a change made since is noticed."""

    version = StringField("Version", default="0")

    @property
    def expected_version(self) -> int:
        """The version that the page showed; 0 if there was none."""
        return parse_whole_number(self.version.data)


def line_field(label: str, *, limit: int = MAX_LINE, needed: str = "") -> Any:
    """A field for one line of text; `needed` is the error message if it is empty, "" if it may be empty."""
    validators: list[Any] = [MaxLength(limit)]
    return StringField(label, [Required(needed), *validators] if needed else validators, filters=[clean_line])


def text_field(label: str, *, limit: int = MAX_PARAGRAPH, needed: str = "") -> Any:
    """A field for several lines of text; `needed` as in `line_field`."""
    validators: list[Any] = [MaxLength(limit)]
    return StringField(label, [Required(needed), *validators] if needed else validators, filters=[clean_text])


def time_field(label: str, *, needed: str = "") -> Any:
    """A field for a time of day, as browsers send it."""
    return _TimeOfDayField(
        label, [InputRequired(needed) if needed else Optional()], format=["%H:%M", "%H:%M:%S"]
    )


def choice_field(
    label: str,
    choices: Iterable[tuple[str, str]],
    *,
    needed: str = "Choose one of these.",
    is_always_sent: bool = True,
) -> Any:
    """A field for one of a few choices; `choices` are pairs of value and label.

    Args:
        is_always_sent: False for a field that a page may leave out; then it stays as it begins.
    """
    checks = [InputRequired(needed)] if is_always_sent else []
    return _ChoiceField(label, checks, choices=list(choices), sentence=needed)


def checkbox_field(label: str) -> Any:
    """A checkbox."""
    return BooleanField(label)


class _ChoiceField(SelectField):
    choices: Any  # pairs of value and label

    def __init__(self, label: str, checks: list[Any], *, choices: Any, sentence: str, **bound: Any) -> None:
        super().__init__(label, checks, validate_choice=False, **bound)
        self.choices = choices
        self.sentence = sentence

    def pre_validate(self, form: BaseForm) -> None:
        if self.data not in {value for value, _ in self.choices}:
            raise ValidationError(self.sentence)


class _TimeOfDayField(TimeField):
    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata([clean_line(value) for value in valuelist])
        except ValueError as error:
            raise ValueError("Write the time with hours and minutes, for example 09:30.") from error
