"""Typed access to what a request may use: the store, the keys, the time, the settings.

Everything here belongs to a request; nothing below `web` ever sees it.
"""

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol, cast
from uuid import UUID

from flask import current_app, g, session
from sqlalchemy import Connection, Engine

from clinic_toolkit.journal import audit_log
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import practice as practices
from clinic_toolkit.record.people.practice import PracticeSettings
from clinic_toolkit.record.values.page_values import Letterhead
from clinic_toolkit.settings import Settings
from clinic_toolkit.store.engine import on_rollback
from clinic_toolkit.vault.vault import Vault
from clinic_toolkit.web.perimeter.timeouts import Timeouts, suspend_aware_clock
from clinic_toolkit.web.unit_of_work import UnitOfWork

SESSION_ID_KEY = "sid"


class LockedMeanwhile(Exception):
    """The keys were put away while this request was on its way: it waited for its turn to write."""


class Keeper(Protocol):
    """What the keeper does for a worker: it holds a sealed blob for a quick return."""

    def hold_return_blob(self, blob: bytes) -> None:
        """Keep this sealed blob."""

    def has_return_blob(self) -> bool:
        """Whether there is one."""

    def take_return_blob(self) -> bytes | None:
        """The blob, for one try; three tries without `confirm_return_opened` destroy it."""

    def confirm_return_opened(self) -> None:
        """The code was right."""

    def drop_return_blob(self) -> None:
        """Destroy the blob."""

    def quit_program(self) -> None:
        """End the program once this worker has given its answers."""

    def pass_ticket(self, ticket: bytes) -> None:
        """Leave this ticket for the next worker; the keeper itself never has it."""

    def parse_definition(self, request: bytes) -> bytes:
        """The answer of a process without keys to what `parser_protocol.encode_request` packed.

        Raises:
            ParsingFailed: there is none.
        """


@dataclass(kw_only=True)
class UnlockedSession:
    """One browser's unlocked session. It lives in this process and ends with it."""

    vault: Vault
    values: dict[str, Any] = field(default_factory=dict)
    must_choose_passphrase: bool = False
    # When the passphrase itself was typed last; a return code or a sheet is not the passphrase.
    passphrase_typed_at: float | None = None


@dataclass(kw_only=True)
class WorkerState:
    """What this process holds between requests."""

    settings: Settings
    keeper: Keeper
    end_process: Callable[[str], None]
    timeouts: Timeouts
    engine: Engine | None = None
    unlocked_sessions: dict[str, UnlockedSession] = field(default_factory=dict)
    has_practice: bool = False
    is_ending: bool = False
    # The quick return that is being made, until it was dropped.
    quick_return_request: object = None
    quick_return_thread: threading.Thread | None = None
    # When it began to answer. It may have waited long before that, and waiting is no delay served.
    serving_since: float = field(default_factory=time.monotonic)


def worker() -> WorkerState:
    """This process."""
    return cast(WorkerState, current_app.extensions["clinic"])


def unit_of_work() -> UnitOfWork:
    """The unit of work of this request."""
    return cast(UnitOfWork, g.unit)


def settings() -> Settings:
    """The configuration."""
    return worker().settings


def db() -> Connection:
    """The connection of this request: reading on GET, writing on POST."""
    return unit_of_work().db()


def now() -> datetime:
    """The time of this request, in UTC; the same all through it."""
    return unit_of_work().now


def today() -> date:
    """The day of this request, where the clinician is."""
    return now().astimezone().date()


def find_unlocked_session() -> UnlockedSession | None:
    """The unlocked session of this browser, if there is one."""
    return worker().unlocked_sessions.get(session.get(SESSION_ID_KEY, ""))


def _require_unlocked_session() -> UnlockedSession:
    here = find_unlocked_session()
    if here is None:
        raise LockedMeanwhile
    return here


def vault() -> Vault:
    """The open vault of this browser's session."""
    return _require_unlocked_session().vault


def clinician_id() -> UUID:
    """Who is at work."""
    return vault().user_id


def load_practice() -> RecordVersion[PracticeSettings]:
    """The settings of the practice, read once in a request."""
    if "practice" not in g:
        g.practice = practices.load_practice_settings(db(), vault())
    return cast(RecordVersion[PracticeSettings], g.practice)


def letterhead() -> Letterhead:
    """What paper needs to know of the practice."""
    return practices.build_letterhead(load_practice().payload)


def audit_read(table: str, *records: RecordVersion[Any]) -> None:
    """Remember what this page shows; one line of audit for all of it is written afterwards.

    Args:
        table: the name of the records' table, such as "client".
    """
    here = unit_of_work()
    here.reading_vault = vault()
    here.audit_reads.extend(
        audit_log.VersionReference(table, kept.ring.bytes, kept.id.bytes, kept.version, kept.content_id)
        for kept in records
    )


def discard_audit_reads() -> None:
    """What was opened for this request is not on the page that it answers with."""
    unit_of_work().audit_reads.clear()


def audit_export(event: str) -> None:
    """Write that what this request shows leaves as a file; this line stands for the look as well."""
    here = unit_of_work()
    audit_log.append_entry(here.db(), vault(), event, tuple(dict.fromkeys(here.audit_reads)), now=here.now)
    here.audit_reads.clear()


def log_in(opened_vault: Vault, *, must_choose_passphrase: bool = False) -> None:
    """Let this browser in: a new session id and a new form token, so that none from before is good.

    Every browser goes on with the vault that was opened first: what one saves the others must know of.
    """
    session.clear()
    session[SESSION_ID_KEY] = secrets.token_urlsafe(32)
    here = worker()
    had_practice = here.has_practice
    on_rollback(db(), lambda: _abort_login(had_practice))
    first = next((each.vault for each in here.unlocked_sessions.values()), opened_vault)
    here.unlocked_sessions[session[SESSION_ID_KEY]] = UnlockedSession(
        vault=first, must_choose_passphrase=must_choose_passphrase
    )
    here.has_practice = True
    here.timeouts.start()


def _abort_login(had_practice: bool) -> None:
    """What let this browser in did not reach the disk: nobody is in, and the keys go with the process."""
    session.clear()
    worker().has_practice = had_practice
    end_worker("not let in")


def mark_passphrase_chosen() -> None:
    """The recovery sheet's detour is over."""
    here = _require_unlocked_session()
    here.must_choose_passphrase = False
    on_rollback(db(), lambda: setattr(here, "must_choose_passphrase", True))
    mark_passphrase_typed()


def mark_passphrase_typed() -> None:
    """The passphrase itself was typed just now, and was right."""
    _require_unlocked_session().passphrase_typed_at = suspend_aware_clock()


def seconds_since_passphrase() -> float:
    """How long ago the passphrase itself was typed; without end if it was not."""
    at = _require_unlocked_session().passphrase_typed_at
    return suspend_aware_clock() - at if at is not None else float("inf")


def put_in_session(name: str, value: object) -> None:
    """Keep something in this process's memory until this session ends; never in the cookie."""
    kept = _require_unlocked_session().values
    _restore_on_rollback(kept)
    kept[name] = value


def get_from_session(name: str) -> Any:
    """What was kept under this name, or None."""
    return _require_unlocked_session().values.get(name)


def pop_from_session(name: str) -> Any:
    """What was kept under this name, or None; it is not kept any longer."""
    kept = _require_unlocked_session().values
    _restore_on_rollback(kept)
    return kept.pop(name, None)


def _restore_on_rollback(values: dict[str, Any]) -> None:
    # A recovery sheet whose slot did not reach the disk opens nothing: it must not be printed and proved.
    if unit_of_work().writes:
        before = dict(values)
        on_rollback(db(), lambda: _restore_values(values, before))


def _restore_values(values: dict[str, Any], before: dict[str, Any]) -> None:
    values.clear()
    values.update(before)


def extend_idle_timeout() -> None:
    """An hour with a client has begun: pauses may be longer."""
    worker().timeouts.hour_open = True


def restore_idle_timeout() -> None:
    """The hour is over."""
    worker().timeouts.hour_open = False


def end_worker(reason: str) -> None:
    """Put the keys away: no request finds them from now on, and this process ends after its answers."""
    here = worker()
    here.unlocked_sessions.clear()
    here.is_ending = True
    here.end_process(reason)
