"""For the clinician: what is still to be asked of one client, behind a button that looks the same for all.

The client sees the page that has the button. Nothing of what the button opens is in that page, so that
neither its content nor its size reveals anything; it is loaded when the button is pressed.
"""

from urllib.parse import urlsplit
from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from msgspec import to_builtins

from clinic_toolkit.dates import format_date
from clinic_toolkit.instruments.closed_sets import SafetyFlag
from clinic_toolkit.psychometrics.safety_prompt_rules import no_reassurance_line
from clinic_toolkit.record.people import cases
from clinic_toolkit.record.safety import safety_summary
from clinic_toolkit.record.safety.safety_summary import FearStatus, SafetySummary
from clinic_toolkit.web import context
from clinic_toolkit.web.access import guard
from clinic_toolkit.web.forms.risk_entries import NOBODY_IN_PARTICULAR
from clinic_toolkit.web.screen_parts import looks_before_end, open_matters
from clinic_toolkit.web.screen_parts.open_matters import MatterLine
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.request_info import wants_inline_answer
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("for_me", __name__)

COUPLE_MESSAGE = (
    "The pages of a couple show nothing about either of the two. What is still to be asked is on each "
    "person’s own page, and on Today."
)
NOTHING_OPEN_MESSAGE = "No prompt is waiting here."


@screen.get("/cases/<uuid:case_id>/for-me")
def show(case_id: UUID) -> ViewResult:
    """The open matters of the client of this case, as a page or as a fragment for another page's script."""
    loaded_case = cases.load_case(context.db(), context.vault(), case_id)
    back = guard.safe_return_path(request.args.get("back")) or url_for("today.index")
    looks_before_end.note_look(urlsplit(back).path)
    client_id = loaded_case.payload.single_client_id
    lines = _couple_lines() if client_id is None else _client_lines(client_id, back)
    if wants_inline_answer():
        return responses.json_response({"lines": to_builtins(lines)}, 200)
    return render_template("for_me/show.html", here="clients", lines=lines, back=back)


def _couple_lines() -> list[MatterLine]:
    return [MatterLine(words=COUPLE_MESSAGE)]


def _client_lines(client_id: UUID, back: str) -> list[MatterLine]:
    summary = safety_summary.load_safety_summary(context.db(), context.vault(), client_id, now=context.now())
    lines = open_matters.lines_of_summary(summary, back)
    return [
        *(lines or [MatterLine(words=NOTHING_OPEN_MESSAGE)]),
        *open_matters.lines_of_later_checks(summary),
        *(_fear_line(fear, summary, client_id, back) for fear in summary.fear_statuses),
        MatterLine(
            words="For hard moments:",
            href=url_for("hard_moments.find", client_id=client_id),
            link="Plan in the client’s own words",
        ),
        MatterLine(words=no_reassurance_line(beside_prompt=bool(lines))),
    ]


def _fear_line(fear: FearStatus, summary: SafetySummary, client_id: UUID, back: str) -> MatterLine:
    word = fear.relationship_word or "nobody in particular"
    sentence = f"Fear of {word}, asked about in private: {_when_asked(fear)}."
    if not fear.is_room_only:
        return MatterLine(words=sentence)
    # Only a risk entry that says where sheets may go lifts a fear hold, so a link to write one is shown.
    holding, alongside_note = fear, ""
    if fear.held_alongside:
        held_id, alongside_note = fear.held_alongside[0][0], _same_frame_note(fear)
        holding = next(other for other in summary.fear_statuses if other.relationship_id == held_id)
    stays = f"Sheets about {fear.relationship_word or 'anybody'} stay in the room{alongside_note}."
    return MatterLine(
        words=f"{sentence} {stays} {_why_in_room(holding)}",
        href=_place_address(holding, summary, client_id, back),
        link="Say where sheets may go",
    )


def _when_asked(fear: FearStatus) -> str:
    if fear.prompt_asked_on:
        day = format_date(fear.prompt_asked_on)
        return f"you noted “Asked today” on {day}, but not yet where sheets may go"
    if fear.asked_on is None:
        return "not noted"
    overdue_note = "" if fear.asked_recently else ", which is more than 90 days ago"
    return f"last asked on {format_date(fear.asked_on)}{overdue_note}"


def _why_in_room(fear: FearStatus) -> str:
    if fear.is_prompt_open:
        return "The prompt about this is still open."
    if fear.kept_in_room_on:
        return f"You noted so on {format_date(fear.kept_in_room_on)}."
    return "No entry says yet that they may go home."


def _place_address(fear: FearStatus, summary: SafetySummary, client_id: UUID, back: str) -> str:
    """The URL of the page to say where sheets may go: while a prompt about it is open, the page of that."""
    for group in summary.prompt_groups:
        if group.flag == SafetyFlag.FEAR and group.relationship_id == fear.relationship_id:
            return open_matters.closing_address(group, back)
    about = fear.relationship_id.hex if fear.relationship_id else NOBODY_IN_PARTICULAR
    return url_for("risk_entries.new", client_id=client_id, about=about)


def _same_frame_note(fear: FearStatus) -> str:
    others = " and ".join(word for _, word in fear.held_alongside)
    return f", because those about {others} do: both have the same kind, and may be one person named twice"
