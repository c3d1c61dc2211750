"""Step-up authentication: ask for the passphrase again before an act that an open login may not do alone.

Views that erase carry the decorator `require_passphrase`. Pages that change a secret or prove a backup have a
field for the passphrase, read by `check_present_passphrase` or `open_keys_with_present_passphrase`. Exports
ask for nothing. The return code is never enough: it protects against someone at the keyboard, not against
someone who takes the record along. A wrong passphrase is counted and ends this process, as at the lock.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar, cast

from flask import render_template, request, url_for

from clinic_toolkit.vault.key_slot_contents import SlotKeys
from clinic_toolkit.web import context, error_pages
from clinic_toolkit.web.access import unlocking
from clinic_toolkit.web.transport.responses import ViewResult

View = TypeVar("View", bound=Callable[..., Any])

# The passphrase is not asked for again within this time.
PASSPHRASE_VALID_SECONDS = 300.0
STEP_UP_FIELD = "stepup_passphrase"
PRESENT_FIELD = "present_passphrase"


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class PassphraseCheck:
    """What became of the present passphrase that a form sent.

    `errors` are by field name, and empty if it is right; `keys` is every key of its slot, if they were asked
    for. `locked_page` is the answer if it was wrong and has ended this process.
    """

    errors: dict[str, list[str]]
    keys: SlotKeys | None = None
    locked_page: ViewResult | None = None


def check_present_passphrase(typed: str | None = None) -> PassphraseCheck:
    """Check the passphrase in the field of this form, or the one given."""
    if typed is None:
        typed = request.form.get(PRESENT_FIELD, "")
    return _describe_check(unlocking.confirm_passphrase(typed), None)


def open_keys_with_present_passphrase() -> PassphraseCheck:
    """Check the passphrase in the field of this form, and open every key of its slot."""
    return _describe_check(*unlocking.open_keys_with_passphrase(request.form.get(PRESENT_FIELD, "")))


def _describe_check(sentence: str, keys: SlotKeys | None) -> PassphraseCheck:
    if not sentence:
        return PassphraseCheck(errors={}, keys=keys)
    is_locked = context.find_login() is None
    return PassphraseCheck(
        errors={PRESENT_FIELD: [sentence]},
        locked_page=render_locked_page(sentence, request.path) if is_locked else None,
    )


def require_passphrase(view: View) -> View:
    """Decorator: the passphrase must have been typed in the last five minutes. Goes below the guard's."""

    @wraps(view)
    def after_asking(*values: Any, **names: Any) -> Any:
        if not is_passphrase_fresh():
            if request.method != "POST" or STEP_UP_FIELD not in request.form:
                return render_passphrase_question(request.path)
            error_page = reject_wrong_passphrase(request.form[STEP_UP_FIELD], request.path)
            if error_page is not None:
                return error_page
        return view(*values, **names)

    after_asking.asks_passphrase = True  # type: ignore[attr-defined]  # a test looks for it
    return cast(View, after_asking)


def is_passphrase_fresh() -> bool:
    """Whether the passphrase itself was typed within `PASSPHRASE_VALID_SECONDS`."""
    return context.seconds_since_passphrase() <= PASSPHRASE_VALID_SECONDS


def reject_wrong_passphrase(typed: str, back: str) -> ViewResult | None:
    """Check the typed passphrase: None if it is right, else the page to answer with."""
    sentence = unlocking.confirm_passphrase(typed)
    if not sentence:
        return None
    if context.find_login() is None:
        return render_locked_page(sentence, back)
    return render_passphrase_question(back, error=sentence)


def render_locked_page(sentence: str, back: str) -> ViewResult:
    """The lock page after a wrong passphrase, which has ended this process; it leads back to `back`."""
    template_context = {"by_code": False, "covered": False, "back": back, "wait": 0}
    return render_template("lock/unlock.html", **template_context, errors={"passphrase": sentence}), 422


def render_passphrase_question(back: str, *, error: str = "") -> ViewResult:
    """The page that asks for the passphrase. It sends the fields of the original form again."""
    has_posted_form = request.method == "POST" and request.endpoint != "confirm.confirm_passphrase"
    page = render_template(
        "confirm/ask.html",
        action=back if has_posted_form else url_for("confirm.confirm_passphrase"),
        resubmitted_fields=error_pages.resubmittable_fields() if has_posted_form else [("next", back)],
        field=STEP_UP_FIELD,
        errors={STEP_UP_FIELD: error} if error else {},
    )
    return page, 422 if error else 200
