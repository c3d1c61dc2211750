"""Asking for the passphrase once more, before an act that a screen left open must not be enough for.

Export, deletion and whatever touches the keys carry the mark `needed`. The return code is never enough:
it guards against a person at the keyboard for an hour, not against one who takes the record along. A
wrong passphrase is counted and ends this process, as at the lock.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import render_template, request, url_for

from clinic_toolkit.web import context, errors, unlocking
from clinic_toolkit.web.responses import Answer

View = TypeVar("View", bound=Callable[..., Any])

# So long after the passphrase was typed it is not asked for again.
FRESH_SECONDS = 300.0
FIELD = "stepup_passphrase"


def needed(view: View) -> View:
    """Mark: the passphrase must have been typed in the last five minutes. Put it below the guard's mark."""

    @wraps(view)
    def after_asking(*values: Any, **names: Any) -> Any:
        if not is_fresh():
            if request.method != "POST" or FIELD not in request.form:
                return page(request.path)
            refused = refusal(request.form[FIELD], request.path)
            if refused is not None:
                return refused
        return view(*values, **names)

    after_asking.asks_passphrase = True  # type: ignore[attr-defined]  # a test looks for it
    return cast(View, after_asking)


def is_fresh() -> bool:
    """Whether the passphrase itself was typed a short while ago."""
    return context.seconds_since_passphrase() <= FRESH_SECONDS


def refusal(typed: str, back: str) -> Answer | None:
    """Look at what was typed; None if it is the passphrase, else the page that follows."""
    sentence = unlocking.confirm(typed)
    if not sentence:
        return None
    if context.unlocked() is None:
        return locked_page(sentence, back)
    return page(back, error=sentence)


def locked_page(sentence: str, back: str) -> Answer:
    """What follows a wrong passphrase, which has ended this process: the lock, and then this page again."""
    names = {"by_code": False, "covered": False, "back": back, "wait": 0}
    return render_template("lock/unlock.html", **names, errors={"passphrase": sentence}), 422


def page(back: str, *, error: str = "") -> Answer:
    """The question. What was sent to the act is sent again with the answer."""
    posted = request.method == "POST" and request.endpoint != "confirm.answered"
    shown = render_template(
        "confirm/ask.html",
        action=back if posted else url_for("confirm.answered"),
        kept=errors.sent_along() if posted else [("next", back)],
        field=FIELD,
        errors={FIELD: error} if error else {},
    )
    return shown, 422 if error else 200
