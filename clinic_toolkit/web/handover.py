"""The small app of a device in a client's hands: one form, and no way to anything else.

It has no vault and no screens. What it knows of the record came on a ticket: the form, the client's word
for the relationship, and a key that opens what was answered since the device was handed over. Every
address but the form's own is refused with the gate's bytes; a person who goes back, types an address or
opens the browser anew is led to the form. The one cookie that is looked at says that this browser may ask
at all: whatever it could do before is worth nothing here.
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
from clinic_toolkit.record import handover, watched
from clinic_toolkit.record.handover import Ticket
from clinic_toolkit.settings import Settings
from clinic_toolkit.store.engine import reading
from clinic_toolkit.web import gate, headers, posted, responses, static_files
from clinic_toolkit.web.activity import Activity
from clinic_toolkit.web.addresses import Address
from clinic_toolkit.web.client_troubles import for_the_client
from clinic_toolkit.web.handed_form import THANKS, HandedForm
from clinic_toolkit.web.pages import Pages
from clinic_toolkit.web.requests import ClinicRequest, by_script, sent_by_itself

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIEnvironment

log = logging.getLogger("clinic")

_HAND_OVER = re.compile(r"/administrations/[0-9a-f-]{36}/hand-over")
# A form with nothing but its token is shorter.
_TOKEN_BYTES = 400


class Tray(Protocol):
    """Where the ticket lies."""

    def look(self) -> bytes | None:
        """The ticket, which stays where it is."""

    def clear(self) -> None:
        """Destroy it."""


class Keeper(Protocol):
    """What this app needs of the line to the keeper."""

    @property
    def tray(self) -> Tray:
        """Where the worker before left a ticket, if it did."""

    @property
    def end(self) -> Any:
        """Set to end this process after its answers."""


def taken_up(settings: Settings, engine: Engine, keeper: Keeper, cookie_key: bytes) -> "HandedOver | None":
    """The app for the form that is out, if one is; a ticket that fits nothing is destroyed."""
    packed = keeper.tray.look()
    if packed is None:
        return None
    try:
        ticket = handover.read_ticket(packed)
        with reading(engine) as db:
            out = handover.is_out(db, ticket) and not handover.form_of(db, ticket).finished
        if out:
            return HandedOver(settings, ticket, keeper, cookie_key)
    except (ClinicError, ValueError):
        log.exception("handover.no_ticket")
    keeper.tray.clear()
    return None


class HandedOver(Flask):
    """A Flask app in which everything but one form is refused."""

    request_class = ClinicRequest
    jinja_environment = Pages
    url_rule_class = Address

    def __init__(self, settings: Settings, ticket: Ticket, keeper: Keeper, cookie_key: bytes) -> None:
        super().__init__(
            "clinic_toolkit.web", static_folder=None, template_folder=str(paths.templates_folder())
        )
        self._settings, self._ticket, self._keeper = settings, ticket, keeper
        self._cookie_key = cookie_key
        self._ending = self._given_back = False
        self._activity = Activity(
            idle=settings.idle_in_session_seconds, idle_in_session=settings.idle_in_session_seconds
        )
        self.url_map.strict_slashes = False
        self.jinja_env.globals.update(
            demo=settings.demo,
            here="",
            errors={},
            csrf_token=lambda: ticket.token,
        )
        static_files.serve(self)
        instrument = watched.whole(handover.instrument_of(ticket), ticket.watched)
        self.form = HandedForm(self, ticket, instrument, over=self._over)
        self.jinja_env.globals["pulse"] = self.form.pulse_address
        self.register_error_handler(Exception, self._unforeseen)

    def open(self, engine: Engine) -> None:
        """Take this store; requests may come from now on."""
        self.form.kept.engine = engine
        self._activity.open()

    def close(self) -> None:
        """From now on nothing is answered but what is on its way."""
        self._ending = True

    def withhold(self) -> None:
        """Nothing: no keys of the record are here, and the form stays while the process has to wait."""

    def reason_to_end(self) -> str | None:
        """Why the form should be put away now; asked every second. The lock page follows."""
        reason = self._activity.reason_to_end()
        if reason:
            self._keeper.tray.clear()
        return reason

    def wsgi_app(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> "Iterable[bytes]":
        """Refuse at the gate, before any address is looked at."""
        instead = gate.answer_instead(environ, self._settings, self._cookie_key)
        if instead is not None:
            return instead(environ, start_response)
        return super().wsgi_app(environ, start_response)

    def dispatch_request(self) -> Response:
        """Refuse what is not the form's, and what was not sent from it."""
        if request.routing_exception is not None:
            return self._elsewhere()
        if self._given_back and request.endpoint in ("give_back", "finish") and not by_script():
            # Pressed twice: the second answer is the one that a person sees.
            return responses.see(THANKS)
        if self._ending and request.endpoint not in ("static", "thanks"):
            return self._locked()
        if request.method == "POST" and request.endpoint != "give_back" and not self._sent_from_the_form():
            return self._not_ours()
        if not sent_by_itself():
            self._activity.touch()
        return self.make_response(super().dispatch_request())

    def process_response(self, response: Response) -> Response:
        """Every answer leaves with the same headers."""
        headers.add(response)
        return super().process_response(response)

    def reads(self, environ: "WSGIEnvironment") -> bool:
        """Whether what is posted may come into this process: only what is sent to the form."""
        return (
            posted.may_come_in(environ, self._settings, self._cookie_key)
            and posted.endpoint_of(environ, self.url_map) is not None
        )

    def _sent_from_the_form(self) -> bool:
        sent = request.form.get("csrf_token", "")
        return hmac.compare_digest(sent.encode("utf-8", "replace"), self._ticket.token.encode())

    def _elsewhere(self) -> Response:
        # Somebody at the device went back or typed an address: that leads to the form. The gate let in
        # none but our own pages and typed addresses, and the answer is the same for every address.
        by_a_person = (
            request.headers.get("Sec-Fetch-Mode") == "navigate"
            and request.headers.get("Sec-Fetch-Dest") == "document"
        )
        # *Hand over* pressed twice: the second press comes here, and holds a token and no words.
        if request.method == "POST" and not (by_a_person and _is_second_press()):
            return self._not_ours()
        return responses.see("/") if by_a_person else self._refused()

    def _not_ours(self) -> Response:
        # A page that was open before may have sent words of another client. If they are in this process
        # now, it ends; the ticket stays in its tray, and the next one goes on with the form.
        if posted.was_read():
            self._ending = True
            self._keeper.end.set()
        return self._refused()

    def _refused(self) -> Response:
        refusal: Any = gate.refusal()
        return self.make_response(refusal)

    def _locked(self) -> Response:
        if by_script():
            return responses.not_saved("Locked. Give the laptop to your therapist.", 401)
        # A page and no further way: "/" is locked in this process too, and would lead round in a circle
        # for as long as it takes to end. The page asks again, and then the next process answers.
        if request.method in ("GET", "HEAD"):
            return responses.asking_again(render_template("shared/moment.html"))
        return responses.see("/")

    def _over(self) -> None:
        """The form comes back: nobody can take it up again without the clinician."""
        self._keeper.tray.clear()
        self._ending = self._given_back = True
        self._keeper.end.set()

    def _unforeseen(self, error: Exception) -> Any:
        code = getattr(error, "code", None)
        if code in (404, 405):
            return self._refused()
        if code == 413:
            # No page of the form sends so much, so its token was not even looked for.
            return self._not_ours()
        if isinstance(error, ClinicError):
            return self.form.trouble(for_the_client(error))
        opaque = secrets.token_hex(4)
        log.error("request.unforeseen", exc_info=error, extra={"opaque": opaque})
        return self.form.trouble(f"Something went wrong that should not. Code {opaque}.")


def _is_second_press() -> bool:
    return (
        bool(_HAND_OVER.fullmatch(request.path)) and (request.content_length or _TOKEN_BYTES) < _TOKEN_BYTES
    )
