"""The goals of the treatment plan in the editor of a note: which are on offer, and which are ticked."""

from flask import request
from msgspec import Struct

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people.therapy_session_record import TherapySession
from clinic_toolkit.record.writing import goal_parts
from clinic_toolkit.record.writing.note_record import ClinicalNote
from clinic_toolkit.web import context

# Sent by a page that shows the goals, so that one on which none is ticked differs from one without them.
SHOWN_FIELD, GOALS_FIELD = "goals-shown", "goals"


class NoteGoals(Struct, frozen=True, kw_only=True):
    """The goals on offer, as pairs of id in hex and words, and the ids of those that the note names."""

    choices: tuple[tuple[str, str], ...]
    chosen: tuple[str, ...]

    @property
    def goal_ids(self) -> tuple[bytes, ...]:
        """The ids to save."""
        return tuple(bytes.fromhex(hex_id) for hex_id in self.chosen)


def load_note_goals(
    session: RecordVersion[TherapySession], note: RecordVersion[ClinicalNote] | None
) -> NoteGoals:
    """The goals for this page: ticked as they were just sent, else as the note has them."""
    payload = note.payload if note else None
    goals = goal_parts.list_goals_on_offer(context.db(), context.vault(), session, payload)
    ticked = {goal_id.hex() for goal_id in payload.goal_ids} if payload else set()
    offered = {goal.id.hex for goal in goals}
    # A goal that the plan no longer has stays named: the page cannot show it.
    hidden = [hex_id for hex_id in sorted(ticked) if hex_id not in offered]
    if request.method == "POST" and SHOWN_FIELD in request.form:
        ticked = set(request.form.getlist(GOALS_FIELD))
    return NoteGoals(
        choices=tuple((goal.id.hex, goal.words) for goal in goals),
        chosen=(*(goal.id.hex for goal in goals if goal.id.hex in ticked), *hidden),
    )
