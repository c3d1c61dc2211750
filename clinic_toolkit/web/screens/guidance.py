"""How to give this questionnaire, about this person, in this way: for the clinician, on one screen.

A client may be reading the pages of a questionnaire, so nothing of this stands in them. It is fetched when
its button is pressed, opens in its place, and has a page of its own, with the rest folded away.
"""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.instruments import naming
from clinic_toolkit.instruments.ways import WAYS, Way, lines_for
from clinic_toolkit.record import administrations, results
from clinic_toolkit.record.administrations import Administration
from clinic_toolkit.web import context, guard, responses
from clinic_toolkit.web.requests import in_place
from clinic_toolkit.web.responses import Answer

screen = Blueprint("guidance", __name__)

_WAY_OF: dict[str, Way] = {administrations.ALONE: "alone", administrations.PAPER: "paper"}


@screen.get("/administrations/<uuid:id>/guidance")
def show(id: UUID) -> Answer:
    """What concerns this form, this relationship and this way; a page, or lines for another page's script."""
    kept = administrations.get(context.db(), context.vault(), id)
    context.saw("administration", kept)
    back = guard.way_back(request.args.get("back")) or url_for("administrations.introduction", id=id)
    instrument, frame = administrations.instrument_of(kept.body), administrations.frame_of(kept.body)
    way = _way(kept.body)
    lines = lines_for(way, kept.body.mode if way == "aloud" else "")
    fits_ill = results.fits_ill(instrument, frame.id)
    if in_place():
        told = [
            f"{frame.label[:1].upper()}{frame.label[1:]}: {frame.note}",
            *lines,
            *(naming.quoted(note, kept.body.word) for note in instrument.clinician_notes),
        ]
        rest = {
            "words": "The rest is on its own page:",
            "href": url_for(".show", id=id, way=way, back=back),
            "link": "How to give it",
        }
        return responses.told_as_json({"lines": [*({"words": words} for words in told), rest]}, 200)
    return render_template(
        "guidance/show.html",
        here="questionnaires",
        kept=kept,
        instrument=instrument,
        about=results.about(context.db(), context.vault(), kept.body),
        frame=frame,
        fits_ill=fits_ill,
        lines=lines,
        way=way,
        ways=WAYS,
        back=back,
    )


def _way(body: Administration) -> Way:
    """The way that was asked for, or else the one in which it is given."""
    for way in WAYS:
        if request.args.get("way") == way:
            return way
    return _WAY_OF.get(body.mode, "aloud")
