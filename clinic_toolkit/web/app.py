"""The Flask app of one worker: the order of checks on every request, and its one commit."""

import secrets
import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, g, request, url_for
from flask_wtf.csrf import CSRFProtect
from sqlalchemy import Engine

from clinic_toolkit import paths
from clinic_toolkit.dates import written_in
from clinic_toolkit.instruments.mode_guidance import IN_PRIVATE_LINE
from clinic_toolkit.settings import Settings
from clinic_toolkit.store.transactions import reading
from clinic_toolkit.vault import identity
from clinic_toolkit.web import context, error_pages, unit_of_work
from clinic_toolkit.web.access import guard, record_reading, short_lived_values, writing_style
from clinic_toolkit.web.access.login_cookie import LoginCookie
from clinic_toolkit.web.pages import filters, page_addresses, static_files
from clinic_toolkit.web.pages.template_environment import TemplateEnvironment, remember_macros
from clinic_toolkit.web.perimeter import gate, post_bodies
from clinic_toolkit.web.perimeter.end_reason import EndReason
from clinic_toolkit.web.perimeter.timeouts import Timeouts
from clinic_toolkit.web.screen_list import SCREENS
from clinic_toolkit.web.screen_parts import (
    client_names,
    consent_lines,
    idempotent_forms,
    page_frame,
    record_notices,
)
from clinic_toolkit.web.transport import responses, security_headers
from clinic_toolkit.web.transport.lazy_routes import LazyRule
from clinic_toolkit.web.transport.request_info import ClinicRequest, is_automatic

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


class ClinicApp(Flask):
    """A Flask app in which a request passes gate, guard and CSRF token, in this order, before its view."""

    request_class = ClinicRequest
    jinja_environment = TemplateEnvironment
    url_rule_class = LazyRule

    def __init__(self, worker: context.WorkerState, cookie_key: bytes) -> None:
        super().__init__(
            "clinic_toolkit.web", static_folder=None, template_folder=str(paths.templates_folder())
        )
        self.worker = worker
        self._cookie_key = cookie_key
        self.extensions["clinic"] = worker
        self.config.update(
            SECRET_KEY=cookie_key,
            # With `__Host-` no other host name can set this cookie; the gate refuses other ports.
            SESSION_COOKIE_NAME="__Host-sid",
            SESSION_COOKIE_SECURE=True,
            SESSION_COOKIE_HTTPONLY=True,
            SESSION_COOKIE_SAMESITE="Strict",
            SESSION_COOKIE_PATH="/",
            SESSION_REFRESH_EACH_REQUEST=False,
            PERMANENT_SESSION_LIFETIME=timedelta(hours=8),
            WTF_CSRF_TIME_LIMIT=None,
            WTF_CSRF_METHODS={"POST"},
            WTF_CSRF_FIELD_NAME="csrf_token",
            WTF_CSRF_HEADERS=["X-CSRFToken", "X-CSRF-Token"],
            WTF_CSRF_SSL_STRICT=True,
            TEMPLATES_AUTO_RELOAD=False,
        )
        self.session_interface = self._cookies = LoginCookie(self)
        self._rejected_posts = post_bodies.RejectedPosts(self)
        self.url_map.strict_slashes = False
        # Not given the app, to which it would add a hook for every request and one for every page:
        # `dispatch_request` checks the CSRF token itself, after the guard.
        self.csrf = CSRFProtect()
        self.jinja_env.globals.update(
            csrf_token=self._cookies.form_token,
            demo=worker.settings.demo,
            here="",
            errors={},
            in_private=IN_PRIVATE_LINE,
            name_of=client_names.name_of,
            names_of_case=client_names.names_of_case,
            consent_lines=consent_lines.lines_of_case,
            unsettled_consents=consent_lines.unsettled_lines,
            page_of=page_addresses.page_of,
            place_of=page_addresses.place_of,
            url_for=page_addresses.PageAddresses(self).address_of,
            number_for_page=idempotent_forms.idempotency_key_for_page,
        )
        # Without Flask's own values: `session` is a meeting with a client here, and strict where it lacks.
        self.template_context_processors[None] = [page_frame.values_of_frame]
        static_files.register_static_files(self, decorate=guard.allow_always)
        filters.register_filters(self)
        remember_macros(self.jinja_env)
        error_pages.register_error_handlers(self)
        self.register_error_handler(context.LockedMeanwhile, _respond_after_lock)
        self.register_error_handler(record_reading.ReadingBegun, _show_reading)

    def wsgi_app(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Apply the gate before any route is matched."""
        gate_response = gate.intercept_request(environ, self.worker.settings, self._cookie_key)
        if gate_response is not None:
            return gate_response(environ, start_response)
        start_response = security_headers.secured(start_response)
        if environ["REQUEST_METHOD"] != "POST":
            return super().wsgi_app(environ, start_response)
        with self._rejected_posts.track_request():
            return super().wsgi_app(environ, start_response)

    def may_read_body(self, environ: "WSGIEnvironment") -> bool:
        """Whether a POST body may be read into this process; called before its first byte is received.

        While nobody is logged in, only the forms of the lock and the set-up are read.
        """
        if not post_bodies.may_accept_body(environ, self.worker.settings, self._cookie_key):
            return False
        if self.worker.logins:
            return True
        endpoint = post_bodies.post_endpoint(environ, self.url_map)
        with self.app_context():
            return endpoint is not None and guard.is_reachable_while_locked(endpoint, self.worker)

    def dispatch_request(self) -> Response:
        """Run guard, CSRF check and view in one unit of work, committed before the response is sent."""
        engine = self.worker.engine
        if engine is None:
            raise RuntimeError("a request came before the store was opened")
        writes = request.method == "POST" and not guard.can_do_without_write(engine)
        with unit_of_work.begin_unit_of_work(engine, self.worker.waiting_reads, writes=writes) as g.unit:
            guard_response = guard.deny_or_redirect()
            if guard_response is not None:
                return self.make_response(guard_response)
            if not guard.is_csrf_exempt(request.endpoint):
                self._check_csrf_token()
            if context.find_login() is not None and not is_automatic():
                self.worker.timeouts.record_activity()
            with written_in(writing_style.style_of_request()):
                response = self.make_response(super().dispatch_request())
                # Render the whole response now: nothing may read the record after the commit.
                response.make_sequence()
            return response

    def handle_user_exception(self, e: Exception) -> Any:
        """Make the page of an error in a unit of work of its own, which only reads.

        The one of the view is over by then: what the page opened in it would never be closed, and nobody
        could save until the memory was tidied up.
        """
        engine = self.worker.engine
        if engine is None:
            return super().handle_user_exception(e)
        with unit_of_work.begin_unit_of_work(engine, self.worker.waiting_reads, writes=False) as g.unit:
            response = self.make_response(super().handle_user_exception(e))
            response.make_sequence()
            return response

    def _check_csrf_token(self) -> None:
        if post_bodies.is_body_unread():
            error_pages.raise_body_not_read()
        if request.method != "POST":
            # Nothing is changed, and looking for the fields of a form costs as much as the guard.
            return
        # The token that the pages of this login carry is compared as it is; another one, such as that of a
        # page from before a restart, is looked at by its signature.
        if not self._cookies.is_form_token(request.form.get("csrf_token", "")):
            self.csrf.protect()

    def process_response(self, response: Response) -> Response:
        """Say in an autosave's response what its page must know, and note a form that was refused."""
        record_notices.add_notice_to_autosave(response)
        if response.status_code >= 400 and post_bodies.was_body_read():
            self._rejected_posts.record_rejected()
        return super().process_response(response)

    def attach_store(self, engine: Engine) -> None:
        """Use this store; from now on requests may come.

        Raises:
            DamagedFile: the practice header is missing, which must be reported before any page is shown.
        """
        with reading(engine) as db:
            self.worker.has_practice = identity.has_practice(db)
        self.worker.engine = engine
        self.worker.serving_since = time.monotonic()

    def reason_to_end(self) -> EndReason | None:
        """The reason to end a worker that holds keys, or None; called twice a second."""
        short_lived_values.discard_expired(self.worker)
        return self.worker.timeouts.reason_to_end()

    def drop_keys(self) -> None:
        """Drop the keys because the idle time is over; the process may still wait for a copy of the store."""
        self.refuse_requests()

    @property
    def is_locked_and_serving(self) -> bool:
        """Whether nobody is logged in and the process is not ending yet."""
        return not self.worker.logins and not self.worker.is_ending

    def end_worker(self, reason: EndReason) -> None:
        """Drop the keys, and end this process after its pending responses."""
        self.refuse_requests()
        self.worker.end_process(reason)

    def refuse_requests(self) -> None:
        """Drop all logins, because this process ends: further requests get the lock page."""
        self.worker.logins.clear()
        self.worker.is_ending = True


def _respond_after_lock(_: Exception) -> Any:
    # The keys were removed after the guard let this request pass. Its unit of work was rolled back, so
    # nothing was written; asking the guard again gives the right page.
    return guard.deny_or_redirect() or responses.redirect_to("/")


def _show_reading(_: Exception) -> Any:
    # The unit of work of the unlock was rolled back; a thread unlocks in another one.
    return responses.redirect_to(url_for("lock.reading"))


def create_app(
    settings: Settings,
    *,
    keeper: context.KeeperServices,
    end_worker: Callable[[EndReason], None],
    engine: Engine | None = None,
    cookie_key: bytes | None = None,
) -> ClinicApp:
    """Build the app of a worker.

    Args:
        settings: with the port in use; requests to any other host and port are refused.
        keeper: holds the blob for a quick return.
        end_worker: ends this process once the pending responses have been sent; a lock calls it.
        engine: the store; a worker that waits opens it later, with `attach_store`.
        cookie_key: signs the login cookie; the keeper gives every worker the same one.
    """
    worker = context.WorkerState(
        settings=settings,
        keeper=keeper,
        engine=engine,
        end_process=end_worker,
        timeouts=Timeouts(idle=settings.idle_seconds, idle_in_session=settings.idle_in_session_seconds),
    )
    app = ClinicApp(worker, cookie_key or secrets.token_bytes(32))
    for screen in SCREENS:
        app.register_blueprint(screen)
    return app
