"""A worker: serves the pages, and is the only kind of process that ever holds keys.

It starts locked. Locking ends the process, because Python cannot reliably wipe keys from memory.
"""

import gc
import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Iterable
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from clinic_toolkit.cli import definition_pipe, worker_protocol
from clinic_toolkit.cli.process_limits import protect_memory
from clinic_toolkit.cli.ticket_pipe import SocketPair, TicketPipe
from clinic_toolkit.errors import ClinicError
from clinic_toolkit.settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from sqlalchemy import Engine

    from clinic_toolkit.web.app import ClinicApp
    from clinic_toolkit.web.handover.client_app import HandoverApp
    from clinic_toolkit.web.waiting_reads import WaitingReads

MIB = 2**20
WAITRESS_OPTIONS: dict[str, Any] = {
    "threads": 6,
    "ident": None,
    # The app refuses bodies over 1 MiB (a filled worksheet: 3 MiB) with its own page; up to this size they
    # are discarded as they arrive (`http_channel`). Both buffers spill to a temporary file when they
    # overflow, which must never happen.
    "max_request_body_size": 64 * MIB,
    "inbuf_overflow": 4 * MIB,
    "outbuf_overflow": 256 * MIB,
    "max_request_header_size": 32 * 1024,
    "connection_limit": 200,
    "channel_timeout": 60,
    "clear_untrusted_proxy_headers": True,
    "expose_tracebacks": False,
}
# Keys must be gone two seconds after Lock at the latest, whatever requests are still running.
MAX_SHUTDOWN_SECONDS = 1.5
WATCH_SECONDS = 0.5
# How long the end waits for the audit entries of what was looked at.
MAX_AUDIT_SECONDS = 0.3

log = logging.getLogger("clinic")


def run_worker(
    settings: Settings,
    listening: tuple[socket.socket, ...],
    pipe: "Connection[object, object]",
    cookie_key: bytes,
    ticket_sockets: SocketPair,
    definition_sockets: definition_pipe.SocketPair,
) -> None:
    """Run a worker process from start to end; does not return.

    Args:
        settings: the settings, with the port in use.
        listening: the keeper's sockets; no connection is accepted before the keeper sends `Activate`.
        pipe: messages to and from the keeper.
        cookie_key: signs the session cookie; the same for every worker of this keeper.
        ticket_sockets: the ticket pipe, in which the previous worker may have left a ticket.
        definition_sockets: both ends of the definition pipe; the parser's end only to discard stale bytes.
    """
    protect_memory()
    keeper = worker_protocol.KeeperConnection(pipe, TicketPipe(ticket_sockets), definition_sockets)
    signal.signal(signal.SIGTERM, lambda number, frame: keeper.worker_must_end.set())
    if not hasattr(signal, "pthread_sigmask"):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=keeper.receive_messages, name="keeper", daemon=True).start()
    code = 1
    try:
        from clinic_toolkit.cli import redacted_logging

        redacted_logging.install_logging()
        Worker(settings, listening, keeper, cookie_key).serve()
    except ClinicError as error:
        from clinic_toolkit.cli import exit_code

        code = exit_code(error)
        keeper.send_message(worker_protocol.Failed(sentence=error.sentence, exit_code=code))
    except BaseException:
        log.exception("worker.died")
    os._exit(code)


class Worker:
    """One worker process, from its imports to its end."""

    def __init__(
        self,
        settings: Settings,
        listening: tuple[socket.socket, ...],
        keeper: worker_protocol.KeeperConnection,
        cookie_key: bytes,
    ) -> None:
        self._settings, self._listening, self._keeper = settings, listening, keeper
        self._cookie_key = cookie_key
        self._channels: dict[int, Any] = {}
        self._app: ClinicApp | HandoverApp | None = None
        self._engine: Engine | None = None
        self._waiting_reads: WaitingReads | None = None

    def serve(self) -> None:
        """Import everything, wait to be activated, and serve until the process ends."""
        # Imported objects live as long as the process. Scanning them for garbage would take a tenth of every
        # start, and later a part of every page.
        gc.disable()
        from waitress.server import create_server

        from clinic_toolkit.cli import http_channel
        from clinic_toolkit.store.opening import open_store
        from clinic_toolkit.web.access import background_check, backup_timer
        from clinic_toolkit.web.app import create_app

        threading.Thread(target=self._force_exit, name="cut off", daemon=True).start()
        threading.Thread(target=self._shut_down, name="end", daemon=True).start()
        app = create_app(
            self._settings,
            keeper=self._keeper,
            end_worker=lambda reason: self._keeper.worker_must_end.set(),
            cookie_key=self._cookie_key,
        )
        _load_definitions()
        self._keeper.send_message(worker_protocol.Imported())
        _warm_up_templates(app, until=self._keeper.activated)
        gc.freeze()
        gc.enable()
        self._keeper.activated.wait()
        self._engine = open_store(self._settings.data_folder)
        # While a client has a form, a separate small app serves it, and this process never gets keys.
        served_app = self._resume_handover(self._engine) or app
        served_app.attach_store(self._engine)
        self._app = served_app
        server = create_server(
            _report_first_answer(served_app, self._keeper),
            map=self._channels,
            sockets=list(self._listening),
            **WAITRESS_OPTIONS,
        )
        http_channel.install_channel(self._channels, served_app.may_read_body)
        self._waiting_reads = app.worker.waiting_reads
        threading.Thread(
            target=self._waiting_reads.write_in_time, args=(self._engine,), name="reads", daemon=True
        ).start()
        threading.Thread(
            target=background_check.check_while_idle, args=(app.worker,), name="check", daemon=True
        ).start()
        if served_app is app:
            # Not while a client has a form: that process does nothing else.
            threading.Thread(
                target=backup_timer.make_when_due,
                args=(app.worker, self._keeper.worker_must_end),
                name="backup",
                daemon=True,
            ).start()
        threading.Thread(
            target=self._watch_idle_and_disk, args=(served_app,), name="idle", daemon=True
        ).start()
        self._keeper.send_message(worker_protocol.Serving())
        server.run()

    def _resume_handover(self, engine: "Engine") -> "HandoverApp | None":
        from clinic_toolkit.web.handover import client_app

        return client_app.find_handover_app(self._settings, engine, self._keeper, self._cookie_key)

    def _watch_idle_and_disk(self, app: "ClinicApp | HandoverApp") -> None:
        from clinic_toolkit.store.transactions import store_of

        is_over = False
        while not self._keeper.worker_must_end.wait(WATCH_SECONDS):
            if not is_over and app.reason_to_end() is not None:
                is_over = True
                # Drop the keys, but end the process only after a rescue copy exists, since only this
                # process may still have the data.
                app.drop_keys()
            if is_over and not self._needs_rescue():
                self._keeper.worker_must_end.set()
            elif self._engine is not None:
                # No disk error may end this thread, because it also enforces the idle timeout.
                try:
                    store_of(self._engine).rescue_if_replaced()
                    store_of(self._engine).checkpoint_when_idle()
                except Exception:
                    log.exception("checkpoint.failed")

    def _needs_rescue(self) -> bool:
        from clinic_toolkit.store.transactions import store_of

        return self._engine is not None and store_of(self._engine).needs_rescue

    def _force_exit(self) -> None:
        self._keeper.worker_must_end.wait()
        time.sleep(MAX_SHUTDOWN_SECONDS)
        os._exit(0)

    def _shut_down(self) -> None:
        self._keeper.worker_must_end.wait()
        # Sent first, since the shutdown may be cut short, so that the keeper does not count a crash.
        self._keeper.send_message(worker_protocol.Exiting())
        if self._app is not None:
            self._app.refuse_requests()
            # Before the running responses are waited for, since that may take all the time there is, and
            # after it, since they may show something.
            self._write_waiting_reads()
            self._drain_connections()
            self._write_waiting_reads()
        if self._engine is not None:
            self._run_last_upkeep(self._engine)
        os._exit(0)

    def _drain_connections(self) -> None:
        from clinic_toolkit.cli import http_channel

        http_channel.drain_connections(self._channels)

    def _write_waiting_reads(self) -> None:
        if self._engine is not None and self._waiting_reads is not None:
            self._waiting_reads.try_write_within(MAX_AUDIT_SECONDS, self._engine)

    def _run_last_upkeep(self, engine: "Engine") -> None:
        from clinic_toolkit.store.transactions import store_of

        try:
            store_of(engine).rescue_if_replaced(ending=True)
            store_of(engine).try_upkeep()
        except Exception:
            log.exception("checkpoint.failed")


def _load_definitions() -> None:
    # A damaged questionnaire or worksheet must be reported at the start, not during a therapy session.
    from clinic_toolkit.instruments import catalogue as questionnaires
    from clinic_toolkit.worksheets import catalogue as sheets

    questionnaires.list_instruments()
    questionnaires.list_frames()
    sheets.list_worksheets()


def _warm_up_templates(app: "ClinicApp", *, until: threading.Event) -> None:
    # Done on standby, so that the first page does not have to wait for it.
    from sqlalchemy import literal, select

    from clinic_toolkit.store.opening import open_temporary_store

    for name in app.jinja_env.list_templates(extensions=["html"]):
        if until.is_set():
            return
        try:
            app.jinja_env.get_template(name)
        except Exception:
            log.exception("template.not_compiled")
    with open_temporary_store(()) as db:
        db.execute(select(literal(1)))


def _report_first_answer(
    app: "WSGIApplication", keeper: worker_protocol.KeeperConnection
) -> "WSGIApplication":
    reported: list[bool] = []

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        try:
            return app(environ, start_response)
        finally:
            if not reported:
                reported.append(True)
                keeper.send_message(worker_protocol.FirstAnswered())

    return answer
