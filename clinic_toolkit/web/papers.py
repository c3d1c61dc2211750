"""A paper on a page of ours: looked at in a frame, printed from there, saved by an act of its own.

A PDF that is sent on its own ends up in the folder of downloads, or in a viewer that stays open when the
keys are put away. One address therefore has three answers: the page, the PDF for its frame, and (to a
POST) the file. The PDF is drawn when the frame asks for it, and is never on the disk of this program.
"""

from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlencode

from flask import Response, render_template, request
from msgspec import Struct

from clinic_toolkit.record import audit
from clinic_toolkit.web import context, guard, responses
from clinic_toolkit.web.responses import Answer

FRAMED = "framed"


class Paper(Struct, frozen=True, kw_only=True):
    """A paper to be shown.

    `kind` begins the name of its file and stands in the trail; `back` is the words and the address of the
    page it came from. `beside_client`: the client is looking on, so that the page has no menu.
    """

    kind: str
    title: str
    back: tuple[str, str]
    render: Callable[[], bytes]
    beside_client: bool = False


def answer(paper: Paper) -> Answer:
    """The page that holds a paper, the paper for its frame, or the file."""
    if request.method == "POST":
        # In a store that takes no line, the page has said that there is none.
        if context.unit().writes:
            context.took_away(f"{audit.PAPER_SAVED} {paper.kind}")
        return responses.saved_paper(paper.render(), _name(paper, context.now()))
    if FRAMED not in request.args:
        return _page(paper)
    if request.headers.get("Sec-Fetch-Dest") == "document":
        # Opened on its own it would be a viewer that no lock reaches.
        context.showed_nothing()
        return responses.see(_address())
    return responses.framed_paper(paper.render(), _name(paper, context.now()))


def _page(paper: Paper) -> Response:
    # It has no word of the record on it; what the frame asks for is noted then.
    context.showed_nothing()
    noted = not guard.takes_no_line(context.unit().engine)
    names = {"paper": paper, "address": _address(), "framed": _address(framed=True), "noted": noted}
    return responses.holding_paper(render_template("papers/show.html", **names))


def _address(*, framed: bool = False) -> str:
    given = [(name, value) for name, value in request.args.items(multi=True) if name != FRAMED]
    query = urlencode(given + [(FRAMED, "1")] * framed)
    return f"{request.path}?{query}" if query else request.path


def _name(paper: Paper, at: datetime) -> str:
    # The second tells two files apart, and leads to the line of the trail. Nothing else is said by it.
    return f"{paper.kind}-{at.astimezone():%Y-%m-%d-%H%M%S}.pdf"
