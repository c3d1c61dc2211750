"""The order of the pages of a handed-over form: the first page, and where each button leads."""

from flask import url_for

from clinic_toolkit.instruments.model import Instrument
from clinic_toolkit.psychometrics.item_response import ResponseStatus
from clinic_toolkit.record.handovers.client_side import HandoverAnswersSoFar, HandoverTicket
from clinic_toolkit.web.forms.items import FormButton
from clinic_toolkit.web.handover.answer_store import NO_ANSWER


class PageOrder:
    """The page order: all questions, then the open line of a check-in, then the page of all answers."""

    def __init__(self, ticket: HandoverTicket, instrument: Instrument) -> None:
        self._ticket, self._count = ticket, len(instrument.items)
        # The open-ended last question of a check-in; empty in every other questionnaire.
        self.open_line_question = instrument.open_line_general if ticket.is_general else instrument.open_line

    @property
    def open_line_number(self) -> int:
        """The number of the open line: one more than the number of questions."""
        return self._count + 1

    @property
    def had_open_line(self) -> bool:
        """Whether the open line had text before the device was handed over."""
        return bool(self.open_line_question and self._ticket.answered_before[self._count])

    def first_open_question(self, so_far: HandoverAnswersSoFar) -> int | None:
        """The first question with no answer from this hand-over or before, or None."""
        for number, was_answered in enumerate(self._ticket.answered_before[: self._count], start=1):
            if (
                not was_answered
                and so_far.answers.get(number, NO_ANSWER).status == ResponseStatus.NOT_REACHED
            ):
                return number
        return None

    def first_open_page(self, so_far: HandoverAnswersSoFar) -> str:
        """The path of the first page that has no answer yet, or of the page of all answers."""
        if number := self.first_open_question(so_far):
            return url_for("item", number=number)
        has_line = so_far.answers.get(self.open_line_number, NO_ANSWER).remark or self.had_open_line
        return url_for("open_line" if self.open_line_question and not has_line else "check")

    def page_after_item(self, number: int, button: FormButton, *, changing: bool) -> str:
        """The path a question's button leads to; `changing`: the client came from the page of all answers."""
        if button == FormButton.PAUSE:
            return url_for("pause", number=number)
        if button == FormButton.GIVE_BACK:
            return url_for("give_back")
        if button == FormButton.BACK and not changing:
            return url_for("item", number=number - 1) if number > 1 else url_for("welcome")
        if number == self._count and self.open_line_question and not changing:
            return url_for("open_line")
        if changing or number == self._count:
            return url_for("check")
        return url_for("item", number=number + 1)

    def page_after_open_line(self, button: FormButton) -> str:
        """The path a button of the open line leads to."""
        if button == FormButton.PAUSE:
            return url_for("pause", number=self._count)
        if button == FormButton.BACK:
            return url_for("item", number=self._count)
        return url_for("give_back" if button == FormButton.GIVE_BACK else "check")
