"""The clinician who is unlocked: the name under signed notes, the return code, the recovery sheet."""

import hmac
from datetime import date, datetime

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people.clinician_record import (
    CLINICIAN,
    Clinician,
    ClinicianEvent,
    ClinicianState,
)
from clinic_toolkit.vault import return_code
from clinic_toolkit.vault.own_ring import ensure_own_ring
from clinic_toolkit.vault.vault import Vault


class WrongReturnCode(ClinicError):
    """The return code that was typed to sign is not the chosen one."""

    def __init__(self) -> None:
        super().__init__("That is not your return code. Nothing was signed.")


class ClinicianNotSaved(ClinicError):
    """The ring that holds the clinician's record does not open, and no other is made in its place."""

    def __init__(self) -> None:
        super().__init__(
            "This was not saved: the key for your name and your return code is damaged or missing in the "
            "data file. A backup may hold it. Everything else can be saved as before."
        )


def create_clinician(
    db: Connection, vault: Vault, clinician: Clinician, *, now: datetime
) -> RecordVersion[Clinician]:
    """Store the record of the clinician whose vault this is, in the clinician's own ring."""
    return records.create_record(
        db,
        vault,
        CLINICIAN,
        clinician,
        ring=ensure_own_ring(db, vault),
        state=ClinicianState.ACTIVE,
        event=ClinicianEvent.SAVED,
        now=now,
        final=True,
        record_id=vault.user_id,
    )


def load_clinician(db: Connection, vault: Vault) -> RecordVersion[Clinician]:
    """Load the record of the unlocked clinician; if it is unreadable, defaults stand in for it."""
    return records.load_record(db, vault, CLINICIAN, vault.user_id)


def revise_clinician(
    db: Connection,
    vault: Vault,
    current: RecordVersion[Clinician],
    clinician: Clinician,
    *,
    now: datetime,
) -> RecordVersion[Clinician]:
    """Save a changed record.

    Raises:
        StaleVersion: it was changed meanwhile.
        ClinicianNotSaved: the clinician's own ring does not open.
    """
    if vault.own_ring is None:
        raise ClinicianNotSaved
    return records.append_version(
        db,
        vault,
        CLINICIAN,
        current,
        clinician,
        state=ClinicianState.ACTIVE,
        event=ClinicianEvent.SAVED,
        now=now,
    )


def record_sheet_proved(
    db: Connection, vault: Vault, current: RecordVersion[Clinician], *, made_on: date, now: datetime
) -> RecordVersion[Clinician]:
    """Record that groups of the recovery sheet were typed back from paper, and when the sheet was made."""
    clinician = msgspec.structs.replace(
        current.payload, recovery_sheet_proved=True, recovery_sheet_made_on=made_on
    )
    return revise_clinician(db, vault, current, clinician, now=now)


def check_return_code(clinician: Clinician, typed_code: str) -> None:
    """Compare a typed return code with the chosen one, in constant time.

    Raises:
        WrongReturnCode: they differ.
    """
    is_same = hmac.compare_digest(
        return_code.normalize_return_code(typed_code).encode(),
        return_code.normalize_return_code(clinician.return_code).encode(),
    )
    if not is_same:
        raise WrongReturnCode
