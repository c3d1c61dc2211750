"""For the clinician: what is still to be asked of one client, behind a button that looks alike for everyone.

The client sees the page on which that button stands. Nothing of what it opens is in that page, so that
neither its bytes nor its size can tell; it is asked for by itself, when the button is pressed.
"""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from msgspec import Struct, to_builtins

from clinic_toolkit.psychometrics.prompts import NO_REASSURANCE
from clinic_toolkit.record import administrations, cases, open_matters, results
from clinic_toolkit.record.days import written
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.record.open_matters import Feared, OpenMatters
from clinic_toolkit.record.risk_entries import RiskEntry
from clinic_toolkit.record.to_ask import ToAsk
from clinic_toolkit.web import context, guard, responses
from clinic_toolkit.web.forms.risk_entry import NOBODY
from clinic_toolkit.web.requests import in_place
from clinic_toolkit.web.responses import Answer

screen = Blueprint("for_me", __name__)

OF_TWO = (
    "The pages of a couple show nothing about either of the two. What is still to be asked is on each "
    "person’s own page, and on Today."
)
NOTHING = "No prompt is waiting here."


class Line(Struct, frozen=True, kw_only=True):
    """One line: its words, and a link if something can be done."""

    words: str
    href: str = ""
    link: str = ""


@screen.get("/cases/<uuid:case>/for-me")
def show(case: UUID) -> Answer:
    """What is open of the client of this case, as a page of its own or for the script of another page."""
    found = cases.get(context.db(), context.vault(), case)
    back = guard.way_back(request.args.get("back")) or url_for("today.index")
    lines = _of_two() if found.body.is_couple else _of_one(found.body.client_ids[0], back)
    if in_place():
        return responses.told_as_json({"lines": to_builtins(lines)}, 200)
    return render_template("for_me/show.html", here="clients", lines=lines, back=back)


def _of_two() -> list[Line]:
    return [Line(words=OF_TWO)]


def _of_one(client: UUID, back: str) -> list[Line]:
    matters = open_matters.of_client(context.db(), context.vault(), client, now=context.now())
    _saw(matters)
    lines = [_prompt(asked, back) for asked in matters.asked]
    lines += [_check(kept) for kept in matters.checks]
    return [
        *(lines or [Line(words=NOTHING)]),
        *(_feared(each, client) for each in matters.feared),
        Line(words=NO_REASSURANCE),
    ]


def _saw(matters: OpenMatters) -> None:
    given = [kept for asked in matters.asked for kept in asked.questionnaires]
    context.saw("administration", *{kept.id: kept for kept in given}.values())
    put_off = [entry for asked in matters.asked for entry in asked.put_off]
    context.saw("risk_entry", *{kept.id: kept for kept in [*put_off, *matters.checks]}.values())


def _prompt(asked: ToAsk, back: str) -> Line:
    given = asked.administration
    about = results.about(context.db(), context.vault(), given.body)
    whence = f"“{administrations.title_of(given.body)}”, about {about}, {written(given.body.on)}:"
    words = [whence, asked.sentence(given.id), *(entry.body.as_put_off for entry in asked.put_off)]
    href = url_for("risk_entries.close", administration=given.id, back=back)
    return Line(words=" ".join(words), href=href, link="Say what was done")


def _check(kept: Kept[RiskEntry]) -> Line:
    body, day = kept.body, kept.body.next_check or kept.body.on
    words = body.as_put_off or f"A check was planned for {written(day)}."
    href = url_for("risk_entries.add", id=kept.id)
    return Line(words=words, href=href, link=f"Add to the entry of {written(body.on)}")


def _feared(each: Feared, client: UUID) -> Line:
    whom = each.word or "nobody in particular"
    asked = f"last asked on {written(each.asked_on)}" if each.asked_on else "not noted"
    late = ", which is more than 90 days ago" if each.asked_on and not each.counts else ""
    words = f"Fear of {whom}, asked about in private: {asked}{late}."
    if not each.room_only:
        return Line(words=words)
    # Only an entry that says where sheets may go lifts a hold, so the way to one stands beside it.
    held, why = each.about, ""
    if each.beside:
        held, why = each.beside[0][0], _same_kind(each)
    about = held.hex if held else NOBODY
    return Line(
        words=f"{words} Sheets about {each.word or 'anybody'} stay in the room{why}.",
        href=url_for("risk_entries.new", client=client, about=about),
        link="Say where sheets may go",
    )


def _same_kind(each: Feared) -> str:
    others = " and ".join(word for _, word in each.beside)
    return f", because those about {others} do: both have the same kind, and may be one person named twice"
