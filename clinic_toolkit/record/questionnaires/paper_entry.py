"""Entry of a questionnaire that a client answered on a printed form.

The code at the foot of the sheet (`instruments/form_code.py`) decides version and wording, so nothing is ever
entered under another one. The day it was answered and the day it was entered are stored separately.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.instruments import catalogue, form_code
from clinic_toolkit.instruments.closed_sets import InstrumentKind
from clinic_toolkit.instruments.form_code import PrintedForm
from clinic_toolkit.instruments.model import Instrument
from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people.relationship_record import Relationship
from clinic_toolkit.record.questionnaires import administrations, answers, own_questionnaires
from clinic_toolkit.record.questionnaires.administration_record import (
    ADMINISTRATION,
    Administration,
    AdministrationEvent,
    AdministrationMode,
    AdministrationState,
)
from clinic_toolkit.record.questionnaires.administrations import AdministrationFinished
from clinic_toolkit.record.questionnaires.answers import Response
from clinic_toolkit.vault.vault import Vault

# An older date is more likely a mistyped year.
_MAX_AGE = timedelta(days=5 * 366)


class CheckInNotFromPaper(ClinicError):
    """The code belongs to a check-in, which cannot be entered from paper."""

    def __init__(self) -> None:
        super().__init__(
            "This is the sheet of a check-in. It cannot be entered here, since one of its questions is "
            "written on it by hand. You can write what it says into the note."
        )


class WordingMismatch(ClinicError):
    """The code belongs to the other wording: about one person, or about people in general."""

    def __init__(self, *, general: bool) -> None:
        super().__init__(
            "This sheet asks about people in general, and someone is chosen below. Choose “People in "
            "general”, or look at the code again."
            if general
            else "This sheet asks about one person. Choose below who it was about."
        )


class ImpossibleDate(ClinicError):
    """The sheet cannot have been answered on this day."""

    def __init__(self, *, to_come: bool) -> None:
        super().__init__(
            "This day is in the future. Enter the day on which the sheet was filled in."
            if to_come
            else "Check the year: this is more than five years ago."
        )


def list_paper_editions(db: Connection, vault: Vault) -> tuple[Instrument, ...]:
    """Return every version that a sheet may be of: the program's, then the practice's own.

    The check-in is left out, because the watched question is written on its sheet by hand.
    """
    shipped = tuple(
        edition for edition in catalogue.list_editions() if edition.kind != InstrumentKind.CHECK_IN
    )
    return (*shipped, *own_questionnaires.list_readable_instruments(db, vault))


def find_edition(typed_code: str, editions: Sequence[Instrument] = ()) -> PrintedForm:
    """Find the questionnaire, version and wording of a sheet by its code.

    Args:
        editions: the versions that a sheet may be of, in addition to those that come with the program.

    Raises:
        MistypedCode: the code contains a typing error.
        form_code.UnknownCode: no known form has this code.
        CheckInNotFromPaper: it is the code of a check-in.
    """
    printed_form = form_code.form_by_code(typed_code, editions)
    if printed_form.instrument.kind == InstrumentKind.CHECK_IN:
        raise CheckInNotFromPaper
    return printed_form


def check_answer_date(answered_on: date, *, today: date) -> None:
    """Check that the sheet can have been answered on this day.

    Raises:
        ImpossibleDate: it is in the future, or more than five years ago.
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
    """Create the administration of a sheet, in the version and wording that its code names.

    Args:
        relationship: whom the sheet is about; None for people in general.
        idempotency_key: the form's idempotency key; it becomes the administration's id.

    Raises:
        ClinicError: `find_edition` or `check_answer_date` refused the code or the day.
        WordingMismatch: the sheet asks about one person and none was chosen, or the other way round.
        InstrumentNotOffered: the questionnaire is not offered for this frame.
    """
    printed_form = find_edition(typed_code, list_paper_editions(db, vault))
    if printed_form.general != (relationship is None):
        raise WordingMismatch(general=printed_form.general)
    check_answer_date(answered_on, today=now.astimezone().date())
    return administrations.create_administration(
        db,
        vault,
        printed_form.instrument,
        client_id=client_id,
        relationship=relationship,
        therapy_session_id=therapy_session_id,
        mode=AdministrationMode.PAPER,
        now=now,
        answered_on=answered_on,
        idempotency_key=idempotency_key,
    )


def list_entry_differences(
    administration: Administration, second_entry: Sequence[Response]
) -> tuple[int, ...]:
    """Return the indexes, from 0, where a second entry differs in status, value or talk mark."""
    return tuple(
        index
        for index, (first, second) in enumerate(
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
    """Save the decided answers where two entries differed, and that the sheet was entered twice.

    If nothing changes, no new version is written.

    Args:
        responses: the decided answers, by index counted from 0.

    Raises:
        AdministrationFinished: the questionnaire is finished.
        ValueError: there is no such item, or the status does not fit the value.
    """
    if current.final:
        raise AdministrationFinished
    new_answers = current.payload.answers
    for index, response in responses.items():
        new_answers = answers.with_response(
            new_answers, index, response, elapsed=now - current.payload.begun_at
        )
    payload = msgspec.structs.replace(current.payload, answers=new_answers, double_entered=True)
    if payload == current.payload:
        return current
    event = AdministrationEvent.KEYED_AGAIN
    return records.replace_draft(
        db,
        vault,
        ADMINISTRATION,
        current,
        payload,
        state=AdministrationState.IN_PROGRESS,
        event=event,
        now=now,
    )
