"""Typed access to what a request may use: the store, the keys, the time, the settings.

Everything here belongs to a request; nothing below `web` ever sees it.
"""

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, cast
from uuid import UUID

from flask import current_app, g, session
from sqlalchemy import Connection, Engine

from clinic_toolkit.record import audit
from clinic_toolkit.record import practice as practices
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.record.practice import Practice
from clinic_toolkit.record.summaries import Letterhead
from clinic_toolkit.settings import Settings
from clinic_toolkit.store.engine import if_rolled_back
from clinic_toolkit.vault.vault import Vault
from clinic_toolkit.web.activity import Activity, clock
from clinic_toolkit.web.unit import Unit

SID = "sid"


class PutAway(Exception):
    """The keys were put away while this request was on its way: it waited for its turn to write."""


class Keeper(Protocol):
    """What the keeper does for a worker: it holds a sealed blob for a quick return."""

    def hold(self, blob: bytes) -> None:
        """Keep this sealed blob."""

    def holds(self) -> bool:
        """Whether there is one."""

    def take(self) -> bytes | None:
        """The blob, for one try; three tries without `opened` destroy it."""

    def opened(self) -> None:
        """The code was right."""

    def drop(self) -> None:
        """Destroy the blob."""

    def quit(self) -> None:
        """End the program once this worker has given its answers."""

    def hand_over(self, ticket: bytes) -> None:
        """Leave this ticket for the next worker; the keeper itself never has it."""

    def parse(self, asked: bytes) -> bytes:
        """The answer of a process without keys to what `instruments.parsing.asked` packed.

        Raises:
            NotParsed: there is none.
        """


@dataclass(kw_only=True)
class Unlocked:
    """One browser's unlocked session. It lives in this process and ends with it."""

    vault: Vault
    kept: dict[str, Any] = field(default_factory=dict)
    must_choose_passphrase: bool = False
    # When the passphrase itself was typed last; a return code or a sheet is not the passphrase.
    passphrase_at: float | None = None


@dataclass(kw_only=True)
class Worker:
    """What this process holds between requests."""

    settings: Settings
    keeper: Keeper
    end: Callable[[str], None]
    activity: Activity
    engine: Engine | None = None
    unlocked: dict[str, Unlocked] = field(default_factory=dict)
    has_practice: bool = False
    ending: bool = False
    # The quick return that is being made, until it was dropped.
    return_wanted: object = None
    return_on_its_way: threading.Thread | None = None
    # When it began to answer. It may have waited long before that, and waiting is no delay served.
    serving_since: float = field(default_factory=time.monotonic)


def worker() -> Worker:
    """This process."""
    return cast(Worker, current_app.extensions["clinic"])


def unit() -> Unit:
    """The unit of work of this request."""
    return cast(Unit, g.unit)


def settings() -> Settings:
    """The configuration."""
    return worker().settings


def db() -> Connection:
    """The connection of this request: reading on GET, writing on POST."""
    return unit().db()


def now() -> datetime:
    """The time of this request, in UTC; the same all through it."""
    return unit().now


def unlocked() -> Unlocked | None:
    """The unlocked session of this browser, if there is one."""
    return worker().unlocked.get(session.get(SID, ""))


def _here() -> Unlocked:
    here = unlocked()
    if here is None:
        raise PutAway
    return here


def vault() -> Vault:
    """The open vault of this browser's session."""
    return _here().vault


def clinician() -> UUID:
    """Who is at work."""
    return vault().user_id


def practice() -> Kept[Practice]:
    """The settings of the practice, read once in a request."""
    if "practice" not in g:
        g.practice = practices.read(db(), vault())
    return cast(Kept[Practice], g.practice)


def letterhead() -> Letterhead:
    """What paper needs to know of the practice."""
    return practices.letterhead(practice().body)


def saw(noun: str, *shown: Kept[Any]) -> None:
    """Remember what this page shows; one line of audit for all of it is written afterwards.

    Args:
        noun: the name of the records' table, such as "client".
    """
    here = unit()
    here.reader = vault()
    here.reads.extend(
        audit.Entry(noun, kept.ring.bytes, kept.id.bytes, kept.version, kept.content_id) for kept in shown
    )


def showed_nothing() -> None:
    """What was opened for this request is not on the page that it answers with."""
    unit().reads.clear()


def took_away(event: str) -> None:
    """Write that what this request shows leaves as a file; this line stands for the look as well."""
    here = unit()
    audit.note(here.db(), vault(), event, tuple(dict.fromkeys(here.reads)), now=here.now)
    here.reads.clear()


def enter(opened: Vault, *, must_choose_passphrase: bool = False) -> None:
    """Let this browser in: a new session id and a new form token, so that none from before is good.

    Every browser goes on with the vault that was opened first: what one saves the others must know of.
    """
    session.clear()
    session[SID] = secrets.token_urlsafe(32)
    here = worker()
    had_practice = here.has_practice
    if_rolled_back(db(), lambda: _put_out(had_practice))
    first = next((each.vault for each in here.unlocked.values()), opened)
    here.unlocked[session[SID]] = Unlocked(vault=first, must_choose_passphrase=must_choose_passphrase)
    here.has_practice = True
    here.activity.open()


def _put_out(had_practice: bool) -> None:
    """What let this browser in did not reach the disk: nobody is in, and the keys go with the process."""
    session.clear()
    worker().has_practice = had_practice
    end_worker("not let in")


def passphrase_was_chosen() -> None:
    """The recovery sheet's detour is over."""
    here = _here()
    here.must_choose_passphrase = False
    if_rolled_back(db(), lambda: setattr(here, "must_choose_passphrase", True))
    passphrase_was_typed()


def passphrase_was_typed() -> None:
    """The passphrase itself was typed just now, and was right."""
    _here().passphrase_at = clock()


def seconds_since_passphrase() -> float:
    """How long ago the passphrase itself was typed; without end if it was not."""
    at = _here().passphrase_at
    return clock() - at if at is not None else float("inf")


def keep_in_session(name: str, value: object) -> None:
    """Keep something in this process's memory until this session ends; never in the cookie."""
    kept = _here().kept
    _as_before_if_rolled_back(kept)
    kept[name] = value


def peek_in_session(name: str) -> Any:
    """What was kept under this name, or None."""
    return _here().kept.get(name)


def take_from_session(name: str) -> Any:
    """What was kept under this name, or None; it is not kept any longer."""
    kept = _here().kept
    _as_before_if_rolled_back(kept)
    return kept.pop(name, None)


def _as_before_if_rolled_back(kept: dict[str, Any]) -> None:
    # A recovery sheet whose slot did not reach the disk opens nothing: it must not be printed and proved.
    if unit().writes:
        before = dict(kept)
        if_rolled_back(db(), lambda: _put_back(kept, before))


def _put_back(kept: dict[str, Any], before: dict[str, Any]) -> None:
    kept.clear()
    kept.update(before)


def open_hour() -> None:
    """An hour with a client has begun: pauses may be longer."""
    worker().activity.hour_open = True


def close_hour() -> None:
    """The hour is over."""
    worker().activity.hour_open = False


def end_worker(reason: str) -> None:
    """Put the keys away: no request finds them from now on, and this process ends after its answers."""
    here = worker()
    here.unlocked.clear()
    here.ending = True
    here.end(reason)
