"""The pages of a form in a client's hands: one question each, a pause, the answers, the way back."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID

from flask import Flask, abort, render_template, request, url_for
from msgspec.structs import replace

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.instruments.model import Instrument, Item
from clinic_toolkit.record.answers import Joined, Response, mark, words_mark
from clinic_toolkit.record.handover import Form, Ticket
from clinic_toolkit.record.handover_rows import FINISHED, GIVEN_BACK
from clinic_toolkit.record.summaries import CLIENT_LINE
from clinic_toolkit.web import responses
from clinic_toolkit.web.client_troubles import for_the_client
from clinic_toolkit.web.forms.fields import first_error
from clinic_toolkit.web.forms.item import CHANGED_ELSEWHERE, WAYS, OwnItemForm, in_words
from clinic_toolkit.web.forms.open_line import OwnOpenLineForm
from clinic_toolkit.web.handed_answers import OPEN, HandedAnswers
from clinic_toolkit.web.requests import by_script
from clinic_toolkit.web.responses import Answer

THANKS = "/handed-back"
IN_GENERAL = "people close to you"


class HandedForm:
    """One form, from its welcome to the moment it is given back."""

    def __init__(
        self, app: Flask, ticket: Ticket, instrument: Instrument, *, over: Callable[[], None]
    ) -> None:
        self.kept = HandedAnswers(ticket)
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
        form = self.kept.form()
        return responses.see(self._next(form) if form.begun else url_for("welcome"))

    def welcome(self) -> Answer:
        """What this is, what becomes of the answers, and what the buttons do."""
        onward, limits = self._next(self.kept.form()), self._ticket.limits
        return self._page("welcome", next=onward, client_text=CLIENT_LINE, limits=limits)

    def item(self, number: int) -> Answer:
        """One question: show it, or keep what was answered and go where the button says."""
        if not 1 <= number <= len(self._instrument.items):
            abort(404)
        changing = "change" in request.args
        if request.method == "GET":
            answered = self.kept.of(number)
            return self._item_page(number, answered, changing=changing, seen=mark(answered))
        before = self.kept.of(number)
        sent = OwnItemForm.for_instrument(self._instrument, request.form)
        fits = sent.validate()
        response = sent.response(before)
        if not fits:
            if by_script():
                return responses.not_saved(first_error(sent), 422)
            page = self._item_page(number, response, changing=changing, seen=sent.seen, errors=sent.errors)
            return page, 422
        try:
            before, found = self.kept.keep(number, sent.against)
        except ClinicError as trouble:
            # What was typed stands on the page again, and can be sent once more.
            if by_script():
                return responses.not_saved(for_the_client(trouble), 503)
            errors = {"": [for_the_client(trouble)]}
            page = self._item_page(number, response, changing=changing, seen=sent.seen, errors=errors)
            return page, 503
        if found.clash:
            if by_script():
                return responses.not_saved(CHANGED_ELSEWHERE, 409)
            elsewhere = (in_words(before, self._instrument), before.said)
            page = self._item_page(
                number, found.response, changing=changing, seen=mark(before), elsewhere=elsewhere
            )
            return page, 409
        if by_script():
            return responses.saved(_now(), version=sent.shows(before))
        if sent.released:
            return responses.see(url_for("item", number=number, change=int(changing) or None))
        return responses.see(self._onward(number, sent.go.data or "next", changing=changing))

    def open_line(self) -> Answer:
        """The open line of a check-in: ask it, or keep what was written and go where the button says."""
        if not self._asked_last:
            abort(404)
        before = self.kept.of(self._last)
        if request.method == "GET":
            return self._line_page(before.said, seen=words_mark(before.said))
        sent = OwnOpenLineForm(request.form)
        line, seen = sent.open_line.data, sent.version.data or ""
        if not sent.validate():
            if by_script():
                return responses.not_saved(first_error(sent), 422)
            return self._line_page(line, seen=seen, errors=sent.errors), 422
        try:
            before, found = self.kept.keep(self._last, lambda kept: _line_against(sent, kept))
        except ClinicError as trouble:
            if by_script():
                return responses.not_saved(for_the_client(trouble), 503)
            return self._line_page(line, seen=seen, errors={"": [for_the_client(trouble)]}), 503
        if found.clash:
            if by_script():
                return responses.not_saved(CHANGED_ELSEWHERE, 409)
            stands = (before.said or "Left open",)
            return self._line_page(line, seen=words_mark(before.said), elsewhere=stands), 409
        if by_script():
            return responses.saved(_now(), version=sent.shows)
        return responses.see(self._after_line(sent.go.data or "next"))

    def _after_line(self, go: str) -> str:
        if go == "pause":
            return url_for("pause", number=self._last - 1)
        if go == "back":
            return url_for("item", number=self._last - 1)
        return url_for("give_back" if go == "give_back" else "check")

    def _line_page(
        self, written: str, *, seen: str, elsewhere: tuple[str, ...] = (), errors: object = None
    ) -> str:
        return self._page(
            "open_line",
            asked=self._asked_last,
            written=written,
            version=seen,
            elsewhere=elsewhere,
            before=bool(self._ticket.before[self._last - 1]),
            errors=errors or {},
        )

    def pause(self, number: int) -> Answer:
        """An empty page while something else matters more. It shows nothing of the form."""
        if not 1 <= number <= len(self._instrument.items):
            abort(404)
        return self._page("pause", number=number)

    def check(self) -> Answer:
        """All answers on one page, each with a way to change it."""
        form = self.kept.form()
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
            form = self.kept.form()
            left_open = any(
                form.answers.get(number, OPEN).status == "not_reached" and not before
                for number, before in enumerate(self._ticket.before[: self._last - 1], start=1)
            )
            return self._page("finish", left_open=left_open)
        self.kept.note(FINISHED)
        self._over()
        return responses.see(THANKS)

    def give_back(self) -> Answer:
        """Ask once more, then give the device back as the form stands."""
        if request.method == "GET":
            return self._page("give_back", next=self._next(self.kept.form()))
        # The answers are on the disk already. Whoever wants to stop must be able to, even if this is not.
        with suppress(ClinicError):
            self.kept.note(GIVEN_BACK)
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

    def _item_page(
        self,
        number: int,
        answered: Response,
        *,
        changing: bool,
        seen: str,
        elsewhere: tuple[str, ...] = (),
        errors: object = None,
    ) -> str:
        asked = self._instrument.items[number - 1]
        return self._page(
            "item",
            number=number,
            count=len(self._instrument.items),
            item=asked,
            text=self._wording(asked),
            answered=answered,
            version=seen,
            elsewhere=elsewhere,
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


def _line_against(sent: OwnOpenLineForm, kept: Response) -> Joined:
    line, clash = sent.against(kept.said)
    return Joined(response=replace(OPEN, said=line), clash=clash)


def _now() -> datetime:
    return datetime.now(UTC)
