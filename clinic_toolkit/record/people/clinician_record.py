"""What is stored about one clinician: the name under signed notes, and settings that are one person's."""

from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

from clinic_toolkit.journal.record_kind import RecordKind, RecordNouns, register_kind
from clinic_toolkit.store.base import sealed_table
from clinic_toolkit.vault.vault import Vault

clinician_table = sealed_table("clinician")


class ClinicianState(StrEnum):
    """The state of the record of a clinician."""

    ACTIVE = "active"


class ClinicianEvent(StrEnum):
    """What the audit log says was done to the record of a clinician."""

    SAVED = "clinician.saved"


class Clinician(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """One clinician, sealed in a ring that nobody else opens; the id of the record is the user's.

    `return_code` is empty if none was chosen; `recovery_sheet_made_on` is None if the date was not recorded.
    `calendar_place` is the folder or file in which the program looks for a calendar file; "" for none.
    """

    name: str
    return_code: str = ""
    recovery_sheet_proved: bool = False
    recovery_sheet_made_on: date | None = None
    calendar_place: str = ""


def _fallback_clinician(vault: Vault, ring: UUID) -> Clinician:
    # Every page needs it, so defaults replace an unreadable one until it is entered again.
    return Clinician(name="", recovery_sheet_proved=True)


def _add_calendar_place(content: list[Any]) -> list[Any]:
    """Turn content of schema version 1, which knew no place of a calendar file."""
    return [*content, ""]


CLINICIAN = register_kind(
    RecordKind(
        table=clinician_table,
        payload_type=Clinician,
        states=ClinicianState,
        events=ClinicianEvent,
        nouns=RecordNouns(
            in_sentence="the clinician’s own settings",
            one="the clinician’s own settings",
            many="settings of clinicians",
        ),
        schema_version=2,
        upcasts={1: _add_calendar_place},
        fallback=_fallback_clinician,
    )
)
