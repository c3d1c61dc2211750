"""Guidance for the clinician on giving this questionnaire about this person in this mode, on one screen.

A client may see the pages of a questionnaire, so they contain nothing of this. It is loaded when its button
is pressed and opens in place; it also has a page of its own, with less important parts folded away.
"""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.instruments import client_wording
from clinic_toolkit.instruments.mode_guidance import MODE_GROUP_LABELS, ModeGroup, guidance_lines
from clinic_toolkit.record.questionnaires import administrations, answered_items
from clinic_toolkit.record.questionnaires.administration_record import (
    ADMINISTRATION,
    Administration,
    AdministrationMode,
)
from clinic_toolkit.web import context
from clinic_toolkit.web.access import guard
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.request_info import wants_inline_answer
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("guidance", __name__)

_MODE_GROUP_OF: dict[AdministrationMode, ModeGroup] = {
    AdministrationMode.SELF_ENTERED: "alone",
    AdministrationMode.PAPER: "paper",
}


@screen.get("/administrations/<uuid:id>/guidance")
def show(id: UUID) -> ViewResult:
    """Guidance on this form, relationship and mode, as a page or as a fragment for another page's script."""
    administration = administrations.load_administration(context.db(), context.vault(), id)
    context.audit_read(ADMINISTRATION, administration)
    back = guard.safe_return_path(request.args.get("back")) or url_for("administrations.introduction", id=id)
    instrument = administrations.instrument_of(administration.payload)
    frame = administrations.frame_of(administration.payload)
    mode_group = _requested_mode_group(administration.payload)
    mode, is_aloud = administration.payload.mode, mode_group == "aloud"
    lines = guidance_lines(
        mode_group,
        is_over_telehealth=is_aloud and mode.is_over_telehealth,
        has_interpreter=is_aloud and mode.has_interpreter,
    )
    poorly_fitting = answered_items.poorly_fitting_numbers(instrument, frame.id)
    if wants_inline_answer():
        texts = [
            f"{frame.label[:1].upper()}{frame.label[1:]}: {frame.note}",
            *lines,
            *(
                client_wording.with_client_word_in_quotes(note, administration.payload.relationship_word)
                for note in instrument.clinician_notes
            ),
        ]
        page_link = {
            "words": "The rest is on its own page:",
            "href": url_for(".show", id=id, way=mode_group, back=back),
            "link": "How to give it",
        }
        return responses.json_response({"lines": [*({"words": text} for text in texts), page_link]}, 200)
    return render_template(
        "guidance/show.html",
        here="questionnaires",
        administration=administration,
        instrument=instrument,
        about=answered_items.relationship_label(context.db(), context.vault(), administration.payload),
        frame=frame,
        fits_ill=poorly_fitting,
        lines=lines,
        way=mode_group,
        ways=MODE_GROUP_LABELS,
        back=back,
    )


def _requested_mode_group(body: Administration) -> ModeGroup:
    """The mode group in the URL, or else that of the administration."""
    for mode_group in MODE_GROUP_LABELS:
        if request.args.get("way") == mode_group:
            return mode_group
    return _MODE_GROUP_OF.get(body.mode, "aloud")
