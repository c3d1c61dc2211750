"""A recovery sheet that was drawn and not yet proved: in the memory of this session, and nowhere else."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import cast

from flask import render_template

from clinic_toolkit.record import practice
from clinic_toolkit.web import context, responses
from clinic_toolkit.web.responses import Answer

_NAME, _SHOWN = "drawn sheet", "drawn sheet was shown"
ASKED = 2


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Drawn:
    """The groups, the numbers of those that have to be typed back, and the date on the paper."""

    groups: tuple[str, ...]
    asked: tuple[int, ...]
    made_on: date


def hold(groups: tuple[str, ...]) -> None:
    """Keep these groups until they are proved or this session ends."""
    asked = secrets.SystemRandom().sample(range(1, len(groups) + 1), ASKED)
    # The date as it is in this place: a person compares it with the paper.
    made_on = context.now().astimezone().date()
    context.keep_in_session(_NAME, Drawn(groups=groups, asked=tuple(sorted(asked)), made_on=made_on))
    context.take_from_session(_SHOWN)


def held() -> Drawn | None:
    """What is waiting to be proved."""
    return cast("Drawn | None", context.peek_in_session(_NAME))


def was_shown() -> bool:
    """Whether its paper was opened already. It is opened once: *Back*, or whoever comes by, finds none."""
    return bool(context.peek_in_session(_SHOWN))


def let_go() -> None:
    """Forget the groups."""
    context.take_from_session(_SHOWN)
    context.take_from_session(_NAME)


def mistakes(drawn: Drawn, typed: Mapping[str, str]) -> dict[str, str]:
    """By field, what is wrong with the groups that were typed back."""
    return {
        f"group_{number}": (
            f"This is not group {number} of your sheet. Look again and type all five characters."
        )
        for number in drawn.asked
        if not practice.same_group(drawn.groups[number - 1], typed.get(f"group_{number}", ""))
    }


def paper(drawn: Drawn, *, back: str) -> Answer:
    """The sheet itself, as a page to be printed: a file of it would be a key that lies about.

    Once only; after that the way leads back. What was not printed is made anew.

    Args:
        back: the page on which its groups are typed back.
    """
    if was_shown():
        return responses.see(back)
    context.keep_in_session(_SHOWN, True)
    return render_template(
        "recovery/sheet.html",
        drawn=drawn,
        practice=context.practice().body,
        code=context.vault().vault_id.hex[:8],
        back=back,
    )
