"""A new recovery sheet that is not proved yet: in the memory of this login only, for some minutes."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import cast

from flask import render_template

from clinic_toolkit.record.people import secret_changes
from clinic_toolkit.record.people.secret_changes import NewRecoverySheet
from clinic_toolkit.web import context
from clinic_toolkit.web.access import short_lived_values
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult

_SHEET = "drawn sheet"
_GROUPS_ASKED = 2


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class PendingSheet:
    """The groups of the sheet, the numbers of the groups to type back, and the date printed on it.

    `new_sheet` is what is stored once it is proved; None if that was done already, as in the set-up.
    """

    groups: tuple[str, ...]
    asked_groups: tuple[int, ...]
    made_on: date
    new_sheet: NewRecoverySheet | None = None


def store_new_sheet(sheet: NewRecoverySheet) -> None:
    """Hold a sheet that opens nothing yet in memory until it is proved, for a quarter of an hour at most."""
    short_lived_values.hold(_SHEET, draw_up_sheet(sheet.groups, sheet))


def store_pending_sheet(groups: tuple[str, ...]) -> None:
    """Hold the groups of a sheet that opens the practice already, until they are proved."""
    short_lived_values.hold(_SHEET, draw_up_sheet(groups))


def draw_up_sheet(groups: tuple[str, ...], new_sheet: NewRecoverySheet | None = None) -> PendingSheet:
    """Choose at random which groups of a sheet are to be typed back, and date it."""
    asked_numbers = secrets.SystemRandom().sample(range(1, len(groups) + 1), _GROUPS_ASKED)
    # The local date: a person compares it with the paper.
    made_on = context.today()
    return PendingSheet(
        groups=groups, asked_groups=tuple(sorted(asked_numbers)), made_on=made_on, new_sheet=new_sheet
    )


def find_pending_sheet() -> PendingSheet | None:
    """The sheet that has not been proved yet, or None."""
    return cast("PendingSheet | None", short_lived_values.find(_SHEET))


def was_sheet_shown() -> bool:
    """Whether the printout was shown already; it is shown once."""
    return bool(short_lived_values.list_shown(_SHEET))


def discard_pending_sheet() -> None:
    """Remove the groups from memory."""
    short_lived_values.take(_SHEET)


def group_errors(sheet: PendingSheet, typed: Mapping[str, str]) -> dict[str, str]:
    """Errors in the groups that were typed back, by field name."""
    return {
        f"group_{number}": (
            f"This is not group {number} of your sheet. Look again and type all five characters."
        )
        for number in sheet.asked_groups
        if not secret_changes.is_same_group(sheet.groups[number - 1], typed.get(f"group_{number}", ""))
    }


def render_sheet_once(sheet: PendingSheet, *, back: str, held_as: str = _SHEET) -> ViewResult:
    """Render the sheet as a page to print, once. It is never a file, which would be an unprotected key.

    A second call redirects to `back`; a sheet that was not printed has to be made anew.

    Args:
        back: path of the page on which the groups are typed back.
        held_as: the name under which `short_lived_values` holds the sheet.
    """
    if short_lived_values.list_shown(held_as):
        return responses.redirect_to(back)
    short_lived_values.mark_shown(held_as)
    return render_template(
        "recovery/sheet.html",
        drawn=sheet,
        practice=context.load_practice().payload,
        code=context.vault().vault_id.hex[:8],
        back=back,
    )
