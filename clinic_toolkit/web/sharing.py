"""The page to share with a client over telehealth: where the clinician is now, kept in memory alone.

It is lost with the process, which does no harm: the page then shows the first question without an answer.
"""

from typing import Any
from uuid import UUID

from flask import Response, render_template

from clinic_toolkit.web import context, responses

INTRODUCTION, PAUSE = 0, -1
_PLACE = "place to share"


def follow(administration: UUID, place: int | None) -> None:
    """The clinician is here: a question by its number, the introduction, a pause; None: nowhere in order."""
    context.keep_in_session(_PLACE, (administration, place))


def place_of(administration: UUID, *, otherwise: int) -> int:
    """Where to be: with the clinician; `otherwise` if that is not known; a pause while they ask another."""
    kept: Any = context.peek_in_session(_PLACE)
    where, place = kept or (administration, None)
    if where != administration:
        return PAUSE
    return otherwise if place is None else int(place)


def one_moment() -> Response:
    """A page that says nothing: while locked, at a pause, and when there is nothing left to ask."""
    return responses.asking_again(render_template("shared/moment.html"))
