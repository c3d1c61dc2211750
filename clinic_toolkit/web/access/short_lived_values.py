"""What a session holds for some minutes only: new sheets, and a key on its way from one secret to another.

They open more than the session itself does, psychotherapy notes among it, so they do not stay for as long as
somebody is at work.
"""

from typing import cast

from clinic_toolkit.web import context
from clinic_toolkit.web.context import WorkerState
from clinic_toolkit.web.perimeter import timeouts

LIFETIME_SECONDS = 15 * 60.0
_SINCE = "short-lived since"


def hold(name: str, value: object) -> None:
    """Store a value in the session; it is removed after a quarter of an hour."""
    context.put_in_session(name, value)
    since = cast("dict[str, float] | None", context.get_from_session(_SINCE)) or {}
    context.put_in_session(_SINCE, {**since, name: timeouts.suspend_aware_clock()})


def discard_expired(worker: WorkerState) -> None:
    """Remove what was held for too long from every session; called twice a second."""
    now = timeouts.suspend_aware_clock()
    for unlocked_session in list(worker.unlocked_sessions.values()):
        for name, since in dict(unlocked_session.values.get(_SINCE, {})).items():
            if now - since >= LIFETIME_SECONDS:
                unlocked_session.values.pop(name, None)
