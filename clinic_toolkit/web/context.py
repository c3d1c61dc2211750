"""Typed access to what a request may use: the store, the keys, the time, the settings.

Nothing below `web` uses it. `WorkerState` lasts as long as the process, `Login` until the lock.
"""

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol, TypeVar, cast
from uuid import UUID

from flask import current_app, g
from flask import session as cookie
from msgspec import Struct
from sqlalchemy import Connection, Engine

from clinic_toolkit.journal import audit_log, records
from clinic_toolkit.journal.record_kind import RecordKind
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import clinician as clinicians
from clinic_toolkit.record.people import practice as practices
from clinic_toolkit.record.people.clinician_record import Clinician
from clinic_toolkit.record.people.practice_record import PracticeSettings
from clinic_toolkit.record.values.page_values import Letterhead
from clinic_toolkit.settings import Settings
from clinic_toolkit.store.transactions import on_rollback
from clinic_toolkit.vault.vault import Vault
from clinic_toolkit.web.perimeter.end_reason import EndReason
from clinic_toolkit.web.perimeter.timeouts import Timeouts, suspend_aware_clock
from clinic_toolkit.web.unit_of_work import UnitOfWork
from clinic_toolkit.web.waiting_reads import WaitingReads

P = TypeVar("P", bound=Struct)

LOGIN_ID_KEY = "sid"


class LockedMeanwhile(Exception):
    """The keys were removed from memory while this request waited for its write transaction."""


class KeeperServices(Protocol):
    """What a worker needs of the keeper: the blob of a quick return, the ticket, the parser, quitting."""

    def hold_return_blob(self, blob: bytes) -> None:
        """Store this sealed blob."""

    def has_return_blob(self) -> bool:
        """Whether a sealed blob is stored."""

    def take_return_blob(self) -> bytes | None:
        """The sealed blob for one try, or None; three tries without `confirm_return_opened` destroy it."""

    def confirm_return_opened(self) -> None:
        """Report that the code was right, so that the number of tries starts anew."""

    def drop_return_blob(self) -> None:
        """Destroy the blob."""

    def quit_program(self) -> None:
        """End the program once this worker has sent its pending responses."""

    def pass_ticket(self, ticket: bytes) -> None:
        """Pass this ticket to the next worker; the keeper itself never reads it."""

    def parse_definition(self, request: bytes) -> bytes:
        """Let a process without keys read a definition or a filled sheet, packed by the protocol of its kind.

        Raises:
            ParsingFailed: the process gave no reply.
        """


@dataclass(kw_only=True)
class Login:
    """The login of one browser, held in the memory of this process only."""

    vault: Vault
    values: dict[str, Any] = field(default_factory=dict)
    must_choose_passphrase: bool = False
    # When the passphrase itself was typed last; a return code or a recovery sheet does not count.
    passphrase_typed_at: float | None = None


@dataclass(kw_only=True)
class WorkerState:
    """What this process holds in memory between requests."""

    settings: Settings
    keeper: KeeperServices
    end_process: Callable[[EndReason], None]
    timeouts: Timeouts
    engine: Engine | None = None
    logins: dict[str, Login] = field(default_factory=dict)
    has_practice: bool = False
    is_ending: bool = False
    waiting_reads: WaitingReads = field(default_factory=WaitingReads)
    setup_words: tuple[str, float] | None = None  # what the set-up offers, and since when
    # Identifies the quick return that was offered last; None once it was revoked.
    quick_return_request: object = None
    quick_return_thread: threading.Thread | None = None
    was_unlocked: threading.Event = field(default_factory=threading.Event)
    # The thread that works while nobody uses the program pauses until this is set.
    end_of_pause: threading.Event = field(default_factory=threading.Event)
    # When it began to serve. The unlock delay is counted from here: a process may be on standby for long.
    serving_since: float = field(default_factory=time.monotonic)


def worker() -> WorkerState:
    """The state of this process."""
    return cast(WorkerState, current_app.extensions["clinic"])


def unit_of_work() -> UnitOfWork:
    """The unit of work of this request."""
    return cast(UnitOfWork, g.unit)


def settings() -> Settings:
    """The configuration."""
    return worker().settings


def db() -> Connection:
    """The connection of this request: read-only for a GET, writing for a POST."""
    return unit_of_work().db()


def now() -> datetime:
    """The time of this request in UTC, fixed for its whole duration."""
    return unit_of_work().now


def today() -> date:
    """The date of this request in local time."""
    return now().astimezone().date()


def find_login() -> Login | None:
    """The login of this browser, or None."""
    return worker().logins.get(cookie.get(LOGIN_ID_KEY, ""))


def _require_login() -> Login:
    login = find_login()
    if login is None:
        raise LockedMeanwhile
    return login


def vault() -> Vault:
    """The open vault of this login."""
    return _require_login().vault


def clinician_id() -> UUID:
    """The user id of the clinician who is unlocked."""
    return vault().user_id


def load_practice() -> RecordVersion[PracticeSettings]:
    """The settings of the practice, read once in a request."""
    if "practice" not in g:
        g.practice = practices.load_practice_settings(db(), vault())
    return cast(RecordVersion[PracticeSettings], g.practice)


def load_clinician() -> RecordVersion[Clinician]:
    """The record of the clinician who is unlocked, read once in a request."""
    if "clinician" not in g:
        g.clinician = clinicians.load_clinician(db(), vault())
    return cast(RecordVersion[Clinician], g.clinician)


def letterhead() -> Letterhead:
    """The details of the practice and the clinician that printouts show."""
    return practices.build_letterhead(load_practice().payload, load_clinician().payload)


def audit_read(kind: RecordKind[P], *versions: RecordVersion[P]) -> None:
    """Note that this page shows these records: one audit entry names all of them. An executor writes none."""
    work = unit_of_work()
    if vault().can_sign:
        work.reading_vault = vault()
        work.audit_reads.extend(records.version_reference(kind, version) for version in versions)


def discard_audit_reads() -> None:
    """Write no audit entry for the records read so far, because the response does not show them."""
    unit_of_work().audit_reads.clear()


def audit_reads_at_once() -> None:
    """Write the audit entry for the records read before this response is sent, because they are printed."""
    unit_of_work().audits_at_once = True


def audit_export(event: str) -> None:
    """Write an audit entry that the records read leave as a file; it replaces the entry for reading them."""
    work = unit_of_work()
    audit_log.append_entry(work.db(), vault(), event, tuple(dict.fromkeys(work.audit_reads)), now=work.now)
    work.audit_reads.clear()


def log_in(opened_vault: Vault, *, must_choose_passphrase: bool = False) -> None:
    """Start a login with a new id and CSRF token; earlier ones become invalid.

    Every browser of one clinician uses the vault that was opened first, because its inventory must include
    what each saves. Another clinician, or an executor, has a vault of their own; a lock ends them all.
    """
    cookie.clear()
    login_id = cookie[LOGIN_ID_KEY] = secrets.token_urlsafe(32)
    state = worker()
    had_practice = state.has_practice
    on_rollback(db(), lambda: abort_login(has_practice=had_practice))
    open_vaults = {(v.user_id, v.can_sign): v for v in (s.vault for s in state.logins.values())}
    shared_vault = open_vaults.get((opened_vault.user_id, opened_vault.can_sign), opened_vault)
    shared_vault.executor_uses = tuple(sorted({*shared_vault.executor_uses, *opened_vault.executor_uses}))
    state.logins[login_id] = Login(vault=shared_vault, must_choose_passphrase=must_choose_passphrase)
    state.was_unlocked.set()
    state.has_practice = True
    state.timeouts.start()


def abort_login(*, has_practice: bool) -> None:
    """End the login whose unlock could not be completed; the keys go when this process ends."""
    cookie.clear()
    worker().has_practice = has_practice
    end_worker(EndReason.NOT_LET_IN)


def record_passphrase_chosen() -> None:
    """Note that a new passphrase was chosen after unlocking with the recovery sheet."""
    login = _require_login()
    login.must_choose_passphrase = False
    on_rollback(db(), lambda: setattr(login, "must_choose_passphrase", True))
    record_passphrase_typed()


def record_passphrase_typed(at: float | None = None) -> None:
    """Note that the right passphrase was typed now, or at this time of `suspend_aware_clock`."""
    _require_login().passphrase_typed_at = suspend_aware_clock() if at is None else at


def seconds_since_passphrase() -> float:
    """Seconds since the passphrase itself was typed; infinity if it was not."""
    typed_at = _require_login().passphrase_typed_at
    return suspend_aware_clock() - typed_at if typed_at is not None else float("inf")


def put_in_login(name: str, value: object) -> None:
    """Store a value in this process's memory until the login ends; never in the cookie."""
    values = _require_login().values
    _restore_on_rollback(values)
    values[name] = value


def get_from_login(name: str) -> Any:
    """The value stored in the login under this name, or None."""
    return _require_login().values.get(name)


def pop_from_login(name: str) -> Any:
    """Remove and return the value stored in the login under this name, or None."""
    values = _require_login().values
    _restore_on_rollback(values)
    return values.pop(name, None)


def _restore_on_rollback(values: dict[str, Any]) -> None:
    # A recovery sheet whose key slot was not committed opens nothing, so it must not be printed and proved.
    if unit_of_work().writes:
        saved_values = dict(values)
        on_rollback(db(), lambda: _restore_values(values, saved_values))


def _restore_values(values: dict[str, Any], before: dict[str, Any]) -> None:
    values.clear()
    values.update(before)


def extend_idle_timeout() -> None:
    """Use the longer idle timeout of a therapy session."""
    worker().timeouts.session_open = True


def restore_idle_timeout() -> None:
    """Use the normal idle timeout again."""
    worker().timeouts.session_open = False


def end_worker(reason: EndReason) -> None:
    """Drop all logins at once, and end this process after its pending responses."""
    state = worker()
    state.logins.clear()
    state.is_ending = True
    state.end_process(reason)
