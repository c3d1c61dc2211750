"""The page to share with a client over telehealth: where the clinician is now, kept in memory alone.

It is lost with the process, which does no harm: the page then shows the first question without an answer.
"""

from typing import Any
from uuid import UUID

from flask import Response, render_template

from clinic_toolkit.web import context
from clinic_toolkit.web.transport import responses

INTRODUCTION, PAUSE = 0, -1
_PLACE_KEY = "place to share"


def set_shared_place(administration: UUID, place: int | None) -> None:
    """The clinician is here: a question by its number, the introduction, a pause; None: nowhere in order."""
    context.put_in_session(_PLACE_KEY, (administration, place))


def get_shared_place(administration: UUID, *, default: int) -> int:
    """Where to be: with the clinician; `default` if that is not known; a pause while they ask another."""
    kept: Any = context.get_from_session(_PLACE_KEY)
    where, place = kept or (administration, None)
    if where != administration:
        return PAUSE
    return default if place is None else int(place)


def render_wait_page() -> Response:
    """A page that says nothing: while locked, at a pause, and when there is nothing left to ask."""
    return responses.refreshing_page(render_template("shared/moment.html"))
