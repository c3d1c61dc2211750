"""The settings of the practice that pages and printed documents need, such as its name and country."""

import hmac
from datetime import date, datetime

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.instruments import confidentiality_limits
from clinic_toolkit.instruments.model import Instrument
from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people.practice_record import (
    PRACTICE,
    PracticeEvent,
    PracticeSettings,
    PracticeState,
)
from clinic_toolkit.record.values.page_values import Letterhead
from clinic_toolkit.vault import return_code
from clinic_toolkit.vault.vault import Vault


class WrongReturnCode(ClinicError):
    """The return code that was typed to sign is not the chosen one."""

    def __init__(self) -> None:
        super().__init__("That is not your return code. Nothing was signed.")


def record_sheet_proved(
    db: Connection, vault: Vault, current: RecordVersion[PracticeSettings], *, made_on: date, now: datetime
) -> RecordVersion[PracticeSettings]:
    """Record that groups of the recovery sheet were typed back from paper, and when the sheet was made."""
    settings = msgspec.structs.replace(
        current.payload, recovery_sheet_proved=True, recovery_sheet_made_on=made_on
    )
    return revise_practice_settings(db, vault, current, settings, now=now)


def load_practice_settings(db: Connection, vault: Vault) -> RecordVersion[PracticeSettings]:
    """Load the current settings; if they are unreadable, defaults stand in for them."""
    return records.load_record(db, vault, PRACTICE, vault.vault_id)


def revise_practice_settings(
    db: Connection,
    vault: Vault,
    current: RecordVersion[PracticeSettings],
    settings: PracticeSettings,
    *,
    now: datetime,
) -> RecordVersion[PracticeSettings]:
    """Save changed settings.

    Raises:
        StaleVersion: they were changed meanwhile.
    """
    return records.append_version(
        db, vault, PRACTICE, current, settings, state=PracticeState.ACTIVE, event=PracticeEvent.SAVED, now=now
    )


def check_return_code(settings: PracticeSettings, typed_code: str) -> None:
    """Compare a typed return code with the chosen one, in constant time.

    Raises:
        WrongReturnCode: they differ.
    """
    is_same = hmac.compare_digest(
        return_code.normalize_return_code(typed_code).encode(),
        return_code.normalize_return_code(settings.return_code).encode(),
    )
    if not is_same:
        raise WrongReturnCode


def confidentiality_limits_before(
    settings: PracticeSettings, instrument: Instrument
) -> confidentiality_limits.ConfidentialityNotice | None:
    """Return the notice on the limits of confidentiality that this questionnaire requires; None if none."""
    return confidentiality_limits.notice_before(
        instrument, practice_text=settings.limits_text, country=settings.country
    )


def build_letterhead(settings: PracticeSettings) -> Letterhead:
    """Return what printed documents show about the practice."""
    return Letterhead(
        practice_name=settings.practice_name,
        clinician_name=settings.clinician_name,
        crisis_text=settings.crisis_text,
        paper_size=settings.paper_size,
        is_demo=settings.is_demo,
    )
