"""For the clinician: what is still to be asked of one client, behind a button that looks the same for all.

The client sees the page that has the button. Nothing of what the button opens is in that page, so that
neither its content nor its size reveals anything; it is loaded when the button is pressed.
"""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from msgspec import Struct, to_builtins

from clinic_toolkit.dates import format_date
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.psychometrics.safety_prompt_rules import NO_REASSURANCE
from clinic_toolkit.record.people import cases
from clinic_toolkit.record.questionnaires import administrations, answered_items
from clinic_toolkit.record.questionnaires.administration_record import ADMINISTRATION
from clinic_toolkit.record.safety import safety_summary
from clinic_toolkit.record.safety.open_prompt_groups import PromptGroup
from clinic_toolkit.record.safety.risk_entry_record import RISK_ENTRY, RiskEntry
from clinic_toolkit.record.safety.safety_summary import FearStatus, SafetySummary
from clinic_toolkit.web import context
from clinic_toolkit.web.access import guard
from clinic_toolkit.web.forms.risk_entries import NOBODY_IN_PARTICULAR
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.request_info import wants_inline_answer
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("for_me", __name__)

COUPLE_MESSAGE = (
    "The pages of a couple show nothing about either of the two. What is still to be asked is on each "
    "person’s own page, and on Today."
)
NOTHING_OPEN_MESSAGE = "No prompt is waiting here."


class MatterLine(Struct, frozen=True, kw_only=True):
    """One line: its text, and a link if there is something to do."""

    words: str
    href: str = ""
    link: str = ""


@screen.get("/cases/<uuid:case_id>/for-me")
def show(case_id: UUID) -> ViewResult:
    """The open matters of the client of this case, as a page or as a fragment for another page's script."""
    loaded_case = cases.load_case(context.db(), context.vault(), case_id)
    back = guard.safe_return_path(request.args.get("back")) or url_for("today.index")
    client_id = loaded_case.payload.single_client_id
    lines = _couple_lines() if client_id is None else _client_lines(client_id, back)
    if wants_inline_answer():
        return responses.json_response({"lines": to_builtins(lines)}, 200)
    return render_template("for_me/show.html", here="clients", lines=lines, back=back)


def _couple_lines() -> list[MatterLine]:
    return [MatterLine(words=COUPLE_MESSAGE)]


def _client_lines(client_id: UUID, back: str) -> list[MatterLine]:
    summary = safety_summary.load_safety_summary(context.db(), context.vault(), client_id, now=context.now())
    _audit_matters(summary)
    lines = [_prompt_line(group, back) for group in summary.prompt_groups]
    lines += [_check_line(entry) for entry in summary.due_checks]
    return [
        *(lines or [MatterLine(words=NOTHING_OPEN_MESSAGE)]),
        *(_check_line(entry, "is") for entry in summary.later_checks),
        *(_fear_line(fear, client_id) for fear in summary.fear_statuses),
        MatterLine(words=NO_REASSURANCE),
    ]


def _audit_matters(summary: SafetySummary) -> None:
    sources = [administration for group in summary.prompt_groups for administration in group.questionnaires]
    context.audit_read(
        ADMINISTRATION, *{administration.id: administration for administration in sources}.values()
    )
    deferrals = [entry for group in summary.prompt_groups for entry in group.deferred_by]
    entries = [*deferrals, *summary.due_checks, *summary.later_checks]
    context.audit_read(RISK_ENTRY, *{entry.id: entry for entry in entries}.values())


def _prompt_line(group: PromptGroup, back: str) -> MatterLine:
    administration = group.administration
    label = answered_items.relationship_label(context.db(), context.vault(), administration.payload)
    source = (
        f"“{administrations.title_of(administration.payload)}”, about {label}, "
        f"{format_date(administration.payload.answered_on)}:"
    )
    sentences = [
        source,
        group.sentence(administration.id),
        *(entry.payload.deferral_sentence for entry in group.deferred_by),
    ]
    href = url_for("risk_entries.close_prompts", administration_id=administration.id, back=back)
    return MatterLine(words=" ".join(sentences), href=href, link="Say what was done")


def _check_line(entry: RecordVersion[RiskEntry], verb: str = "was") -> MatterLine:
    payload, day = entry.payload, entry.payload.next_check_date or entry.payload.entry_date
    text = payload.deferral_sentence or f"A check {verb} planned for {format_date(day)}."
    href = url_for("risk_entries.add", id=entry.id)
    return MatterLine(words=text, href=href, link=f"Add to the entry of {format_date(payload.entry_date)}")


def _fear_line(fear: FearStatus, client_id: UUID) -> MatterLine:
    word = fear.relationship_word or "nobody in particular"
    last_asked = f"last asked on {format_date(fear.asked_on)}" if fear.asked_on else "not noted"
    overdue_note = ", which is more than 90 days ago" if fear.asked_on and not fear.asked_recently else ""
    sentence = f"Fear of {word}, asked about in private: {last_asked}{overdue_note}."
    if not fear.is_room_only:
        return MatterLine(words=sentence)
    # Only a risk entry that says where sheets may go lifts a fear hold, so a link to write one is shown.
    held_relationship_id, reason = fear.relationship_id, ""
    if fear.held_alongside:
        held_relationship_id, reason = fear.held_alongside[0][0], _same_frame_note(fear)
    relationship_value = held_relationship_id.hex if held_relationship_id else NOBODY_IN_PARTICULAR
    return MatterLine(
        words=f"{sentence} Sheets about {fear.relationship_word or 'anybody'} stay in the room{reason}.",
        href=url_for("risk_entries.new", client_id=client_id, about=relationship_value),
        link="Say where sheets may go",
    )


def _same_frame_note(fear: FearStatus) -> str:
    others = " and ".join(word for _, word in fear.held_alongside)
    return f", because those about {others} do: both have the same kind, and may be one person named twice"
