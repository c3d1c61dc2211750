"""Forms for the answer to one question: the clinician's, the client's, and one row of a whole form."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, ClassVar, Self

from wtforms import Form, StringField
from wtforms.validators import ValidationError

from clinic_toolkit.instruments.model import Instrument
from clinic_toolkit.psychometrics.item_response import ResponseStatus
from clinic_toolkit.record.questionnaires import answers
from clinic_toolkit.record.questionnaires.answers import MergedResponse, Response
from clinic_toolkit.web.forms import fields


class FormButton(StrEnum):
    """A button under a question: what it sends, so that its page knows where to lead."""

    NEXT = "next"
    BACK = "back"
    PAUSE = "pause"
    STOP = "stop"
    GIVE_BACK = "give_back"


# The labels of the two buttons for giving no answer.
NON_ANSWER_LABELS = {
    ResponseStatus.DID_NOT_COME_UP: "It didn’t come up",
    ResponseStatus.DECLINED: "I’d rather not answer",
}
# Sent when a selected non-answer button is pressed again; it leaves the question open.
LEFT_OPEN = "left_open"
REMARK_LIMIT = 1_000
CONFLICT_MESSAGE = (
    "The answer was changed in another window. Go on from this page as usual: then you see both."
)


def describe_answer(response: Response, instrument: Instrument) -> str:
    """An answer in words, on one line, to be compared with another."""
    labels = {option.value: option.label for option in instrument.options}
    text = (
        NON_ANSWER_LABELS.get(response.status, "Left open")
        if response.value is None
        else labels[response.value]
    )
    return f"{text}, marked to talk about" if response.wants_to_talk else text


class ItemForm(Form):
    """One answer, the "talk about it" mark, and the client's remark."""

    answer = StringField("Answer")
    talk = fields.checkbox_field("Let’s talk about this")
    said = fields.text_field("What the client said", limit=REMARK_LIMIT)
    way = StringField("A way not to answer", default="")
    go = StringField("Where to go", default=FormButton.NEXT)
    version = StringField("What the page saw of the answer", default="")

    buttons: ClassVar[Sequence[FormButton]] = (
        FormButton.NEXT,
        FormButton.BACK,
        FormButton.PAUSE,
        FormButton.STOP,
    )
    options: frozenset[str] = frozenset()
    shown_digest = answers.UNANSWERED_DIGEST

    @classmethod
    def for_instrument(cls, instrument: Instrument, typed: Any, *, number: int = 0) -> Self:
        """Make the form for one item; `number` makes the field names unique where a page has many items."""
        form = cls(typed, prefix=f"{number}-" if number else "")
        form.options = frozenset(str(option.value) for option in instrument.options)
        form.shown_digest = form.version.data or answers.UNANSWERED_DIGEST
        return form

    @property
    def button(self) -> FormButton:
        """The button that was pressed."""
        return FormButton(self.go.data or FormButton.NEXT)

    @property
    def reopens_question(self) -> bool:
        """Whether a non-answer was taken back, so that the same question is shown again."""
        return self.way.data == LEFT_OPEN

    @property
    def has_choice(self) -> bool:
        """Whether an answer or a non-answer was chosen, or a non-answer was taken back."""
        return self.reopens_question or self.way.data in NON_ANSWER_LABELS or self.answer.data in self.options

    def merge_with(self, stored: Response) -> MergedResponse:
        """Merge the posted answer into the stored one: only what was changed on the page counts."""
        return answers.merge_response(self.shown_digest, self.to_response(stored), stored)

    def digest_after_save(self, stored: Response) -> str:
        """The digest of what the page shows after this save, for its next save."""
        answer, talk, remark = answers.response_digest(self.to_response(stored)).split(".")
        return ".".join([answer if self.has_choice else self.shown_digest.partition(".")[0], talk, remark])

    def to_response(self, before: Response) -> Response:
        """The posted fields as a response; without an answer or non-answer, that of `before` is kept."""
        if self.way.data in NON_ANSWER_LABELS:
            status, value = ResponseStatus(str(self.way.data)), None
        elif self.reopens_question:
            status, value = ResponseStatus.NOT_REACHED, None
        elif self.answer.data in self.options:
            status, value = ResponseStatus.ANSWERED, int(str(self.answer.data))
        else:
            status, value = before.status, before.value
        return Response(status=status, value=value, wants_to_talk=self.talk.data, remark=self.said.data)

    def validate_answer(self, field: StringField) -> None:
        """Allow only an answer of this questionnaire, or none."""
        if field.data and field.data not in self.options:
            raise ValidationError("Choose one of the answers shown here.")

    def validate_way(self, field: StringField) -> None:
        """Allow only one of the two non-answers, `LEFT_OPEN`, or none."""
        if field.data and field.data not in {*NON_ANSWER_LABELS, LEFT_OPEN}:
            raise ValidationError("Use one of the buttons on this page.")

    def validate_go(self, field: StringField) -> None:
        """Allow only a button of the page."""
        if (field.data or FormButton.NEXT) not in self.buttons:
            raise ValidationError("Use one of the buttons on this page.")


class ClientItemForm(ItemForm):
    """The form on a device in the client's hands."""

    buttons = (FormButton.NEXT, FormButton.BACK, FormButton.PAUSE, FormButton.GIVE_BACK)


class ItemRowForm(ItemForm):
    """One row of a page with many questions, where the two non-answers are checkboxes."""

    def to_response(self, before: Response) -> Response:
        """The posted row as a response; a row without a choice stays as it was.

        Without script, an answer and a ticked non-answer may both be sent; then the one that the page did not
        show before counts. If a tick that the page showed was removed, the question is left open.
        """
        if self.answer.data in NON_ANSWER_LABELS:
            self.way.data = self.answer.data
            return super().to_response(before)
        shown_way = self.shown_digest.partition(".")[0]
        ticked = [way for way in self.way.raw_data or () if way in NON_ANSWER_LABELS]
        newly_ticked = [way for way in ticked if way != shown_way]
        if newly_ticked or (ticked and self.answer.data not in self.options):
            self.way.data = (newly_ticked or ticked)[0]
        else:
            self.way.data = (
                LEFT_OPEN if shown_way in NON_ANSWER_LABELS and self.answer.data not in self.options else ""
            )
        return super().to_response(before)

    @property
    def has_choice(self) -> bool:
        """Whether anything was chosen in the row."""
        return self.answer.data in NON_ANSWER_LABELS or super().has_choice

    def validate_answer(self, field: StringField) -> None:
        """Allow only an answer of this questionnaire, a non-answer, or none."""
        if field.data not in NON_ANSWER_LABELS:
            super().validate_answer(field)
