"""What stands above every page as long as it is so: a save without its check-mark, a record that is hurt."""

from flask import Response, json, request, url_for

from clinic_toolkit.record import condition
from clinic_toolkit.store import anchor
from clinic_toolkit.web import context

UNMARKED = (
    "Saved, but the check-mark failed. What you saved is there; only the small file that would notice a "
    "later loss could not be written. Check whether the disk is full."
)
SHORT = "but the check-mark failed"
WRONG = "Something is wrong with the record."
_SHOWN = "condition shown"


def standing() -> tuple[tuple[str, str], ...]:
    """Each notice of this page: its words, and the page to go to or ""."""
    engine = context.worker().engine
    if engine is None:
        return ()
    found = [(UNMARKED, "")] if anchor.failed(engine) else []
    here = context.unlocked()
    sound = condition.sound(engine, here.vault) if here else anchor.verdict(engine).whole
    if not sound and request.blueprint != "condition":
        found.append((WRONG, url_for("condition.index")))
    return tuple(found)


def first() -> str | None:
    """The page that must be shown before any other after this unlock, or None."""
    here = context.unlocked()
    # What is found later must not come between a page and what was typed on it: `standing` names that.
    if here is None or here.kept.get(_SHOWN) or anchor.verdict(context.unit().engine).whole:
        return None
    return url_for("condition.index")


def shown() -> None:
    """The condition of the record was shown in this session."""
    context.keep_in_session(_SHOWN, True)


def mark(answer: Response) -> None:
    """Say in the answer to an autosave that its check-mark failed; pages say so by `standing`."""
    engine = context.worker().engine
    if engine is None or not answer.is_json or not anchor.failed(engine):
        return
    told = answer.get_json()
    if isinstance(told, dict) and "saved" in told:
        answer.set_data(json.dumps(told | {"saved": f"{told['saved']}, {SHORT}"}))
