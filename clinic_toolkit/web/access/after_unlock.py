"""Which page comes after an unlock; every way to unlock asks here.

What an unlock has to say comes first, each on a page of its own that leads to the next. What it says is kept
with the login and the vault, so each page finds its successor anew.
"""

from collections.abc import Callable
from typing import cast

from flask import url_for

from clinic_toolkit.journal.restored_folder import RestoreNotice
from clinic_toolkit.vault.vault import Vault
from clinic_toolkit.web import context
from clinic_toolkit.web.access import (
    executor_reading,
    guard,
    handover_transition,
    secret_removal,
)
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult

_UNVERIFIED_LINE_KEY = "line in doubt"
TRAIL, RESTORED, EXECUTOR_USES = "lock.trail", "lock.restored", "lock.executor_uses"
_RETURNED_FORMS, _CHOICE_OF_PASSPHRASE = "handover.first_unreviewed", "lock.choose_passphrase"

# The pages in their order, each with whether there is something for it to say.
_PAGES: dict[str, Callable[[], bool]] = {
    TRAIL: lambda: unverified_audit_line() is not None,
    RESTORED: lambda: context.vault().restore_notice is not None,
    EXECUTOR_USES: lambda: bool(context.vault().executor_uses),
    _RETURNED_FORMS: lambda: handover_transition.has_returned_form(),
}


def redirect_after_unlock(back: str = "") -> ViewResult:
    """Redirect to the first page after an unlock that was just made.

    Args:
        back: the path that the person wanted to go to, as the form sent it.
    """
    first_page = find_first_page(back)
    notice: RestoreNotice | None = context.vault().restore_notice
    # If the unlock replaced a key slot of too low a KDF cost, the old slot must be removed from the disk; so
    # must what it erased after a restore.
    return (
        secret_removal.redirect_once_purged(first_page, if_not_purged=first_page)
        if context.vault().kdf_cost_upgraded or (notice and notice.erased_at)
        else responses.redirect_to(first_page)
    )


def find_first_page(back: str = "") -> str:
    """The path of the first page after an unlock, or after the choice of a new passphrase."""
    if executor_reading.is_executor():
        return url_for(executor_reading.FIRST_PAGE)
    if guard.must_choose_passphrase():
        return url_for(_CHOICE_OF_PASSPHRASE)
    return _find_page(list(_PAGES), back)


def find_page_after(endpoint: str, back: str | None) -> str:
    """The path of the page that comes after this one of `TRAIL`, `RESTORED` and `EXECUTOR_USES`."""
    pages = list(_PAGES)
    return _find_page(pages[pages.index(endpoint) + 1 :], back)


def note_unverified_audit_line(vault: Vault) -> None:
    """Note in the login of this browser which audit entry was refused when this vault last signed them."""
    context.put_in_login(_UNVERIFIED_LINE_KEY, vault.refused_entry)


def unverified_audit_line() -> int | None:
    """The number of the audit entry whose verification failed at this unlock, or None."""
    return cast("int | None", context.get_from_login(_UNVERIFIED_LINE_KEY))


def _find_page(pages: list[str], back: str | None) -> str:
    onward = guard.safe_return_path(back) or "/"
    for page in pages:
        if _PAGES[page]():
            return url_for(page, back=None if onward == "/" else onward)
    return onward
