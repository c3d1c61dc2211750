"""The app that serves one form on a device in a client's hands, and nothing else.

It has no vault and no clinician's screens. All it knows of the record came on the ticket: the form, the
client's word for the relationship, and a key for the answers given since the device was handed over. Every
URL but the form's own gets the gate's refusal; a person who goes back, types an address or reopens the
browser is redirected to the form. Only the launch cookie is read: the clinician's session cookie gives no
access here.
"""

import hmac
import logging
import re
import secrets
from typing import TYPE_CHECKING, Any, Protocol

from flask import Flask, Response, render_template, request
from sqlalchemy import Engine

from clinic_toolkit import paths
from clinic_toolkit.errors import ClinicError
from clinic_toolkit.record.handovers import client_side
from clinic_toolkit.record.handovers.client_side import HandoverTicket
from clinic_toolkit.record.people import watched_questions
from clinic_toolkit.settings import Settings
from clinic_toolkit.store.transactions import reading
from clinic_toolkit.web.handover.client_messages import client_message
from clinic_toolkit.web.handover.form_pages import THANKS_PATH, HandoverForm
from clinic_toolkit.web.pages import static_files
from clinic_toolkit.web.pages.template_environment import TemplateEnvironment, remember_macros
from clinic_toolkit.web.perimeter import gate, post_bodies
from clinic_toolkit.web.perimeter.end_reason import EndReason
from clinic_toolkit.web.perimeter.timeouts import Timeouts
from clinic_toolkit.web.transport import responses, security_headers
from clinic_toolkit.web.transport.lazy_routes import LazyRule
from clinic_toolkit.web.transport.request_info import ClinicRequest, is_automatic, is_from_script

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIEnvironment

log = logging.getLogger("clinic")

_HAND_OVER_PATH = re.compile(r"/administrations/[0-9a-f-]{36}/hand-over")
# A form that holds only its CSRF token is shorter than this.
_TOKEN_ONLY_FORM_BYTES = 400


class TicketPipe(Protocol):
    """The pipe that holds the ticket (see `docs/glossary.md`)."""

    def peek_ticket(self) -> bytes | None:
        """The ticket, without removing it from the pipe."""

    def discard_ticket(self) -> None:
        """Destroy the ticket."""


class TicketKeeper(Protocol):
    """What this app needs of the connection to the keeper."""

    @property
    def ticket_pipe(self) -> TicketPipe:
        """The pipe in which the previous worker may have left a ticket."""

    @property
    def worker_must_end(self) -> Any:
        """The event that ends this process after its pending responses."""


def find_handover_app(
    settings: Settings, engine: Engine, keeper: TicketKeeper, cookie_key: bytes
) -> "HandoverApp | None":
    """The app for the open hand-over, or None. A ticket that matches no open hand-over is destroyed."""
    ticket_bytes = keeper.ticket_pipe.peek_ticket()
    if ticket_bytes is None:
        return None
    try:
        ticket = client_side.decode_ticket(ticket_bytes)
        with reading(engine) as db:
            is_open = (
                client_side.is_out(db, ticket) and not client_side.load_answers_so_far(db, ticket).is_finished
            )
        if is_open:
            return HandoverApp(settings, ticket, keeper, cookie_key)
    except (ClinicError, ValueError):
        log.exception("handover.no_ticket")
    keeper.ticket_pipe.discard_ticket()
    return None


class HandoverApp(Flask):
    """A Flask app that serves one form and refuses everything else."""

    request_class = ClinicRequest
    jinja_environment = TemplateEnvironment
    url_rule_class = LazyRule

    def __init__(
        self, settings: Settings, ticket: HandoverTicket, keeper: TicketKeeper, cookie_key: bytes
    ) -> None:
        super().__init__(
            "clinic_toolkit.web", static_folder=None, template_folder=str(paths.templates_folder())
        )
        self._settings, self._ticket, self._keeper = settings, ticket, keeper
        self._cookie_key = cookie_key
        self._is_ending = self._is_given_back = False
        self._timeouts = Timeouts(
            idle=settings.idle_in_session_seconds, idle_in_session=settings.idle_in_session_seconds
        )
        self.url_map.strict_slashes = False
        self.jinja_env.globals.update(
            demo=settings.demo,
            here="",
            errors={},
            csrf_token=lambda: ticket.form_token,
        )
        static_files.register_static_files(self)
        instrument = watched_questions.with_watched_question(
            client_side.instrument_of_ticket(ticket), ticket.watched_question
        )
        self.form = HandoverForm(self, ticket, instrument, on_returned=self._end_handover)
        self.jinja_env.globals["pulse"] = self.form.pulse_address
        remember_macros(self.jinja_env)
        self.register_error_handler(Exception, self._handle_unexpected_error)

    def attach_store(self, engine: Engine) -> None:
        """Use this store; from now on requests may come."""
        self.form.answers.engine = engine
        self._timeouts.start()

    def refuse_requests(self) -> None:
        """Answer only the requests that are already being processed."""
        self._is_ending = True

    def drop_keys(self) -> None:
        """Do nothing: this process has no keys of the record, and the form stays open while it waits."""

    def reason_to_end(self) -> EndReason | None:
        """The reason to end the form and show the lock page, or None; called twice a second."""
        reason = self._timeouts.reason_to_end()
        if reason:
            self._keeper.ticket_pipe.discard_ticket()
        return reason

    def wsgi_app(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> "Iterable[bytes]":
        """Apply the gate before any route is matched."""
        gate_response = gate.intercept_request(environ, self._settings, self._cookie_key)
        if gate_response is not None:
            return gate_response(environ, start_response)
        return super().wsgi_app(environ, security_headers.secured(start_response))

    def dispatch_request(self) -> Response:
        """Refuse every URL that is not the form's, and every POST without the form's CSRF token."""
        if request.routing_exception is not None:
            return self._respond_elsewhere()
        if self._is_given_back and request.endpoint in ("give_back", "finish") and not is_from_script():
            # The button was pressed twice: the browser shows the response to the second press.
            return responses.redirect_to(THANKS_PATH)
        if self._is_ending and request.endpoint not in ("static", "thanks"):
            return self._locked_response()
        if request.method == "POST" and request.endpoint != "give_back" and not self._has_valid_csrf_token():
            return self._reject_post()
        if not is_automatic():
            self._timeouts.record_activity()
        return self.make_response(super().dispatch_request())

    def may_read_body(self, environ: "WSGIEnvironment") -> bool:
        """Whether a POST body may be read into this process: only one that is sent to the form."""
        return (
            post_bodies.may_accept_body(environ, self._settings, self._cookie_key)
            and post_bodies.post_endpoint(environ, self.url_map) is not None
        )

    def _has_valid_csrf_token(self) -> bool:
        token = request.form.get("csrf_token", "")
        return hmac.compare_digest(token.encode("utf-8", "replace"), self._ticket.form_token.encode())

    def _respond_elsewhere(self) -> Response:
        # A person at the device went back or typed an address: redirect to the form. The gate accepts only
        # our own pages and typed addresses, and the response is the same for every URL.
        is_navigation = (
            request.headers.get("Sec-Fetch-Mode") == "navigate"
            and request.headers.get("Sec-Fetch-Dest") == "document"
        )
        # When *Hand over* is pressed twice, the second POST arrives here; it holds only a CSRF token.
        if request.method == "POST" and not (is_navigation and _is_repeated_hand_over()):
            return self._reject_post()
        return responses.redirect_to("/") if is_navigation else self._refusal_response()

    def _reject_post(self) -> Response:
        # A page that was open before the hand-over may have posted text about another client. If it was read
        # into this process, the process ends; the ticket stays in the pipe and the next process goes on.
        if post_bodies.was_body_read():
            self._is_ending = True
            self._keeper.worker_must_end.set()
        return self._refusal_response()

    def _refusal_response(self) -> Response:
        refusal: Any = gate.refusal_response()
        return self.make_response(refusal)

    def _locked_response(self) -> Response:
        if is_from_script():
            return responses.autosave_failed("Locked. Give the laptop to your therapist.", 401)
        # A page that reloads itself, not a redirect: "/" is refused in this process too, so a redirect would
        # loop until the process has ended. After the reload the next process answers.
        if request.method in ("GET", "HEAD"):
            return responses.refreshing_page(render_template("shared/moment.html"))
        return responses.redirect_to("/")

    def _end_handover(self) -> None:
        """End the hand-over: destroy the ticket, so that only the clinician can open the form again."""
        self._keeper.ticket_pipe.discard_ticket()
        self._is_ending = self._is_given_back = True
        self._keeper.worker_must_end.set()

    def _handle_unexpected_error(self, error: Exception) -> Any:
        code = getattr(error, "code", None)
        if code in (404, 405):
            return self._refusal_response()
        if code == 413:
            # No page of the form sends a body this large, so the CSRF token was not checked.
            return self._reject_post()
        if isinstance(error, ClinicError):
            return self.form.render_error(client_message(error))
        opaque_id = secrets.token_hex(4)
        log.error("request.unforeseen", exc_info=error, extra={"opaque": opaque_id})
        return self.form.render_error(f"Something went wrong that should not. Code {opaque_id}.")


def _is_repeated_hand_over() -> bool:
    return (
        bool(_HAND_OVER_PATH.fullmatch(request.path))
        and (request.content_length or _TOKEN_ONLY_FORM_BYTES) < _TOKEN_ONLY_FORM_BYTES
    )
