"""Paper: a questionnaire that a client answered on a printed form, entered afterwards.

Nothing is entered under a version or a wording it was not answered with: the code at the foot of the
sheet decides (`instruments/form_code.py`). The day it was answered and the day it was entered are two days.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.instruments import catalogue, form_code
from clinic_toolkit.instruments.form_code import Form
from clinic_toolkit.instruments.model import Instrument
from clinic_toolkit.record import administrations, answers, own_questionnaires, rows
from clinic_toolkit.record.administrations import PAPER, Administration, Finished, administration
from clinic_toolkit.record.answers import Response
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.record.relationships import Relationship
from clinic_toolkit.vault.vault import Vault

# A sheet that is older than this is more likely a slip in the year.
_OLDEST = timedelta(days=5 * 366)


class NotFromPaper(ClinicError):
    """The code is that of a check-in."""

    def __init__(self) -> None:
        super().__init__(
            "This is the sheet of a check-in. It cannot be entered here, since one of its questions is "
            "written on it by hand. You can write what it says into the note."
        )


class OtherWording(ClinicError):
    """The code is that of the other wording: one person, or people in general."""

    def __init__(self, *, general: bool) -> None:
        super().__init__(
            "This sheet asks about people in general, and someone is chosen below. Choose “People in "
            "general”, or look at the code again."
            if general
            else "This sheet asks about one person. Choose below who it was about."
        )


class NoSuchDay(ClinicError):
    """The day cannot be the one on which it was answered."""

    def __init__(self, *, to_come: bool) -> None:
        super().__init__(
            "This day is in the future. Enter the day on which the sheet was filled in."
            if to_come
            else "Check the year: this is more than five years ago."
        )


def sheets(db: Connection, vault: Vault) -> tuple[Instrument, ...]:
    """Every version that a sheet in a drawer may be of: ours, then the practice's own.

    Not the check-in: what a client watches is written on its sheet by hand.
    """
    shipped = tuple(each for each in catalogue.editions() if each.kind != catalogue.CHECK_IN)
    return (*shipped, *own_questionnaires.every_version(db, vault))


def sheet_of(typed: str, among: Sequence[Instrument] = ()) -> Form:
    """The sheet with this code: which questionnaire, in which version and wording.

    Args:
        among: what a sheet may be of, beside what comes with the program.

    Raises:
        form_code.Mistyped: the code has a slip in it.
        form_code.UnknownCode: no form that is known here has this code.
        NotFromPaper: it is the sheet of a check-in.
    """
    found = form_code.form_of(typed, among)
    if found.instrument.kind == catalogue.CHECK_IN:
        raise NotFromPaper
    return found


def check_day(on: date, *, today: date) -> None:
    """Refuse a day on which nobody can have filled in the sheet.

    Raises:
        NoSuchDay: it is still to come, or too long ago.
    """
    if on > today or on < today - _OLDEST:
        raise NoSuchDay(to_come=on > today)


def begin(
    db: Connection,
    vault: Vault,
    *,
    code: str,
    client_id: UUID,
    about: Kept[Relationship] | None,
    session_id: UUID | None,
    answered_on: date,
    now: datetime,
    number: UUID | None = None,
) -> Kept[Administration]:
    """Begin to enter a sheet, as the very version it was answered in: its code says which that is.

    Args:
        number: the one-time number of the form; it becomes the administration's id.

    Raises:
        ClinicError: what `sheet_of` and `check_day` refuse.
        OtherWording: the sheet asks about one person, and nobody was chosen, or the other way round.
        administrations.NotOffered: the questionnaire does not fit this kind of relationship.
    """
    sheet = sheet_of(code, sheets(db, vault))
    if sheet.general != (about is None):
        raise OtherWording(general=sheet.general)
    check_day(answered_on, today=now.astimezone().date())
    return administrations.begin(
        db,
        vault,
        sheet.instrument,
        client_id=client_id,
        about=about,
        session_id=session_id,
        mode=PAPER,
        now=now,
        answered_on=answered_on,
        number=number,
    )


def differences(body: Administration, again: Sequence[Response]) -> tuple[int, ...]:
    """The places, from 0, where a second entry differs: in the answer, or in the mark to talk about it."""
    return tuple(
        place
        for place, (first, second) in enumerate(zip(answers.responses(body.answers), again, strict=True))
        if (first.status, first.value, first.talk) != (second.status, second.value, second.talk)
    )


def settle(
    db: Connection,
    vault: Vault,
    seen: Kept[Administration],
    settled: Mapping[int, Response],
    *,
    now: datetime,
) -> Kept[Administration]:
    """Keep what the sheet says where two entries differed, and that it was entered twice.

    Settled a second time in the same way, it makes no new version.

    Raises:
        Finished: the questionnaire is finished.
        ValueError: there is no such place, or status and value do not go together.
    """
    if seen.final:
        raise Finished
    put = seen.body.answers
    for place, response in settled.items():
        put = answers.put(put, place, response, after=now - seen.body.begun)
    body = msgspec.structs.replace(seen.body, answers=put, keyed_twice=True)
    if body == seen.body:
        return seen
    event = "administration.keyed_again"
    return rows.rewrite(db, vault, administration, seen, body, state="in_progress", event=event, now=now)
