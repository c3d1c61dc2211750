"""Access control for views: by default only an unlocked clinician whose recovery sheet was proved.

A view that must be reachable in another state carries one of the decorators below, under its route.
"""

import re
from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar, cast

from flask import current_app, request, url_for
from sqlalchemy import Engine
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.wrappers import Response

from clinic_toolkit.record.people import clinician as clinicians
from clinic_toolkit.store.transactions import may_write, reading, store_of
from clinic_toolkit.vault import identity
from clinic_toolkit.web import context
from clinic_toolkit.web.access import executor_reading, handover_transition
from clinic_toolkit.web.perimeter import post_bodies
from clinic_toolkit.web.perimeter.end_reason import EndReason
from clinic_toolkit.web.screen_parts import record_notices, screen_sharing
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.request_info import is_from_script, is_page_navigation

View = TypeVar("View", bound=Callable[..., Any])
_STATE_ATTRIBUTE = "clinic_moment"
_CSRF_EXEMPT_ATTRIBUTE = "clinic_puts_away"
_PRINTOUT_ATTRIBUTE = "clinic_gives_a_paper"
_SEARCH_ATTRIBUTE = "clinic_finds"
# The id of a field on a page of ours; it names no client.
_FIELD_ID = re.compile(r"f-[a-z0-9_-]{1,60}")


class AccessState(StrEnum):
    """When a view may be reached: a state of this browser, or a rule that covers several of them."""

    ALWAYS = "always"
    WHILE_LOCKED = "while locked"
    BEFORE_SETUP = "before there is a practice"
    BEFORE_SHEET_PROVED = "before the sheet is proved"
    AFTER_SHEET_LOGIN = "after the sheet was used"
    UNLOCKED = "unlocked"
    WITH_KEYS = "with keys"
    SHARED_SCREEN = "on a shared screen"


_WITHOUT_KEYS = (AccessState.WHILE_LOCKED, AccessState.BEFORE_SETUP)


def allow_always(view: View) -> View:
    """Decorator: reachable in every state; the view shows nothing of the record."""
    return _set_required_state(view, AccessState.ALWAYS)


def allow_while_locked(view: View) -> View:
    """Decorator: a page of the lock; if this browser is unlocked, it redirects to *Today*."""
    return _set_required_state(view, AccessState.WHILE_LOCKED)


def allow_before_setup(view: View) -> View:
    """Decorator: only while no practice exists."""
    return _set_required_state(view, AccessState.BEFORE_SETUP)


def allow_before_sheet_proved(view: View) -> View:
    """Decorator: unlocked, and the recovery sheet not yet proved."""
    return _set_required_state(view, AccessState.BEFORE_SHEET_PROVED)


def allow_after_sheet_login(view: View) -> View:
    """Decorator: unlocked with the recovery sheet, and no new passphrase chosen yet."""
    return _set_required_state(view, AccessState.AFTER_SHEET_LOGIN)


def allow_with_keys(view: View) -> View:
    """Decorator: whenever unlocked, even before the recovery sheet is proved."""
    return _set_required_state(view, AccessState.WITH_KEYS)


def allow_on_shared_screen(view: View) -> View:
    """Decorator: only while unlocked; in any other state a neutral page, which does not mention a lock."""
    return _set_required_state(view, AccessState.SHARED_SCREEN)


def exempt_lock_from_csrf(view: View) -> View:
    """Decorator: the view locks. An old page must be able to lock, so the CSRF token is not checked.

    The gate has already checked Host, Origin and Fetch-Metadata, so no page of another origin gets this far.
    """
    setattr(view, _CSRF_EXEMPT_ATTRIBUTE, True)
    return view


def is_csrf_exempt(endpoint: str | None) -> bool:
    """Whether the CSRF token of this endpoint is not checked, because it locks."""
    return hasattr(current_app.view_functions.get(endpoint or ""), _CSRF_EXEMPT_ATTRIBUTE)


def allow_printout_when_read_only(view: View) -> View:
    """Decorator: a POST to this view saves a printout as a file and writes only the audit entry for it.

    Copies are needed most when the store is read-only, so the file is then given without an audit entry.
    """
    setattr(view, _PRINTOUT_ATTRIBUTE, True)
    return view


def allow_search_by_executor(view: View) -> View:
    """Decorator: a POST to this view searches and saves nothing, so an executor may send it."""
    setattr(view, _SEARCH_ATTRIBUTE, True)
    return view


def is_search(endpoint: str | None) -> bool:
    """Whether a POST to this endpoint only searches."""
    return hasattr(current_app.view_functions.get(endpoint or ""), _SEARCH_ATTRIBUTE)


def is_reachable_while_locked(endpoint: str, here: context.WorkerState) -> bool:
    """Whether a POST to this endpoint is read while nobody is logged in."""
    return required_state(endpoint) in (
        AccessState.ALWAYS,
        AccessState.WHILE_LOCKED if here.has_practice else AccessState.BEFORE_SETUP,
    )


def _set_required_state(view: View, state: AccessState) -> View:
    setattr(view, _STATE_ATTRIBUTE, state)
    return view


def required_state(endpoint: str | None) -> AccessState:
    """The state in which this endpoint may be reached."""
    view = current_app.view_functions.get(endpoint or "")
    return cast(AccessState, getattr(view, _STATE_ATTRIBUTE, AccessState.UNLOCKED))


def deny_or_redirect() -> Response | None:
    """The response in place of the view, or None if the view may be reached now."""
    required = required_state(request.endpoint)
    # During the set-up no screen is shared, so a shared page redirects like any other view.
    if required == AccessState.SHARED_SCREEN and (
        handover_transition.is_handed_over()
        or _current_state() not in (AccessState.BEFORE_SETUP, AccessState.BEFORE_SHEET_PROVED)
    ):
        is_visible = not handover_transition.is_handed_over() and _current_state() == AccessState.UNLOCKED
        return None if is_visible else screen_sharing.render_wait_page()
    if handover_transition.is_handed_over() and request.endpoint != "static":
        return handover_transition.render_wait_page()
    if executor_reading.is_executor() and required != AccessState.ALWAYS:
        return executor_reading.deny_or_redirect(
            is_lock_page=required in _WITHOUT_KEYS, is_search=is_search(request.endpoint)
        )
    current = _current_state()
    if required == AccessState.UNLOCKED == current:
        return _redirect_to_condition()
    if required in (AccessState.ALWAYS, current):
        return None
    if required == AccessState.WITH_KEYS and current not in _WITHOUT_KEYS:
        return None
    if current == AccessState.UNLOCKED and required == AccessState.BEFORE_SHEET_PROVED:
        return responses.redirect_to("/")
    if current in _WITHOUT_KEYS and post_bodies.was_body_read() and not context.worker().logins:
        # A process without keys must not keep a body that was posted by mistake. One that is unlocked for
        # another browser goes on: the first page of a set-up may have been sent twice.
        context.end_worker(EndReason.POSTED_WHILE_LOCKED)
    if is_from_script() and current in _WITHOUT_KEYS:
        return responses.autosave_failed("Locked. Unlock to go on.", 401)
    if current == AccessState.WHILE_LOCKED and request.method == "POST" and is_page_navigation():
        return responses.no_content()
    return responses.redirect_to(_page_for_state(current))


def _redirect_to_condition() -> Response | None:
    """Redirect to the page of integrity failures, once in every unlock and before any other page."""
    if request.method != "GET" or is_from_script() or request.blueprint in ("condition", "handover"):
        return None
    page = record_notices.page_to_show_first()
    return responses.redirect_to(page) if page else None


def can_do_without_write(engine: Engine) -> bool:
    """Whether the store is read-only and this POST can do without a write: an unlock, or a printout."""
    if hasattr(current_app.view_functions.get(request.endpoint or ""), _PRINTOUT_ATTRIBUTE):
        return not may_write(engine)
    return store_of(engine).is_read_only and required_state(request.endpoint) != AccessState.UNLOCKED


def must_choose_passphrase() -> bool:
    """Whether this browser was unlocked with the recovery sheet, and the next page asks for a passphrase."""
    login = context.find_login()
    return (
        login is not None
        and login.must_choose_passphrase
        and not store_of(context.unit_of_work().engine).is_read_only
    )


def _current_state() -> AccessState:
    login = context.find_login()
    if login is None:
        return AccessState.WHILE_LOCKED if _has_practice() else AccessState.BEFORE_SETUP
    if store_of(context.unit_of_work().engine).is_read_only:
        # No passphrase can be chosen and no sheet proved while the store is read-only.
        return AccessState.UNLOCKED
    if must_choose_passphrase():
        return AccessState.AFTER_SHEET_LOGIN
    if not login.values.get("sheet proved"):
        # A short read transaction of its own, so that this check does not begin a write transaction.
        with reading(context.unit_of_work().engine) as db:
            if not clinicians.load_clinician(db, login.vault).payload.recovery_sheet_proved:
                return AccessState.BEFORE_SHEET_PROVED
        login.values["sheet proved"] = True
    return AccessState.UNLOCKED


def _has_practice() -> bool:
    worker = context.worker()
    if not worker.has_practice:
        worker.has_practice = identity.has_practice(context.db())
    return worker.has_practice


def _page_for_state(state: AccessState) -> str:
    match state:
        case AccessState.BEFORE_SETUP:
            return "/setup"
        case AccessState.BEFORE_SHEET_PROVED:
            return "/setup/sheet"
        case AccessState.AFTER_SHEET_LOGIN:
            return url_for("lock.choose_passphrase")
        case AccessState.WHILE_LOCKED:
            back = safe_return_path(request.path) if request.method == "GET" and request.endpoint else None
            return url_for("lock.unlock", back=None if back in (None, "/") else back)
    return "/"


def safe_return_path(path: str | None) -> str | None:
    """The path (and perhaps "#" and a field) if it is one of our pages, to return to after unlocking."""
    if not path or not path.startswith("/") or len(path) > 200:
        return None
    page, separator, field = path.partition("#")
    if separator and not _FIELD_ID.fullmatch(field):
        return None
    adapter = current_app.create_url_adapter(request)
    if adapter is None:
        return None
    try:
        endpoint, _ = adapter.match(page, method="GET")
    except (HTTPException, NotFound):
        return None
    return path if required_state(endpoint) == AccessState.UNLOCKED else None
