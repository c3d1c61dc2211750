"""The page to share over telehealth: the question of now and the words to answer it, and nothing else.

It carries no name, no answer, no button and no link, follows the clinician from question to question by
asking again every few seconds, and says "One moment" whenever there is nothing for the client to see.
"""

from uuid import UUID

from flask import Blueprint, render_template

from clinic_toolkit.psychometrics.numerals import in_words
from clinic_toolkit.record import administrations, answers
from clinic_toolkit.record.administrations import Administration
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.web import context, guard, limits, responses, sharing
from clinic_toolkit.web.forms.item import WAYS
from clinic_toolkit.web.responses import Answer

screen = Blueprint("shared", __name__)


@screen.get("/administrations/<uuid:id>/shared")
@guard.shown_to_a_client
def show(id: UUID) -> Answer:
    """What the client sees now. No line of the trail: the clinician's own page, beside it, writes it."""
    kept = administrations.get(context.db(), context.vault(), id)
    if kept.state != "in_progress" or kept.body.entered is not None:
        return sharing.one_moment()
    place = sharing.place_of(id, otherwise=answers.next_place(kept.body.answers) + 1)
    return sharing.one_moment() if place == sharing.PAUSE else responses.asking_again(_words(kept, place))


def _words(kept: Kept[Administration], place: int) -> str:
    instrument = administrations.instrument_of(kept.body)
    count = len(instrument.items)
    if not 1 <= place <= count:
        page = "introduction" if place == sharing.INTRODUCTION else "closing"
        return render_template(f"shared/{page}.html", instrument=instrument, limits=limits.before(instrument))
    return render_template(
        "shared/question.html",
        instrument=instrument,
        text=administrations.wording(kept.body, instrument.items[place - 1]),
        options=sorted(instrument.options, key=lambda option: option.value),
        ways=WAYS,
        progress=f"Question {in_words(place)} of {in_words(count)}",
    )
