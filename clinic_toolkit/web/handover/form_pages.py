"""The pages of a handed-over form: welcome, one question each, pause, all answers, finish, give back."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID

from flask import Flask, abort, render_template, request, url_for
from msgspec.structs import replace

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.instruments.model import Instrument, Item
from clinic_toolkit.record.handovers.answer_log import HandoverAct
from clinic_toolkit.record.handovers.client_side import HandoverAnswersSoFar, HandoverTicket
from clinic_toolkit.record.questionnaires.answers import (
    MergedResponse,
    Response,
    response_digest,
    text_digest,
)
from clinic_toolkit.standing_sentences import CLIENT_LINE
from clinic_toolkit.web.forms.fields import first_error
from clinic_toolkit.web.forms.items import (
    CONFLICT_MESSAGE,
    NON_ANSWER_LABELS,
    ClientItemForm,
    describe_answer,
)
from clinic_toolkit.web.forms.open_lines import ClientOpenLineForm
from clinic_toolkit.web.handover.answer_store import NO_ANSWER, HandoverAnswers
from clinic_toolkit.web.handover.client_messages import client_message
from clinic_toolkit.web.handover.page_order import PageOrder
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.request_info import is_from_script
from clinic_toolkit.web.transport.responses import ViewResult

THANKS_PATH = "/handed-back"
PEOPLE_IN_GENERAL = "people close to you"


class HandoverForm:
    """The views of one handed-over form, from the welcome page to the last page."""

    def __init__(
        self, app: Flask, ticket: HandoverTicket, instrument: Instrument, *, on_returned: Callable[[], None]
    ) -> None:
        self.answers = HandoverAnswers(ticket)
        self._ticket, self._instrument, self._on_returned = ticket, instrument, on_returned
        self._order = PageOrder(ticket, instrument)
        for path, endpoint, view, methods in (
            ("/", "start", self.start, ["GET"]),
            ("/form", "welcome", self.welcome, ["GET"]),
            ("/form/<int:number>", "item", self.item, ["GET", "POST"]),
            ("/form/<int:number>/pause", "pause", self.pause, ["GET"]),
            ("/form/open-line", "open_line", self.open_line, ["GET", "POST"]),
            ("/form/check", "check", self.check, ["GET"]),
            ("/form/finish", "finish", self.finish, ["GET", "POST"]),
            ("/form/give-back", "give_back", self.give_back, ["GET", "POST"]),
            ("/form/pulse/<uuid:handover_id>", "pulse", self.pulse, ["GET"]),
            (THANKS_PATH, "thanks", self.thanks, ["GET"]),
        ):
            app.add_url_rule(path, endpoint, view, methods=methods)

    def start(self) -> ViewResult:
        """Redirect to the page at which the form has arrived."""
        so_far = self.answers.load_answers()
        return responses.redirect_to(
            self._order.first_open_page(so_far) if so_far.is_begun else url_for("welcome")
        )

    def welcome(self) -> ViewResult:
        """The first page: what the form is, what happens with the answers, what the buttons do."""
        next_page = self._order.first_open_page(self.answers.load_answers())
        limits = self._ticket.confidentiality_text
        return self._render_page("welcome", next=next_page, client_text=CLIENT_LINE, limits=limits)

    def item(self, number: int) -> ViewResult:
        """Show one question, or save its answer and redirect to where the button leads."""
        if not 1 <= number <= len(self._instrument.items):
            abort(404)
        changing = "change" in request.args
        if request.method == "GET":
            answer = self.answers.answer_to(number)
            return self._render_item(number, answer, changing=changing, digest=response_digest(answer))
        stored = self.answers.answer_to(number)
        form = ClientItemForm.for_instrument(self._instrument, request.form)
        is_valid = form.validate()
        response = form.to_response(stored)
        if not is_valid:
            if is_from_script():
                return responses.autosave_failed(first_error(form), 422)
            page = self._render_item(
                number, response, changing=changing, digest=form.shown_digest, errors=form.errors
            )
            return page, 422
        try:
            stored, merged = self.answers.save_answer(number, form.merge_with)
        except ClinicError as error:
            # The page shows the posted answer again, so that it can be sent once more.
            if is_from_script():
                return responses.autosave_failed(client_message(error), 503)
            errors = {"": [client_message(error)]}
            page = self._render_item(
                number, response, changing=changing, digest=form.shown_digest, errors=errors
            )
            return page, 503
        if merged.has_conflict:
            if is_from_script():
                return responses.autosave_failed(CONFLICT_MESSAGE, 409)
            elsewhere = (describe_answer(stored, self._instrument), stored.remark)
            page = self._render_item(
                number,
                merged.response,
                changing=changing,
                digest=response_digest(stored),
                elsewhere=elsewhere,
            )
            return page, 409
        if is_from_script():
            return responses.autosave_saved(_utc_now(), version=form.digest_after_save(stored))
        if form.reopens_question:
            return responses.redirect_to(url_for("item", number=number, change=int(changing) or None))
        return responses.redirect_to(self._order.page_after_item(number, form.button, changing=changing))

    def open_line(self) -> ViewResult:
        """Show the open line of a check-in, or save its text and redirect to where the button leads."""
        if not self._order.open_line_question:
            abort(404)
        stored = self.answers.answer_to(self._order.open_line_number)
        if request.method == "GET":
            return self._render_open_line(stored.remark, digest=text_digest(stored.remark))
        form = ClientOpenLineForm(request.form)
        text, digest = form.open_line.data, form.version.data or ""
        if not form.validate():
            if is_from_script():
                return responses.autosave_failed(first_error(form), 422)
            return self._render_open_line(text, digest=digest, errors=form.errors), 422
        try:
            stored, merged = self.answers.save_answer(
                self._order.open_line_number, lambda latest: _merge_open_line(form, latest)
            )
        except ClinicError as error:
            if is_from_script():
                return responses.autosave_failed(client_message(error), 503)
            return self._render_open_line(text, digest=digest, errors={"": [client_message(error)]}), 503
        if merged.has_conflict:
            if is_from_script():
                return responses.autosave_failed(CONFLICT_MESSAGE, 409)
            elsewhere = (stored.remark or "Left open",)
            return self._render_open_line(text, digest=text_digest(stored.remark), elsewhere=elsewhere), 409
        if is_from_script():
            return responses.autosave_saved(_utc_now(), version=form.digest_after_save)
        return responses.redirect_to(self._order.page_after_open_line(form.button))

    def _render_open_line(
        self, written: str, *, digest: str, elsewhere: tuple[str, ...] = (), errors: object = None
    ) -> str:
        return self._render_page(
            "open_line",
            open_line_question=self._order.open_line_question,
            written=written,
            version=digest,
            elsewhere=elsewhere,
            before=bool(self._ticket.answered_before[self._order.open_line_number - 1]),
            errors=errors or {},
        )

    def pause(self, number: int) -> ViewResult:
        """A quiet page for a pause; it shows nothing of the form."""
        if not 1 <= number <= len(self._instrument.items):
            abort(404)
        return self._render_page("pause", number=number)

    def check(self) -> ViewResult:
        """All answers on one page, each with a link to change it."""
        so_far = self.answers.load_answers()
        return self._render_page(
            "check",
            items=self._answer_rows(so_far),
            open_line_question=self._order.open_line_question,
            written=so_far.answers.get(self._order.open_line_number, NO_ANSWER).remark,
            written_before=self._order.had_open_line,
        )

    def finish(self) -> ViewResult:
        """Ask for confirmation, then finish: the hand-over ends and the answers cannot be changed."""
        if request.method == "GET":
            so_far = self.answers.load_answers()
            left_open = self._order.first_open_question(so_far) is not None
            return self._render_page("finish", left_open=left_open)
        self.answers.record_act(HandoverAct.FINISHED)
        self._on_returned()
        return responses.redirect_to(THANKS_PATH)

    def give_back(self) -> ViewResult:
        """Ask for confirmation, then end the hand-over with the form unfinished."""
        if request.method == "GET":
            return self._render_page(
                "give_back", next=self._order.first_open_page(self.answers.load_answers())
            )
        # The answers are saved already. A client must be able to stop even if this act cannot be saved.
        with suppress(ClinicError):
            self.answers.record_act(HandoverAct.GIVEN_BACK)
        self._on_returned()
        return responses.redirect_to(THANKS_PATH)

    def thanks(self) -> ViewResult:
        """The last page, which the clinician's app serves at the same URL after this process has ended."""
        return self._render_page("thanks", pulse="")

    @property
    def pulse_address(self) -> str:
        """The URL that pages of this hand-over poll; pages of an earlier hand-over poll another one."""
        return f"/form/pulse/{self._ticket.handover_id}"

    def pulse(self, handover_id: UUID) -> ViewResult:
        """Confirm to an open page that its hand-over is still open; a page of an earlier one is refused."""
        if handover_id != self._ticket.handover_id:
            abort(404)
        return responses.json_response({"csrf_token": self._ticket.form_token}, 200)

    def render_error(self, sentence: str) -> ViewResult:
        """A page with an error message and a link back to the form."""
        if is_from_script():
            return responses.autosave_failed(sentence, 503)
        return self._render_page("trouble", sentence=sentence), 503

    def _render_item(
        self,
        number: int,
        answered: Response,
        *,
        changing: bool,
        digest: str,
        elsewhere: tuple[str, ...] = (),
        errors: object = None,
    ) -> str:
        item = self._instrument.items[number - 1]
        return self._render_page(
            "item",
            number=number,
            count=len(self._instrument.items),
            item=item,
            text=self._item_text(item),
            answered=answered,
            version=digest,
            elsewhere=elsewhere,
            before=bool(self._ticket.answered_before[number - 1]),
            changing=changing,
            errors=errors or {},
        )

    def _answer_rows(self, so_far: HandoverAnswersSoFar) -> list[dict[str, object]]:
        labels = {option.value: option.label for option in self._instrument.options}
        return [
            {
                "number": number,
                "text": self._item_text(item),
                "response": (response := so_far.answers.get(number, NO_ANSWER)),
                "label": (response.value is not None and labels.get(response.value))
                or NON_ANSWER_LABELS.get(response.status)
                or ("Answered before" if self._ticket.answered_before[number - 1] else "Left open"),
            }
            for number, item in enumerate(self._instrument.items, start=1)
        ]

    def _item_text(self, item: Item) -> str:
        return item.text_general if self._ticket.is_general else item.text

    def _render_page(self, name: str, **values: object) -> str:
        return render_template(
            f"handover/{name}.html",
            instrument=self._instrument,
            about=self._ticket.relationship_word or PEOPLE_IN_GENERAL,
            general=self._ticket.is_general,
            **values,
        )


def _merge_open_line(form: ClientOpenLineForm, stored: Response) -> MergedResponse:
    text, has_conflict = form.merge_with(stored.remark)
    return MergedResponse(response=replace(NO_ANSWER, remark=text), has_conflict=has_conflict)


def _utc_now() -> datetime:
    return datetime.now(UTC)
