"""The executor: two printed sheets, a page for a professional will, and what opens first with both sheets."""

from typing import Any

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.record import executor_overview
from clinic_toolkit.record.people import executor_access
from clinic_toolkit.web import context
from clinic_toolkit.web.access import (
    after_unlock,
    executor_reading,
    guard,
    pending_executor_halves,
    secret_removal,
    sheet_groups,
    step_up,
    unlocking,
)
from clinic_toolkit.web.content import professional_will
from clinic_toolkit.web.screen_parts import today_lines
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("executor", __name__)

SAVED_MESSAGES = {
    "made": "Both sheets open the practice from now on, for reading.",
    "withdrawn": "The executor’s sheets no longer open the practice here.",
}
_LATER = " What the old ones left behind could not be removed just now. Lock once: then it is removed."
HALVES_EMPTIED = (
    "Please type both sheets again: together they are a key, so nothing of what you typed was kept."
)
OPT_IN_FIELD = "psychotherapy"


@screen.route("/practice/executor", methods=["GET", "POST"])
def index() -> ViewResult:
    """Make the two sheets, replace them, or withdraw them; each needs the passphrase."""
    pending, errors = pending_executor_halves.find_pending_halves(), dict[str, Any]()
    if request.method == "POST":
        if pending and "discard" in request.form:
            pending_executor_halves.discard_pending_halves()
            return responses.redirect_to(url_for(".index"))
        if pending and pending_executor_halves.field_of(1) in request.form:
            errors = dict(pending_executor_halves.group_errors(pending, request.form))
            if not errors:
                executor_access.activate_halves(
                    context.db(), context.vault(), pending.halves, now=context.now()
                )
                pending_executor_halves.discard_pending_halves()
                return _redirect_once_purged("made")
        elif not pending and step_up.PRESENT_FIELD in request.form:
            is_withdrawing = "withdraw" in request.form
            # Withdrawing needs no key, so that a damaged one does not keep the sheets in use.
            check = (
                step_up.check_present_passphrase()
                if is_withdrawing
                else step_up.open_keys_with_present_passphrase()
            )
            if check.locked_page:
                return check.locked_page
            if check.errors:
                errors = check.errors
            elif is_withdrawing:
                if not executor_access.find_halves(context.db(), context.vault())[0]:
                    return responses.redirect_to(url_for(".index"))
                executor_access.withdraw_halves(context.db(), context.vault(), now=context.now())
                return _redirect_once_purged("withdrawn")
            elif check.keys is not None:
                opted_in = OPT_IN_FIELD in request.form
                halves = executor_access.generate_halves(
                    context.vault(), psychotherapy_key=check.keys.psychotherapy_key if opted_in else None
                )
                pending_executor_halves.store_pending_halves(halves)
                return responses.redirect_to(url_for(".index"))
        else:
            # Sent twice, or a lock has discarded the sheets meanwhile.
            return responses.redirect_to(url_for(".index"))
    has_halves, opens_psychotherapy = executor_access.find_halves(context.db(), context.vault())
    saved, _, later = request.args.get("saved", "").partition("-")
    page = render_template(
        "executor/index.html",
        pending=pending,
        shown=pending_executor_halves.list_shown(),
        has_halves=has_halves,
        opens_psychotherapy=opens_psychotherapy,
        saved=SAVED_MESSAGES.get(saved, "") + (_LATER if later and saved in SAVED_MESSAGES else ""),
        copies=secret_removal.list_old_copies() if saved in SAVED_MESSAGES else [],
        errors=errors,
    )
    return (page, 422) if errors else page


def _redirect_once_purged(what: str) -> ViewResult:
    return secret_removal.redirect_once_purged(
        url_for(".index", saved=what), if_not_purged=url_for(".index", saved=f"{what}-later")
    )


@screen.get("/practice/executor/paper/<int:half>")
def paper(half: int) -> ViewResult:
    """The first or the second sheet, shown once and printed from the page; it is never a file."""
    pending = pending_executor_halves.find_pending_halves()
    if pending is None or half not in (1, 2) or half in pending_executor_halves.list_shown():
        return responses.redirect_to(url_for(".index"))
    pending_executor_halves.mark_shown(half)
    return render_template(
        "executor/paper.html",
        half=half,
        groups=pending.groups(half),
        made_on=pending.made_on,
        opens_psychotherapy=pending.halves.opens_psychotherapy_notes,
        practice=context.load_practice().payload,
        clinician=context.load_clinician().payload,
        code=context.vault().vault_id.hex[:8],
        back=url_for(".index"),
    )


@screen.get("/practice/executor/will")
def will() -> ViewResult:
    """A page to print for a professional will, with blanks to fill in by hand."""
    _, opens_psychotherapy = executor_access.find_halves(context.db(), context.vault())
    return render_template(
        "executor/will.html",
        parts=professional_will.sections(opens_psychotherapy=opens_psychotherapy),
        practice=context.load_practice().payload,
        clinician=context.load_clinician().payload,
        code=context.vault().vault_id.hex[:8],
        data_folder=str(context.settings().data_folder),
        printed_on=context.today(),
    )


@screen.get("/executor")
def overview() -> ViewResult:
    """What an executor needs first: how to reach the clients, the coming sessions, what is to be asked."""
    if not executor_reading.is_executor():
        return responses.redirect_to(url_for(".index"))
    found = executor_overview.build_executor_overview(context.db(), context.vault(), now=context.now())
    return render_template(
        "executor/overview.html",
        found=found,
        practice=context.load_practice().payload,
        clinician=context.load_clinician().payload,
        session_address=today_lines.session_address,
        session_tag=today_lines.session_tag,
        ask_sentence=today_lines.ask_sentence,
        slots_intact=context.vault().slots_intact,
        opens_notes=context.vault().rings.opens_psychotherapy_notes,
        is_notes_key_damaged=executor_access.is_psychotherapy_key_damaged(context.db(), context.vault()),
    )


@screen.get("/unlock/executor")
@guard.allow_while_locked
def unlock() -> ViewResult:
    """Ask for the groups of both sheets."""
    return _render_unlock({})


@screen.post("/unlock/executor")
@guard.allow_while_locked
def unlock_with_halves() -> ViewResult:
    """Try both sheets; the page names a mistyped group and its sheet."""
    first, second, errors = sheet_groups.read_halves(request.form)
    if errors:
        return _render_unlock(errors | {"": HALVES_EMPTIED}), 422
    sentence = unlocking.unlock_with_executor_halves(first, second)
    if sentence:
        return _render_unlock({"": f"{sentence} {HALVES_EMPTIED}"}), 422
    return after_unlock.redirect_after_unlock()


def _render_unlock(errors: dict[str, str]) -> str:
    fields = [sheet_groups.list_half_fields(half) for half in (1, 2)]
    return render_template("executor/unlock.html", fields=fields, errors=errors)
