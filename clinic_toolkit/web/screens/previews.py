"""A questionnaire before it is taken in: for the clinician, as a client meets it, and on paper.

Its pages are the very ones of the hour. Nothing that is chosen on them is kept.
"""

from collections.abc import Callable
from types import SimpleNamespace

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.instruments import catalogue, travelling
from clinic_toolkit.instruments.model import Instrument, Item
from clinic_toolkit.instruments.standing import status_line
from clinic_toolkit.psychometrics.rules import number_rule
from clinic_toolkit.record import own_questionnaires, results, rows
from clinic_toolkit.record.answers import Response
from clinic_toolkit.record.summaries import STATUS_LINE, AnswerCard, BlankQuestionnaire, InstrumentGuide
from clinic_toolkit.web import context, guard, held_definition, limits, papers, responses
from clinic_toolkit.web.forms.item import WAYS
from clinic_toolkit.web.held_definition import NothingHeld
from clinic_toolkit.web.papers import Paper
from clinic_toolkit.web.responses import Answer

screen = Blueprint("previews", __name__, url_prefix="/your-questionnaires/preview")

ABOUT, IN_GENERAL, GENERAL = "M.", "people in general", "general"
_OPEN = Response(status="not_reached", value=None, talk=False, said="")
_NO_CODE = "000000"


@screen.get("")
def show() -> Answer:
    """What the clinician will see of it, and the ways to everything else."""
    held = held_definition.the_one()
    instrument = held.instrument
    frames = [frame for frame in catalogue.frames() if frame.takes_questionnaires]
    known = own_questionnaires.newest(context.db(), context.vault())
    return render_template(
        "own_questionnaires/preview.html",
        here="questionnaires",
        instrument=instrument,
        file=held.file,
        before=next((kept.body.version for kept in known if kept.body.instrument == instrument.id), ""),
        can_be_handed=travelling.fits(instrument),
        frames=frames,
        fits_ill={frame.id: results.fits_ill(instrument, frame.id) for frame in frames},
        rule=number_rule(instrument),
        status_text=status_line(instrument, STATUS_LINE),
        limits=limits.before(instrument),
    )


@screen.get("/introduction")
def introduction() -> Answer:
    """What is said before the first question."""
    instrument = held_definition.the_one().instrument
    return _drawn("introduction", instrument, limits=limits.before(instrument))


@screen.route("/items/<int:number>", methods=["GET", "POST"])
def item(number: int) -> Answer:
    """One question a screen; its buttons lead on, and keep nothing."""
    instrument = held_definition.the_one().instrument
    if not 1 <= number <= len(instrument.items):
        raise rows.NotThere
    if request.method == "POST":
        return responses.see(_onward(instrument, number))
    asked = instrument.items[number - 1]
    return _drawn(
        "item",
        instrument,
        item=asked,
        text=_wording(asked),
        number=number,
        count=len(instrument.items),
        facet=next(each for each in instrument.facets if each.id == asked.facet),
    )


def _onward(instrument: Instrument, number: int) -> str:
    if request.form.get("go") == "back" and "way" not in request.form:
        return _to("item", number=number - 1) if number > 1 else _to("introduction")
    return _to("check") if number == len(instrument.items) else _to("item", number=number + 1)


@screen.get("/all")
def whole() -> Answer:
    """Every question on one page."""
    instrument = held_definition.the_one().instrument
    lines = [
        {"number": number, "item": item, "text": _wording(item), "answered": _OPEN, "elsewhere": None}
        for number, item in enumerate(instrument.items, start=1)
    ]
    return _drawn("whole", instrument, lines=lines, newer=False, version="")


@screen.post("/all")
def look_on() -> Answer:
    """Go on to the page of answers; nothing that was chosen is kept."""
    return responses.see(_to("check"))


@screen.get("/check")
def check() -> Answer:
    """The page of answers, all of them open."""
    instrument = held_definition.the_one().instrument
    items = [
        {"number": number, "text": _wording(item), "label": None, "status": "not_reached", "talk": False}
        for number, item in enumerate(instrument.items, start=1)
    ]
    return _drawn("check", instrument, items=[{**line, "said": ""} for line in items])


@screen.route("/blank", methods=["GET", "POST"])
@guard.giving_a_paper
def blank() -> Answer:
    """The form on paper; its code belongs to no sheet."""
    from clinic_toolkit.documents import blank_form as paper

    instrument = held_definition.the_one().instrument
    value = BlankQuestionnaire(
        letterhead=context.letterhead(),
        instrument=instrument,
        general=GENERAL in request.args,
        code=_NO_CODE,
        limits=limits.on_paper(instrument),
    )
    return _paper("questionnaire", "Blank form", lambda: paper.render(value))


@screen.route("/answer-card", methods=["GET", "POST"])
@guard.giving_a_paper
def answer_card() -> Answer:
    """The answer words in large type."""
    from clinic_toolkit.documents import answer_card as paper

    value = AnswerCard(letterhead=context.letterhead(), instrument=held_definition.the_one().instrument)
    return _paper("answer-card", "Answer card", lambda: paper.render(value))


@screen.route("/guide", methods=["GET", "POST"])
@guard.giving_a_paper
def guide() -> Answer:
    """How to give it, on paper."""
    from clinic_toolkit.documents import guide as paper

    value = InstrumentGuide(letterhead=context.letterhead(), instrument=held_definition.the_one().instrument)
    return _paper("guide", "Guide for you", lambda: paper.render(value))


def _paper(kind: str, title: str, render: Callable[[], bytes]) -> Answer:
    back = ("Back to the questionnaire", url_for(".show"))
    return papers.answer(Paper(kind=kind, title=title, back=back, render=render))


@screen.errorhandler(NothingHeld)
def nothing_held(error: NothingHeld) -> Answer:
    """Back to where a file is chosen."""
    return responses.see(url_for("own_questionnaires.index"))


def _drawn(name: str, instrument: Instrument, **values: object) -> str:
    """A page of the hour, about nobody: without an administration there is no id to lead anywhere."""
    body = SimpleNamespace(mode="read_aloud", session_id=None, relationship=None, entered=None)
    nobody = SimpleNamespace(id=None, version=0, body=body)
    return render_template(
        f"own_questionnaires/{name}.html",
        kept=nobody,
        instrument=instrument,
        about=IN_GENERAL if GENERAL in request.args else ABOUT,
        general=GENERAL in request.args,
        wording={GENERAL: 1} if GENERAL in request.args else {},
        ways=WAYS,
        errors={},
        asked_last="",
        open_line="",
        **values,
    )


def _wording(item: Item) -> str:
    return item.text_general if GENERAL in request.args else item.text


def _to(page: str, **values: int) -> str:
    return url_for(f".{page}", **values, **({GENERAL: 1} if GENERAL in request.args else {}))  # type: ignore[arg-type]
