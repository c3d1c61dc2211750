"""Worksheets as pages: the words of the paper, to read on a screen, in large letters, or to hear."""

from uuid import UUID

from flask import Blueprint, url_for

from clinic_toolkit.record.writing import available_worksheets, handouts
from clinic_toolkit.record.writing.handout_record import HANDOUT
from clinic_toolkit.web import context
from clinic_toolkit.web.screen_parts import sheet_twin
from clinic_toolkit.web.transport.responses import ViewResult
from clinic_toolkit.worksheets import catalogue

screen = Blueprint("worksheet_twins", __name__)


@screen.get("/worksheets/<slug>/read")
def blank(slug: str) -> ViewResult:
    """The sheet as it is printed blank."""
    return sheet_twin.render_twin(catalogue.load_worksheet(slug), back=url_for("worksheets.show", slug=slug))


@screen.get("/handouts/<uuid:id>/read")
def given(id: UUID) -> ViewResult:
    """The sheet as it was given, with the client's own words."""
    handout = handouts.load_handout(context.db(), context.vault(), id)
    context.audit_read(HANDOUT, handout)
    return sheet_twin.render_twin(
        available_worksheets.load_given_worksheet(context.db(), context.vault(), handout.payload),
        back=url_for("worksheets.handout", id=id),
        sentence=handout.payload.client_sentence,
        step=handout.payload.agreement,
    )
