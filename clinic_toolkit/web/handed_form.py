"""The pages of a form in a client's hands: one question each, a pause, the answers, the way back."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID

from flask import Flask, abort, render_template, request, url_for
from msgspec.structs import replace
from sqlalchemy import Engine

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.instruments.model import Instrument, Item
from clinic_toolkit.record import handover
from clinic_toolkit.record.answers import Response
from clinic_toolkit.record.handover import Form, Ticket
from clinic_toolkit.record.handover_rows import FINISHED, GIVEN_BACK
from clinic_toolkit.record.summaries import CLIENT_LINE
from clinic_toolkit.store.engine import reading, writing
from clinic_toolkit.web import responses
from clinic_toolkit.web.forms.item import WAYS, OwnItemForm
from clinic_toolkit.web.forms.open_line import OwnOpenLineForm
from clinic_toolkit.web.requests import by_script
from clinic_toolkit.web.responses import Answer

OPEN = Response(status="not_reached", value=None, talk=False, said="")
THANKS = "/handed-back"
IN_GENERAL = "people close to you"


class HandedForm:
    """One form, from its welcome to the moment it is given back."""

    def __init__(
        self, app: Flask, ticket: Ticket, instrument: Instrument, *, over: Callable[[], None]
    ) -> None:
        self.engine: Engine | None = None
        self._ticket, self._instrument, self._over = ticket, instrument, over
        for path, endpoint, view, methods in (
            ("/", "start", self.start, ["GET"]),
            ("/form", "welcome", self.welcome, ["GET"]),
            ("/form/<int:number>", "item", self.item, ["GET", "POST"]),
            ("/form/<int:number>/pause", "pause", self.pause, ["GET"]),
            ("/form/open-line", "open_line", self.open_line, ["GET", "POST"]),
            ("/form/check", "check", self.check, ["GET"]),
            ("/form/finish", "finish", self.finish, ["GET", "POST"]),
            ("/form/give-back", "give_back", self.give_back, ["GET", "POST"]),
            ("/form/pulse/<uuid:of>", "pulse", self.pulse, ["GET"]),
            (THANKS, "thanks", self.thanks, ["GET"]),
        ):
            app.add_url_rule(path, endpoint, view, methods=methods)

    def start(self) -> Answer:
        """Wherever a person comes from: to where the form stands."""
        form = self._form()
        return responses.see(self._next(form) if form.begun else url_for("welcome"))

    def welcome(self) -> Answer:
        """What this is, what becomes of the answers, and what the buttons do."""
        return self._page("welcome", next=self._next(self._form()), client_text=CLIENT_LINE)

    def item(self, number: int) -> Answer:
        """One question: show it, or keep what was answered and go where the button says."""
        if not 1 <= number <= len(self._instrument.items):
            abort(404)
        changing = "change" in request.args
        if request.method == "GET":
            return self._item_page(number, self._form().answers.get(number, OPEN), changing=changing)
        before = self._form().answers.get(number, OPEN)
        sent = OwnItemForm.for_instrument(self._instrument, request.form)
        fits = sent.validate()
        response = sent.response(before)
        if not fits:
            return self._item_page(number, response, changing=changing, errors=sent.errors), 422
        try:
            self._keep(number, response, before)
        except ClinicError as trouble:
            # What was typed stands on the page again, and can be sent once more.
            if by_script():
                return responses.not_saved(trouble.sentence, 503)
            errors = {"": [trouble.sentence]}
            return self._item_page(number, response, changing=changing, errors=errors), 503
        if by_script():
            return responses.saved(_now())
        return responses.see(self._onward(number, sent.go.data or "next", changing=changing))

    def open_line(self) -> Answer:
        """The open line of a check-in: ask it, or keep what was written and go where the button says."""
        if not self._asked_last:
            abort(404)
        before = self._form().answers.get(self._last, OPEN)
        if request.method == "GET":
            return self._line_page(before.said)
        sent = OwnOpenLineForm(request.form)
        if not sent.validate():
            return self._line_page(sent.open_line.data, errors=sent.errors), 422
        try:
            self._keep(self._last, replace(OPEN, said=sent.open_line.data), before)
        except ClinicError as trouble:
            if by_script():
                return responses.not_saved(trouble.sentence, 503)
            return self._line_page(sent.open_line.data, errors={"": [trouble.sentence]}), 503
        if by_script():
            return responses.saved(_now())
        return responses.see(self._after_line(sent.go.data or "next"))

    def _after_line(self, go: str) -> str:
        if go == "pause":
            return url_for("pause", number=self._last - 1)
        if go == "back":
            return url_for("item", number=self._last - 1)
        return url_for("give_back" if go == "give_back" else "check")

    def _line_page(self, written: str, *, errors: object = None) -> str:
        before = bool(self._ticket.before[self._last - 1])
        return self._page(
            "open_line", asked=self._asked_last, written=written, before=before, errors=errors or {}
        )

    def pause(self, number: int) -> Answer:
        """An empty page while something else matters more. It shows nothing of the form."""
        if not 1 <= number <= len(self._instrument.items):
            abort(404)
        return self._page("pause", number=number)

    def check(self) -> Answer:
        """All answers on one page, each with a way to change it."""
        form = self._form()
        return self._page(
            "check",
            items=self._answers(form),
            ways=WAYS,
            asked=self._asked_last,
            written=form.answers.get(self._last, OPEN).said,
            written_before=bool(self._asked_last and self._ticket.before[self._last - 1]),
        )

    def finish(self) -> Answer:
        """Ask once more, then finish: the form goes back, and no more can be changed."""
        if request.method == "GET":
            form = self._form()
            left_open = any(
                form.answers.get(number, OPEN).status == "not_reached" and not before
                for number, before in enumerate(self._ticket.before[: self._last - 1], start=1)
            )
            return self._page("finish", left_open=left_open)
        self._note(FINISHED)
        self._over()
        return responses.see(THANKS)

    def give_back(self) -> Answer:
        """Ask once more, then give the device back as the form stands."""
        if request.method == "GET":
            return self._page("give_back", next=self._next(self._form()))
        # The answers are on the disk already. Whoever wants to stop must be able to, even if this is not.
        with suppress(ClinicError):
            self._note(GIVEN_BACK)
        self._over()
        return responses.see(THANKS)

    def thanks(self) -> Answer:
        """The last page. The lock, which follows, knows it too."""
        return self._page("thanks", pulse="")

    @property
    def pulse_address(self) -> str:
        """What the pages of this one hand-over ask; those of an earlier one ask another."""
        return f"/form/pulse/{self._ticket.handover_id}"

    def pulse(self, of: UUID) -> Answer:
        """Tell an open page that its form is still out. One of an earlier hand-over gets the refusal."""
        if of != self._ticket.handover_id:
            abort(404)
        return responses.told_as_json({"csrf_token": self._ticket.token}, 200)

    def trouble(self, sentence: str) -> Answer:
        """A sentence, and the way back to the form."""
        if by_script():
            return responses.not_saved(sentence, 503)
        return self._page("trouble", sentence=sentence), 503

    def _keep(self, number: int, response: Response, before: Response) -> None:
        if response == before or self.engine is None:
            return
        with writing(self.engine) as db:
            handover.keep(db, self._ticket, number, response, now=_now())

    def _note(self, act: str) -> None:
        if self.engine is not None:
            with writing(self.engine) as db:
                handover.note_act(db, self._ticket, act, now=_now())

    def _form(self) -> Form:
        if self.engine is None:
            raise RuntimeError("a request came before the store was opened")
        with reading(self.engine) as db:
            return handover.form_of(db, self._ticket)

    def _next(self, form: Form) -> str:
        for number, before in enumerate(self._ticket.before[: self._last - 1], start=1):
            if not before and form.answers.get(number, OPEN).status == "not_reached":
                return url_for("item", number=number)
        line = form.answers.get(self._last, OPEN).said or (self._asked_last and self._ticket.before[-1])
        return url_for("open_line" if self._asked_last and not line else "check")

    def _onward(self, number: int, go: str, *, changing: bool) -> str:
        if go == "pause":
            return url_for("pause", number=number)
        if go == "give_back":
            return url_for("give_back")
        if go == "back" and not changing:
            return url_for("item", number=number - 1) if number > 1 else url_for("welcome")
        if number == len(self._instrument.items) and self._asked_last and not changing:
            return url_for("open_line")
        if changing or number == len(self._instrument.items):
            return url_for("check")
        return url_for("item", number=number + 1)

    def _item_page(self, number: int, answered: Response, *, changing: bool, errors: object = None) -> str:
        asked = self._instrument.items[number - 1]
        return self._page(
            "item",
            number=number,
            count=len(self._instrument.items),
            item=asked,
            text=self._wording(asked),
            answered=answered,
            before=bool(self._ticket.before[number - 1]),
            changing=changing,
            errors=errors or {},
        )

    def _answers(self, form: Form) -> list[dict[str, object]]:
        labels = {option.value: option.label for option in self._instrument.options}
        return [
            {
                "number": number,
                "text": self._wording(item),
                "response": (response := form.answers.get(number, OPEN)),
                "label": labels.get(response.value) if response.value is not None else None,
                "before": bool(self._ticket.before[number - 1]),
            }
            for number, item in enumerate(self._instrument.items, start=1)
        ]

    @property
    def _asked_last(self) -> str:
        """What a check-in asks last, in words; empty in every other questionnaire."""
        of = self._instrument
        return of.open_line_general if self._ticket.general else of.open_line

    @property
    def _last(self) -> int:
        """The number of the open line, after the questions."""
        return len(self._instrument.items) + 1

    def _wording(self, item: Item) -> str:
        return item.text_general if self._ticket.general else item.text

    def _page(self, name: str, **values: object) -> str:
        return render_template(
            f"handover/{name}.html",
            instrument=self._instrument,
            about=self._ticket.word or IN_GENERAL,
            general=self._ticket.general,
            **values,
        )


def _now() -> datetime:
    return datetime.now(UTC)
