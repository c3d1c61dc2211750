"""The lock pages: unlock, cover, lock, quit."""

from flask import Blueprint, render_template, request, url_for
from flask_wtf.csrf import generate_csrf

from clinic_toolkit import start_commands
from clinic_toolkit.journal import restored_folder
from clinic_toolkit.journal.restored_folder import RestoreNotice
from clinic_toolkit.record.people import secret_changes
from clinic_toolkit.web import context
from clinic_toolkit.web.access import (
    after_unlock,
    guard,
    locking,
    offered_words,
    psychotherapy_key,
    quick_return,
    record_reading,
    secret_removal,
    sheet_groups,
    unlocking,
)
from clinic_toolkit.web.forms.practice import PassphraseForm, guessable_names
from clinic_toolkit.web.screen_parts import page_frame, saved_message
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.request_info import is_from_script
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("lock", __name__)

SHEET_EMPTIED = (
    "Please type all eight groups again: together they are a key, so nothing of what you typed was kept."
)
CHANGED_MESSAGE = "The new passphrase is in use. It opens the practice from now on."
# Sent by the page of the set-up, where somebody has a backup.
RESTORING_FIELD = "restoring"
MAX_SECRET_LENGTH = unlocking.MAX_SECRET_LENGTH
REFRESH_SECONDS = 1
MIN_TOTAL_IN_THOUSANDS = 2_000


@screen.get("/unlock")
@guard.allow_while_locked
def unlock() -> ViewResult:
    """Ask for the code if a quick return is possible, else for the passphrase."""
    if record_reading.find_reading():
        return responses.redirect_to(url_for("lock.reading"))
    by_code = "passphrase" not in request.args and context.worker().keeper.has_return_blob()
    return _render_unlock(
        by_code=by_code, back=request.args.get("back", ""), covered="covered" in request.args
    )


@screen.post("/unlock")
@guard.allow_while_locked
def unlock_with_secret() -> ViewResult:
    """Try the passphrase or the return code. A wrong one ends this process: it may be nearly right."""
    form = request.form
    by_code, back = "code" in form, form.get("back", "")
    secret = form.get("code" if by_code else "passphrase", "")
    if not secret or len(secret) > MAX_SECRET_LENGTH:
        sentence = f"Type your {'return code' if by_code else 'passphrase'}."
    elif by_code:
        sentence = unlocking.unlock_with_return_code(secret)
    else:
        sentence = unlocking.unlock_with_passphrase(secret)
    if sentence:
        if by_code and not unlocking.is_return_code_usable():
            return _render_unlock(by_code=False, back=back, error=f"{sentence} Use your passphrase now."), 422
        return _render_unlock(by_code=by_code, back=back, error=sentence), 422
    return after_unlock.redirect_after_unlock(back)


@screen.get("/unlock/reading")
@guard.allow_while_locked
def reading() -> ViewResult:
    """How far the record is read, after the right secret; the page reloads itself and then leads on."""
    record = record_reading.find_reading()
    if record is None:
        return responses.redirect_to(url_for("lock.unlock"))
    if not record.ended.is_set():
        page = render_template(
            "lock/reading.html",
            percent=record.percent,
            progress=_describe_progress(record.done, record.total),
        )
        return responses.refreshing_page(page, seconds=REFRESH_SECONDS)
    unlocking.finish_long_unlock(record)
    return after_unlock.redirect_after_unlock(record.back)


@screen.get("/unlock/sheet")
@guard.allow_while_locked
def sheet() -> ViewResult:
    """Ask for the eight groups of the recovery sheet."""
    return _render_sheet_form({})


@screen.post("/unlock/sheet")
@guard.allow_while_locked
def unlock_with_sheet() -> ViewResult:
    """Try the recovery sheet; the page names a mistyped group."""
    groups, errors = sheet_groups.read_sheet(request.form)
    if errors:
        return _render_sheet_form(errors | {"": SHEET_EMPTIED}), 422
    sentence = unlocking.unlock_with_recovery_sheet(groups)
    if sentence:
        return _render_sheet_form({"": f"{sentence} {SHEET_EMPTIED}"}), 422
    return after_unlock.redirect_after_unlock()


@screen.get("/unlock/choose")
@guard.allow_after_sheet_login
def choose_passphrase() -> ViewResult:
    """Ask for a new passphrase after unlocking with the recovery sheet."""
    return _render_passphrase_form(PassphraseForm(guessable_names=guessable_names(context.letterhead())))


@screen.post("/unlock/choose")
@guard.allow_after_sheet_login
def replace_passphrase() -> ViewResult:
    """Replace the passphrase, and go on as after any unlock."""
    form = PassphraseForm(request.form, guessable_names=guessable_names(context.letterhead()))
    if not form.validate():
        return _render_passphrase_form(form), 422
    secret_changes.change_passphrase(
        context.db(),
        context.vault(),
        form.passphrase.data or "",
        psychotherapy_key=psychotherapy_key.take(),
        now=context.now(),
    )
    context.record_passphrase_chosen()
    offered_words.forget_words()
    saved_message.note_saved(url_for("today.index"), CHANGED_MESSAGE)
    # As after an unlock with the passphrase, which was typed here as well.
    quick_return.offer_chosen_code()
    next_page = after_unlock.find_first_page()
    page_if_copies_left = url_for("practice.index", saved="phrase") if next_page == "/" else None
    return secret_removal.redirect_once_purged(
        next_page, if_not_purged=next_page, if_copies_left=page_if_copies_left
    )


@screen.get("/unlock/trail")
def trail() -> ViewResult:
    """Say that the audit log could not be verified, before any other page."""
    return render_template(
        "lock/trail.html",
        line=after_unlock.unverified_audit_line(),
        next_page=_page_after(after_unlock.TRAIL),
    )


@screen.get("/unlock/executor-used")
def executor_uses() -> ViewResult:
    """Say when the executor's sheets were used since the last unlock, before any other page."""
    return render_template(
        "lock/executor_uses.html",
        uses=[at.astimezone() for at in context.vault().executor_uses],
        next_page=_page_after(after_unlock.EXECUTOR_USES),
    )


@screen.get("/unlock/restored")
def restored() -> ViewResult:
    """Say from which backup the practice was restored, what was erased again, and what to do now.

    The first unlock after the restore leads here before any other page, and *Today* until that was read.
    """
    next_page = _page_after(after_unlock.RESTORED)
    notice: RestoreNotice | None = context.vault().restore_notice
    unread = restored_folder.find_unread_restore(context.db(), context.vault())
    if notice is None and unread is None:
        return responses.redirect_to(next_page)
    # A mark that was hurt does not say which backup it was.
    made_at = notice.backup_made_at if notice and notice.backup_made_at.timestamp() else None
    if notice is None and unread:
        made_at = unread.backup_made_at
    return render_template(
        "lock/restored.html",
        made_at=made_at.astimezone() if made_at else None,
        erased_at=[at.astimezone() for at in notice.erased_at] if notice else [],
        notice=notice,
        next_page=next_page,
    )


@screen.post("/unlock/restored")
def note_restore_read() -> ViewResult:
    """Let *Today* say no more that the practice was restored."""
    restored_folder.note_restore_read(context.db(), context.vault())
    return responses.redirect_to("/")


@screen.post("/lock")
@guard.allow_always
@guard.exempt_lock_from_csrf
def lock() -> ViewResult:
    """Lock until the passphrase is typed."""
    return locking.lock_in_place() if is_from_script() else locking.lock_and_redirect()


@screen.post("/cover")
@guard.allow_always
@guard.exempt_lock_from_csrf
def cover() -> ViewResult:
    """Cover: the return code leads back to the page on which it was pressed."""
    if is_from_script():
        return locking.cover_in_place()
    return locking.cover_and_redirect(request.form.get("back", ""))


@screen.get("/quit")
@guard.allow_always
def ask_to_quit() -> ViewResult:
    """Explain what *Quit* does, and ask for confirmation."""
    return render_template("lock/quit.html", done=False)


@screen.post("/quit")
@guard.allow_always
@guard.exempt_lock_from_csrf
def quit_program() -> ViewResult:
    """Lock and end the program; this response is its last."""
    return locking.end_program(_render_last_page(is_restoring=RESTORING_FIELD in request.form))


@screen.get(page_frame.PULSE_PATH)
@guard.allow_with_keys
def pulse() -> ViewResult:
    """Confirm to an open page that it is still unlocked, and send it the current CSRF token."""
    return responses.json_response({"csrf_token": generate_csrf()}, 200)


def _render_last_page(*, is_restoring: bool) -> str:
    settings = context.settings()
    data_folder = settings.data_folder
    # The invented practice has a folder of its own, which `--demo` opens.
    is_named = not settings.demo and not start_commands.is_usual_folder(data_folder)
    return render_template(
        "lock/quit.html",
        done=True,
        data_folder=data_folder,
        start_command=start_commands.write_start_command(data_folder) if is_named else "",
        restore_command=start_commands.write_restore_command(data_folder) if is_restoring else "",
    )


def _page_after(endpoint: str) -> str:
    return after_unlock.find_page_after(endpoint, request.args.get("back"))


def _describe_progress(done: int, total: int) -> str:
    if total < MIN_TOTAL_IN_THOUSANDS:
        return f"{done} of {total} lines"
    return f"{done // 1000} of {round(total / 1000)} thousand lines"


def _render_unlock(*, by_code: bool, back: str, error: str = "", covered: bool = False) -> str:
    field = "code" if by_code else "passphrase"
    return render_template(
        "lock/unlock.html",
        by_code=by_code,
        covered=covered,
        back=guard.safe_return_path(back) or "",
        wait=round(unlocking.seconds_until_next_attempt()),
        errors={field: error} if error else {},
    )


def _render_sheet_form(errors: dict[str, str]) -> str:
    return render_template("lock/sheet.html", groups=range(1, sheet_groups.GROUPS + 1), errors=errors)


def _render_passphrase_form(form: PassphraseForm) -> str:
    return render_template(
        "lock/choose.html",
        offered=offered_words.offer_words(form.offered_passphrase.data),
        errors=form.errors,
    )
