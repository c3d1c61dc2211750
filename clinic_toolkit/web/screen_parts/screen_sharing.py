"""The clinician's current question, held in memory for the page shared over telehealth.

It is lost when the process ends; the shared page then shows the first question without an answer.
"""

from typing import Any
from uuid import UUID

from flask import Response, render_template

from clinic_toolkit.web import context
from clinic_toolkit.web.transport import responses

INTRODUCTION, PAUSE = 0, -1
_PLACE_KEY = "place to share"


def set_shared_place(administration: UUID, place: int | None) -> None:
    """Set the clinician's place: a question number, the introduction, a pause, or None if unknown."""
    context.put_in_login(_PLACE_KEY, (administration, place))


def get_shared_place(administration: UUID, *, default: int) -> int:
    """The place to show: the clinician's, `default` if unknown, a pause during another questionnaire."""
    shared: Any = context.get_from_login(_PLACE_KEY)
    shared_id, place = shared or (administration, None)
    if shared_id != administration:
        return PAUSE
    return default if place is None else int(place)


def render_wait_page() -> Response:
    """The neutral page that is shown while locked, in a pause, and when no question is left."""
    return responses.refreshing_page(render_template("shared/moment.html"))
