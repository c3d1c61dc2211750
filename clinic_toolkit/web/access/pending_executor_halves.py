"""An executor's two new sheets that are not in use yet: in the memory of this login, for some minutes."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import cast

from clinic_toolkit.record.people import secret_changes
from clinic_toolkit.record.people.executor_access import NewHalves
from clinic_toolkit.web import context
from clinic_toolkit.web.access import sheet_groups, short_lived_values

_HALVES = "drawn halves"


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class PendingHalves:
    """The two sheets, the number of the group of each that is to be typed back, and the printed date."""

    halves: NewHalves
    asked_groups: tuple[int, int]
    made_on: date

    def groups(self, half: int) -> tuple[str, ...]:
        """The groups of the first (1) or second (2) sheet."""
        return self.halves.first if half == 1 else self.halves.second


def store_pending_halves(halves: NewHalves) -> None:
    """Hold these sheets in memory until they are in use, for a quarter of an hour at most."""
    numbers = (1 + secrets.randbelow(sheet_groups.GROUPS), 1 + secrets.randbelow(sheet_groups.GROUPS))
    short_lived_values.hold(
        _HALVES, PendingHalves(halves=halves, asked_groups=numbers, made_on=context.today())
    )


def find_pending_halves() -> PendingHalves | None:
    """The sheets that are not in use yet, or None."""
    return cast("PendingHalves | None", short_lived_values.find(_HALVES))


def discard_pending_halves() -> None:
    """Remove both sheets from memory."""
    short_lived_values.take(_HALVES)


def list_shown() -> frozenset[int]:
    """Which of the two sheets was shown already; each is shown once."""
    return short_lived_values.list_shown(_HALVES)


def mark_shown(half: int) -> None:
    """Note that the first (1) or second (2) sheet was shown."""
    short_lived_values.mark_shown(_HALVES, half)


def group_errors(pending: PendingHalves, typed: Mapping[str, str]) -> dict[str, str]:
    """Errors in the two groups that were typed back, by field name."""
    return {
        field_of(half): "This is not the group on that sheet. Look again and type all five characters."
        for half, number in enumerate(pending.asked_groups, 1)
        if not secret_changes.is_same_group(pending.groups(half)[number - 1], typed.get(field_of(half), ""))
    }


def field_of(half: int) -> str:
    """The name of the field for the group of the first (1) or second (2) sheet."""
    return f"group_{half}"
