"""Who may reach a view: by default only an unlocked clinician whose recovery sheet was proved.

A view that is meant for another moment says so with one of the marks below, under its route.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import current_app, request, url_for
from sqlalchemy import Engine
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.wrappers import Response

from clinic_toolkit.record import practice as practices
from clinic_toolkit.store import anchor, exchange
from clinic_toolkit.store.engine import reading
from clinic_toolkit.vault import identity
from clinic_toolkit.web import context, handing, notices, posted, responses, sharing
from clinic_toolkit.web.requests import by_script, is_from_a_page

View = TypeVar("View", bound=Callable[..., Any])
_MARK = "clinic_moment"
_PUTS_AWAY = "clinic_puts_away"
_GIVES_A_PAPER = "clinic_gives_a_paper"

ALWAYS = "always"
WHILE_LOCKED = "while locked"
BEFORE_PRACTICE = "before there is a practice"
BEFORE_SHEET = "before the sheet is proved"
AFTER_SHEET = "after the sheet was used"
UNLOCKED = "unlocked"
WITH_KEYS = "with keys"
SHARED = "on a shared screen"


def always(view: View) -> View:
    """Mark: reachable at any moment; holds nothing of the record."""
    return _marked(view, ALWAYS)


def while_locked(view: View) -> View:
    """Mark: a page of the lock. When this browser is unlocked it leads to *Today*."""
    return _marked(view, WHILE_LOCKED)


def before_practice(view: View) -> View:
    """Mark: only while no practice exists."""
    return _marked(view, BEFORE_PRACTICE)


def before_sheet(view: View) -> View:
    """Mark: unlocked, and the recovery sheet not yet proved."""
    return _marked(view, BEFORE_SHEET)


def after_sheet(view: View) -> View:
    """Mark: opened with the recovery sheet, and no new passphrase chosen yet."""
    return _marked(view, AFTER_SHEET)


def with_keys(view: View) -> View:
    """Mark: whenever the keys are here, even before the sheet is proved."""
    return _marked(view, WITH_KEYS)


def shown_to_a_client(view: View) -> View:
    """Mark: unlocked only, and at any other moment a page that says nothing, not even of a lock."""
    return _marked(view, SHARED)


def putting_away(view: View) -> View:
    """Mark: it puts keys away. An old page must be able to, so its form token is not asked for.

    Host, Origin and Fetch-Metadata are, at the gate: no page of another origin gets as far as this.
    """
    setattr(view, _PUTS_AWAY, True)
    return view


def puts_away(endpoint: str | None) -> bool:
    """Whether this endpoint puts keys away, and so asks for no form token."""
    return hasattr(current_app.view_functions.get(endpoint or ""), _PUTS_AWAY)


def giving_a_paper(view: View) -> View:
    """Mark: what is posted here saves a paper as a file, and writes nothing but the line about that.

    Where nothing can be written a person needs copies most, so there the file is given without the line.
    """
    setattr(view, _GIVES_A_PAPER, True)
    return view


def is_for_the_locked(endpoint: str, here: context.Worker) -> bool:
    """Whether this endpoint has something to read while nobody is unlocked."""
    return moment_of(endpoint) in (ALWAYS, WHILE_LOCKED if here.has_practice else BEFORE_PRACTICE)


def _marked(view: View, moment: str) -> View:
    setattr(view, _MARK, moment)
    return view


def moment_of(endpoint: str | None) -> str:
    """The moment at which this endpoint may be reached."""
    view = current_app.view_functions.get(endpoint or "")
    return str(getattr(view, _MARK, UNLOCKED))


def turn_away() -> Response | None:
    """Where to go instead, or None if the view may be reached now."""
    wanted = moment_of(request.endpoint)
    # Before there is a practice nobody shares anything, and the way leads on like any other.
    if wanted == SHARED and (handing.is_handed_over() or _moment() not in (BEFORE_PRACTICE, BEFORE_SHEET)):
        to_be_seen = not handing.is_handed_over() and _moment() == UNLOCKED
        return None if to_be_seen else sharing.one_moment()
    if handing.is_handed_over() and request.endpoint != "static":
        return handing.one_moment()
    is_now = _moment()
    if wanted == UNLOCKED == is_now:
        return _must_see_first()
    if wanted in (ALWAYS, is_now):
        return None
    if wanted == WITH_KEYS and is_now not in (WHILE_LOCKED, BEFORE_PRACTICE):
        return None
    if is_now == UNLOCKED and wanted == BEFORE_SHEET:
        return responses.see("/")
    if is_now in (WHILE_LOCKED, BEFORE_PRACTICE) and posted.was_read() and not context.worker().unlocked:
        # A process without keys must not keep it. One that has them for another browser goes on: the first
        # page of a set-up may have been sent twice.
        context.end_worker("posted while locked")
    if by_script() and is_now in (WHILE_LOCKED, BEFORE_PRACTICE):
        return responses.not_saved("Locked. Unlock to go on.", 401)
    if is_now == WHILE_LOCKED and request.method == "POST" and is_from_a_page():
        return responses.stay()
    return responses.see(_page_of(is_now))


def _must_see_first() -> Response | None:
    """What is wrong with the record is shown before anything else of it, once in every unlock."""
    if request.method != "GET" or by_script() or request.blueprint in ("condition", "handover"):
        return None
    page = notices.first()
    return responses.see(page) if page else None


def only_looks(engine: Engine) -> bool:
    """Whether this POST must do without a write, in a store that takes none: an unlock, or a paper."""
    if hasattr(current_app.view_functions.get(request.endpoint or ""), _GIVES_A_PAPER):
        return takes_no_line(engine)
    return anchor.is_frozen(engine) and moment_of(request.endpoint) != UNLOCKED


def takes_no_line(engine: Engine) -> bool:
    """Whether nothing at all is written into this store: it is only looked at, or its file was exchanged."""
    return anchor.is_frozen(engine) or exchange.is_known(engine)


def _moment() -> str:
    here = context.unlocked()
    if here is None:
        return WHILE_LOCKED if _has_practice() else BEFORE_PRACTICE
    if anchor.is_frozen(context.unit().engine):
        # Nothing can be chosen or proved before the file may be written again; that is decided first.
        return UNLOCKED
    if here.must_choose_passphrase:
        return AFTER_SHEET
    if not here.kept.get("sheet proved"):
        # In a short view of its own: whoever only asks this must not begin to write.
        with reading(context.unit().engine) as db:
            if not practices.read(db, here.vault).body.sheet_proved:
                return BEFORE_SHEET
        here.kept["sheet proved"] = True
    return UNLOCKED


def _has_practice() -> bool:
    here = context.worker()
    if not here.has_practice:
        here.has_practice = identity.exists(context.db())
    return here.has_practice


def _page_of(moment: str) -> str:
    match moment:
        case "before there is a practice":
            return "/setup"
        case "before the sheet is proved":
            return "/setup/sheet"
        case "after the sheet was used":
            return url_for("lock.choose")
        case "while locked":
            back = way_back(request.path) if request.method == "GET" and request.endpoint else None
            return url_for("lock.unlock", back=None if back in (None, "/") else back)
    return "/"


def way_back(path: str | None) -> str | None:
    """A page of ours to return to after unlocking, or None. Our paths hold opaque ids only."""
    if not path or not path.startswith("/") or len(path) > 200:
        return None
    adapter = current_app.create_url_adapter(request)
    if adapter is None:
        return None
    try:
        endpoint, _ = adapter.match(path, method="GET")
    except (HTTPException, NotFound):
        return None
    return path if moment_of(endpoint) == UNLOCKED else None
