"""Whether “For the clinician” was opened on the page before the end of a session.

Asked of every session, whether anything is waiting or not, so that being asked tells a client nothing.
"""

import time
from collections.abc import Mapping

from clinic_toolkit.web import context

_LOGIN_KEY = "looks_before_end"
# Longer ago, another questionnaire may have been given since.
_SECONDS = 15 * 60


def note_look(path: str) -> None:
    """Remember that it was opened from the page with this path."""
    looks: Mapping[str, float] = context.get_from_login(_LOGIN_KEY) or {}
    recent = {other: at for other, at in looks.items() if _is_recent(at)}
    context.put_in_login(_LOGIN_KEY, recent | {path: time.monotonic()})


def has_looked(path: str) -> bool:
    """Whether it was opened from this page within the last 15 minutes."""
    looks: Mapping[str, float] = context.get_from_login(_LOGIN_KEY) or {}
    return path in looks and _is_recent(looks[path])


def _is_recent(at: float) -> bool:
    return time.monotonic() - at < _SECONDS
