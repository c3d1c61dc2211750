"""The questionnaires there are: what is asked, what is known of them, and their paper."""

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.instruments import catalogue, form_code
from clinic_toolkit.instruments.standing import status_line
from clinic_toolkit.psychometrics.rules import number_rule
from clinic_toolkit.record import own_questionnaires, results
from clinic_toolkit.record.summaries import (
    STATUS_LINE,
    AnswerCard,
    BlankQuestionnaire,
    ClinicianCard,
    InstrumentGuide,
)
from clinic_toolkit.web import context, guard, limits, papers
from clinic_toolkit.web.papers import Paper
from clinic_toolkit.web.responses import Answer

screen = Blueprint("questionnaires", __name__)


@screen.get("/questionnaires")
def index() -> Answer:
    """Every questionnaire there is."""
    return render_template(
        "questionnaires/index.html",
        here="questionnaires",
        instruments=(*own_questionnaires.on_offer(context.db(), context.vault()), catalogue.check_in()),
        status_text=STATUS_LINE,
    )


@screen.get("/questionnaires/<slug>")
def show(slug: str) -> Answer:
    """One questionnaire with its evidence card."""
    instrument = own_questionnaires.named(context.db(), context.vault(), slug)
    frames = [frame for frame in catalogue.frames() if frame.takes_questionnaires]
    return render_template(
        "questionnaires/show.html",
        here="questionnaires",
        instrument=instrument,
        frames=frames,
        fits_ill={frame.id: results.fits_ill(instrument, frame.id) for frame in frames},
        rule=number_rule(instrument),
        status_text=status_line(instrument, STATUS_LINE),
        limits=limits.before(instrument),
    )


@screen.route("/questionnaires/<slug>/blank", methods=["GET", "POST"])
@guard.giving_a_paper
def blank(slug: str) -> Answer:
    """The form on paper, under the nameless code of its version and wording."""
    from clinic_toolkit.documents import blank_form as paper

    instrument = own_questionnaires.named(context.db(), context.vault(), slug)
    general = "general" in request.args
    value = BlankQuestionnaire(
        letterhead=context.letterhead(),
        instrument=instrument,
        general=general,
        code=form_code.code_of(instrument, general=general),
        limits=limits.on_paper(instrument),
    )
    return _paper("questionnaire", "Blank form", lambda: paper.render(value), slug)


@screen.route("/questionnaires/<slug>/answer-card", methods=["GET", "POST"])
@guard.giving_a_paper
def answer_card(slug: str) -> Answer:
    """The answer words in large type, to point at."""
    from clinic_toolkit.documents import answer_card as paper

    value = AnswerCard(
        letterhead=context.letterhead(),
        instrument=own_questionnaires.named(context.db(), context.vault(), slug),
    )
    return _paper("answer-card", "Answer card", lambda: paper.render(value), slug)


@screen.route("/questionnaires/<slug>/card", methods=["GET", "POST"])
@guard.giving_a_paper
def card(slug: str) -> Answer:
    """For the clinician, beside a form on paper: which numbers to look at before the client leaves."""
    from clinic_toolkit.documents import clinician_card as paper

    instrument = own_questionnaires.named(context.db(), context.vault(), slug)
    value = ClinicianCard(
        letterhead=context.letterhead(),
        instrument=instrument,
        code=form_code.code_of(instrument, general=False),
        code_general=form_code.code_of(instrument, general=True),
    )
    return _paper("clinician-card", "Card for you", lambda: paper.render(value), slug)


@screen.route("/questionnaires/<slug>/guide", methods=["GET", "POST"])
@guard.giving_a_paper
def guide(slug: str) -> Answer:
    """How to give it and what to ask, on paper."""
    from clinic_toolkit.documents import guide as paper

    value = InstrumentGuide(
        letterhead=context.letterhead(),
        instrument=own_questionnaires.named(context.db(), context.vault(), slug),
    )
    return _paper("guide", "Guide for you", lambda: paper.render(value), slug)


def _paper(kind: str, title: str, render: Callable[[], bytes], slug: str) -> Answer:
    # The card is wanted in the middle of an hour as well: then it leads back there.
    giving = request.args.get("giving", type=UUID)
    if giving:
        back = ("Back to the introduction", url_for("administrations.introduction", id=giving))
    else:
        back = ("Back to the questionnaire", url_for(".show", slug=slug))
    return papers.answer(Paper(kind=kind, title=title, back=back, render=render))
