"""What a check-in says: its answers in words, beside those of the check-ins before in the same relationship.

There is no number in it, no difference between two times, and no word for a change. A question that was
changed, and another version of the check-in, begin a line of their own.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from msgspec import Struct
from sqlalchemy import Connection

from clinic_toolkit.record import administrations, answers, joined, results
from clinic_toolkit.record.administrations import Administration
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.record.summaries import AnsweredItem
from clinic_toolkit.vault.vault import Vault

# With this one, as many as stand beside each other without a search for a pattern.
MOST = 6
DONE = ("completed", "stopped")


class Said(Struct, frozen=True, kw_only=True):
    """One answer to one question, with the day and the way in which it was asked."""

    on: date
    mode: str
    now: bool
    item: AnsweredItem


class Line(Struct, frozen=True, kw_only=True):
    """One question in one version, with its answers, the newest first. `own`: the client chose it."""

    text: str
    own: bool
    said: tuple[Said, ...]


class CheckIn(Struct, frozen=True, kw_only=True):
    """The page of one check-in.

    `lines` are the questions asked this time; `before` those that were asked earlier and are not now.
    """

    lines: tuple[Line, ...]
    before: tuple[Line, ...]
    open_line: str
    open_lines_before: tuple[tuple[date, str], ...]
    modes: tuple[str, ...]
    time_taken: timedelta | None


def is_one(body: Administration) -> bool:
    """Whether this questionnaire is a check-in."""
    return administrations.instrument_of(body).kind == "check-in"


def page_of(db: Connection, vault: Vault, kept: Kept[Administration]) -> CheckIn:
    """One check-in beside at most five before it; those about anybody else are never looked at."""
    (kept,) = joined.of(db, vault).as_one([kept])
    shown = [kept, *_earlier(administrations.of_client(db, vault, kept.body.client_id), kept)][:MOST]
    found: dict[tuple[str, str, str], list[Said]] = {}
    own = set()
    for one in shown:
        instrument = administrations.instrument_of(one.body)
        for item in results.answered_items(one.body):
            watched = one.body.watched
            is_own = watched is not None and item.number == instrument.own_place
            # The version is part of what a line is: another one breaks it, also where no word changed.
            key = (one.body.digest, watched.digest if is_own and watched else "", item.item_id)
            if is_own:
                own.add(key)
            said = Said(
                on=one.body.on, mode=administrations.MODES[one.body.mode], now=one.id == kept.id, item=item
            )
            found.setdefault(key, []).append(said)
    lines = [Line(text=said[0].item.text, own=key in own, said=tuple(said)) for key, said in found.items()]
    return CheckIn(
        lines=tuple(line for line in lines if line.said[0].now),
        before=tuple(line for line in lines if not line.said[0].now),
        open_line=kept.body.open_line,
        open_lines_before=tuple((one.body.on, one.body.open_line) for one in shown[1:] if one.body.open_line),
        modes=tuple(dict.fromkeys(administrations.MODES[one.body.mode] for one in shown)),
        time_taken=answers.time_taken(kept.body.answers),
    )


def _earlier(
    all_of_client: Iterable[Kept[Administration]], kept: Kept[Administration]
) -> Iterable[Kept[Administration]]:
    """The check-ins before this one about the same person, newest first."""
    for one in all_of_client:
        same = one.body.instrument == kept.body.instrument and one.body.relationship == kept.body.relationship
        if same and one.state in DONE and one.body.begun < kept.body.begun:
            yield one
