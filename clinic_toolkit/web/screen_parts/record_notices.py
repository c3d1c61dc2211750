"""Notices above every page while a condition lasts: a failed anchor write, an integrity failure."""

from flask import Response, json, request, url_for

from clinic_toolkit.journal import condition
from clinic_toolkit.store.transactions import store_of
from clinic_toolkit.web import context

ANCHOR_FAILED = (
    "Saved, but the check-mark failed. What you saved is there; only the small file that would notice a "
    "later loss could not be written. Check whether the disk is full."
)
ANCHOR_FAILED_SHORT = "but the check-mark failed"
EXECUTOR_READS = "Opened with both sheets of the executor, for reading. Nothing can be saved here."
WRITE_PROTECTED = (
    "Nothing can be written in the data folder; perhaps its disk is write-protected. Everything can be read, "
    "and nothing can be saved. What you look at is not noted in the audit trail."
)
RECORD_DAMAGED = "Something is wrong with the record."
_CONDITION_SHOWN_KEY = "condition shown"


def list_notices() -> tuple[tuple[str, str], ...]:
    """The notices for this page: pairs of text and URL, which may be ""."""
    engine = context.worker().engine
    if engine is None:
        return ()
    notices = [(ANCHOR_FAILED, "")] if store_of(engine).anchor_failed else []
    login = context.find_login()
    is_sound = condition.is_sound(engine, login.vault) if login else store_of(engine).verdict.is_clean
    if store_of(engine).verdict.write_protected:
        notices.append((WRITE_PROTECTED, ""))
    if login and not login.vault.can_sign:
        notices.append((EXECUTOR_READS, ""))
    if not is_sound and request.blueprint != "condition":
        notices.append((RECORD_DAMAGED, url_for("condition.index")))
    return tuple(notices)


def page_to_show_first() -> str | None:
    """The URL of the page that must be shown before any other after this unlock, or None."""
    login = context.find_login()
    # Failures found later do not redirect, so that no typed text is interrupted; `list_notices` names them.
    if (
        login is None
        or login.values.get(_CONDITION_SHOWN_KEY)
        or store_of(context.unit_of_work().engine).verdict.is_clean
    ):
        return None
    return url_for("condition.index")


def record_condition_shown() -> None:
    """Note that the page of integrity failures was shown in this session."""
    context.put_in_login(_CONDITION_SHOWN_KEY, True)


def add_notice_to_autosave(answer: Response) -> None:
    """Add to an autosave response that writing the anchor failed; pages show it with `list_notices`."""
    engine = context.worker().engine
    if engine is None or not store_of(engine).anchor_failed or not answer.is_json:
        return
    payload = answer.get_json()
    if isinstance(payload, dict) and "saved" in payload:
        answer.set_data(json.dumps(payload | {"saved": f"{payload['saved']}, {ANCHOR_FAILED_SHORT}"}))
