"""A worker: serves the pages, and is the only kind of process that ever holds keys.

It starts locked. Locking ends it, because Python cannot wipe memory: a lock that only forgets
variables is no lock.
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

from clinic_toolkit.cli import definition_pipe, line
from clinic_toolkit.cli.memory import guard_memory
from clinic_toolkit.cli.tray import Ends, Tray
from clinic_toolkit.errors import ClinicError
from clinic_toolkit.settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from sqlalchemy import Engine

    from clinic_toolkit.web.app import Clinic
    from clinic_toolkit.web.handover import HandedOver

MIB = 2**20
WAITRESS: dict[str, Any] = {
    "threads": 6,
    "ident": None,
    # The app refuses bodies over 1 MiB with a page of ours, and none of them is read: up to this size they
    # pass by (`channel`). Both buffers go to a temporary file when they overflow, so neither may ever.
    "max_request_body_size": 64 * MIB,
    "inbuf_overflow": 4 * MIB,
    "outbuf_overflow": 256 * MIB,
    "max_request_header_size": 32 * 1024,
    "connection_limit": 200,
    "channel_timeout": 60,
    "clear_untrusted_proxy_headers": True,
    "expose_tracebacks": False,
}
# Keys are gone two seconds after Lock at the latest, whatever is still under way.
LONGEST_END = 1.5
TICK = 0.5

log = logging.getLogger("clinic")


def run(
    settings: Settings,
    listening: tuple[socket.socket, ...],
    pipe: "Connection[object, object]",
    cookie_key: bytes,
    tray: Ends,
    definitions: definition_pipe.Ends,
) -> None:
    """The whole life of a worker process; it does not return.

    Args:
        settings: with the port in use.
        listening: the keeper's sockets; nothing is accepted before the keeper says so.
        pipe: the line to the keeper.
        cookie_key: signs the session cookie; the same for every worker of this keeper.
        tray: where the worker before may have left a ticket.
        definitions: the way to a parser, and its other end, to be emptied.
    """
    guard_memory()
    keeper = line.KeeperLine(pipe, Tray(tray), definitions)
    signal.signal(signal.SIGTERM, lambda number, frame: keeper.end.set())
    if not hasattr(signal, "pthread_sigmask"):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=keeper.listen, name="keeper", daemon=True).start()
    code = 1
    try:
        from clinic_toolkit.web import log as plain_log

        plain_log.install()
        Worker(settings, listening, keeper, cookie_key).live()
    except ClinicError as error:
        from clinic_toolkit.cli import exit_code

        code = exit_code(error)
        keeper.say(line.Broken(sentence=error.sentence, exit_code=code))
    except BaseException:
        log.exception("worker.died")
    os._exit(code)


class Worker:
    """One worker, from its imports to its end."""

    def __init__(
        self,
        settings: Settings,
        listening: tuple[socket.socket, ...],
        keeper: line.KeeperLine,
        cookie_key: bytes,
    ) -> None:
        self._settings, self._listening, self._keeper = settings, listening, keeper
        self._cookie_key = cookie_key
        self._channels: dict[int, Any] = {}
        self._app: Clinic | HandedOver | None = None
        self._engine: Engine | None = None

    def live(self) -> None:
        """Import everything, wait for the word, serve until the process ends."""
        # What is imported stays as long as the process: looking through it for what could go takes a tenth
        # of every start, and later a part of every page.
        gc.disable()
        from waitress.server import create_server

        from clinic_toolkit.cli import channel
        from clinic_toolkit.store import engine as store
        from clinic_toolkit.web.app import create_app

        threading.Thread(target=self._cut_off, name="cut off", daemon=True).start()
        threading.Thread(target=self._end, name="end", daemon=True).start()
        app = create_app(
            self._settings,
            keeper=self._keeper,
            end_worker=lambda reason: self._keeper.end.set(),
            cookie_key=self._cookie_key,
        )
        _read_definitions()
        self._keeper.say(line.Warm())
        _warm_up(app, until=self._keeper.go)
        gc.freeze()
        gc.enable()
        self._keeper.go.wait()
        self._engine = store.open_store(self._settings.data_folder)
        # A form that is out is served by its own small app, and no keys ever come in here.
        serving = self._taken_up(self._engine) or app
        serving.open(self._engine)
        self._app = serving
        server = create_server(
            _tells_when_answered(serving, self._keeper),
            map=self._channels,
            sockets=list(self._listening),
            **WAITRESS,
        )
        channel.use(self._channels, serving.reads)
        threading.Thread(target=self._watch, args=(serving,), name="idle", daemon=True).start()
        self._keeper.say(line.Serving())
        server.run()

    def _taken_up(self, engine: "Engine") -> "HandedOver | None":
        from clinic_toolkit.web import handover

        return handover.taken_up(self._settings, engine, self._keeper, self._cookie_key)

    def _watch(self, app: "Clinic | HandedOver") -> None:
        from clinic_toolkit.store.engine import fold_when_idle, watch_over

        over = False
        while not self._keeper.end.wait(TICK):
            if not over and app.reason_to_end() is not None:
                over = True
                # What was saved may be in this process alone: it is out of reach, but not gone before
                # there is a copy of it.
                app.withhold()
            if over and not self._must_be_rescued():
                self._keeper.end.set()
            elif self._engine is not None:
                # Whatever happens to the disk: who watches for the idle time must not end before it.
                try:
                    watch_over(self._engine)
                    fold_when_idle(self._engine)
                except Exception:
                    log.exception("checkpoint.failed")

    def _must_be_rescued(self) -> bool:
        from clinic_toolkit.store.exchange import must_be_rescued

        return self._engine is not None and must_be_rescued(self._engine)

    def _cut_off(self) -> None:
        self._keeper.end.wait()
        time.sleep(LONGEST_END)
        os._exit(0)

    def _end(self) -> None:
        self._keeper.end.wait()
        # Said first, because it may be cut off: this is no crash.
        self._keeper.say(line.Ending())
        if self._app is not None:
            self._app.close()
            self._drain()
        if self._engine is not None:
            self._tidy(self._engine)
        os._exit(0)

    def _drain(self) -> None:
        from clinic_toolkit.cli import channel

        channel.drain(self._channels)

    def _tidy(self, engine: "Engine") -> None:
        from clinic_toolkit.store import engine as store

        try:
            store.watch_over(engine, ending=True)
            store.tidy(engine)
        except Exception:
            log.exception("checkpoint.failed")


def _read_definitions() -> None:
    # A damaged questionnaire or worksheet must be said at the start, not in the middle of an hour.
    from clinic_toolkit.instruments import catalogue as questionnaires
    from clinic_toolkit.worksheets import catalogue as sheets

    questionnaires.instruments()
    questionnaires.frames()
    sheets.worksheets()


def _warm_up(app: "Clinic", *, until: threading.Event) -> None:
    # What the first page would have to wait for: a worker that only waits has time for it.
    from sqlalchemy import create_engine, text

    for name in app.jinja_env.list_templates(extensions=["html"]):
        if until.is_set():
            return
        try:
            app.jinja_env.get_template(name)
        except Exception:
            log.exception("template.not_compiled")
    with create_engine("sqlite://").connect() as db:
        db.execute(text("SELECT 1"))


def _tells_when_answered(app: "WSGIApplication", keeper: line.KeeperLine) -> "WSGIApplication":
    told: list[bool] = []

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        try:
            return app(environ, start_response)
        finally:
            if not told:
                told.append(True)
                keeper.say(line.Answered())

    return answer
