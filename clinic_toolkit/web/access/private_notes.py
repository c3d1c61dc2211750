"""Opening psychotherapy notes: with the passphrase, never with the return code, until this process ends."""

from flask import render_template, request, url_for

from clinic_toolkit.journal import audit_log
from clinic_toolkit.record.people.practice_record import AccessEvent
from clinic_toolkit.vault.ring_grants import PsychotherapyClosed
from clinic_toolkit.web import context, error_pages
from clinic_toolkit.web.access import step_up
from clinic_toolkit.web.access.step_up import PassphraseCheck
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.request_info import is_from_script
from clinic_toolkit.web.transport.responses import ViewResult


def is_open() -> bool:
    """Whether psychotherapy notes are open in this process."""
    return context.vault().rings.opens_psychotherapy_notes


def open_notes() -> PassphraseCheck:
    """Open psychotherapy notes with the passphrase in the field of this form, until this process ends.

    From then on the process ends after two minutes without use, whatever else was chosen.
    """
    check = step_up.open_keys_with_present_passphrase()
    if check.keys is not None and check.keys.psychotherapy_key is not None:
        # Before the key is open, so that it is never open without the short timeout.
        context.worker().timeouts.notes_open = True
        context.vault().open_psychotherapy_notes(context.db(), check.keys.psychotherapy_key)
        audit_log.append_entry(
            context.db(), context.vault(), AccessEvent.PSYCHOTHERAPY_NOTES_OPENED, now=context.now()
        )
    return check


def ask_if_closed() -> ViewResult | None:
    """The page that asks for the passphrase, with every word that was sent; None if these notes are open.

    From here on what the page shows gets an audit entry of its own, before the page leaves.
    """
    context.audit_reads_at_once()
    if is_open():
        return None
    if is_from_script():
        return responses.autosave_failed(PsychotherapyClosed().sentence, 409)
    if request.method != "POST":
        return responses.redirect_to(url_for("psychotherapy_notes.index", back=request.path))
    # A lock closed them while the page was open: what was typed must not be lost.
    errors: dict[str, list[str]] = {}
    if step_up.PRESENT_FIELD in request.form:
        check = open_notes()
        if check.locked_page:
            return check.locked_page
        if is_open():
            return None
        errors = check.errors
    fields = error_pages.resubmittable_fields()
    page = render_template("psychotherapy_notes/closed.html", resubmitted_fields=fields, errors=errors)
    return page, 422
