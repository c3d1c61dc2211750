"""Today: the coming sessions, and what is still to be finished."""

from flask import Blueprint, render_template

from clinic_toolkit.journal import list_facts, restored_folder
from clinic_toolkit.record import daily_overview
from clinic_toolkit.record.outcomes.repeat_agreement_record import REPEAT_AGREEMENT
from clinic_toolkit.record.people.therapy_session_record import THERAPY_SESSION
from clinic_toolkit.record.questionnaires.administration_record import ADMINISTRATION
from clinic_toolkit.record.safety.risk_entry_record import RISK_ENTRY
from clinic_toolkit.record.scheduling.series_record import SESSION_SERIES
from clinic_toolkit.record.writing.handout_record import HANDOUT
from clinic_toolkit.web import context
from clinic_toolkit.web.access import background_check, psychotherapy_key, unlocking
from clinic_toolkit.web.screen_parts import backups, folder_warnings, today_lines
from clinic_toolkit.web.transport import request_info
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("today", __name__)

# How many coming and unfinished sessions the page shows; a link shows the rest.
NEWEST = 12


@screen.get("/")
def index() -> ViewResult:
    """The overview of the day; it shows initials, and details only on request."""
    background_check.check_at_first_look()
    day = daily_overview.build_daily_overview(
        context.db(), context.vault(), now=context.now(), limit=request_info.list_limit(NEWEST)
    )
    context.audit_read(THERAPY_SESSION, *day.shown_sessions)
    context.audit_read(SESSION_SERIES, *day.shown_series)
    context.audit_read(
        ADMINISTRATION, *(line.administration for line in day.ask_lines if line.administration)
    )
    context.audit_read(HANDOUT, *day.shown_sheets)
    due_forms = [form for hour in day.coming_hours.values() for form in hour.due_forms]
    context.audit_read(REPEAT_AGREEMENT, *(form.agreement for form in due_forms))
    context.audit_read(ADMINISTRATION, *(form.latest for form in due_forms))
    context.audit_read(RISK_ENTRY, *(check.risk_entry for check in day.coming_checks))
    context.audit_read(RISK_ENTRY, *(line.risk_entry for line in day.ask_lines if line.risk_entry))
    if any(line.session_date == day.today for line in day.open_sessions):
        # After a lock in the middle of a session, the new process has the normal idle timeout.
        context.extend_idle_timeout()
    return render_template(
        "today/index.html",
        here="today",
        day=day,
        executor_uses=context.vault().executor_uses,
        is_notes_key_damaged=psychotherapy_key.is_damaged(),
        unread_restore=restored_folder.find_unread_restore(context.db(), context.vault()),
        refused_tries=unlocking.refused_tries_before_unlock(),
        session_address=today_lines.session_address,
        before_address=today_lines.before_address,
        session_tag=today_lines.session_tag,
        session_remark=today_lines.session_remark,
        coming_remark=today_lines.coming_remark,
        time_remark=today_lines.time_remark,
        ask_sentence=today_lines.ask_sentence,
        is_still_checking=list_facts.count_unchecked(context.vault()) > 0,
        slots_intact=context.vault().slots_intact,
        limits_confirmed=bool(context.load_practice().payload.limits_text),
        damaged=len(context.vault().damaged_rings),
        backup=backups.build_notice(context.now()),
        folder_warnings=folder_warnings.list_warnings(),
    )
