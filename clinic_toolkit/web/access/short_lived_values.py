"""What a login holds for some minutes only: new sheets, offered words, and a key on its way between secrets.

They open more than the login itself does, psychotherapy notes among it, so they do not stay for as long as
somebody is at work. The papers among them are shown once each.
"""

from typing import NamedTuple, cast

from clinic_toolkit.web import context
from clinic_toolkit.web.context import WorkerState
from clinic_toolkit.web.perimeter import timeouts

LIFETIME_SECONDS = 15 * 60.0
_HELD = "short-lived values"


class _Held(NamedTuple):
    """Since when a value is held, and which of its papers were shown."""

    since: float
    shown: frozenset[int] = frozenset()


def hold(name: str, value: object) -> None:
    """Store a value in the login; it is removed after a quarter of an hour. None of it was shown yet."""
    context.put_in_login(name, value)
    _note(name, _Held(timeouts.suspend_aware_clock()))


def find(name: str) -> object:
    """The value, or None if it is not held any more."""
    return context.get_from_login(name)


def take(name: str) -> object:
    """Remove the value from memory, and return it; None if it was not held any more."""
    return context.pop_from_login(name)


def list_shown(name: str) -> frozenset[int]:
    """The numbers of the papers of this value that were shown."""
    held = _list_held().get(name)
    return held.shown if held else frozenset()


def mark_shown(name: str, paper: int = 1) -> None:
    """Note that a paper was shown. It is shown once, so that *Back* cannot show it again."""
    if held := _list_held().get(name):
        _note(name, held._replace(shown=held.shown | {paper}))


def discard_expired(worker: WorkerState) -> None:
    """Remove what was held for too long from every login and the set-up; called twice a second."""
    now = timeouts.suspend_aware_clock()
    offered = worker.setup_words
    if offered and now - offered[1] >= LIFETIME_SECONDS:
        worker.setup_words = None
    for login in list(worker.logins.values()):
        for name, held in dict(login.values.get(_HELD, {})).items():
            if now - held.since >= LIFETIME_SECONDS:
                login.values.pop(name, None)


def _list_held() -> dict[str, _Held]:
    return cast("dict[str, _Held] | None", context.get_from_login(_HELD)) or {}


def _note(name: str, held: _Held) -> None:
    # A new dictionary, because another thread reads the old one meanwhile.
    context.put_in_login(_HELD, {**_list_held(), name: held})
