"""The lock: ways in, and the way out."""

from flask import Blueprint, render_template, request, url_for
from flask_wtf.csrf import generate_csrf

from clinic_toolkit.record import practice
from clinic_toolkit.web import context, covering, guard, handing, old_secret, responses, unlocking
from clinic_toolkit.web.forms.practice import PassphraseForm, names_in
from clinic_toolkit.web.requests import by_script
from clinic_toolkit.web.responses import Answer

screen = Blueprint("lock", __name__)

GROUPS = 8
LONGEST = unlocking.LONGEST


@screen.get("/unlock")
@guard.while_locked
def unlock() -> Answer:
    """Ask for the code if a quick return is possible, else for the passphrase."""
    by_code = "passphrase" not in request.args and context.worker().keeper.holds()
    return _page(by_code=by_code, back=request.args.get("back", ""), covered="covered" in request.args)


@screen.post("/unlock")
@guard.while_locked
def open_up() -> Answer:
    """Try the passphrase or the code. A wrong one ends this process: it is almost the right one."""
    form = request.form
    by_code, back = "code" in form, form.get("back", "")
    typed = form.get("code" if by_code else "passphrase", "")
    if not typed or len(typed) > LONGEST:
        sentence = f"Type your {'return code' if by_code else 'passphrase'}."
    elif by_code:
        sentence = unlocking.with_code(typed)
    else:
        sentence = unlocking.with_passphrase(typed)
    if sentence:
        if by_code and not unlocking.code_may_work():
            return _page(by_code=False, back=back, error=f"{sentence} Use your passphrase now."), 422
        return _page(by_code=by_code, back=back, error=sentence), 422
    in_doubt = unlocking.line_in_doubt()
    then = url_for("lock.trail") if in_doubt else handing.first_page(guard.way_back(back) or "/")
    # The cheaper slot of before leaves the disk, as any way in that was replaced.
    return old_secret.removed(then, otherwise=then) if context.vault().cost_raised else responses.see(then)


@screen.get("/unlock/sheet")
@guard.while_locked
def sheet() -> Answer:
    """Ask for the eight groups of the recovery sheet."""
    return _sheet_page({})


@screen.post("/unlock/sheet")
@guard.while_locked
def open_with_sheet() -> Answer:
    """Try the recovery sheet; a group that was mistyped is named."""
    groups = [request.form.get(f"group{number}", "")[:LONGEST] for number in range(1, GROUPS + 1)]
    errors = {
        f"group{number}": sentence
        for number, group in enumerate(groups, 1)
        if (sentence := unlocking.wrong_group(number, group))
    }
    if errors:
        # What was typed is most of a key: it must not stay in this process.
        context.end_worker("mistyped sheet")
        return _sheet_page(errors), 422
    sentence = unlocking.with_sheet(" ".join(groups))
    if sentence:
        return _sheet_page({"": sentence}), 422
    return responses.see(url_for("lock.choose"))


@screen.get("/unlock/choose")
@guard.after_sheet
def choose() -> Answer:
    """Whoever needed the sheet has lost the passphrase: ask for a new one."""
    return _choose_page(PassphraseForm(known=names_in(context.practice().body)))


@screen.post("/unlock/choose")
@guard.after_sheet
def chosen() -> Answer:
    """Replace the passphrase, and go on to *Today*."""
    form = PassphraseForm(request.form, known=names_in(context.practice().body))
    if not form.validate():
        return _choose_page(form), 422
    practice.change_passphrase(context.db(), context.vault(), form.passphrase.data or "", now=context.now())
    context.passphrase_was_chosen()
    then = url_for("lock.trail") if unlocking.line_in_doubt() else handing.first_page("/")
    told = url_for("practice.index", saved="phrase") if then == "/" else None
    return old_secret.removed(then, otherwise=then, told=told)


@screen.get("/unlock/trail")
def trail() -> Answer:
    """Say that the audit trail does not fit together, before anything else is done."""
    return render_template("lock/trail.html", line=unlocking.line_in_doubt())


@screen.post("/lock")
@guard.always
@guard.putting_away
def lock() -> Answer:
    """Put the keys away until the passphrase is typed: this process answers, then ends."""
    return covering.lock_in_place() if by_script() else covering.lock()


@screen.post("/cover")
@guard.always
@guard.putting_away
def cover() -> Answer:
    """Put the keys away for a moment: the return code leads back to the page it was pressed on."""
    if by_script():
        return covering.cover_in_place()
    return covering.cover(request.form.get("back", ""))


@screen.get("/quit")
@guard.always
def leave() -> Answer:
    """Say what *Quit* does, and ask."""
    return render_template("lock/quit.html", done=False)


@screen.post("/quit")
@guard.always
@guard.putting_away
def quit_program() -> Answer:
    """Put the keys away and end the program; this answer is its last."""
    return covering.end_program(render_template("lock/quit.html", done=True))


@screen.get("/pulse")
@guard.with_keys
def pulse() -> Answer:
    """Tell an open page that it is still unlocked, and its form token of now."""
    return responses.told_as_json({"csrf_token": generate_csrf()}, 200)


def _page(*, by_code: bool, back: str, error: str = "", covered: bool = False) -> str:
    field = "code" if by_code else "passphrase"
    return render_template(
        "lock/unlock.html",
        by_code=by_code,
        covered=covered,
        back=guard.way_back(back) or "",
        wait=round(unlocking.wait_now()),
        errors={field: error} if error else {},
    )


def _sheet_page(errors: dict[str, str]) -> str:
    return render_template("lock/sheet.html", groups=range(1, GROUPS + 1), errors=errors)


def _choose_page(form: PassphraseForm) -> str:
    return render_template("lock/choose.html", offered=form.offered(), errors=form.errors)
