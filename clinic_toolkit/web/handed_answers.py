"""What the process of a handed-over form keeps and reads: each answer in a turn of its own."""

from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import Engine

from clinic_toolkit.record import handover
from clinic_toolkit.record.answers import Joined, Response
from clinic_toolkit.record.handover import Form, Ticket
from clinic_toolkit.store.engine import reading, writing

OPEN = Response(status="not_reached", value=None, talk=False, said="")


class HandedAnswers:
    """The answers of one hand-over. The store is opened after the app was built."""

    def __init__(self, ticket: Ticket) -> None:
        self.engine: Engine | None = None
        self._ticket = ticket

    def form(self) -> Form:
        """What was answered since the device was handed over."""
        if self.engine is None:
            raise RuntimeError("a request came before the store was opened")
        with reading(self.engine) as db:
            return handover.form_of(db, self._ticket)

    def of(self, number: int) -> Response:
        """The answer to one question; the open line counts as one more."""
        return self.form().answers.get(number, OPEN)

    def keep(self, number: int, against: Callable[[Response], Joined]) -> tuple[Response, Joined]:
        """Keep what was changed on a page.

        Args:
            against: puts what was sent beside what is kept.

        Returns:
            What stood there before, and what came of both; nothing is kept if they clash.

        Raises:
            handover.TakenBack: the form was finished, or brought into the record.
            handover.TooOften: there is no room for more changes.
        """
        before = self.of(number)
        found = against(before)
        if self.engine is None or found.clash or found.response == before:
            return before, found
        with writing(self.engine) as db:
            # Once more in the turn to write: another window may have been quicker.
            before = handover.form_of(db, self._ticket).answers.get(number, OPEN)
            found = against(before)
            if not found.clash and found.response != before:
                handover.keep(db, self._ticket, number, found.response, now=datetime.now(UTC))
        return before, found

    def note(self, act: str) -> None:
        """Keep that the client finished, or gave the device back."""
        if self.engine is not None:
            with writing(self.engine) as db:
                handover.note_act(db, self._ticket, act, now=datetime.now(UTC))
