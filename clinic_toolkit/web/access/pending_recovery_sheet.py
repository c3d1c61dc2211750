"""A recovery sheet that was drawn and not yet proved: in the memory of this session, and nowhere else."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import cast

from flask import render_template

from clinic_toolkit.record.people import practice_access
from clinic_toolkit.web import context
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult

_SHEET_KEY, _SHOWN_KEY = "drawn sheet", "drawn sheet was shown"
GROUPS_ASKED = 2


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class PendingSheet:
    """The groups, the numbers of those that have to be typed back, and the date on the paper."""

    groups: tuple[str, ...]
    asked_groups: tuple[int, ...]
    made_on: date


def store_pending_sheet(groups: tuple[str, ...]) -> None:
    """Keep these groups until they are proved or this session ends."""
    asked = secrets.SystemRandom().sample(range(1, len(groups) + 1), GROUPS_ASKED)
    # The date as it is in this place: a person compares it with the paper.
    made_on = context.today()
    context.put_in_session(
        _SHEET_KEY, PendingSheet(groups=groups, asked_groups=tuple(sorted(asked)), made_on=made_on)
    )
    context.pop_from_session(_SHOWN_KEY)


def find_pending_sheet() -> PendingSheet | None:
    """What is waiting to be proved."""
    return cast("PendingSheet | None", context.get_from_session(_SHEET_KEY))


def was_sheet_shown() -> bool:
    """Whether its paper was opened already. It is opened once: *Back*, or whoever comes by, finds none."""
    return bool(context.get_from_session(_SHOWN_KEY))


def discard_pending_sheet() -> None:
    """Forget the groups."""
    context.pop_from_session(_SHOWN_KEY)
    context.pop_from_session(_SHEET_KEY)


def group_errors(sheet: PendingSheet, typed: Mapping[str, str]) -> dict[str, str]:
    """By field, what is wrong with the groups that were typed back."""
    return {
        f"group_{number}": (
            f"This is not group {number} of your sheet. Look again and type all five characters."
        )
        for number in sheet.asked_groups
        if not practice_access.is_same_group(sheet.groups[number - 1], typed.get(f"group_{number}", ""))
    }


def render_sheet_once(sheet: PendingSheet, *, back: str) -> ViewResult:
    """The sheet itself, as a page to be printed: a file of it would be a key that lies about.

    Once only; after that the way leads back. What was not printed is made anew.

    Args:
        back: the page on which its groups are typed back.
    """
    if was_sheet_shown():
        return responses.redirect_to(back)
    context.put_in_session(_SHOWN_KEY, True)
    return render_template(
        "recovery/sheet.html",
        drawn=sheet,
        practice=context.load_practice().payload,
        code=context.vault().vault_id.hex[:8],
        back=back,
    )
