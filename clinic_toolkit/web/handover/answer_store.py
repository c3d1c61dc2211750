"""Stores and reads the answers of a handed-over form, each save in a transaction of its own."""

from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import Engine

from clinic_toolkit.psychometrics.item_response import ResponseStatus
from clinic_toolkit.record.handovers import client_side
from clinic_toolkit.record.handovers.answer_log import HandoverAct
from clinic_toolkit.record.handovers.client_side import HandoverAnswersSoFar, HandoverTicket
from clinic_toolkit.record.questionnaires.answers import MergedResponse, Response
from clinic_toolkit.store.transactions import reading, writing

NO_ANSWER = Response(status=ResponseStatus.NOT_REACHED, value=None, wants_to_talk=False, remark="")


class HandoverAnswers:
    """The answers of one hand-over. The store is opened after the app was built."""

    def __init__(self, ticket: HandoverTicket) -> None:
        self.engine: Engine | None = None
        self._ticket = ticket

    def load_answers(self) -> HandoverAnswersSoFar:
        """The answers given since the device was handed over."""
        if self.engine is None:
            raise RuntimeError("a request came before the store was opened")
        with reading(self.engine) as db:
            return client_side.load_answers_so_far(db, self._ticket)

    def answer_to(self, number: int) -> Response:
        """The answer to one question; the open line has the number after the last question."""
        return self.load_answers().answers.get(number, NO_ANSWER)

    def save_answer(
        self, number: int, merge: Callable[[Response], MergedResponse]
    ) -> tuple[Response, MergedResponse]:
        """Save what was changed on one page.

        Args:
            merge: combines the posted answer with the stored one.

        Returns:
            The answer stored before, and the merged one; nothing is saved if they conflict.

        Raises:
            client_side.FormTakenBack: the form was finished, or merged into the record.
            client_side.TooManyChanges: there is no room for more changes.
        """
        stored = self.answer_to(number)
        merged = merge(stored)
        if self.engine is None or merged.has_conflict or merged.response == stored:
            return stored, merged
        with writing(self.engine) as db:
            # Read again inside the write transaction: another window may have saved in the meantime.
            stored = client_side.load_answers_so_far(db, self._ticket).answers.get(number, NO_ANSWER)
            merged = merge(stored)
            if not merged.has_conflict and merged.response != stored:
                client_side.record_answer(db, self._ticket, number, merged.response, now=datetime.now(UTC))
        return stored, merged

    def record_act(self, act: HandoverAct) -> None:
        """Save that the client finished, or gave the device back."""
        if self.engine is not None:
            with writing(self.engine) as db:
                client_side.record_act(db, self._ticket, act, now=datetime.now(UTC))
