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
from clinic_toolkit.instruments.form_code import PrintedForm
from clinic_toolkit.instruments.model import Instrument
from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people.relationships import Relationship
from clinic_toolkit.record.questionnaires import administrations, answers, own_questionnaires
from clinic_toolkit.record.questionnaires.administrations import (
    MODE_PAPER,
    Administration,
    AdministrationFinished,
    administration_table,
)
from clinic_toolkit.record.questionnaires.answers import Response
from clinic_toolkit.vault.vault import Vault

# A sheet that is older than this is more likely a slip in the year.
_MAX_AGE = timedelta(days=5 * 366)


class CheckInNotFromPaper(ClinicError):
    """The code is that of a check-in."""

    def __init__(self) -> None:
        super().__init__(
            "This is the sheet of a check-in. It cannot be entered here, since one of its questions is "
            "written on it by hand. You can write what it says into the note."
        )


class WordingMismatch(ClinicError):
    """The code is that of the other wording: one person, or people in general."""

    def __init__(self, *, general: bool) -> None:
        super().__init__(
            "This sheet asks about people in general, and someone is chosen below. Choose “People in "
            "general”, or look at the code again."
            if general
            else "This sheet asks about one person. Choose below who it was about."
        )


class ImpossibleDate(ClinicError):
    """The day cannot be the one on which it was answered."""

    def __init__(self, *, to_come: bool) -> None:
        super().__init__(
            "This day is in the future. Enter the day on which the sheet was filled in."
            if to_come
            else "Check the year: this is more than five years ago."
        )


def list_paper_editions(db: Connection, vault: Vault) -> tuple[Instrument, ...]:
    """Every version that a sheet in a drawer may be of: ours, then the practice's own.

    Not the check-in: what a client watches is written on its sheet by hand.
    """
    shipped = tuple(each for each in catalogue.list_editions() if each.kind != catalogue.CHECK_IN)
    return (*shipped, *own_questionnaires.list_readable_instruments(db, vault))


def find_edition(typed_code: str, editions: Sequence[Instrument] = ()) -> PrintedForm:
    """The sheet with this code: which questionnaire, in which version and wording.

    Args:
        editions: what a sheet may be of, beside what comes with the program.

    Raises:
        MistypedCode: the code has a slip in it.
        form_code.UnknownCode: no form that is known here has this code.
        CheckInNotFromPaper: it is the sheet of a check-in.
    """
    found = form_code.form_by_code(typed_code, editions)
    if found.instrument.kind == catalogue.CHECK_IN:
        raise CheckInNotFromPaper
    return found


def check_answer_date(answered_on: date, *, today: date) -> None:
    """Refuse a day on which nobody can have filled in the sheet.

    Raises:
        ImpossibleDate: it is still to come, or too long ago.
    """
    if answered_on > today or answered_on < today - _MAX_AGE:
        raise ImpossibleDate(to_come=answered_on > today)


def create_administration_from_paper(
    db: Connection,
    vault: Vault,
    *,
    typed_code: str,
    client_id: UUID,
    relationship: RecordVersion[Relationship] | None,
    therapy_session_id: UUID | None,
    answered_on: date,
    now: datetime,
    idempotency_key: UUID | None = None,
) -> RecordVersion[Administration]:
    """Begin to enter a sheet, as the very version it was answered in: its code says which that is.

    Args:
        idempotency_key: the one-time number of the form; it becomes the administration's id.

    Raises:
        ClinicError: what `find_edition` and `check_answer_date` refuse.
        WordingMismatch: the sheet asks about one person, and nobody was chosen, or the other way round.
        InstrumentNotOffered: the questionnaire does not fit this kind of relationship.
    """
    sheet = find_edition(typed_code, list_paper_editions(db, vault))
    if sheet.general != (relationship is None):
        raise WordingMismatch(general=sheet.general)
    check_answer_date(answered_on, today=now.astimezone().date())
    return administrations.create_administration(
        db,
        vault,
        sheet.instrument,
        client_id=client_id,
        relationship=relationship,
        therapy_session_id=therapy_session_id,
        mode=MODE_PAPER,
        now=now,
        answered_on=answered_on,
        idempotency_key=idempotency_key,
    )


def list_entry_differences(
    administration: Administration, second_entry: Sequence[Response]
) -> tuple[int, ...]:
    """The places, from 0, where a second entry differs: in the answer, or in the mark to talk about it."""
    return tuple(
        place
        for place, (first, second) in enumerate(
            zip(answers.decode_responses(administration.answers), second_entry, strict=True)
        )
        if (first.status, first.value, first.wants_to_talk)
        != (second.status, second.value, second.wants_to_talk)
    )


def settle_double_entry(
    db: Connection,
    vault: Vault,
    current: RecordVersion[Administration],
    responses: Mapping[int, Response],
    *,
    now: datetime,
) -> RecordVersion[Administration]:
    """Keep what the sheet says where two entries differed, and that it was entered twice.

    Settled a second time in the same way, it makes no new version.

    Raises:
        AdministrationFinished: the questionnaire is finished.
        ValueError: there is no such place, or status and value do not go together.
    """
    if current.final:
        raise AdministrationFinished
    put = current.payload.answers
    for place, response in responses.items():
        put = answers.with_response(put, place, response, elapsed=now - current.payload.begun_at)
    body = msgspec.structs.replace(current.payload, answers=put, double_entered=True)
    if body == current.payload:
        return current
    event = "administration.keyed_again"
    return records.replace_draft(
        db, vault, administration_table, current, body, state="in_progress", event=event, now=now
    )
