"""At the start of an hour: what happened with what was agreed last time."""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.record.people import (
    cases,
    joined_entries,
    task_words,
    therapy_session_timeline,
    therapy_sessions,
)
from clinic_toolkit.record.people.therapy_session_record import THERAPY_SESSION
from clinic_toolkit.web import context
from clinic_toolkit.web.forms import fields
from clinic_toolkit.web.forms.tasks import TaskForm
from clinic_toolkit.web.screen_parts.saved_message import redirect_saved
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("task_answers", __name__)


@screen.route("/sessions/<uuid:id>/agreed-before", methods=["GET", "POST"])
def note_answer(id: UUID) -> ViewResult:
    """Note in a session what happened with what was agreed before it."""
    db, vault = context.db(), context.vault()
    session = therapy_sessions.load_therapy_session(db, vault, id)
    case = cases.load_case(db, vault, session.payload.case_id)
    shown_cases = joined_entries.list_cases_as_one(db, vault, case)
    sessions = therapy_session_timeline.list_therapy_sessions_of_cases(db, vault, shown_cases)
    payload = session.payload
    form = TaskForm(
        request.form if request.method == "POST" else None,
        data={"answer": payload.task_answer or None, "said": payload.task_said},
    )
    is_newer = False
    if request.method == "POST" and form.validate():
        noted = (payload.task_answer, payload.task_said)
        shown = therapy_sessions.find_shown_version(db, vault, id, form.version.data)
        is_newer = noted != (form.answer_chosen, form.said.data) and (
            shown is None or (shown.task_answer, shown.task_said) != noted
        )
        if not is_newer:
            therapy_sessions.record_task_answer(
                db, vault, session, form.answer_chosen, said=form.said.data, now=context.now()
            )
            return redirect_saved(url_for("sessions.show", id=id))
    context.audit_read(THERAPY_SESSION, session)
    page = render_template(
        "sessions/task.html",
        here="clients",
        session=session,
        case=case,
        last=therapy_session_timeline.find_last_agreement(sessions, session),
        form=form,
        errors=form.errors,
        version=fields.version_for_page(form, session.version),
        newer=task_words.describe_task(payload) if is_newer else "",
        answers=[
            (each, label, task_words.FOLLOW_UPS[each]) for each, label in task_words.TASK_LABELS.items()
        ],
    )
    return (page, 409) if is_newer else (page, 422) if form.errors else page
